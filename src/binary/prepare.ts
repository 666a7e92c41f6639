import { rememberGitRoot } from "../storage/layout.ts";
import { guardFiles } from "./guard.ts";
import type { Task } from "./task.ts";

/**
 * Prepares a thread that has no more rights than its command: the first thing that it does.
 *
 * @param task What the launcher has told.
 */
export function prepare({ project, gitRoot }: Task): void {
  guardFiles();
  rememberGitRoot(project, gitRoot);
}
