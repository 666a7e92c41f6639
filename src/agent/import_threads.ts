/** How threads that import sessions are started. */

import { isGranted } from "../storage/permission.ts";

/** Starts a thread that runs `import_worker.ts`. */
export type StartThread = () => Worker;

let own: StartThread | undefined;

/**
 * Says how threads are started in a program that does not keep its modules as they stand here.
 *
 * @param start Starts one.
 */
export function startImportThreadsBy(start: StartThread): void {
  own = start;
}

/**
 * Tells how threads are started.
 *
 * @returns Starts one; `undefined` where that would ask somebody, or have the runtime print an error.
 */
export function importThreads(): StartThread | undefined {
  const module = new URL("./import_worker.ts", import.meta.url);
  if (own !== undefined || !mayStart(module)) return own;
  return () => new Worker(module, { type: "module", name: "ziglog import" });
}

function mayStart(module: URL): boolean {
  if (Deno.build.standalone) return false; // it has other modules
  const { protocol, hostname, port } = module;
  if (protocol !== "file:") return isGranted({ name: "import", host: `${hostname}:${port || 443}` });
  return isGranted({ name: "read", path: new URL("../", module) });
}
