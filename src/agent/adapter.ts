/** What an agent's adapters must do: tell what its own files say, while it runs or afterwards. */

import type { LossReport, TranscriptEvent, TranscriptFacts } from "./transcript.ts";
import type { AgentLogWriter } from "./writer.ts";

/** Tells what an agent that is running writes down about its session. */
export interface LiveLogAdapter {
  /** Files or directories, whose change says that there may be something to tell. */
  readonly watchPaths?: readonly string[] | undefined;
  /**
   * Writes what is new since the last call.
   *
   * @param writer Where to.
   */
  poll(writer: AgentLogWriter): void | Promise<void>;
  /**
   * Writes what only the end of the session tells; called once, last. Without this, `poll` is called once more.
   *
   * @param writer Where to.
   */
  finalize?(writer: AgentLogWriter): void | Promise<void>;
  /** Lets go of what it holds; called where the session ends without `finalize`. */
  [Symbol.dispose]?(): void;
}

/** A session that an agent has on disk. */
export interface HistoricalSession {
  /** The agent. */
  readonly provider: string;
  /** The id that the session gets, safe as a file name; the agent's own id as a rule. */
  readonly wrapperSessionId: string;
  /** The agent's own id of it. */
  readonly providerSessionId: string | null;
  /** The files that it is made from. */
  readonly sourcePaths: readonly string[];
  /** What is known of it as a whole, as far as its events have been taken. */
  readonly facts: TranscriptFacts;
  /** What was passed over, as far as its events have been taken. */
  readonly losses?: LossReport | undefined;
  /**
   * Reads the session.
   *
   * @returns Its events, in order, one by one: there may be more than memory holds.
   */
  events(): Iterable<TranscriptEvent> | AsyncIterable<TranscriptEvent>;
}

/** Finds the sessions that an agent has on disk. */
export interface HistoricalLogAdapter {
  /**
   * Lists the sessions.
   *
   * @returns The sessions, one by one; the events of each are read before the next is asked for, or not at all.
   */
  sessions(): Iterable<HistoricalSession> | AsyncIterable<HistoricalSession>;
}
