/** Removing runs: only what the store made, and never by way of a link. */

import { dirname, join, resolve } from "../deps/path.ts";
import { SessionNotFoundError } from "../errors.ts";
import { unlessGone } from "../storage/file_error.ts";
import { readDir } from "../storage/layout.ts";
import { requirePath } from "../storage/permission.ts";
import { lookAt } from "../storage/session_files.ts";
import { realPathOf } from "./find_runs.ts";
import { readRecord, removeTemporary, withRecordLock } from "./record_file.ts";
import { hasEnded, LOGS_DIRECTORY, logsDirOf, RECORD_FILE } from "./run.ts";
import type { RunId } from "./run_id.ts";

/** How a run is removed. */
export interface RemoveRunOptions {
  /**
   * Whether a run without an end goes too, and one in the store whose record cannot be read: nobody can tell whether
   * they still run.
   */
  readonly force?: boolean | undefined;
}

/** What became of a run that was removed. */
export interface RunRemoval {
  /** Directory that held the record; where a link led that was all that was left. */
  readonly dir: string;
  /** Whether that directory is gone too: it is unless it holds something else. */
  readonly dirRemoved: boolean;
  /** What it still holds, as paths relative to it, in order: files that the store did not make. */
  readonly kept: readonly string[];
  /** Links to it that are gone. */
  readonly links: readonly string[];
}

/**
 * Removes the run of an entry. Where the entry is a link, the directory that it leads to is only touched when the record
 * in it says that it is this run's.
 *
 * @param root Directory of the store.
 * @param id Its id.
 * @param options How.
 * @returns What became of it.
 */
export function removeRunById(root: string, id: RunId, options: RemoveRunOptions): RunRemoval {
  requirePath("write", root);
  const path = join(root, id);
  const info = lookAt(path);
  if (info?.isDirectory) return { ...removeRecord(path, true, options), links: [] };
  if (!info?.isSymlink) throw new SessionNotFoundError(`Cannot remove run "${id}": "${root}" has no such entry`);
  const dir = realPathOf(path);
  const removed = dir === undefined
    ? gone(path)
    : isOwn(dir, id, options)
    ? removeRecord(dir, false, options)
    : left(dir);
  unlessGone(() => Deno.removeSync(path));
  return { ...removed, links: [path] };
}

/**
 * Removes the run whose record lies in a directory, and every link of the store to that directory.
 *
 * @param root Directory of the store.
 * @param dir The directory.
 * @param options How.
 * @returns What became of it.
 */
export function removeRunByPath(root: string, dir: string, options: RemoveRunOptions): RunRemoval {
  const real = realPathOf(dir);
  const links = linksTo(root, real ?? resolve(dir));
  const isRun = real !== undefined && lookAt(join(real, RECORD_FILE)) !== undefined;
  if (!isRun && links.length === 0) {
    throw new SessionNotFoundError(`Cannot remove the run in "${dir}": it holds no record, and no link leads to it`);
  }
  if (links.length > 0) requirePath("write", root);
  const removed = isRun
    ? removeRecord(real, dirname(real) === realPathOf(root), options)
    : real === undefined
    ? gone(resolve(dir))
    : left(real);
  for (const link of links) unlessGone(() => Deno.removeSync(link));
  return { ...removed, links };
}

/** What is left of a run: without its directory, or with a directory that is not its own. */
type Remains = Omit<RunRemoval, "links">;

function gone(dir: string): Remains {
  return { dir, dirRemoved: true, kept: [] };
}

function left(dir: string): Remains {
  return { dir, dirRemoved: false, kept: namesIn(dir) };
}

/** Whether the record where a link leads says that it is the record of this run, written there. */
function isOwn(dir: string, id: RunId, { force = false }: RemoveRunOptions): boolean {
  try {
    const record = readRecord(dir);
    return record.id === id && realPathOf(record.session_dir) === dir;
  } catch (error) {
    const isNone = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    if (isNone || force && error instanceof SyntaxError) return false;
    throw error;
  }
}

function removeRecord(dir: string, isInStore: boolean, { force = false }: RemoveRunOptions): Remains {
  requirePath("write", dir);
  refuse(dir, force, isInStore);
  try {
    withRecordLock(dir, () => {
      refuse(dir, force, isInStore);
      removeFiles(logsDirOf({ dir }));
      removeTemporary(dir);
      Deno.removeSync(join(dir, RECORD_FILE)); // last: what fails before this can be tried again
    });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new SessionNotFoundError(`Cannot remove the run in "${dir}": it was removed meanwhile`, { cause: error });
  }
  return removeEmpty(dir) ? gone(dir) : left(dir);
}

function refuse(dir: string, force: boolean, isInStore: boolean): void {
  try {
    if (hasEnded(readRecord(dir)) || force) return;
  } catch (error) {
    if (force && isInStore && error instanceof SyntaxError) return;
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new SessionNotFoundError(`Cannot remove the run in "${dir}": it holds no record`, { cause: error });
  }
  throw new Deno.errors.Busy(`Cannot remove the run in "${dir}": it has not ended, or its end was not recorded`);
}

/** Removes regular files and the directories that this empties. What is a link, or something else, stays. */
function removeFiles(dir: string): void {
  if (!lookAt(dir)?.isDirectory) return;
  for (const { name, isDirectory, isFile } of readDir(dir)) {
    if (isDirectory) removeFiles(join(dir, name));
    else if (isFile) Deno.removeSync(join(dir, name));
  }
  removeEmpty(dir);
}

/** Removes a directory unless something is in it. */
function removeEmpty(dir: string): boolean {
  try {
    Deno.removeSync(dir);
    return true;
  } catch (error) {
    if (readDir(dir).length > 0) return false;
    if (error instanceof Deno.errors.NotFound) return true; // somebody else was faster
    throw error;
  }
}

/** The files in a directory, and in the logs below it; but for locks of ours. */
function namesIn(dir: string): string[] {
  return readDir(dir)
    .filter(({ name }) => name !== `${RECORD_FILE}.lock`)
    .flatMap(({ name, isDirectory }) =>
      isDirectory && name === LOGS_DIRECTORY ? namesBelow(join(dir, name), name) : [name]
    )
    .sort();
}

function namesBelow(dir: string, prefix: string): string[] {
  return readDir(dir).flatMap(({ name, isDirectory }) =>
    isDirectory ? namesBelow(join(dir, name), `${prefix}/${name}`) : [`${prefix}/${name}`]
  );
}

/** The links of a store that lead to a directory, or led there before it was removed. */
function linksTo(root: string, dir: string): string[] {
  return readDir(root).filter(({ isSymlink }) => isSymlink).map(({ name }) => join(root, name)).filter((path) => {
    const real = realPathOf(path);
    if (real !== undefined) return real === dir;
    const target = unlessGone(() => Deno.readLinkSync(path));
    return target !== undefined && resolve(root, target) === dir;
  });
}
