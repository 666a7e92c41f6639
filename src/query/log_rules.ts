/** What checking and repairing a log needs to know of its dialect besides how lines are read. */

import type { LineDialect } from "../codec/dialect.ts";
import type { U64 } from "../codec/json.ts";
import type { SessionStatus } from "../codec/zig_events.ts";
import type { AnyEvent } from "./event_view.ts";

/** What an event says about a step. */
export interface StepNews {
  /** The step. */
  readonly name: string;
  /** What became of it. */
  readonly news: "started" | "completed" | "failed";
}

/** The end of a session that its writer did not live to write. */
export interface BelatedEnd<Event> {
  /** The session. */
  readonly sessionId: string;
  /** The number of the event. */
  readonly seq: U64;
  /** The last sign of life, RFC 3339. */
  readonly ts: string;
  /** How it ended. */
  readonly status: SessionStatus;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** Why the end is written now. */
  readonly reason: string;
  /** When it is written, RFC 3339. */
  readonly repairedAt: string;
  /** The last event of the log that could be decoded. */
  readonly last: Event | undefined;
  /** What ran, as far as an index knows; empty where none does. */
  readonly name: string;
}

/** A dialect as who checks and repairs its logs sees it. */
export interface LogRules<Event extends AnyEvent = AnyEvent> {
  /** How lines are read and written. */
  readonly dialect: LineDialect<Event>;
  /** The field of every event, and of the entries of an index, that names the session. */
  readonly sessionField: string;
  /** The type of the event that begins a session. */
  readonly startType: string;
  /**
   * Whether a session has one beginning, that is its first event, and one end, that is its last. Otherwise it can be gone
   * on with, and what programs add to it may stand behind its end, or be all that there is.
   */
  readonly isOneRun: boolean;
  /** The number that the first event of a log has, or the least one where there are several. */
  readonly leastSeq: number;
  /** Finds the fields of an event that its type does not list. */
  unknownFields(event: Event): readonly string[];
  /** What an event says about a step; left out where there are no steps. */
  stepOf?(event: Event): StepNews | undefined;
  /** Makes the event that ends a session whose writer has died. It says so, in the fields of {@linkcode REPAIR_FIELDS}. */
  endEvent(end: BelatedEnd<Event>): Event;
}

/** The fields by which an end tells that a repair wrote it: when, and why. */
export const REPAIR_FIELDS = ["repaired_at", "repair_reason"] as const;

/**
 * The fields by which an end tells that a repair wrote it.
 *
 * @param end The end.
 * @returns The fields, to be written behind the others.
 */
export function repairFields(
  { repairedAt, reason }: Pick<BelatedEnd<unknown>, "repairedAt" | "reason">,
): Readonly<Record<typeof REPAIR_FIELDS[number], string>> {
  return { repaired_at: repairedAt, repair_reason: reason };
}
