/** Whether a session goes on: never a guess. */

import type { LineDialect, SessionEnd } from "../codec/dialect.ts";
import { readTail } from "./evidence.ts";
import { type LockState, lockState } from "./file_lock.ts";
import { lockPathOf } from "./layout.ts";

/**
 * What is known of a session: it goes on; it ended; its writer died without ending it; or nothing has been heard of it
 * for so long that nobody can tell.
 */
export type SessionState = "running" | "success" | "failure" | "crashed" | "stale";

/** Heartbeats that may be missed before a session without a lock counts as stale. */
const MISSED_HEARTBEATS = 3;

/** What is known of a session whose index entry has no end. */
export interface Liveness {
  /** What is known; `success` and `failure` when the log turns out to hold its end. */
  readonly state: SessionState;
  /** How the session ended, where the log says so. */
  readonly end: SessionEnd | undefined;
  /** When the last sign of life was seen, in milliseconds since the epoch. */
  readonly lastSign: number;
}

/**
 * Finds out whether the writer of a log lives. The order matters: the lock is looked at first and the log afterwards,
 * so that a writer that ends in between is seen to have ended.
 *
 * @param logPath The log.
 * @param dialect Its wire format.
 * @param now Milliseconds since the epoch.
 * @param lock What its lock tells; whoever holds it says `free`, as nobody else does.
 * @returns What is known.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export function livenessOf<Event>(
  logPath: string,
  dialect: LineDialect<Event>,
  now: number = Date.now(),
  lock: LockState = lockState(lockPathOf(logPath)),
): Liveness {
  const { end, last, modified } = readTail(logPath, dialect, lock === "held");
  const written = last === undefined ? NaN : Date.parse(dialect.timeOf(last));
  const lastSign = Math.max(Number.isNaN(written) ? 0 : written, modified);
  // An end that was seen stays, even if its writer still has the index to stamp.
  if (end !== undefined) return { state: end.status, end, lastSign };
  if (lock === "held") return { state: "running", end, lastSign: now };
  if (lock === "free") return { state: "crashed", end, lastSign };
  return { state: isSilent(lastSign, dialect, now) ? "stale" : "running", end, lastSign };
}

/**
 * Tells whether a log without a lock has been silent for so long that nobody can tell whether somebody writes it.
 *
 * @param lastSign When the last sign of life was seen, in milliseconds since the epoch.
 * @param dialect Its wire format.
 * @param now Milliseconds since the epoch.
 * @returns `true` when at least three heartbeats are missing.
 */
export function isSilent(lastSign: number, dialect: LineDialect<unknown>, now: number): boolean {
  return now - lastSign > MISSED_HEARTBEATS * dialect.heartbeatSeconds * 1000;
}
