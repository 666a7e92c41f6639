/** Adding a run to a store: all of it, or nothing. */

import type { JsonObject } from "../codec/json.ts";
import { formatRunTime, parseRunTime } from "../codec/outrig_time.ts";
import type { RunRecord } from "../codec/outrig.ts";
import { dirname, join, resolve } from "../deps/path.ts";
import { readDir } from "../storage/layout.ts";
import { isGranted, requirePath } from "../storage/permission.ts";
import { lookAt } from "../storage/session_files.ts";
import { readRecord, withRecordLock, writeRecord } from "./record_file.ts";
import { LOGS_DIRECTORY, logsDirOf, RECORD_FILE, type Run } from "./run.ts";
import { newRunId, parseRunId, type RunId } from "./run_id.ts";

/** What is known of a run when it starts. */
export interface NewRun {
  /** Name of the container it runs in. */
  readonly containerName: string;
  /** Names of the containers beside it. */
  readonly sidecarContainerNames?: readonly string[] | undefined;
  /** Tag of the image. */
  readonly imageTag: string;
  /** Name of the image's configuration. Older Rust programs cannot read a record without one. */
  readonly imageConfigName?: string | undefined;
  /** Name of the agent. */
  readonly agentName?: string | undefined;
  /** Directory that it works in. */
  readonly workingDir: string;
  /** When it started, ISO 8601 with an offset; default: now. */
  readonly startedAt?: string | undefined;
  /** Fields that the format does not list, for other programs. */
  readonly fields?: Readonly<JsonObject> | undefined;
}

/** Where a run is recorded. */
export interface CreateRunOptions {
  /** Its id; default: a new one is drawn. */
  readonly id?: string | undefined;
  /**
   * Directory for the record and the logs; default: one in the store. It is made where there is none, and refused when it
   * holds a record or logs already. The store gets a link to it, for which Deno demands unscoped rights to read and write.
   */
  readonly dir?: string | undefined;
}

/** Ids that are drawn before it counts as hopeless: only a few thousand runs a second would use them up. */
const ATTEMPTS = 100;

/**
 * Records that a run has started.
 *
 * @param root Directory of the store.
 * @param run What is known of it.
 * @param options Where it is recorded.
 * @returns The run.
 */
export function createRun(root: string, run: NewRun, options: CreateRunOptions): Run {
  const id = options.id === undefined ? undefined : parseRunId(options.id);
  const startedAt = run.startedAt ?? formatRunTime(instantOf(Date.now()));
  const started = parseRunTime(startedAt);
  if (started === undefined) {
    throw new TypeError(`Cannot create run: ${JSON.stringify(startedAt)} is not a time such as 2026-05-01T14:19:07Z`);
  }
  const draw = (): RunId => newRunId(started.seconds * 1000);
  const record = { ...recordOf(run), started_at: startedAt };
  if (options.dir === undefined) requirePath("write", root);
  else requireUnscoped(options.dir);
  return options.dir === undefined
    ? createInStore(root, record, id ?? draw)
    : createElsewhere(root, resolve(options.dir), record, id ?? draw);
}

function instantOf(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

function recordOf(run: NewRun): RunRecord {
  const listed = {
    id: "",
    started_at: "",
    ended_at: null,
    container_name: run.containerName,
    sidecar_container_names: run.sidecarContainerNames ?? null,
    image_tag: run.imageTag,
    image_config_name: run.imageConfigName ?? null,
    agent_name: run.agentName ?? null,
    working_dir: run.workingDir,
    session_dir: "",
    exit_code: null,
  };
  return { ...run.fields, ...listed };
}

function createInStore(root: string, record: RunRecord, id: RunId | (() => RunId)): Run {
  Deno.mkdirSync(root, { recursive: true, mode: 0o700 });
  const claimed = claim(root, id, (path) => Deno.mkdirSync(path, { mode: 0o700 }));
  const dir = join(root, claimed);
  try {
    return fill({ id: claimed, dir, linkTarget: null, record });
  } catch (error) {
    takeBack(dir);
    throw error;
  }
}

function createElsewhere(root: string, dir: string, record: RunRecord, id: RunId | (() => RunId)): Run {
  for (let attempt = 1;; attempt++) {
    const made: string[] = [];
    try {
      makeDirectories(dir, made);
      return createIn(root, dir, record, id);
    } catch (error) {
      for (const each of made) takeBack(each);
      // Whoever removes another run there takes the directory away with it.
      if (!(error instanceof Deno.errors.NotFound) || attempt === ATTEMPTS) throw error;
    }
  }
}

function createIn(root: string, dir: string, record: RunRecord, id: RunId | (() => RunId)): Run {
  const real = Deno.realPathSync(dir);
  if (!Deno.statSync(real).isDirectory) throw new Error(`Cannot create run in "${dir}": it is not a directory`);
  return withRecordLock(real, () => {
    refuseTaken(real);
    Deno.mkdirSync(root, { recursive: true, mode: 0o700 });
    const claimed = claim(root, id, (path) => Deno.symlinkSync(real, path, { type: "dir" }));
    try {
      return fill({ id: claimed, dir: real, linkTarget: real, record });
    } catch (error) {
      takeBack(join(root, claimed));
      throw error;
    }
  });
}

/** Takes an id by making its entry, which only one program can. */
function claim(root: string, id: RunId | (() => RunId), make: (path: string) => void): RunId {
  for (let attempt = 1;; attempt++) {
    const tried = typeof id === "string" ? id : id();
    try {
      make(join(root, tried));
      return tried;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      if (typeof id !== "string" && attempt < ATTEMPTS) continue;
      throw new Deno.errors.AlreadyExists(`Cannot create run "${tried}": the id is in use`, { cause: error });
    }
  }
}

/** Makes what lies in the directory of a run; the record comes last, as it is what makes it a run. */
function fill({ record, ...place }: Run): Run {
  const run = { ...place, record: { ...record, id: place.id, session_dir: place.dir } };
  const logs = logsDirOf(run);
  const isNew = lookAt(logs) === undefined;
  if (isNew) Deno.mkdirSync(logs, { mode: 0o700 });
  try {
    writeRecord(run.dir, run.record);
  } catch (error) {
    if (isNew) takeBack(logs);
    throw error;
  }
  return { ...run, record: readRecord(run.dir) };
}

/** What removing a run deletes must not have been there before it. An interrupted creation leaves empty logs. */
function refuseTaken(dir: string): void {
  const logs = lookAt(join(dir, LOGS_DIRECTORY));
  const hasLogs = logs !== undefined && !(logs.isDirectory && readDir(join(dir, LOGS_DIRECTORY)).length === 0);
  const taken = lookAt(join(dir, RECORD_FILE)) !== undefined ? RECORD_FILE : hasLogs ? LOGS_DIRECTORY : undefined;
  if (taken === undefined) return;
  throw new Deno.errors.AlreadyExists(`Cannot create run in "${dir}": it already holds "${taken}"`);
}

function requireUnscoped(dir: string): void {
  if (isGranted({ name: "read" }) && isGranted({ name: "write" })) return;
  throw new Deno.errors.NotCapable(
    `Cannot create run in "${dir}": a link to it needs unscoped rights, run with --allow-read --allow-write`,
  );
}

/** Makes a directory and those above it that are missing, and notes them, the innermost first. */
function makeDirectories(dir: string, made: string[]): void {
  for (let at = dir; lookAt(at) === undefined && dirname(at) !== at; at = dirname(at)) made.push(at);
  Deno.mkdirSync(dir, { recursive: true, mode: 0o700 });
}

/** Removes a file, a link or an empty directory; what made that necessary is thrown anyway and says more. */
function takeBack(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Something else is in it by now, or the disk is gone.
  }
}
