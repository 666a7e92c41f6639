/** Repairs one log that nobody writes any more. */

import type { SessionEnd } from "../codec/dialect.ts";
import { formatTimestamp, type Instant, parseTimestamp } from "../codec/timestamp.ts";
import type { SessionStatus } from "../codec/zig_events.ts";
import { LogLockedError } from "../errors.ts";
import type { FindingKind } from "../query/finding.ts";
import type { LogRules } from "../query/log_rules.ts";
import { AppendFile } from "../storage/append_file.ts";
import { appendLockPathOf } from "../storage/append_lock.ts";
import { type LockState, lockState } from "../storage/file_lock.ts";
import { lockPathOf } from "../storage/layout.ts";
import { livenessOf, type SessionState } from "../storage/liveness.ts";
import type { LocatedLog } from "../storage/locate.ts";
import { following } from "../storage/log_end.ts";
import { Ownership } from "../storage/ownership.ts";
import { readFully } from "../storage/read_fully.ts";
import { lookAt } from "../storage/session_files.ts";
import { moveTornTail, type TornTail, tornTail } from "../storage/torn_tail.ts";
import type { StoredEvent, StoreFormat } from "./stores.ts";
import { type Examination, examineLog } from "./verify_session.ts";

/** Something that is done to a log. */
export type RepairAction =
  /** The unfinished last line is moved to a file of its own. */
  | { readonly kind: "move_torn_tail"; readonly offset: number; readonly bytes: number; readonly keptAt: string }
  /** The event that ends the session is written. */
  | {
    readonly kind: "end_session";
    readonly event: StoredEvent;
    readonly status: SessionStatus;
    readonly reason: string;
  }
  /** The locks that its writer left are removed. */
  | { readonly kind: "remove_locks" };

/** What became of a log. */
export interface LogRepair {
  /** The session. */
  readonly sessionId: string;
  /** The log. */
  readonly logPath: string;
  /** What was known of the session before. */
  readonly state: SessionState;
  /** Why nothing was done, when it was not looked into. */
  readonly untouched: string | null;
  /** What was done, in order; what would be done, in a dry run. */
  readonly actions: readonly RepairAction[];
  /** Damage that stays, such as lines that cannot be read; 0 when the log was not looked into. */
  readonly damageLeft: number;
}

/** How logs are repaired. */
export interface LogRepairOptions {
  /** Whether only to tell what would be done. */
  readonly dryRun?: boolean | undefined;
  /** Whether sessions that have been silent for long, and of which nobody can tell, are ended too. */
  readonly stale?: boolean | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: number | undefined;
}

/** What an index still knows of a session. */
export interface KnownSession {
  /** What ran. */
  readonly name: string;
  /** How it ended; `undefined` where the index does not say. */
  readonly end: SessionEnd | undefined;
}

/**
 * Repairs a log: moves an unfinished last line out of it, and ends the session when its writer has died. Each step can be
 * the last one that happens: the next repair goes on from there. A log that somebody writes is not touched, and whole
 * lines never are.
 *
 * @param log The log.
 * @param format The form of the log.
 * @param options How.
 * @param inIndex What an index still knows of the session; asked for when the log does not tell its end.
 * @returns What was done.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export async function repairLog(
  { id, logPath }: LocatedLog,
  { dialect, rules }: StoreFormat,
  options: LogRepairOptions,
  inIndex: () => KnownSession | undefined,
): Promise<LogRepair> {
  const now = options.now ?? Date.now();
  const lock = lockState(lockPathOf(logPath));
  const { state } = livenessOf(logPath, dialect, now, lock);
  const report = { sessionId: id, logPath, state, untouched: null, actions: [], damageLeft: 0 };
  const needsEnd = state === "crashed" || state === "stale";
  const known = needsEnd ? inIndex() : undefined;
  const mayEnd = state !== "stale" || options.stale === true || known?.end !== undefined;
  const reason = whyUntouched(logPath, state, lock, mayEnd);
  if (reason !== undefined) return { ...report, untouched: reason };
  if (isSound(logPath, state, lock)) return report;
  const leavesLocks = lock === "free" || lookAt(appendLockPathOf(logPath)) !== undefined;
  const plan = async (areLeft: boolean): Promise<Pick<LogRepair, "actions" | "damageLeft">> => {
    const { found, damageLeft } = await examine(logPath, rules, now, lock);
    return { actions: planOf(found, { rules, needsEnd, known, lock, leavesLocks: areLeft, now }), damageLeft };
  };
  const planned = await plan(leavesLocks);
  if (options.dryRun || planned.actions.length === 0) return { ...report, ...planned };
  try {
    using ownership = Ownership.take(logPath);
    const again = livenessOf(logPath, dialect, now, lock).state;
    if (again !== state) return { ...report, state: again, untouched: "somebody was faster" };
    const final = await plan(ownership.foundLocks); // nobody else changes the log any more
    for (const action of final.actions) perform(action, logPath, rules);
    ownership.finish();
    return { ...report, ...final };
  } catch (error) {
    if (error instanceof LogLockedError) return { ...report, untouched: "somebody else is at it" };
    throw error;
  }
}

function whyUntouched(logPath: string, state: SessionState, lock: LockState, mayEnd: boolean): string | undefined {
  if (!lookAt(logPath)?.isFile) return "its log is not a file of the store";
  if (lock === "held" || state === "running") return "it is running";
  if (lock === "unknown") return "this Deno cannot tell whether its writer lives";
  return mayEnd ? undefined : "it has been silent for long, and nobody can tell whether its writer lives";
}

/** Whether there is nothing to be done, as far as the end of the log shows. */
function isSound(logPath: string, state: SessionState, lock: LockState): boolean {
  if (state === "crashed" || state === "stale" || lock !== "absent") return false;
  if (lookAt(appendLockPathOf(logPath)) !== undefined) return false;
  using file = Deno.openSync(logPath, { read: true });
  const { size } = file.statSync();
  return readFully(file, size - 1, 1)[0] === 0x0a;
}

/** Damage that a repair takes care of. */
const REPAIRED: readonly FindingKind[] = ["torn", "missing_end", "empty"];

async function examine(
  logPath: string,
  rules: LogRules,
  now: number,
  lock: LockState,
): Promise<{ readonly found: Examination; readonly damageLeft: number }> {
  let damageLeft = 0;
  const findings = examineLog(logPath, rules, { now, lock });
  while (true) {
    const { done, value } = await findings.next();
    if (done) return { found: value, damageLeft };
    if (value.severity === "damage" && !REPAIRED.includes(value.kind)) damageLeft++;
  }
}

/** What a plan depends on besides the log. */
interface Circumstances {
  /** What its dialect lets it hold. */
  readonly rules: LogRules;
  /** Whether readers find no end among the last lines. */
  readonly needsEnd: boolean;
  /** What an index still knows of the session. */
  readonly known: KnownSession | undefined;
  /** What the lock of its writer told before it was taken. */
  readonly lock: LockState;
  /** Whether there were locks that nobody held. */
  readonly leavesLocks: boolean;
  readonly now: number;
}

function planOf(found: Examination, circumstances: Circumstances): RepairAction[] {
  const { logPath, content } = found;
  const { needsEnd, leavesLocks } = circumstances;
  const actions: RepairAction[] = [];
  if (content.tornAt !== undefined) {
    const { offset, length, keptAt } = tornTail(logPath, content.tornAt);
    actions.push({ kind: "move_torn_tail", offset, bytes: length, keptAt });
  }
  if (needsEnd) {
    const reason = reasonOf(found, circumstances);
    const status = found.content.end?.status ?? circumstances.known?.end?.status ?? "failure";
    actions.push({ kind: "end_session", event: endEvent(found, circumstances, status, reason), status, reason });
  } else if (leavesLocks) {
    actions.push({ kind: "remove_locks" });
  }
  return actions;
}

function reasonOf({ content }: Examination, { known, lock }: Circumstances): string {
  if (content.end !== undefined) return "its end stood far from the last line";
  if (known?.end !== undefined) return "its end was lost, an index still had it";
  return lock === "free" ? "its writer had died" : "its writer had fallen silent";
}

/** The event that ends a session at its last sign of life. */
function endEvent(
  found: Examination,
  { rules, known, now }: Circumstances,
  status: SessionStatus,
  reason: string,
): StoredEvent {
  const { firstTime, lastTime, lastSeq, last } = found.content;
  const lostTime = known?.end === undefined ? undefined : parseTimestamp(known.end.endedAt);
  const time = later(lastTime, lostTime) ?? instantOf(found.modified);
  const event = rules.endEvent({
    sessionId: found.sessionId,
    seq: following(lastSeq),
    ts: formatTimestamp(time),
    status,
    durationMs: firstTime === undefined ? 0 : Math.max(0, Math.floor(millis(time) - millis(firstTime))),
    reason,
    repairedAt: formatTimestamp(instantOf(now)),
    last,
    name: known?.name ?? "",
  });
  return event as StoredEvent;
}

function perform(action: RepairAction, logPath: string, { dialect }: LogRules): void {
  switch (action.kind) {
    case "move_torn_tail": {
      const tail: TornTail = { logPath, offset: action.offset, length: action.bytes, keptAt: action.keptAt };
      return moveTornTail(tail);
    }
    case "end_session": {
      using file = AppendFile.open(logPath);
      file.append(new TextEncoder().encode(`${dialect.encode(action.event)}\n`));
      return file.sync();
    }
    case "remove_locks":
      // They go when the log is given up.
  }
}

function later(one: Instant | undefined, other: Instant | undefined): Instant | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return millis(one) >= millis(other) ? one : other;
}

function millis({ seconds, nanos }: Instant): number {
  return seconds * 1000 + nanos / 1e6;
}

function instantOf(ms: number): Instant {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.floor(ms - seconds * 1000) * 1_000_000 };
}
