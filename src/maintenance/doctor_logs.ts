/** The logs of a store, looked over: how they begin, how they end, and who writes them. */

import type { Decoded } from "../codec/dialect.ts";
import { listLogs } from "../storage/evidence.ts";
import { lockState } from "../storage/file_lock.ts";
import { type Layout, lockPathOf, logPathOf } from "../storage/layout.ts";
import { livenessOf } from "../storage/liveness.ts";
import { readFirst, readLast } from "../storage/read.ts";
import type { Diagnosis, OwnCommand } from "./diagnosis.ts";
import type { StoreFormat } from "./stores.ts";

/** What was seen of the logs of a store: ids, or paths where they lead to something. */
export interface SeenLogs {
  /** How many there are. */
  readonly total: number;
  /** Those whose first or last lines are damaged. */
  readonly damaged: readonly string[];
  /** Those that could not be read, and why. */
  readonly unreadable: readonly string[];
  /** Those whose writer has died. */
  readonly crashed: readonly string[];
  /** Those that have been silent for long. */
  readonly stale: readonly string[];
  /** The locks of those that have ended all the same. */
  readonly endedWithLock: readonly string[];
  /** Those that were written in the future. */
  readonly future: readonly string[];
}

/** Lines looked at from the end of a log. */
const LAST_LINES = 16;

/** How far ahead a clock may be. */
const TOLERANCE_MS = 60_000;

/**
 * Looks at all logs: at their locks, their first and their last lines.
 *
 * @param layouts The projects.
 * @param format The form of the logs.
 * @param now Milliseconds since the epoch.
 * @returns What was seen.
 */
export function lookAtLogs(layouts: readonly Layout[], format: StoreFormat, now: number): SeenLogs {
  const damaged: string[] = [];
  const unreadable: string[] = [];
  const crashed: string[] = [];
  const stale: string[] = [];
  const endedWithLock: string[] = [];
  const future: string[] = [];
  const logs = layouts.flatMap((layout) => listLogs(layout).map((id) => ({ id, logPath: logPathOf(layout, id) })));
  for (const { id, logPath } of logs) {
    try {
      const lock = lockState(lockPathOf(logPath));
      const { state, lastSign } = livenessOf(logPath, format.dialect, now, lock);
      const isOver = state === "success" || state === "failure";
      if (state === "crashed") crashed.push(id);
      if (state === "stale") stale.push(id);
      if (isOver && lock === "free") endedWithLock.push(lockPathOf(logPath));
      if (lastSign > now + TOLERANCE_MS) future.push(id);
      if (looksDamaged(logPath, format, state === "running" || lock === "held")) damaged.push(id);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) unreadable.push(`${id}: ${(error as Error).message}`);
    }
  }
  return { total: logs.length, damaged, unreadable, crashed, stale, endedWithLock, future };
}

function looksDamaged(logPath: string, { dialect, rules }: StoreFormat, isLive: boolean): boolean {
  const last = readLast(logPath, dialect, LAST_LINES);
  if (last.length === 0) return !isLive;
  const first = readFirst(logPath, dialect);
  const beginsWell = rules.isOneRun ? first?.type === rules.startType : first !== undefined;
  return !beginsWell || last.some((line) => isDamaged(line, isLive));
}

function isDamaged(line: Decoded<unknown>, isLive: boolean): boolean {
  return line.kind === "unknown" || line.kind === "malformed" && !(line.torn && isLive);
}

/**
 * Checks how logs begin and end.
 *
 * @param logs What was seen of them.
 * @param own How to call this program.
 * @returns What it came to.
 */
export function checkLogs({ total, damaged, unreadable }: SeenLogs, own: OwnCommand): Diagnosis {
  const check = "logs";
  if (unreadable.length > 0) {
    const message = `${unreadable.length} of ${total} cannot be read, such as ${unreadable[0]}`;
    return { check, state: "bad", message, fix: own("verify --all") };
  }
  if (damaged.length === 0) return { check, state: "ok", message: `${total} begin and end as they should`, fix: null };
  const message = `${damaged.length} of ${total} have damaged lines, such as ${damaged[0]}`;
  return { check, state: "bad", message, fix: own("verify --all") };
}

/**
 * Checks for sessions whose writer has died.
 *
 * @param logs What was seen of them.
 * @param own How to call this program.
 * @returns What it came to.
 */
export function checkCrashed({ crashed }: SeenLogs, own: OwnCommand): Diagnosis {
  const check = "crashed sessions";
  if (crashed.length === 0) return { check, state: "ok", message: "none", fix: null };
  const message = `the writers of ${crashed.length} have died without ending them, such as ${crashed[0]}`;
  return { check, state: "warn", message, fix: own("repair --all") };
}

/**
 * Checks for sessions of which nobody can tell.
 *
 * @param logs What was seen of them.
 * @param own How to call this program.
 * @returns What it came to.
 */
export function checkStale({ stale }: SeenLogs, own: OwnCommand): Diagnosis {
  const check = "stale sessions";
  const [first] = stale;
  if (first === undefined) return { check, state: "ok", message: "none", fix: null };
  const message = `${stale.length} have been silent for long; if nobody writes ${first} any more, end it`;
  return { check, state: "warn", message, fix: own(`repair --stale ${first}`) };
}

/**
 * Checks that nothing was written in the future.
 *
 * @param logs What was seen of them.
 * @param now Milliseconds since the epoch.
 * @returns What it came to.
 */
export function checkClock({ future }: Pick<SeenLogs, "future">, now: number): Diagnosis {
  const check = "clock";
  const time = new Date(now).toISOString();
  if (future.length === 0) return { check, state: "ok", message: time, fix: null };
  const message = `${future.length} logs were written later than now (${time}), such as ${future[0]}`;
  return { check, state: "warn", message, fix: "timedatectl set-ntp true" };
}
