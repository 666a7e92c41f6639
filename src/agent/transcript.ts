/**
 * Transcripts: what agents themselves write down about their sessions. Each agent's folder under `adapters/` turns the
 * records of its files into the events of the agent session log; everything else is shared.
 *
 * @module
 */

import type { JsonObject } from "../codec/json.ts";
import type { AgentEventKind, LogCompleteness, LogSourceKind } from "../codec/zag_events.ts";

/** An agent whose own files can be read. */
export type AgentName = "claude" | "codex" | "gemini" | "copilot";

/** An event that a transcript tells of. */
export interface TranscriptEvent {
  /** Where it was learned. */
  readonly source: LogSourceKind;
  /** What happened. */
  readonly event: AgentEventKind;
  /** When, as the transcript says: RFC 3339; `null` when it does not. */
  readonly at: string | null;
}

/** What a transcript tells of its session as a whole, so far. */
export interface TranscriptFacts {
  /** The agent's own id of the session. */
  readonly sessionId: string | null;
  /** Directory that the agent works in. */
  readonly cwd: string | null;
  /** The last model that was used. */
  readonly model: string | null;
  /** When the first record was written, RFC 3339. */
  readonly startedAt: string | null;
  /** When the last record was written, RFC 3339. */
  readonly endedAt: string | null;
  /** How much of what the agent did the transcript tells. */
  readonly completeness: LogCompleteness;
}

/** What is known before the first record. */
export const NO_FACTS: TranscriptFacts = {
  sessionId: null,
  cwd: null,
  model: null,
  startedAt: null,
  endedAt: null,
  completeness: "full",
};

/** What was passed over: how many records or parts of them, by kind, such as `record progress` or `block image`. */
export type LossReport = ReadonlyMap<string, number>;

/**
 * Reads one session's records, in the order of its file. It opens nothing, knows no clock and never throws: what it does
 * not understand it counts.
 */
export interface TranscriptFold {
  /**
   * Takes the next record.
   *
   * @param record A line of the file as an object.
   * @returns The events that it tells of, in order.
   */
  add(record: JsonObject): readonly TranscriptEvent[];
  /**
   * Tells what only the end of the file tells, such as the tokens used.
   *
   * @returns The events, in order.
   */
  end(): readonly TranscriptEvent[];
  /** What is known of the session so far. */
  readonly facts: TranscriptFacts;
  /** What was passed over so far. */
  readonly losses: LossReport;
}

/** A session that an agent has on disk. */
export interface TranscriptFile {
  /** The file that holds the dialogue. */
  readonly path: string;
  /** The session that this one is a part of, by the agent's own id: a sub-agent has one. */
  readonly parentId: string | null;
  /** When the file was last written, in milliseconds since the epoch. */
  readonly modified: number;
  /** Its bytes. */
  readonly size: number;
}
