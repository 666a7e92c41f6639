/** What pruning would delete. */

import { choosePrunes, type PruneLimits, type PruneReason, type PruneRow } from "../query/prune_choice.ts";
import { compileSessionFilter } from "../query/session_filter.ts";
import { isSessionId, type SessionId } from "../session_id.ts";
import { Catalog, type SessionEntry } from "../storage/catalog.ts";
import { allProjects, type Layout, type LayoutOptions, logPathOf } from "../storage/layout.ts";
import type { SessionState } from "../storage/liveness.ts";
import { type SessionFile, sessionFiles } from "../storage/session_files.ts";
import { type CaredStore, openStore, STORE_SOURCES, type StoredEntry, type StoreSource } from "./stores.ts";

/** A session as the catalogue of its project shows it. */
export type ProjectSession = SessionEntry<StoredEntry>;

/** What is to be pruned: the sessions in question, and what of them is to stay. */
export interface PruneOptions extends LayoutOptions, PruneLimits {
  /** Whose sessions: those of workflows when it is left out. The limits hold for `all` of them together. */
  readonly source?: StoreSource | "all" | undefined;
  /** Only runs of this workflow, or of this agent; `*` stands for any text. */
  readonly workflow?: string | undefined;
  /** Only sessions of these states; an empty list means any. */
  readonly states?: readonly SessionState[] | undefined;
  /** Whether to look at every project of the store, not only at this one. */
  readonly all?: boolean | undefined;
  /** Milliseconds since the epoch; now when left out. */
  readonly now?: number | undefined;
}

/** A session that would be pruned. */
export interface PlannedPrune {
  /** The session. */
  readonly id: SessionId;
  /** Whose it is. */
  readonly source: StoreSource;
  /** Its log; a name in the store, whatever an index says. */
  readonly logPath: string;
  /** What is known of it. */
  readonly session: ProjectSession;
  /** Why it goes. */
  readonly reason: PruneReason;
  /** What its files take. */
  readonly bytes: number;
  /** Its files, as they were when the plan was made. */
  readonly files: readonly SessionFile[];
  /** Directory of the store that it lies in. */
  readonly root: string;
  /** Storage directory of its project. */
  readonly projectDir: string;
}

/** What pruning would do; hand it to {@linkcode pruneSessions}. */
export interface PrunePlan {
  /** Directory of the store; of that of workflows where both are meant. */
  readonly root: string;
  /** The sessions that would be deleted, newest first. */
  readonly sessions: readonly PlannedPrune[];
  /** What they take together. */
  readonly bytes: number;
  /** How many sessions were looked at, and how many of them stay because they run or are protected. */
  readonly counts: { readonly total: number; readonly running: number; readonly pinned: number };
  /** Locks whose log is gone, as an interrupted pruning leaves them. */
  readonly leftovers: readonly string[];
}

interface Row extends PruneRow {
  readonly id: SessionId;
  readonly source: StoreSource;
  readonly layout: Layout;
  readonly session: ProjectSession;
  readonly files: readonly SessionFile[];
  readonly isPinned: boolean;
}

/**
 * Finds out what pruning would delete. Nothing is changed. Running sessions and protected ones are never part of it.
 *
 * @param options What is to be pruned.
 * @returns The plan.
 * @throws {UsageError} When no store can be found.
 */
export function planPrune(options: PruneOptions = {}): PrunePlan {
  const { source = "zig", all = false, now = Date.now(), workflow, states } = options;
  const isMeant = compileSessionFilter({ workflow, states });
  const stores = (source === "all" ? STORE_SOURCES : [source]).map((each) => openStore({ ...options, source: each }));
  const rows: Row[] = [];
  const leftovers: string[] = [];
  for (const store of stores) {
    for (const layout of all ? allProjects(store.layout.root) : [store.layout]) {
      const files = sessionFiles(layout);
      for (const row of rowsOf({ ...store, layout }, files, now)) if (isMeant(row.session)) rows.push(row);
      leftovers.push(...leftoversOf(files));
    }
  }
  rows.sort((a, b) =>
    a.session.startedAt < b.session.startedAt ? 1 : a.session.startedAt > b.session.startedAt ? -1 : 0
  );
  const sessions = choosePrunes(rows, options, now).map(({ row, reason }): PlannedPrune => ({
    id: row.id,
    source: row.source,
    logPath: logPathOf(row.layout, row.id),
    session: row.session,
    reason,
    bytes: row.bytes,
    files: row.files,
    root: row.layout.root,
    projectDir: row.layout.projectDir,
  }));
  return {
    root: stores[0]!.layout.root,
    sessions,
    bytes: sessions.reduce((sum, { bytes }) => sum + bytes, 0),
    counts: {
      total: rows.length,
      running: rows.filter(({ session }) => session.state === "running").length,
      pinned: rows.filter(({ isPinned }) => isPinned).length,
    },
    leftovers,
  };
}

/** The sessions whose logs lie where the store keeps them; what an index alone tells of is not ours to delete. */
function rowsOf(
  { source, dialect, layout }: CaredStore,
  files: ReadonlyMap<SessionId, SessionFile[]>,
  now: number,
): Row[] {
  const seen = new Set<string>();
  return new Catalog(layout, dialect).list(now).flatMap((session): Row[] => {
    const { id } = session;
    const own = isSessionId(id) ? files.get(id) ?? [] : [];
    if (!isSessionId(id) || seen.has(id) || own.every(({ kind }) => kind !== "log")) return [];
    seen.add(id);
    const isPinned = own.some(({ kind }) => kind === "pin");
    return [{
      id,
      source,
      layout,
      session,
      files: own,
      group: `${layout.projectDir}\n${session.name}`,
      lastSign: lastSignOf(session),
      bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
      isPinned,
      mustStay: isPinned || session.state === "running",
    }];
  });
}

function lastSignOf({ startedAt, endedAt, durationMs }: ProjectSession): number {
  return endedAt === null ? Date.parse(startedAt) + (durationMs ?? 0) : Date.parse(endedAt);
}

function leftoversOf(files: ReadonlyMap<SessionId, SessionFile[]>): string[] {
  return [...files.values()].filter((own) => own.every(({ kind }) => kind !== "log")).flat()
    .filter(({ kind }) => kind === "lock" || kind === "append")
    .map(({ path }) => path);
}
