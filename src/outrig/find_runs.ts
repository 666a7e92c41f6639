/** Finding the runs of a store. */

import { join } from "../deps/path.ts";
import { SessionNotFoundError } from "../errors.ts";
import { readDir } from "../storage/layout.ts";
import { isGranted } from "../storage/permission.ts";
import { lookAt } from "../storage/session_files.ts";
import { readRecord } from "./record_file.ts";
import type { Run } from "./run.ts";
import { isRunId, parseRunId, type RunId } from "./run_id.ts";

/** An entry of a store that a list has to leave out. */
export interface RunNotice {
  /**
   * Why: its record cannot be read; the directory that it leads to is gone or leads in a circle; reading that directory
   * is not allowed; or its name cannot be the id of a run.
   */
  readonly kind: "unreadable" | "dangling" | "forbidden" | "bad_name";
  /** Its name; it may hold any character. */
  readonly name: string;
  /** Where it is. */
  readonly path: string;
  /** The same in one sentence. */
  readonly message: string;
}

/** Where an entry of a store leads. */
interface Place {
  readonly dir: string;
  readonly linkTarget: string | null;
}

/**
 * Lists the runs of a store. Whatever is wrong with an entry costs that entry alone. Directories without a record are
 * somebody else's, and so are files.
 *
 * @param root Directory of the store.
 * @param notice Called for each entry that is left out.
 * @returns The runs, newest first.
 */
export function listRuns(root: string, notice: (notice: RunNotice) => void): Run[] {
  const runs: Run[] = [];
  const { names, links } = entriesOf(root);
  for (const name of names) {
    const path = `${root}/${name}`;
    try {
      const run = readEntry(path, name, links.has(name));
      if (run !== undefined) runs.push(run);
    } catch (error) {
      notice({ kind: kindOf(error), name, path, message: (error as Error).message });
    }
  }
  return newestFirst(withoutAliases(runs));
}

/**
 * Finds one run of a store.
 *
 * @param root Directory of the store.
 * @param id Its id.
 * @returns The run.
 * @throws {SyntaxError} When its record cannot be read.
 * @throws {SessionNotFoundError} When there is none.
 */
export function findRun(root: string, id: RunId): Run {
  const path = join(root, id);
  const info = lookAt(path);
  if (info === undefined) throw new SessionNotFoundError(`Cannot find run "${id}": "${root}" has no such entry`);
  try {
    const run = info.isFile ? undefined : readEntry(path, id, info.isSymlink);
    if (run !== undefined) return run;
  } catch (error) {
    throw error instanceof DanglingError ? new SessionNotFoundError(error.message) : error;
  }
  throw new SessionNotFoundError(`Cannot find run "${id}": "${path}" holds no record`);
}

/**
 * Reads the run whose record lies in a directory.
 *
 * @param dir The directory.
 * @returns The run; its id is the one in the record.
 * @throws {SyntaxError} When its record cannot be read, or has no id that could be a run's.
 * @throws {SessionNotFoundError} When there is none.
 */
export function runIn(dir: string): Run {
  try {
    const real = Deno.realPathSync(dir);
    const record = readRecord(real);
    return { id: parseRunId(record.id), dir: real, linkTarget: null, record };
  } catch (error) {
    if (!isAbsence(error)) throw error;
    throw new SessionNotFoundError(`Cannot find a run in "${dir}": it holds no record`, { cause: error });
  }
}

/**
 * Tells where a symbolic link leads in the end.
 *
 * @param path The link.
 * @returns The directory or file; `undefined` when it leads nowhere or in a circle.
 */
export function realPathOf(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (isAbsence(error) || error instanceof Deno.errors.FilesystemLoop) return undefined;
    throw error;
  }
}

/** A link that leads nowhere or in a circle. */
class DanglingError extends Error {}

/** Thrown to name an entry that has a record, but no name for it. */
class BadNameError extends Error {}

/** The run of an entry; nothing when it holds no record. */
function readEntry(path: string, name: string, isSymlink: boolean): Run | undefined {
  try {
    const { dir, linkTarget } = isSymlink ? follow(path) : { dir: path, linkTarget: null };
    const record = readRecord(dir);
    if (isRunId(name)) return { id: name, dir, linkTarget, record };
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
  throw new BadNameError(`Cannot list run ${JSON.stringify(name)}: its name cannot be the id of a run`);
}

/** The system would follow a link out of what may be read. */
function follow(path: string): Place {
  const linkTarget = Deno.readLinkSync(path);
  const dir = realPathOf(path);
  if (dir === undefined) {
    Deno.lstatSync(path); // the link itself may be gone by now
    throw new DanglingError(`Cannot read run "${path}": its directory ${JSON.stringify(linkTarget)} is gone`);
  }
  if (isGranted({ name: "read", path: dir })) return { dir, linkTarget };
  throw new Deno.errors.NotCapable(
    `Cannot read run "${path}": it lies in "${dir}", run with --allow-read=${dir}`,
  );
}

function kindOf(error: unknown): RunNotice["kind"] {
  if (error instanceof DanglingError) return "dangling";
  if (error instanceof BadNameError) return "bad_name";
  return error instanceof Deno.errors.NotCapable ? "forbidden" : "unreadable";
}

function isAbsence(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** The names of directories and links, backwards: that is about the order of their times. */
function entriesOf(root: string): { readonly names: readonly string[]; readonly links: ReadonlySet<string> } {
  const names: string[] = [];
  const links = new Set<string>();
  for (const { name, isDirectory, isSymlink } of readDir(root)) {
    if (isDirectory || isSymlink) names.push(name);
    if (isSymlink) links.add(name);
  }
  return { names: names.sort().reverse(), links };
}

/** A second way to a run (a link that a person or an interrupted creation made) is no run of its own. */
function withoutAliases(runs: readonly Run[]): Run[] {
  if (runs.every(({ id, record }) => id === record.id)) return [...runs];
  const byId = new Map<string, Run>(runs.map((run) => [run.id, run]));
  return runs.filter(({ id, dir, record }) => {
    const named = id === record.id ? undefined : byId.get(record.id);
    return named === undefined || realPathOf(named.dir) !== realPathOf(dir);
  });
}

/** By the times in the records; ids decide between equal ones. */
function newestFirst(runs: readonly Run[]): Run[] {
  return runs.toSorted((a, b) => {
    const [timeA, timeB] = [a.record.started_at, b.record.started_at];
    if (timeA === timeB) return a.id < b.id ? 1 : -1;
    if (timeA.length === timeB.length) return timeA < timeB ? 1 : -1;
    return timeA.slice(0, -1) < timeB.slice(0, -1) ? 1 : -1; // a fraction comes after none
  });
}
