/** What is known of a run: never a guess. */

import { parseRunTime } from "../codec/outrig_time.ts";
import { join } from "../deps/path.ts";
import type { SessionState } from "../storage/liveness.ts";
import { lookAt } from "../storage/session_files.ts";
import { hasEnded, RECORD_FILE, type Run } from "./run.ts";
import { listRunLogs } from "./run_logs.ts";

/** How long a run without an end may be silent before nobody can tell whether it goes on. */
const SILENCE_MS = 30_000;

/** What is known of a run. */
export interface RunStatus {
  /**
   * `success` and `failure` by the exit code. Without an end: `running` while something is written, then `stale`, which
   * claims nothing.
   */
  readonly state: SessionState;
  /** How long it took, or has been going on, in milliseconds; `null` where nobody can tell. */
  readonly durationMs: number | null;
}

/**
 * Tells what is known of a run.
 *
 * @param run The run.
 * @param now Milliseconds since the epoch.
 * @returns Its state and how long it took.
 */
export function runStatus(run: Run, now: number = Date.now()): RunStatus {
  const { ended_at, exit_code } = run.record;
  if (hasEnded(run.record)) {
    const state = exit_code === null ? "stale" : exit_code === 0 ? "success" : "failure";
    return { state, durationMs: since(run, ended_at === null ? undefined : msOf(ended_at)) };
  }
  const lastSign = lastSignOf(run);
  if (now - lastSign <= SILENCE_MS) return { state: "running", durationMs: since(run, now) };
  return { state: "stale", durationMs: since(run, lastSign) };
}

function since(run: Run, end: number | undefined): number | null {
  const ms = Math.floor((end ?? NaN) - msOf(run.record.started_at));
  return ms >= 0 ? ms : null;
}

function msOf(time: string): number {
  const { seconds = NaN, nanos = 0 } = parseRunTime(time) ?? {};
  return seconds * 1000 + nanos / 1e6;
}

/** When the record or a log of it was last written, in milliseconds since the epoch. */
function lastSignOf(run: Run): number {
  const record = lookAt(join(run.dir, RECORD_FILE))?.mtime?.getTime() ?? 0;
  return Math.max(record, ...listRunLogs(run).map(({ modified }) => modified));
}
