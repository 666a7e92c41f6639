import { basename } from "../deps/path.ts";

/**
 * Tells the project of a session: the name of its directory in the store.
 *
 * @param logPath The log of the session.
 * @param project The directory of the project, where the index names it.
 * @returns The name; `undefined` for what lies in the store itself.
 */
export function projectNameOf(logPath: string, project?: string): string | undefined {
  if (project !== undefined && /[\\/]projects[\\/]/.test(project)) return basename(project);
  return /[\\/]projects[\\/]([^\\/]+)[\\/]logs[\\/]/.exec(logPath)?.[1];
}
