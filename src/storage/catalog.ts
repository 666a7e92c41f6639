/** The sessions of a store: its indexes, and the logs that no index names. */

import type { Dialect, IndexSchema, SessionSummary } from "../codec/dialect.ts";
import { millisBetween } from "../codec/timestamp.ts";
import { AmbiguousSessionError, SessionNotFoundError } from "../errors.ts";
import { parseSessionId, type SessionId } from "../session_id.ts";
import { gatherEvidence, listLogs } from "./evidence.ts";
import { IndexFile } from "./index_file.ts";
import { allProjects, type Layout, logPathOf } from "./layout.ts";
import { Listing } from "./listing.ts";
import { livenessOf, type SessionState } from "./liveness.ts";
import { mayRead } from "./permission.ts";
import { SessionList } from "./session_list.ts";

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
  /** Whether it is protected from being pruned. */
  readonly pinned: boolean;
  /** The index entry, with the fields of the wire format; made from the log where no index has one. */
  readonly entry: Entry;
}

/** The sessions of a project, or of all, and what the names of their files tell. */
interface Collection<Entry> {
  readonly schema: IndexSchema<Entry>;
  /** Those of the index in its order, then those that no index names: nobody has looked yet whether they go on. */
  readonly entries: readonly Entry[];
  readonly own: Listing;
  readonly listings: readonly Listing[];
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
      () => this.#projects().flatMap((each) => this.#rebuild(each, listLogs(each))).map((made) => made.global),
    );
  }

  /**
   * Lists the sessions of the project.
   *
   * @param now Milliseconds since the epoch, to judge by who is alive.
   * @returns The sessions, newest first.
   */
  list(now: number = Date.now()): SessionEntry<ProjectEntry>[] {
    return this.#rows(this.#ofProject(), now).toArray();
  }

  /**
   * Lists the sessions of all projects.
   *
   * @param now Milliseconds since the epoch, to judge by who is alive.
   * @returns The sessions, newest first.
   */
  listAll(now: number = Date.now()): SessionEntry<GlobalEntry>[] {
    return this.#rows(this.#ofStore(), now).toArray();
  }

  /**
   * Lists sessions of which not all may be wanted.
   *
   * @param options `all` for those of all projects; `now` in milliseconds since the epoch, to judge by who is alive.
   * @returns The sessions; whether one goes on is found out when it is reached.
   */
  sessions({ all, now }: { readonly all: boolean; readonly now: number }): SessionList<SessionEntry<unknown>> {
    return all ? this.#rows(this.#ofStore(), now) : this.#rows(this.#ofProject(), now);
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
      ? this.#latest(this.#ofProject(), now) ?? this.#latest(this.#ofStore(), now)
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
    return this.#match(this.#ofProject(), id, now) ?? this.#match(this.#ofStore(), id, now);
  }

  #match<Entry>(sessions: Collection<Entry>, id: SessionId, now: number): SessionEntry<Entry> | undefined {
    const idOf = (entry: Entry): string => sessions.schema.summarize(entry).id;
    const exact = sessions.entries.find((entry) => idOf(entry) === id);
    if (exact !== undefined) return this.#row(exact, sessions, now);
    const fitting = new Map(
      sessions.entries.filter((entry) => idOf(entry).startsWith(id)).map((entry) => [idOf(entry), entry]),
    );
    if (fitting.size > 1) throw new AmbiguousSessionError(id, [...fitting.keys()]);
    for (const only of fitting.values()) return this.#row(only, sessions, now);
    return undefined;
  }

  #latest<Entry>(sessions: Collection<Entry>, now: number): SessionEntry<Entry> | undefined {
    const newest = newestFirst(sessions)[0];
    return newest === undefined ? undefined : this.#row(newest, sessions, now);
  }

  /** The session of this project that was written last and has no end yet; one that runs before one that may not. */
  #active(now: number): SessionEntry<ProjectEntry> | undefined {
    const sessions = this.#ofProject();
    const open = sessions.entries
      .filter((entry) => sessions.schema.summarize(entry).endedAt === null)
      .map((each) => this.#row(each, sessions, now))
      .filter(({ state }) => state === "running" || state === "stale")
      .map((row) => ({ row, rank: row.state === "running" ? 1 : 0, written: modifiedAt(row.logPath) }))
      .sort((a, b) => b.rank - a.rank || b.written - a.written);
    return open[0]?.row;
  }

  /**
   * The project's index, and what its logs add to it. The names of the logs are read first: a session that begins after
   * that is in the index or not seen at all, and the collector of garbage has less to move.
   */
  #ofProject(): Collection<ProjectEntry> {
    const schema = this.#dialect.projectIndex;
    const own = new Listing(this.layout);
    const { entries } = this.projectIndex.loadOrRebuild();
    const missing = this.#rebuild(this.layout, own.ids(idsOf(schema, entries))).map((made) => made.project);
    return { schema, entries: [...entries, ...missing], own, listings: [own] };
  }

  /** The index of all projects, and what the logs of all projects add to it; the names of the logs first here, too. */
  #ofStore(): Collection<GlobalEntry> {
    const schema = this.#dialect.globalIndex;
    const projects = this.#projects();
    const listings = projects.map((layout) => new Listing(layout));
    const { entries } = this.globalIndex.loadOrRebuild();
    const ids = idsOf(schema, entries);
    const missing = projects.flatMap((layout, at) =>
      this.#rebuild(layout, listings[at]!.ids(ids)).map((made) => made.global)
    );
    const own = listings[projects.findIndex(({ sessionsDir }) => sessionsDir === this.layout.sessionsDir)]!;
    return { schema, entries: [...entries, ...missing], own, listings };
  }

  /** All projects of the store; the logs of this one may lie outside of it. */
  #projects(): Layout[] {
    const projects = allProjects(this.layout.root);
    const isInside = projects.some(({ sessionsDir }) => sessionsDir === this.layout.sessionsDir);
    return isInside ? projects : [...projects, this.layout];
  }

  #rebuild(layout: Layout, ids: readonly SessionId[]): { project: ProjectEntry; global: GlobalEntry }[] {
    return ids
      .map((id) => fromLog(logPathOf(layout, id), () => gatherEvidence(layout, id, this.#dialect)))
      .filter((evidence) => evidence !== undefined)
      .map((evidence) => this.#dialect.rebuild(evidence));
  }

  #rows<Entry>(sessions: Collection<Entry>, now: number): SessionList<SessionEntry<Entry>> {
    return SessionList.of(newestFirst(sessions), {
      idOf: (entry) => sessions.schema.summarize(entry).id,
      rowOf: (entry) => this.#row(entry, sessions, now),
    });
  }

  #row<Entry>(entry: Entry, { schema, own, listings }: Collection<Entry>, now: number): SessionEntry<Entry> {
    const summary = schema.summarize(entry);
    const { id, name, startedAt, endedAt, status } = summary;
    const logPath = logPathIn(own, summary);
    const pinned = listings.some((listing) => listing.isPinned(id, logPath));
    if (endedAt !== null && status !== null) {
      const durationMs = between(startedAt, endedAt);
      return { id, name, logPath, startedAt, endedAt, status, state: status, durationMs, pinned, entry };
    }
    const row = { ...summary, logPath, pinned, entry };
    const liveness = fromLog(logPath, () => livenessOf(logPath, this.#dialect, now));
    if (liveness === undefined) return { ...row, state: "stale", durationMs: null };
    const { state, end, lastSign } = liveness;
    if (end !== undefined) { // its writer died between the end of the log and the index
      return { ...row, ...end, entry: schema.stamp(entry, end), state, durationMs: between(startedAt, end.endedAt) };
    }
    const lasted = (state === "running" ? now : lastSign) - Date.parse(startedAt);
    return { ...row, state, durationMs: Number.isNaN(lasted) ? null : Math.max(0, lasted) };
  }
}

function idsOf<Entry>({ summarize }: IndexSchema<Entry>, entries: readonly Entry[]): Set<string> {
  const ids = new Set<string>();
  for (const entry of entries) ids.add(summarize(entry).id);
  return ids;
}

/** Where the log of an entry is: in this project if it is there, otherwise where the entry says. */
function logPathIn(own: Listing, { id, logPath }: SessionSummary): string {
  return !own.isPathOf(logPath, id) && own.hasLog(id) ? own.pathOf(id) : logPath;
}

/** An index is in this order already, the other way round; only what was added by others makes sorting necessary. */
function newestFirst<Entry>({ schema, entries }: Collection<Entry>): Entry[] {
  const times = entries.map((entry) => schema.summarize(entry).startedAt);
  const isOrdered = times.every((time, at) => at === 0 || times[at - 1]! <= time);
  if (isOrdered) return entries.toReversed();
  return entries
    .map((entry, place) => ({ entry, place, startedAt: times[place]! }))
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
  const millis = millisBetween(from, to);
  return millis === undefined ? null : Math.max(0, millis);
}

function modifiedAt(path: string): number {
  try {
    return mayRead(path) ? Deno.statSync(path).mtime?.getTime() ?? 0 : 0;
  } catch {
    return 0;
  }
}
