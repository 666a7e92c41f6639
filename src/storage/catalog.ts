/** The sessions of a store: its indexes, and the logs that no index names. */

import type { Dialect, IndexSchema, SessionSummary } from "../codec/dialect.ts";
import { parseTimestamp } from "../codec/timestamp.ts";
import { AmbiguousSessionError, SessionNotFoundError } from "../errors.ts";
import { parseSessionId, type SessionId } from "../session_id.ts";
import { gatherEvidence, listLogs } from "./evidence.ts";
import { IndexFile } from "./index_file.ts";
import { allProjects, type Layout, logPathOf } from "./layout.ts";
import { livenessOf, type SessionState } from "./liveness.ts";
import { mayRead } from "./permission.ts";

/** A way to choose one session. */
export type SessionSelector =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "latest" }
  | { readonly kind: "active" };

/** A recorded session, as a list shows it. */
export interface SessionEntry<Entry> extends SessionSummary {
  /** What is known of it. */
  readonly state: SessionState;
  /** How long it took, or has been running, in milliseconds; `null` where nobody can tell. */
  readonly durationMs: number | null;
  /** The index entry, with the fields of the wire format; made from the log where no index has one. */
  readonly entry: Entry;
}

/** Finds the sessions of one store. */
export class Catalog<Event, ProjectEntry, GlobalEntry> {
  /** The project that ids are looked up in first. */
  readonly layout: Layout;
  /** The index of the project. */
  readonly projectIndex: IndexFile<ProjectEntry>;
  /** The index of all projects. */
  readonly globalIndex: IndexFile<GlobalEntry>;
  readonly #dialect: Dialect<Event, ProjectEntry, GlobalEntry>;

  /**
   * @param layout The project.
   * @param dialect The wire format of its logs and indexes.
   */
  constructor(layout: Layout, dialect: Dialect<Event, ProjectEntry, GlobalEntry>) {
    this.layout = layout;
    this.#dialect = dialect;
    this.projectIndex = new IndexFile(
      layout.indexPath,
      dialect.projectIndex,
      () => this.#rebuild(layout, listLogs(layout)).map((made) => made.project),
    );
    this.globalIndex = new IndexFile(
      layout.globalIndexPath,
      dialect.globalIndex,
      () => allProjects(layout.root).flatMap((each) => this.#rebuild(each, listLogs(each))).map((made) => made.global),
    );
  }

  /**
   * Lists the sessions of the project.
   *
   * @param now Milliseconds since the epoch, to judge by who is alive.
   * @returns The sessions, newest first.
   */
  list(now: number = Date.now()): SessionEntry<ProjectEntry>[] {
    return this.#rows(this.#projectEntries(), this.#dialect.projectIndex, now);
  }

  /**
   * Lists the sessions of all projects.
   *
   * @param now Milliseconds since the epoch, to judge by who is alive.
   * @returns The sessions, newest first.
   */
  listAll(now: number = Date.now()): SessionEntry<GlobalEntry>[] {
    return this.#rows(this.#globalEntries(), this.#dialect.globalIndex, now);
  }

  /**
   * Chooses one session, in the order of the Rust programs: this project's log of that name, this project, all projects.
   *
   * @param selector Which.
   * @param now Milliseconds since the epoch, to judge by who is alive.
   * @returns The session.
   * @throws {SyntaxError} When the id could not be a session's.
   * @throws {SessionNotFoundError} When there is none.
   * @throws {AmbiguousSessionError} When a prefix fits several.
   */
  resolve(selector: SessionSelector, now: number = Date.now()): SessionEntry<ProjectEntry | GlobalEntry> {
    const found = selector.kind === "id"
      ? this.#byId(parseSessionId(selector.id), now)
      : selector.kind === "latest"
      ? this.#latest(now)
      : this.#active(now);
    if (found !== undefined) return found;
    throw new SessionNotFoundError(
      selector.kind === "id"
        ? `Cannot find session "${selector.id}": no log and no index entry in "${this.layout.root}" fits it`
        : selector.kind === "latest"
        ? `Cannot find the latest session: nothing is recorded in "${this.layout.root}" yet`
        : `Cannot find an active session: none is running in "${this.layout.projectDir}"`,
    );
  }

  #byId(id: SessionId, now: number): SessionEntry<ProjectEntry | GlobalEntry> | undefined {
    const { projectIndex, globalIndex } = this.#dialect;
    return this.#match(this.#projectEntries(), projectIndex, id, now) ??
      this.#match(this.#globalEntries(), globalIndex, id, now);
  }

  #match<Entry>(
    entries: readonly Entry[],
    schema: IndexSchema<Entry>,
    id: SessionId,
    now: number,
  ): SessionEntry<Entry> | undefined {
    const exact = entries.find((entry) => schema.summarize(entry).id === id);
    if (exact !== undefined) return this.#row(exact, schema, now);
    const byId = new Map(entries.map((entry) => [schema.summarize(entry).id, entry]));
    const fitting = [...byId.keys()].filter((each) => each.startsWith(id));
    if (fitting.length > 1) throw new AmbiguousSessionError(id, fitting);
    return fitting[0] === undefined ? undefined : this.#row(byId.get(fitting[0])!, schema, now);
  }

  #latest(now: number): SessionEntry<ProjectEntry | GlobalEntry> | undefined {
    const { projectIndex, globalIndex } = this.#dialect;
    const inProject = newestFirst(this.#projectEntries(), projectIndex)[0];
    if (inProject !== undefined) return this.#row(inProject, projectIndex, now);
    const anywhere = newestFirst(this.#globalEntries(), globalIndex)[0];
    return anywhere === undefined ? undefined : this.#row(anywhere, globalIndex, now);
  }

  /** The session of this project that was written last and has no end yet; one that runs before one that may not. */
  #active(now: number): SessionEntry<ProjectEntry> | undefined {
    const open = this.#projectEntries()
      .filter((entry) => this.#dialect.projectIndex.summarize(entry).endedAt === null)
      .map((entry) => this.#row(entry, this.#dialect.projectIndex, now))
      .filter(({ state }) => state === "running" || state === "stale")
      .map((row) => ({ row, rank: row.state === "running" ? 1 : 0, written: modifiedAt(row.logPath) }))
      .sort((a, b) => b.rank - a.rank || b.written - a.written);
    return open[0]?.row;
  }

  /** The project's index, and what its logs add to it. */
  #projectEntries(): readonly ProjectEntry[] {
    const { entries } = this.projectIndex.loadOrRebuild();
    const indexed = new Set(entries.map((entry) => this.#dialect.projectIndex.summarize(entry).id));
    const missing = listLogs(this.layout).filter((id) => !indexed.has(id));
    return [...entries, ...this.#rebuild(this.layout, missing).map((made) => made.project)];
  }

  /** The index of all projects, and what the logs of all projects add to it. */
  #globalEntries(): readonly GlobalEntry[] {
    const { entries } = this.globalIndex.loadOrRebuild();
    const indexed = new Set(entries.map((entry) => this.#dialect.globalIndex.summarize(entry).id));
    const missing = allProjects(this.layout.root).flatMap((layout) =>
      this.#rebuild(layout, listLogs(layout).filter((id) => !indexed.has(id)))
    );
    return [...entries, ...missing.map((made) => made.global)];
  }

  #rebuild(layout: Layout, ids: readonly SessionId[]): { project: ProjectEntry; global: GlobalEntry }[] {
    return ids
      .map((id) => fromLog(logPathOf(layout, id), () => gatherEvidence(layout, id, this.#dialect)))
      .filter((evidence) => evidence !== undefined)
      .map((evidence) => this.#dialect.rebuild(evidence));
  }

  #rows<Entry>(entries: readonly Entry[], schema: IndexSchema<Entry>, now: number): SessionEntry<Entry>[] {
    return newestFirst(entries, schema).map((entry) => this.#row(entry, schema, now));
  }

  #row<Entry>(entry: Entry, schema: IndexSchema<Entry>, now: number): SessionEntry<Entry> {
    const summary = schema.summarize(entry);
    const logPath = this.#logPath(summary);
    const row = { ...summary, logPath, entry };
    if (summary.endedAt !== null && summary.status !== null) {
      return { ...row, state: summary.status, durationMs: between(summary.startedAt, summary.endedAt) };
    }
    const liveness = fromLog(logPath, () => livenessOf(logPath, this.#dialect, now));
    if (liveness === undefined) return { ...row, state: "stale", durationMs: null };
    const { state, end, lastSign } = liveness;
    if (end !== undefined) { // its writer died between the end of the log and the index
      return {
        ...row,
        ...end,
        entry: schema.stamp(entry, end),
        state,
        durationMs: between(row.startedAt, end.endedAt),
      };
    }
    const lasted = (state === "running" ? now : lastSign) - Date.parse(summary.startedAt);
    return { ...row, state, durationMs: Number.isNaN(lasted) ? null : Math.max(0, lasted) };
  }

  /** Where the log of an entry is: in this project if it is there, otherwise where the entry says. */
  #logPath({ id, logPath }: SessionSummary): string {
    try {
      const own = logPathOf(this.layout, parseSessionId(id));
      if (own === logPath || exists(own)) return own;
    } catch {
      // An id that is no file name: only the path of the entry can tell.
    }
    return logPath;
  }
}

function newestFirst<Entry>(entries: readonly Entry[], schema: IndexSchema<Entry>): Entry[] {
  return entries
    .map((entry, place) => ({ entry, place, startedAt: schema.summarize(entry).startedAt }))
    .sort((a, b) => a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : b.place - a.place)
    .map(({ entry }) => entry);
}

/** What a log tells; nothing when it is gone, out of reach or no file: one bad log costs no other session. */
function fromLog<T>(logPath: string, learn: () => T): T | undefined {
  try {
    return mayRead(logPath) && Deno.statSync(logPath).isFile ? learn() : undefined;
  } catch {
    return undefined; // whatever the system has against it: who asks for this session hears of it
  }
}

function between(from: string, to: string): number | null {
  const [start, end] = [parseTimestamp(from), parseTimestamp(to)];
  if (start === undefined || end === undefined) return null;
  return Math.max(0, Math.floor((end.seconds - start.seconds) * 1000 + (end.nanos - start.nanos) / 1e6));
}

function modifiedAt(path: string): number {
  try {
    return mayRead(path) ? Deno.statSync(path).mtime?.getTime() ?? 0 : 0;
  } catch {
    return 0;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
