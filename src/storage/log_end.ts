/** Where a log goes on: what an appender must know of its last lines. */

import type { Decoded, LineDialect } from "../codec/dialect.ts";
import type { U64 } from "../codec/json.ts";
import { type Instant, parseTimestamp } from "../codec/timestamp.ts";
import { readBackUntil } from "./read.ts";

/** What the last lines of a log tell. */
export interface LogEnd<Event> {
  /** The last lines, in the order of the log. */
  readonly lines: readonly Decoded<Event>[];
  /** The greatest number of an event among them; `undefined` when there is none. */
  readonly lastSeq: U64 | undefined;
  /** The latest time of an event among them. */
  readonly lastTime: Instant | undefined;
}

/** How many lines from the end of a log are looked at, as readers do who search for what ended it. */
export const LAST_LINES = 16;

/**
 * Reads what comes last in a log; the cost does not grow with the log.
 *
 * @param logPath The log.
 * @param dialect Its wire format, whose events have a `seq`.
 * @returns What the last lines tell.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export function readLogEnd<Event>(logPath: string, dialect: LineDialect<Event>): LogEnd<Event> {
  const lines = readBackUntil(logPath, dialect, isEnough);
  let lastSeq: U64 | undefined;
  let lastTime: Instant | undefined;
  for (const line of lines) {
    if (line.kind === "malformed") continue;
    const { seq } = line.event as { seq: U64 };
    if (lastSeq === undefined || seq > lastSeq) lastSeq = seq;
    const time = parseTimestamp(dialect.timeOf(line.event as Event));
    if (time !== undefined && (lastTime === undefined || isLater(time, lastTime))) lastTime = time;
  }
  return { lines, lastSeq, lastTime };
}

/**
 * Tells which of two moments is later.
 *
 * @param a A moment.
 * @param b Another.
 * @returns `true` when `a` is later than `b`.
 */
export function isLater(a: Instant, b: Instant): boolean {
  return a.seconds > b.seconds || a.seconds === b.seconds && a.nanos > b.nanos;
}

/**
 * Counts on.
 *
 * @param seq The number of an event.
 * @returns The next one: a `bigint` only where a `number` would lose digits.
 */
export function following(seq: U64): U64 {
  const next = BigInt(seq) + 1n;
  return next <= Number.MAX_SAFE_INTEGER ? Number(next) : next;
}

function isEnough(lines: readonly Decoded<unknown>[]): boolean {
  return lines.length >= LAST_LINES && lines.some((line) => line.kind !== "malformed");
}
