/** The worker of the binary: runs a command with the rights that it was given. */

import { startImportThreadsBy } from "../agent/import_threads.ts";
import { denoHost } from "../cli/host.ts";
import { main } from "../cli/main.ts";
import { prepare } from "./prepare.ts";
import type { Task } from "./task.ts";

/** What is different about the global scope of a worker. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Task>) => void) | null;
  postMessage(exitCode: number): void;
}

/**
 * Waits for the task, does it, and tells the exit code.
 *
 * @param importThread The module that threads of an import run: `import_thread.ts`.
 */
export function serve(importThread: URL): void {
  const scope = globalThis as unknown as WorkerScope;
  scope.onmessage = async ({ data: task }): Promise<void> => {
    prepare(task);
    startImportThreadsBy(() => startThread(importThread, task));
    scope.postMessage(await main(Deno.args, denoHost()));
  };
}

/** A thread gets the rights of who starts it. */
function startThread(module: URL, task: Task): Worker {
  const worker = new Worker(module, { type: "module", name: "ziglog import" });
  worker.postMessage(task);
  return worker;
}
