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

/** A session before anybody has looked whether it goes on. */
interface Known<Entry> {
  readonly entry: Entry;
  readonly summary: SessionSummary;
}

/** The sessions of a project, or of all, and what the names of their files tell. */
interface Collection<Entry> {
  readonly schema: IndexSchema<Entry>;
  /** Those of the index in its order, then those that no index names. */
  readonly known: readonly Known<Entry>[];
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
    return this.#rows(this.#ofProject(), now);
  }

  /**
   * Lists the sessions of all projects.
   *
   * @param now Milliseconds since the epoch, to judge by who is alive.
   * @returns The sessions, newest first.
   */
  listAll(now: number = Date.now()): SessionEntry<GlobalEntry>[] {
    return this.#rows(this.#ofStore(), now);
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
    const exact = sessions.known.find(({ summary }) => summary.id === id);
    if (exact !== undefined) return this.#row(exact, sessions, now);
    const fitting = new Map(
      sessions.known.filter(({ summary }) => summary.id.startsWith(id)).map((each) => [each.summary.id, each]),
    );
    if (fitting.size > 1) throw new AmbiguousSessionError(id, [...fitting.keys()]);
    for (const only of fitting.values()) return this.#row(only, sessions, now);
    return undefined;
  }

  #latest<Entry>(sessions: Collection<Entry>, now: number): SessionEntry<Entry> | undefined {
    const newest = newestFirst(sessions.known)[0];
    return newest === undefined ? undefined : this.#row(newest, sessions, now);
  }

  /** The session of this project that was written last and has no end yet; one that runs before one that may not. */
  #active(now: number): SessionEntry<ProjectEntry> | undefined {
    const sessions = this.#ofProject();
    const open = sessions.known
      .filter(({ summary }) => summary.endedAt === null)
      .map((each) => this.#row(each, sessions, now))
      .filter(({ state }) => state === "running" || state === "stale")
      .map((row) => ({ row, rank: row.state === "running" ? 1 : 0, written: modifiedAt(row.logPath) }))
      .sort((a, b) => b.rank - a.rank || b.written - a.written);
    return open[0]?.row;
  }

  /** The project's index, and what its logs add to it. */
  #ofProject(): Collection<ProjectEntry> {
    const schema = this.#dialect.projectIndex;
    const indexed = knownBy(schema, this.projectIndex.loadOrRebuild().entries);
    const own = new Listing(this.layout);
    const missing = this.#rebuild(this.layout, own.ids(idsOf(indexed))).map((made) => made.project);
    return { schema, known: [...indexed, ...knownBy(schema, missing)], own, listings: [own] };
  }

  /** The index of all projects, and what the logs of all projects add to it. */
  #ofStore(): Collection<GlobalEntry> {
    const schema = this.#dialect.globalIndex;
    const indexed = knownBy(schema, this.globalIndex.loadOrRebuild().entries);
    const ids = idsOf(indexed);
    const listings: Listing[] = [];
    const missing = this.#projects().flatMap((layout) => {
      const listing = new Listing(layout);
      listings.push(listing);
      return this.#rebuild(layout, listing.ids(ids)).map((made) => made.global);
    });
    const own = new Listing(this.layout);
    return { schema, known: [...indexed, ...knownBy(schema, missing)], own, listings };
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

  #rows<Entry>(sessions: Collection<Entry>, now: number): SessionEntry<Entry>[] {
    return newestFirst(sessions.known).map((each) => this.#row(each, sessions, now));
  }

  #row<Entry>(
    { entry, summary }: Known<Entry>,
    { schema, own, listings }: Collection<Entry>,
    now: number,
  ): SessionEntry<Entry> {
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

function knownBy<Entry>(schema: IndexSchema<Entry>, entries: readonly Entry[]): Known<Entry>[] {
  return entries.map((entry) => ({ entry, summary: schema.summarize(entry) }));
}

function idsOf(known: readonly Known<unknown>[]): Set<string> {
  const ids = new Set<string>();
  for (const { summary } of known) ids.add(summary.id);
  return ids;
}

/** Where the log of an entry is: in this project if it is there, otherwise where the entry says. */
function logPathIn(own: Listing, { id, logPath }: SessionSummary): string {
  const here = own.pathOf(id);
  return here !== logPath && own.hasLog(id) ? here : logPath;
}

/** An index is in this order already, the other way round; only what was added by others makes sorting necessary. */
function newestFirst<Entry>(known: readonly Known<Entry>[]): Known<Entry>[] {
  const isOrdered = known.every(({ summary }, at) => at === 0 || known[at - 1]!.summary.startedAt <= summary.startedAt);
  if (isOrdered) return known.toReversed();
  return known
    .map((each, place) => ({ each, place, startedAt: each.summary.startedAt }))
    .sort((a, b) => a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : b.place - a.place)
    .map(({ each }) => each);
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
