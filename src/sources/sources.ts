/** Several sources as one: a merged list, and ids that are looked up in all of them. */

import { parseTimestamp } from "../codec/timestamp.ts";
import { AmbiguousSessionError, SessionNotFoundError, UsageError } from "../errors.ts";
import { parseSessionId } from "../session_id.ts";
import type { SessionSelector } from "../storage/catalog.ts";
import type { LayoutOptions } from "../storage/layout.ts";
import { SessionList } from "../storage/session_list.ts";
import { openSource } from "./open_source.ts";
import type { AnySession, Source, SourceListOptions, SourceName } from "./source.ts";

/** A session, and the source that it is of. */
export interface SourceSession {
  /** The source. */
  readonly source: Source;
  /** The session. */
  readonly session: AnySession;
}

/** Why a source is left out. */
export interface SourceGap {
  /** Which. */
  readonly name: SourceName;
  /** What is missing, with the flag that would help. */
  readonly message: string;
}

/** One or more sources, in the order that ids are looked up in. */
export class Sources {
  readonly #names: readonly SourceName[];
  readonly #options: LayoutOptions;
  readonly #gaps: SourceGap[] = [];

  /**
   * @param names Which.
   * @param options The store and project.
   */
  constructor(names: readonly SourceName[], options: LayoutOptions) {
    this.#names = names;
    this.#options = options;
  }

  /** The sources that had to be left out, as far as they were looked at. */
  get gaps(): readonly SourceGap[] {
    return this.#gaps;
  }

  /**
   * Opens them all.
   *
   * @returns Those that exist.
   * @throws {Deno.errors.NotCapable} When the only one may not be read.
   */
  async open(): Promise<Source[]> {
    return await Array.fromAsync(this.#opened());
  }

  /**
   * Chooses one session. An exact id wins, wherever it is; otherwise an id may begin as given in one place only.
   *
   * @param selector Which.
   * @param now Milliseconds since the epoch, to judge by who is alive.
   * @returns The session.
   * @throws {SyntaxError} When the id could not be a session's.
   * @throws {SessionNotFoundError} When there is none.
   * @throws {AmbiguousSessionError} When a prefix fits several.
   */
  async resolve(selector: SessionSelector, now: number): Promise<SourceSession> {
    const found: SourceSession[] = [];
    const names: string[] = [];
    const ids: string[] = [];
    const failures: Error[] = [];
    const roots: string[] = [];
    if (selector.kind === "id") parseSessionId(selector.id);
    for await (const source of this.#opened()) {
      roots.push(source.root);
      try {
        const session = source.resolve(selector, now);
        if (selector.kind === "id" && session.id === selector.id) return { source, session };
        found.push({ source, session });
        names.push(`${source.name} ${session.id}`);
        ids.push(session.id);
      } catch (error) {
        if (error instanceof AmbiguousSessionError) {
          names.push(...error.candidates.map((id) => `${source.name} ${id}`));
          ids.push(...error.candidates);
        } else if (!(error instanceof SessionNotFoundError)) throw error;
        failures.push(error);
      }
    }
    if (selector.kind === "id" && ids.length > 1) throw new AmbiguousSessionError(selector.id, ids, names);
    const [newest] = newestFirst(found);
    if (newest !== undefined) return newest;
    throw notFound(selector, failures, roots);
  }

  async *#opened(): AsyncGenerator<Source, void, void> {
    for (const name of this.#names) {
      const source = await this.#open(name);
      if (source !== undefined) yield source;
    }
  }

  async #open(name: SourceName): Promise<Source | undefined> {
    try {
      return await openSource(name, this.#options);
    } catch (error) {
      const isGap = error instanceof Deno.errors.NotCapable || error instanceof UsageError;
      if (!isGap || name === this.#names[0]) throw error;
      this.#gaps.push({ name, message: error.message });
      return undefined;
    }
  }
}

/**
 * Lists the sessions of several sources of which not all may be wanted.
 *
 * @param sources The sources.
 * @param options Which sessions.
 * @returns The sessions, newest first. Those of a single source are looked at when they are reached.
 */
export function sourceList(sources: readonly Source[], options: SourceListOptions): SessionList<SourceSession> {
  const lists = sources.map((source) => source.list(options).map((session) => ({ source, session })));
  if (lists.length === 1) return lists[0]!;
  return SessionList.of(newestFirst(lists.flatMap((list) => list.toArray())), {
    idOf: ({ session }) => session.id,
    rowOf: (row) => row,
  });
}

/**
 * Lists the sessions of several sources.
 *
 * @param sources The sources.
 * @param options Which sessions.
 * @returns The sessions, newest first.
 */
export function listSources(sources: readonly Source[], options: SourceListOptions): SourceSession[] {
  return sourceList(sources, options).toArray();
}

/** By instants: the sources write times in several forms. Whose time cannot be read comes last. */
function newestFirst(sessions: readonly SourceSession[]): SourceSession[] {
  return sessions
    .map((each) => ({ each, at: parseTimestamp(each.session.startedAt) ?? { seconds: -Infinity, nanos: 0 } }))
    .sort((a, b) => b.at.seconds - a.at.seconds || b.at.nanos - a.at.nanos || 0)
    .map(({ each }) => each);
}

/** What the only source says, or that none of several has it. */
function notFound(selector: SessionSelector, failures: readonly Error[], roots: readonly string[]): Error {
  const [only] = failures;
  if (only !== undefined && failures.length === 1) return only;
  const what = selector.kind === "id" ? `session "${selector.id}"` : `the ${selector.kind} session`;
  const where = roots.map((root) => JSON.stringify(root)).join(", ");
  return new SessionNotFoundError(
    `Cannot find ${what}: ${roots.length === 0 ? "nothing is recorded there yet" : `nothing in ${where} fits it`}`,
  );
}
