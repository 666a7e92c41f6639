/**
 * What the storage needs to know of a wire format, and nothing more.
 *
 * @module
 */

import type { JsonObject } from "./json.ts";
import type { Codec } from "./shape.ts";

/** Where a decoded line stands. */
export interface Place {
  /** Byte offset of the line in its file. */
  readonly offset: number;
  /** Bytes of the line, with its newline. */
  readonly length: number;
  /** The line as it is stored, without white space around it; bytes that are not UTF-8 are U+FFFD in it. */
  readonly text: string;
}

/** An event of a known type. Fields that its type does not list are kept on it. */
export interface DecodedEvent<Event> extends Place {
  /** Tells it from the other kinds. */
  readonly kind: "event";
  /** The event. */
  readonly event: Event;
}

/** A line of the right form whose type is not listed: written by a newer program. */
export interface DecodedUnknown extends Place {
  /** Tells it from the other kinds. */
  readonly kind: "unknown";
  /** The type it names. */
  readonly type: string;
  /** The line as an object. */
  readonly event: JsonObject;
}

/** A line that cannot be decoded. */
export interface DecodedMalformed extends Place {
  /** Tells it from the other kinds. */
  readonly kind: "malformed";
  /** What is wrong with it. */
  readonly reason: string;
  /** Whether it is the unfinished last line of its file. */
  readonly torn: boolean;
}

/** What a line turned out to be. */
export type Decoded<Event> = DecodedEvent<Event> | DecodedUnknown | DecodedMalformed;

/** A decoded line without its place: what a dialect answers. */
export type Decoding<Event> =
  | Pick<DecodedEvent<Event>, "kind" | "event">
  | Pick<DecodedUnknown, "kind" | "type" | "event">
  | Pick<DecodedMalformed, "kind" | "reason">;

/** What every dialect's session can be reduced to: the row of a list. */
export interface SessionSummary {
  /** The session id. */
  readonly id: string;
  /** What ran: the workflow, the agent, the image. */
  readonly name: string;
  /** The log file. */
  readonly logPath: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339, or `null` while nothing says that it ended. */
  readonly endedAt: string | null;
  /** The final status, or `null` while there is none. */
  readonly status: "success" | "failure" | null;
}

/** How a session ended. */
export interface SessionEnd {
  /** RFC 3339. */
  readonly endedAt: string;
  /** The final status. */
  readonly status: "success" | "failure";
}

/** What the storage must know of the entries of an index. */
export interface IndexSchema<Entry> {
  /** The fields in the order they are written. */
  readonly codec: Codec<Entry>;
  /** Reduces an entry to what all dialects share. */
  summarize(entry: Entry): SessionSummary;
  /** Writes the end of its session into an entry. */
  stamp(entry: Entry, end: SessionEnd): Entry;
  /** Corrects an entry by what the log tells, where an entry knows more than its log; without, the log's counts. */
  merge?(entry: Entry, fromLog: Entry): Entry;
}

/** A wire format: how the lines of its logs are read and written. */
export interface LineDialect<Event> {
  /** Its name. */
  readonly name: string;
  /** Decodes the text of one line; never throws. */
  decode(text: string): Decoding<Event>;
  /** Decodes the bytes of one line that are not UTF-8; without this such a line is malformed. */
  decodeBytes?(bytes: Uint8Array): Decoding<Event>;
  /**
   * Reads a line of the commonest kind, from `start` to `end` of a text: the event that `decode` would find there, or
   * `undefined`, also of any event that it leaves to `decode`. It only makes reading faster.
   */
  readPlain?(text: string, start: number, end: number): Event | undefined;
  /** Encodes an event as one line, without a newline; throws `TypeError` when a field holds what it must not. */
  encode(event: Event): string;
  /** How this event ends its session, or `undefined` when it does not. */
  endOf(event: Event): SessionEnd | undefined;
  /** Text that stands in every line that ends a session, so that one can be found far from the end of a log. */
  readonly endMark?: string;
  /** Whether this event begins its session, or goes on with one that had ended; without, an end is final. */
  begins?(event: Event): boolean;
  /** When an event was written, RFC 3339. */
  timeOf(event: Event): string;
  /** Seconds between two heartbeats. */
  readonly heartbeatSeconds: number;
}

/** A wire format with its indexes. */
export interface Dialect<Event, ProjectEntry, GlobalEntry> extends LineDialect<Event> {
  /** The index of one project. */
  readonly projectIndex: IndexSchema<ProjectEntry>;
  /** The index of all projects. */
  readonly globalIndex: IndexSchema<GlobalEntry>;
  /** Makes the index entries of a log again. */
  rebuild(evidence: LogEvidence<Event>): { readonly project: ProjectEntry; readonly global: GlobalEntry };
}

/** What a log itself tells of its session. */
export interface LogEvidence<Event> {
  /** The id, from the name of the file. */
  readonly id: string;
  /** The log file. */
  readonly logPath: string;
  /** The storage directory of its project. */
  readonly projectDir: string;
  /** The first event that could be decoded. */
  readonly first: Event | undefined;
  /** The last event that could be decoded. */
  readonly last?: Event | undefined;
  /** How the session ended, as far as the log knows. */
  readonly end: SessionEnd | undefined;
  /** When the file was made, RFC 3339: stands in where there is no event. */
  readonly created: string;
}
