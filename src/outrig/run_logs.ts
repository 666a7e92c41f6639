/** What a run wrote. */

import { join } from "../deps/path.ts";
import { readDir } from "../storage/layout.ts";
import { lookAt } from "../storage/session_files.ts";
import { logsDirOf, type Run } from "./run.ts";

/** A file that holds what a run wrote. */
export interface RunLog {
  /** Its path below the logs, with slashes. */
  readonly name: string;
  /** Where it is. */
  readonly path: string;
  /** Bytes that it holds. */
  readonly bytes: number;
  /** When it was last written, in milliseconds since the epoch. */
  readonly modified: number;
}

/**
 * Lists what a run wrote. Links are passed over, as they may lead out of the run.
 *
 * @param run The run, or the directory that holds its record.
 * @returns The files, by name; none when there are no logs.
 */
export function listRunLogs(run: Pick<Run, "dir">): RunLog[] {
  const dir = logsDirOf(run);
  const logs = lookAt(dir)?.isDirectory ? filesBelow(dir, "") : [];
  return logs.sort((a, b) => a.name < b.name ? -1 : 1);
}

function filesBelow(dir: string, prefix: string): RunLog[] {
  return readDir(dir).flatMap(({ name, isDirectory, isFile }) => {
    const path = join(dir, name);
    if (isDirectory) return filesBelow(path, `${prefix}${name}/`);
    const info = isFile ? lookAt(path) : undefined;
    if (!info?.isFile) return [];
    return [{ name: `${prefix}${name}`, path, bytes: info.size, modified: info.mtime?.getTime() ?? 0 }];
  });
}
