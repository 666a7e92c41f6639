/**
 * Sessions that no single program owns: written by a shell script, or by several jobs in turn. Nobody holds a lock for
 * their life, so they count as running for as long as something is written, and as stale after half a minute of silence.
 *
 * @module
 */

import { STEP_EVENT_TYPES, type StepEventKind } from "../codec/event_input.ts";
import { formatTimestamp } from "../codec/timestamp.ts";
import { encodeSessionEvent } from "../codec/zig.ts";
import type { SessionLogEvent, SessionStatus } from "../codec/zig_events.ts";
import { SessionNotFoundError } from "../errors.ts";
import { newSessionId, type SessionId } from "../session_id.ts";
import { AppendFile } from "../storage/append_file.ts";
import { type LayoutOptions, logPathOf, openLayout } from "../storage/layout.ts";
import { type LocatedLog, locateLog } from "../storage/locate.ts";
import { requirePath } from "../storage/permission.ts";
import { AppendTurn } from "./append_turn.ts";
import { type Clock, EventTime, systemClock } from "./clock.ts";
import { redactEvent } from "./redact_event.ts";
import { SessionIndexes } from "./session_indexes.ts";
import type { SessionOptions } from "./session_options.ts";
import { sessionStarted } from "./session_started.ts";
import { undo } from "./undo.ts";

/** A session that was started for others to write. */
export interface StartedSession {
  /** The session. */
  readonly sessionId: SessionId;
  /** Its log. */
  readonly logPath: string;
}

/** Which store a session is in, and how it is written. */
export interface AppendOptions extends LayoutOptions {
  /** Tells the time; for tests. */
  readonly clock?: Clock | undefined;
  /** Takes secrets out of lines, errors, reasons and commands before they are written. */
  readonly redact?: ((text: string) => string) | undefined;
}

const utf8 = new TextEncoder();

/**
 * Starts a session that any number of programs write, one after the other or side by side.
 *
 * @param options What the session is.
 * @returns Its id and its log.
 * @throws {UsageError} When no store can be found.
 * @throws {Deno.errors.NotCapable} When the store may not be read or written.
 *
 * @example
 * ```ts
 * import { appendEvent, endSession, startSession } from "@ziglog/ziglog";
 *
 * const root = Deno.makeTempDirSync();
 * const { sessionId } = startSession({ workflowName: "deploy", workflowPath: "", tierCount: 1, root });
 * appendEvent(sessionId, { type: "step_skipped", step_name: "migrate", reason: "no migrations" }, { root });
 * endSession(sessionId, "success", { root });
 * ```
 */
export function startSession(options: SessionOptions): StartedSession {
  const layout = openLayout(options);
  requirePath("write", layout.root);
  const sessionId = newSessionId();
  const logPath = logPathOf(layout, sessionId);
  const time = new EventTime(options.clock ?? systemClock());
  time.advance();
  const whole = sessionStarted(options, layout.projectDir);
  const kind = options.redact === undefined ? whole : redactEvent(whole, options.redact);
  const first: SessionLogEvent = { seq: 1, ts: formatTimestamp(time), zig_session_id: sessionId, ...kind };
  const bytes = utf8.encode(`${encodeSessionEvent(first)}\n`);
  Deno.mkdirSync(layout.sessionsDir, { recursive: true, mode: 0o700 });
  requirePath("read", layout.root); // now that it is there, it is known where it leads
  const file = AppendFile.create(logPath);
  const indexes = new SessionIndexes(layout, sessionId);
  try {
    file.append(bytes);
    if (options.durability === "fsync") file.sync();
    indexes.start(first);
    file.close();
  } catch (error) {
    undo(() => file.close(), () => Deno.removeSync(logPath), () => indexes.forget());
    throw error;
  }
  return { sessionId, logPath };
}

/**
 * Appends an event to a session that {@linkcode startSession} started. When this returns, the event is in the log, with
 * a number that no other event has, whoever else writes.
 *
 * @param sessionId The session, or the unambiguous beginning of its id.
 * @param event What happened.
 * @param options Which store.
 * @returns The event as it stands in the log.
 * @throws {SessionNotFoundError} When there is no such log.
 * @throws {SessionEndedError} When the session has ended.
 * @throws {LogLockedError} When a program owns the session and writes it by itself.
 * @throws {TypeError} When the event cannot be written.
 * @throws {LogWriteError} When the system does not take it.
 */
export function appendEvent(sessionId: string, event: StepEventKind, options: AppendOptions = {}): SessionLogEvent {
  return appendEvents(sessionId, [event], options)[0]!;
}

/**
 * Appends events to a session in one go: nobody else's event comes between them.
 *
 * @param sessionId The session, or the unambiguous beginning of its id.
 * @param events What happened, in order.
 * @param options Which store.
 * @returns The events as they stand in the log.
 * @throws {SessionNotFoundError} When there is no such log.
 * @throws {SessionEndedError} When the session has ended.
 * @throws {LogLockedError} When a program owns the session and writes it by itself.
 * @throws {TypeError} When one of the events cannot be written; then none is.
 * @throws {LogWriteError} When the system does not take them.
 */
export function appendEvents(
  sessionId: string,
  events: readonly StepEventKind[],
  options: AppendOptions = {},
): SessionLogEvent[] {
  const stranger = events.find(({ type }) => !STEP_EVENT_TYPES.includes(type));
  if (stranger !== undefined) throw new TypeError(`Cannot append event "${stranger.type}": it is no step's or tier's`);
  const { redact } = options;
  const told = redact === undefined ? events : events.map((event) => redactEvent(event, redact));
  return atLog(sessionId, options, (turn) => turn.append(told));
}

/**
 * Ends a session that {@linkcode startSession} started; it lasted from its first event till now.
 *
 * @param sessionId The session, or the unambiguous beginning of its id.
 * @param status How it ended.
 * @param options Which store.
 * @returns The last event as it stands in the log.
 * @throws {SessionNotFoundError} When there is no such log.
 * @throws {SessionEndedError} When it has ended before.
 * @throws {LogLockedError} When a program owns the session and ends it by itself.
 * @throws {LogWriteError} When the system does not take the event.
 */
export function endSession(sessionId: string, status: SessionStatus, options: AppendOptions = {}): SessionLogEvent {
  return atLog(sessionId, options, (turn, { layout, id }) => {
    const [ended] = turn.append([{ type: "zig_session_ended", status, duration_ms: turn.elapsedMs() }]);
    try {
      const indexes = new SessionIndexes(layout, id);
      indexes.resume();
      indexes.end({ endedAt: ended!.ts, status });
      return ended!;
    } finally {
      turn.finish();
    }
  });
}

function atLog<T>(sessionId: string, options: AppendOptions, act: (turn: AppendTurn, log: LocatedLog) => T): T {
  const layout = openLayout(options);
  requirePath("write", layout.root);
  const log = locateLog(layout, sessionId);
  try {
    using turn = AppendTurn.wait(log, options.clock ?? systemClock());
    return act(turn, log);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new SessionNotFoundError(`Cannot write to session "${sessionId}": its log is gone`, { cause });
  }
}
