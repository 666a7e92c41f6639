/** The sessions of a store: its indexes, and the logs that no index names. */

import type { Dialect, IndexSchema, SessionSummary } from "../codec/dialect.ts";
import { AmbiguousSessionError, SessionNotFoundError } from "../errors.ts";
import { parseSessionId, type SessionId } from "../session_id.ts";
import { gatherEvidence, listLogs } from "./evidence.ts";
import { IndexFile } from "./index_file.ts";
import { allProjects, type Layout, logPathOf } from "./layout.ts";
import { type Liveness, livenessOf, type SessionState } from "./liveness.ts";
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
    const fitting = entries.filter((entry) => schema.summarize(entry).id.startsWith(id));
    if (fitting.length > 1) throw new AmbiguousSessionError(id, fitting.map((entry) => schema.summarize(entry).id));
    return fitting[0] === undefined ? undefined : this.#row(fitting[0], schema, now);
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
    const made: { project: ProjectEntry; global: GlobalEntry }[] = [];
    for (const id of ids) {
      try {
        made.push(this.#dialect.rebuild(gatherEvidence(layout, id, this.#dialect)));
      } catch (error) {
        const gone = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied;
        if (!gone) throw error; // a log that was removed meanwhile, or may not be read, costs its own row
      }
    }
    return made;
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
    const liveness = this.#liveness(logPath, now);
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
    const until = state === "running" ? now : lastSign;
    return { ...row, state, durationMs: Math.max(0, until - Date.parse(summary.startedAt)) };
  }

  /** What the log tells; nothing when it is gone or out of reach. */
  #liveness(logPath: string, now: number): Liveness | undefined {
    if (!mayRead(logPath)) return undefined;
    try {
      return livenessOf(logPath, this.#dialect, now);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return undefined;
      throw error;
    }
  }

  /** Where the log of an entry is: in this project if it is there, otherwise where the entry says. */
  #logPath({ id, logPath }: SessionSummary): string {
    try {
      const own = logPathOf(this.layout, parseSessionId(id));
      if (exists(own)) return own;
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

function between(from: string, to: string): number | null {
  const ms = Date.parse(to) - Date.parse(from);
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

function modifiedAt(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? 0;
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
