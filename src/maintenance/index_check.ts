/** The indexes of a store, against its logs. */

import type { IndexSchema } from "../codec/dialect.ts";
import { join } from "../deps/path.ts";
import { compareIndex, type IndexComparison, type IndexDifference, type IndexedLog } from "../query/compare_index.ts";
import { parseSessionId, type SessionId } from "../session_id.ts";
import { appendLockPathOf } from "../storage/append_lock.ts";
import { Catalog } from "../storage/catalog.ts";
import { gatherEvidence, listLogs } from "../storage/evidence.ts";
import { lockState } from "../storage/file_lock.ts";
import type { IndexFile } from "../storage/index_file.ts";
import { type Layout, lockPathOf, logPathOf, readDir } from "../storage/layout.ts";
import { livenessOf } from "../storage/liveness.ts";
import { isGranted } from "../storage/permission.ts";
import type { StoredEntry, StoredGlobalEntry, StoreFormat } from "./stores.ts";

/** What the logs of some projects say about the entries of the indexes. */
export interface LogFacts {
  /** For the index of each project, by the path of that index. */
  readonly projects: ReadonlyMap<string, ReadonlyMap<string, IndexedLog<StoredEntry>>>;
  /** For the index of all projects. */
  readonly global: ReadonlyMap<string, IndexedLog<StoredGlobalEntry>>;
}

/** An index, and how it is compared and changed. */
export interface CheckedIndex {
  /** The file. */
  readonly path: string;
  /** Whether there is one. */
  readonly exists: boolean;
  /** What is wrong with the file itself, if anything. */
  readonly damage: string | undefined;
  /** Where its entries differ from the logs. */
  readonly differences: readonly IndexDifference[];
  /** Makes the entries what they should be; a damaged file is set aside first. */
  correct(): void;
}

/** Which entries are looked at. */
export interface Scope {
  /** The projects. */
  readonly layouts: readonly Layout[];
  /** The form of their logs and indexes. */
  readonly format: StoreFormat;
  /** Only this session of them. */
  readonly only?: SessionId | undefined;
}

/**
 * Looks at logs: at the lock, then at the log. What is ended by then has its entries stamped before the indexes are read.
 *
 * @param scope Which logs.
 * @param now Milliseconds since the epoch.
 * @returns What they say.
 */
export function gatherFacts(scope: Scope, now: number): LogFacts {
  const projects = new Map<string, Map<string, IndexedLog<StoredEntry>>>();
  const global = new Map<string, IndexedLog<StoredGlobalEntry>>();
  const isImporting = scope.layouts.length > 0 && importGoesOn(scope.layouts[0]!.root);
  for (const layout of scope.layouts) {
    const ids = scope.only === undefined ? listLogs(layout) : [scope.only];
    const project = new Map<string, IndexedLog<StoredEntry>>();
    for (const id of ids) {
      const facts = factsOf(layout, id, scope.format, now);
      if (facts === undefined) continue;
      const isLive = facts.isLive || isImporting;
      project.set(id, { ...facts, isLive, entry: facts.project });
      global.set(id, { ...facts, isLive, entry: facts.global });
    }
    projects.set(layout.indexPath, project);
  }
  return { projects, global };
}

/**
 * Compares the index of each project and that of all projects with the logs. Nothing is written.
 *
 * @param scope Which projects.
 * @param facts What their logs say; those of all projects when the entries of all are to be compared.
 * @returns The indexes; that of all projects is the last.
 */
export function checkIndexes(scope: Scope, facts: LogFacts): CheckedIndex[] {
  const { dialect } = scope.format;
  const checked = scope.layouts.map((layout) => {
    const logs = facts.projects.get(layout.indexPath) ?? new Map();
    return check(new Catalog(layout, dialect).projectIndex, dialect.projectIndex, layout, logs, scope.only);
  });
  const [layout] = scope.layouts;
  if (layout === undefined) return checked;
  const { globalIndex } = new Catalog(layout, dialect);
  return [...checked, check(globalIndex, dialect.globalIndex, layout, facts.global, scope.only)];
}

/** Whether sessions are imported just now: they are entered into the indexes many at a time, after their logs are made. */
function importGoesOn(root: string): boolean {
  return readDir(root).some(({ name }) =>
    /^import-.+\.jsonl\.lock$/.test(name) && lockState(join(root, name)) === "held"
  );
}

function factsOf(
  layout: Layout,
  id: SessionId,
  { dialect, rules }: StoreFormat,
  now: number,
): { project: StoredEntry; global: StoredGlobalEntry; knowsStart: boolean; isLive: boolean } | undefined {
  const logPath = logPathOf(layout, id);
  try {
    const lock = lockState(lockPathOf(logPath));
    const isHeld = lock === "held" || lockState(appendLockPathOf(logPath)) === "held";
    const isLive = isHeld || livenessOf(logPath, dialect, now, lock).state === "running";
    const evidence = gatherEvidence(layout, id, dialect);
    return { ...dialect.rebuild(evidence), knowsStart: evidence.first?.type === rules.startType, isLive };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // removed meanwhile
    throw error;
  }
}

function check<Entry>(
  index: IndexFile<Entry>,
  schema: IndexSchema<Entry>,
  layout: Layout,
  logs: ReadonlyMap<string, IndexedLog<Entry>>,
  only: SessionId | undefined,
): CheckedIndex {
  const compare = (entries: readonly Entry[]): IndexComparison<Entry> =>
    compareIndex(schema, entries, {
      logs,
      only,
      isSameFile,
      hasLog: ({ id, logPath }) => exists(logPath) || isOwn(layout, id),
    });
  const { entries, exists: isThere, damage } = index.load();
  return {
    path: index.path,
    exists: isThere,
    damage,
    differences: damage === undefined ? compare(entries).differences : [],
    correct: () => index.update((entries) => compare(entries).entries),
  };
}

function isOwn(layout: Layout, id: string): boolean {
  try {
    return exists(logPathOf(layout, parseSessionId(id)));
  } catch {
    return false; // no file has such a name
  }
}

function exists(path: string): boolean {
  if (!isGranted({ name: "read", path })) return true; // out of reach: nothing can be said against it
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory);
  }
}

function isSameFile(one: string, other: string): boolean {
  if (!isGranted({ name: "read", path: one })) return false;
  try {
    const [a, b] = [Deno.statSync(one), Deno.statSync(other)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}
