/** The worker of the binary: runs a command with the rights that it was given. */

import { denoHost } from "../cli/host.ts";
import { main } from "../cli/main.ts";
import { rememberGitRoot } from "../storage/layout.ts";
import { guardFiles } from "./guard.ts";
import type { Task } from "./task.ts";

/** What is different about the global scope of a worker. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Task>) => void) | null;
  postMessage(exitCode: number): void;
}

/** Waits for the task, does it, and tells the exit code. */
export function serve(): void {
  const scope = globalThis as unknown as WorkerScope;
  scope.onmessage = async ({ data: { project, gitRoot } }): Promise<void> => {
    guardFiles();
    rememberGitRoot(project, gitRoot);
    scope.postMessage(await main(Deno.args, denoHost()));
  };
}
