/** What programs that were killed left behind in a store. */

import { FileLock, lockState } from "./file_lock.ts";
import type { Layout } from "./layout.ts";
import { lookAt, type SessionFile, sessionFiles } from "./session_files.ts";

/** A file that nobody needs any more. */
export interface Leftover {
  /** The file. */
  readonly path: string;
  /** What it is. */
  readonly what: "lock" | "temporary file";
  /** Removes it, unless somebody has come to use it. */
  remove(): void;
}

/** Younger files may belong to somebody who has just begun. */
const LEAST_AGE_MS = 60_000;

/**
 * Finds files that are left over in a project: locks of sessions whose log is gone or was never made, and temporary
 * files. Locks of sessions that have a log tell something, and are none.
 *
 * @param layout The project.
 * @param now Milliseconds since the epoch.
 * @returns The files; nothing is removed yet.
 */
export function findLeftovers(layout: Layout, now: number): Leftover[] {
  const leftovers: Leftover[] = [];
  for (const files of sessionFiles(layout).values()) {
    const hasLog = files.some(({ kind }) => kind === "log");
    for (const file of files.filter(({ modified }) => now - modified > LEAST_AGE_MS)) {
      if (isTemporary(file)) leftovers.push(temporary(file.path));
      else if (!hasLog && isFreeLock(file)) leftovers.push(lock(file.path));
    }
  }
  return [...leftovers, ...leftoversOfIndex(layout.indexPath, now)];
}

/**
 * Finds what is left of an unfinished change to an index.
 *
 * @param indexPath The index.
 * @param now Milliseconds since the epoch.
 * @returns The temporary file, if there is one.
 */
export function leftoversOfIndex(indexPath: string, now: number): Leftover[] {
  const path = `${indexPath}.tmp`;
  const isOld = (): boolean => now - (lookAt(path)?.mtime?.getTime() ?? now) > LEAST_AGE_MS;
  if (!isOld()) return [];
  const remove = (): void => {
    using _lock = FileLock.wait(`${indexPath}.lock`); // who holds it may be about to rename the file
    if (isOld()) removeFile(path);
  };
  return [{ path, what: "temporary file", remove }];
}

function isTemporary({ kind, path }: SessionFile): boolean {
  return kind === "copy" && path.endsWith(".tmp");
}

function isFreeLock({ kind, path }: SessionFile): boolean {
  return (kind === "lock" || kind === "append") && lockState(path) === "free";
}

function temporary(path: string): Leftover {
  return { path, what: "temporary file", remove: () => removeFile(path) };
}

function lock(path: string): Leftover {
  return { path, what: "lock", remove: () => FileLock.take(path).remove() };
}

function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
