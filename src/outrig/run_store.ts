/** The store of the Rust program outrig: a directory with one entry a run. */

import { formatRunTime, parseRunTime } from "../codec/outrig_time.ts";
import { join, resolve } from "../deps/path.ts";
import { SessionEndedError, SessionNotFoundError } from "../errors.ts";
import { requirePath } from "../storage/permission.ts";
import { createRun, type CreateRunOptions, type NewRun } from "./create_run.ts";
import { findRun, listRuns, runIn, type RunNotice } from "./find_runs.ts";
import { readRecord, withRecordLock, writeRecord } from "./record_file.ts";
import { removeRunById, removeRunByPath, type RemoveRunOptions, type RunRemoval } from "./remove_run.ts";
import { hasEnded, type Run } from "./run.ts";
import { parseRunId } from "./run_id.ts";

/** How a list is made. */
export interface ListRunsOptions {
  /** Called for each entry that has to be left out; default: nothing is said. */
  readonly notice?: ((notice: RunNotice) => void) | undefined;
}

/** How a run ended. */
export interface RunEnd {
  /** What it ended with: an integer of 32 bits, negative for a signal. */
  readonly exitCode: number;
  /** When it ended, ISO 8601 with an offset; default: now. */
  readonly endedAt?: string | undefined;
}

/**
 * The runs below one directory. Each is a directory named by its id, with the record and the logs of the run, or a link
 * to a directory somewhere else. Other programs may use the same store at the same time.
 *
 * @example Record a run and list it
 * ```ts
 * import { formatStartedAt, RunStore } from "@ziglog/ziglog/outrig";
 *
 * const store = new RunStore(Deno.makeTempDirSync()); // resolveSessionRoot() tells where outrig keeps its own
 * const { id } = store.create({ containerName: "box", imageTag: "box:1", imageConfigName: "box", workingDir: "/src" });
 * store.finalize(id, { exitCode: 0 });
 * for (const { id, record } of store.list()) console.log(id, formatStartedAt(record.started_at), record.exit_code);
 * ```
 */
export class RunStore {
  /** The directory, absolute. */
  readonly root: string;

  /**
   * Names a store.
   *
   * @param root The directory; nothing is made before the first run.
   */
  constructor(root: string) {
    this.root = resolve(root);
  }

  /**
   * Records that a run has started. All of it is there when this returns, or nothing when it throws.
   *
   * @param run What is known of it.
   * @param options Where it is recorded; default: in the store, under a new id.
   * @returns The run.
   * @throws {SyntaxError} When the id could leave the store.
   * @throws {TypeError} When a field holds what cannot be written.
   * @throws {Deno.errors.AlreadyExists} When the id is in use, or the directory holds a record or logs.
   * @throws {Deno.errors.NotCapable} Without the right to write there; the message names the flag.
   */
  create(run: NewRun, options: CreateRunOptions = {}): Run {
    return createRun(this.root, run, options);
  }

  /**
   * Records that a run has ended. An end is never overwritten.
   *
   * @param id The run.
   * @param end How it ended.
   * @returns The run.
   * @throws {SessionNotFoundError} When there is no such run.
   * @throws {SessionEndedError} When it has ended already.
   * @throws {SyntaxError} When its record cannot be read.
   * @throws {TypeError} When the end cannot be written.
   */
  finalize(id: string, end: RunEnd): Run {
    const { dir } = this.getById(id);
    requirePath("write", dir);
    const endedAt = end.endedAt ?? new Date().toISOString();
    const instant = parseRunTime(endedAt);
    if (instant === undefined) throw new TypeError(`Cannot end run "${id}": ${JSON.stringify(endedAt)} is not a time`);
    const ended_at = formatRunTime(instant);
    try {
      withRecordLock(dir, () => {
        const record = readRecord(dir);
        if (hasEnded(record)) throw new SessionEndedError(id);
        writeRecord(dir, { ...record, ended_at, exit_code: end.exitCode });
      });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new SessionNotFoundError(`Cannot end run "${id}": it was removed meanwhile`, { cause: error });
    }
    return this.getById(id);
  }

  /**
   * Lists the runs. Directories without a record and files are passed over, being somebody else's.
   *
   * @param options How.
   * @returns The runs, newest first.
   * @throws {Deno.errors.NotCapable} When the store may not be read.
   */
  list(options: ListRunsOptions = {}): Run[] {
    requirePath("read", this.root);
    return listRuns(this.root, options.notice ?? ((): void => {}));
  }

  /**
   * Finds a run by its full id.
   *
   * @param id The id.
   * @returns The run.
   * @throws {SyntaxError} When the id could leave the store, or the record cannot be read.
   * @throws {SessionNotFoundError} When there is no such run.
   */
  getById(id: string): Run {
    requirePath("read", this.root);
    return findRun(this.root, parseRunId(id));
  }

  /**
   * Finds a run by the directory that holds its record, in the store or not.
   *
   * @param dir The directory, or a link to it.
   * @returns The run.
   * @throws {SyntaxError} When the record cannot be read.
   * @throws {SessionNotFoundError} When there is none.
   */
  getByPath(dir: string): Run {
    requirePath("read", resolve(dir));
    return runIn(resolve(dir));
  }

  /**
   * Removes a run: its record, the files in its logs, its entry in the store, and the directory of the record once it is
   * empty. Files that the store did not make stay, and so does everything behind a link. A link in the store that leads
   * to the record of another run, or to none, goes alone.
   *
   * @param id The run.
   * @param options How.
   * @returns What became of it; `kept` names what stayed.
   * @throws {SessionNotFoundError} When there is no such run.
   * @throws {Deno.errors.Busy} When it has no end, unless forced.
   * @throws {SyntaxError} When its record cannot be read, unless forced and in the store.
   */
  removeById(id: string, options: RemoveRunOptions = {}): RunRemoval {
    return removeRunById(this.root, parseRunId(id), options);
  }

  /**
   * Removes the run whose record lies in a directory, as {@linkcode RunStore.removeById} does, and every link of the store
   * that leads there, even where the directory is gone.
   *
   * @param dir The directory, or a link to it.
   * @param options How.
   * @returns What became of it; `kept` names what stayed.
   * @throws {SessionNotFoundError} When it holds no record, and no link leads to it.
   * @throws {Deno.errors.Busy} When the run has no end, unless forced.
   * @throws {SyntaxError} When its record cannot be read, unless forced and in the store.
   */
  removeByPath(dir: string, options: RemoveRunOptions = {}): RunRemoval {
    return removeRunByPath(this.root, resolve(dir), options);
  }

  /**
   * Tells where the entry of a run is: the directory, or the link to it.
   *
   * @param id The run.
   * @returns The path, whether there is such a run or not.
   * @throws {SyntaxError} When the id could leave the store.
   */
  symlinkPath(id: string): string {
    return join(this.root, parseRunId(id));
  }
}
