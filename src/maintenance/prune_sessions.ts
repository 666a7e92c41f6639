/** Deleting sessions. */

import type { IndexSchema } from "../codec/dialect.ts";
import { LogLockedError } from "../errors.ts";
import type { AnyEvent } from "../query/event_view.ts";
import { Catalog } from "../storage/catalog.ts";
import { FileLock } from "../storage/file_lock.ts";
import type { IndexFile } from "../storage/index_file.ts";
import { projectLayout, readDir } from "../storage/layout.ts";
import { requirePath } from "../storage/permission.ts";
import { lookAt } from "../storage/session_files.ts";
import { PruneHold } from "./prune_hold.ts";
import type { PlannedPrune, PrunePlan } from "./prune_plan.ts";
import { STORE_FORMATS, type StoredEntry, type StoredGlobalEntry, type StoreFormat } from "./stores.ts";

/** What became of a session that was to be pruned. */
export interface PruneResult {
  /** The session. */
  readonly planned: PlannedPrune;
  /** Whether it is gone. `kept`: it must not be deleted any more; `failed`: the system did not let us. */
  readonly outcome: "deleted" | "kept" | "failed";
  /** Why it is still there. */
  readonly why: string | undefined;
  /** Bytes that are free now. */
  readonly bytesFreed: number;
}

/** One step of a deletion. */
export type PruneStep = "hold" | "project index" | "global index" | "copies" | "log" | "locks";

/** The steps in order. After each of them a crash does no harm, and pruning again completes the rest. */
export const PRUNE_STEPS: readonly PruneStep[] = ["hold", "project index", "global index", "copies", "log", "locks"];

/** How sessions are pruned. */
export interface PruneRunOptions {
  /** Called after each step; for tests. */
  readonly onStep?: ((step: PruneStep) => void) | undefined;
}

/** The two indexes that know the sessions of a project. */
interface Indexes {
  readonly dialect: StoreFormat["dialect"];
  readonly catalog: Catalog<AnyEvent, StoredEntry, StoredGlobalEntry>;
}

/** Files that are kept open at a time: each session that is held and taken out of the indexes needs one or two. */
const OPEN_FILES = 800;

/**
 * Deletes what was planned. Each session is looked at again, under its locks, just before it goes; one that runs by then,
 * was protected or has changed stays. Only files that the store made are deleted, never a directory, and of a symbolic
 * link only the link.
 *
 * The indexes forget a session before its log goes: what a crash leaves of it is a log that every list still shows.
 *
 * @param plan What {@linkcode planPrune} found.
 * @param options How.
 * @returns What became of each session.
 * @throws {Deno.errors.NotCapable} When the store may not be written.
 */
export function pruneSessions(plan: PrunePlan, options: PruneRunOptions = {}): PruneResult[] {
  return Array.from(pruneInBatches(plan, options)).flat();
}

/**
 * Deletes what was planned as {@linkcode pruneSessions} does, and stops in between, so that others have their turn.
 *
 * @param plan What {@linkcode planPrune} found.
 * @param options How.
 * @returns What became of some hundred sessions at a time; what is not asked for is not deleted.
 * @throws {Deno.errors.NotCapable} When the store may not be written.
 */
export function* pruneInBatches(
  plan: PrunePlan,
  options: PruneRunOptions = {},
): Generator<PruneResult[], void, void> {
  const { onStep = (): void => {} } = options;
  requirePath("write", plan.root);
  for (const batch of batches(plan.sessions)) {
    const { source, root, projectDir } = batch[0]!;
    const { dialect } = STORE_FORMATS[source];
    yield pruneBatch(batch, { dialect, catalog: new Catalog(projectLayout(root, projectDir), dialect) }, onStep);
  }
  for (const path of plan.leftovers) removeLeftover(path);
}

/** Sessions of one project at a time. */
function* batches(sessions: readonly PlannedPrune[]): Generator<readonly PlannedPrune[]> {
  for (const own of Map.groupBy(sessions, (planned) => planned.projectDir).values()) {
    let batch: PlannedPrune[] = [];
    let open = 0;
    for (const planned of own) {
      batch.push(planned);
      open += planned.files.some(({ kind }) => kind === "lock") ? 2 : 1;
      if (open < OPEN_FILES - 1) continue;
      yield batch;
      [batch, open] = [[], 0];
    }
    if (batch.length > 0) yield batch;
  }
}

function pruneBatch(
  batch: readonly PlannedPrune[],
  indexes: Indexes,
  onStep: (step: PruneStep) => void,
): PruneResult[] {
  const results: PruneResult[] = [];
  const holds: PruneHold[] = [];
  using releasing = new DisposableStack();
  const taken = batch.map((planned) => holdOf(planned));
  for (const hold of taken) if (hold instanceof PruneHold) releasing.use(hold);
  const names = new Set(readDir(indexes.catalog.layout.sessionsDir).map(({ name }) => name));
  for (const hold of taken) {
    const kept = hold instanceof PruneHold ? objectionOf(hold, names) : hold;
    if (kept !== undefined) results.push(kept);
    else if (hold instanceof PruneHold) holds.push(hold);
  }
  onStep("hold");
  const isForgotten = forgetUnlessFull(holds, indexes, onStep);
  results.push(...holds.map((hold) => deleteFiles(hold, onStep)));
  if (!isForgotten) forget(batch.filter(({ logPath }) => lookAt(logPath) === undefined), indexes, () => {});
  return results;
}

function holdOf(planned: PlannedPrune): PruneHold | PruneResult {
  try {
    const hold = PruneHold.take(planned);
    return typeof hold === "string" ? { planned, outcome: "kept", why: hold, bytesFreed: 0 } : hold;
  } catch (error) {
    return failed(planned, error);
  }
}

function objectionOf(hold: PruneHold, names: ReadonlySet<string>): PruneResult | undefined {
  const { planned } = hold;
  try {
    const why = hold.secure(names);
    return why === undefined ? undefined : { planned, outcome: "kept", why, bytesFreed: 0 };
  } catch (error) {
    return failed(planned, error);
  }
}

/** On a full disk an index can only be written once something is gone: then that comes first. */
function forgetUnlessFull(
  holds: readonly PruneHold[],
  indexes: Indexes,
  onStep: (step: PruneStep) => void,
): boolean {
  try {
    forget(holds.map(({ planned }) => planned), indexes, onStep);
    return true;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
    return false;
  }
}

/** Takes sessions of one project out of both indexes. */
function forget(
  sessions: readonly PlannedPrune[],
  { dialect, catalog }: Indexes,
  onStep: (step: PruneStep) => void,
): void {
  const ids = new Set<string>(sessions.map(({ id }) => id));
  removeEntries(catalog.projectIndex, dialect.projectIndex, ids);
  onStep("project index");
  removeEntries(catalog.globalIndex, dialect.globalIndex, ids);
  onStep("global index");
}

function removeEntries<Entry>(index: IndexFile<Entry>, schema: IndexSchema<Entry>, ids: ReadonlySet<string>): void {
  if (ids.size === 0) return;
  index.remove((entry) => ids.has(schema.summarize(entry).id));
}

function deleteFiles(hold: PruneHold, onStep: (step: PruneStep) => void): PruneResult {
  const { planned } = hold;
  let bytesFreed = 0;
  try {
    for (const { kind, path } of planned.files) if (kind === "copy") bytesFreed += removeFile(path);
    onStep("copies");
    bytesFreed += removeFile(planned.logPath);
    onStep("log");
    hold.finish();
    onStep("locks");
    return { planned, outcome: "deleted", why: undefined, bytesFreed };
  } catch (error) {
    return { ...failed(planned, error), bytesFreed };
  }
}

function failed(planned: PlannedPrune, error: unknown): PruneResult {
  const why = error instanceof Error ? error.message : String(error);
  return { planned, outcome: "failed", why, bytesFreed: 0 };
}

/** Removes a file, or a symbolic link itself. Returns the bytes that this frees. */
function removeFile(path: string): number {
  const info = lookAt(path);
  if (info === undefined || info.isDirectory) return 0;
  Deno.removeSync(path);
  return info.isFile ? info.size : 0;
}

/** Removes a lock whose log is gone, unless somebody holds it: a session that is being started has its lock first. */
function removeLeftover(path: string): void {
  if (!lookAt(path)?.isFile) return;
  try {
    const lock = FileLock.take(path);
    if (lookAt(path.replace(/\.\w+$/, ".jsonl")) === undefined) lock.remove();
    else lock.release();
  } catch (error) {
    if (!(error instanceof LogLockedError)) throw error;
  }
}
