/** The places that sessions are recorded in, behind one interface. */

import type { JsonObject } from "../codec/json.ts";
import type { LogFormat } from "../query/event_view.ts";
import type { SessionEntry, SessionSelector } from "../storage/catalog.ts";
import type { LayoutOptions } from "../storage/layout.ts";
import type { SessionList } from "../storage/session_list.ts";

/** Names of the sources, in the order that ids are looked up in. */
export const SOURCE_NAMES = ["zig", "agents", "zag", "outrig"] as const;

/**
 * Name of a source: the sessions of workflows; the agent sessions recorded beside them; those of the Rust program zag;
 * the runs of the Rust program outrig.
 */
export type SourceName = (typeof SOURCE_NAMES)[number];

/** Names of the sources of agent sessions. */
export const AGENT_SOURCES = ["agents", "zag"] as const satisfies readonly SourceName[];

/** Name of a source of agent sessions. */
export type AgentSourceName = (typeof AGENT_SOURCES)[number];

/** A session of any source. */
export type AnySession = SessionEntry<unknown>;

/** The log of a session. */
export interface SessionLog {
  /** Where it is. */
  readonly logPath: string;
  /** How it is read. */
  readonly format: LogFormat;
}

/** A log to search. */
export interface SearchableLog extends SessionLog {
  /** Which log of its session it is, where there are several. */
  readonly logName?: string;
}

/** What a list is to hold. */
export interface SourceListOptions {
  /** Whether the sessions of all projects are meant; otherwise those of one. A source without projects lists all. */
  readonly all: boolean;
  /** Milliseconds since the epoch, to judge by who is alive. */
  readonly now: number;
  /** Told of what has to be left out. */
  readonly notice: (message: string) => void;
}

/** A place that sessions are recorded in. */
export interface Source {
  /** Its name. */
  readonly name: SourceName;
  /** The directory of the store. */
  readonly root: string;
  /** The directory of the project in it; the store itself where it has no projects. */
  readonly projectDir: string;
  /** How the logs of its sessions are read; `undefined` where not every session has one. */
  readonly format: LogFormat | undefined;
  /** Lists the sessions, newest first; what is known of one is found out when it is reached. */
  list(options: SourceListOptions): SessionList<AnySession>;
  /**
   * Chooses one session.
   *
   * @throws {SyntaxError} When the id could not be a session's.
   * @throws {SessionNotFoundError} When there is none.
   * @throws {AmbiguousSessionError} When a prefix fits several.
   */
  resolve(selector: SessionSelector, now: number): AnySession;
  /** What is stored of a session that this source listed or chose, with the fields of the wire format. */
  storedOf(session: AnySession): JsonObject;
  /** Where a session belongs: the name of its project's directory, or of the directory that it worked in. */
  projectOf(session: AnySession): string | undefined;
  /**
   * The events of a session.
   *
   * @throws {SessionNotFoundError} When it has no event log.
   */
  logOf(session: AnySession): Promise<SessionLog>;
  /** All that can be searched of a session. */
  searchableOf(session: AnySession): readonly SearchableLog[];
}

/** Opens a source; `undefined` where nothing was ever recorded. */
export type OpenSource = (options: LayoutOptions) => Promise<Source | undefined>;
