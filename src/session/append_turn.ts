/** One program's turn at a log that several write. */

import type { Decoded } from "../codec/dialect.ts";
import type { U64 } from "../codec/json.ts";
import { formatTimestamp } from "../codec/timestamp.ts";
import { encodeSessionEvent, ZIG } from "../codec/zig.ts";
import type { SessionEventKind, SessionLogEvent } from "../codec/zig_events.ts";
import { LogLockedError, SessionEndedError } from "../errors.ts";
import { AppendFile } from "../storage/append_file.ts";
import { waitToAppend } from "../storage/append_lock.ts";
import { type FileLock, lockState } from "../storage/file_lock.ts";
import { lockPathOf } from "../storage/layout.ts";
import type { LocatedLog } from "../storage/locate.ts";
import { following, LAST_LINES, type LogEnd, readLogEnd } from "../storage/log_end.ts";
import { readFirst } from "../storage/read.ts";
import { type Clock, EventTime } from "./clock.ts";

/**
 * Holds the right to append to a log while nobody else does. What comes next, its number and its time, is found in the
 * last lines of the log, so that the cost does not grow with the log.
 */
export class AppendTurn implements Disposable {
  readonly #log: LocatedLog;
  readonly #lock: FileLock;
  readonly #time: EventTime;
  #lastSeq: U64;
  #isOver = false;

  private constructor(log: LocatedLog, lock: FileLock, end: LogEnd<SessionLogEvent>, clock: Clock) {
    this.#log = log;
    this.#lock = lock;
    this.#time = new EventTime(clock);
    this.#lastSeq = end.lastSeq ?? 0;
    Object.assign(this.#time, end.lastTime); // so that no later event gets an earlier time
  }

  /**
   * Waits for the turn.
   *
   * @param log The log.
   * @param clock Tells the time.
   * @returns The turn.
   * @throws {LogLockedError} When a program owns the session, and writes it by itself.
   * @throws {SessionEndedError} When the session has ended.
   * @throws {Deno.errors.NotFound} When the log is gone.
   */
  static wait(log: LocatedLog, clock: Clock): AppendTurn {
    const lock = waitToAppend(log.logPath);
    try {
      const ownLock = lockPathOf(log.logPath);
      if (lockState(ownLock) === "held") {
        throw new LogLockedError(ownLock, "the program that runs this session writes it by itself");
      }
      const end = readLogEnd(log.logPath, ZIG);
      if (end.lines.slice(-LAST_LINES).some(isEnd)) throw new SessionEndedError(log.id);
      return new AppendTurn(log, lock, end, clock);
    } catch (error) {
      lock.remove(); // there is nothing to take turns at
      throw error;
    }
  }

  /**
   * Appends events, all in one write.
   *
   * @param kinds What happened.
   * @returns The events as they stand in the log.
   * @throws {TypeError} When one cannot be written; then none is.
   * @throws {LogWriteError} When the system does not take them.
   */
  append(kinds: readonly SessionEventKind[]): SessionLogEvent[] {
    let lastSeq = this.#lastSeq;
    const events = kinds.map((kind): SessionLogEvent => {
      this.#time.advance();
      lastSeq = following(lastSeq);
      const envelope = { seq: lastSeq, ts: formatTimestamp(this.#time), zig_session_id: this.#log.id };
      return { ...envelope, ...kind, ...envelope }; // first of all keys, and whatever the event said before
    });
    const text = events.map((event) => `${encodeSessionEvent(event)}\n`).join("");
    this.#lastSeq = lastSeq;
    using file = AppendFile.open(this.#log.logPath);
    if (events.length > 0) file.append(utf8.encode(text));
    return events;
  }

  /**
   * Tells how long the session has been going on.
   *
   * @returns Milliseconds since its first event; 0 where that cannot be read.
   */
  elapsedMs(): number {
    const first = Date.parse(readFirst(this.#log.logPath, ZIG)?.ts ?? "");
    this.#time.advance();
    const now = this.#time.seconds * 1000 + this.#time.nanos / 1e6;
    return Number.isNaN(first) ? 0 : Math.max(0, Math.floor(now - first));
  }

  /** Gives up the turn, and the lock with it: nobody is to append any more. */
  finish(): void {
    this.#isOver = true;
    this.#lock.remove();
  }

  /** Gives up the turn. */
  [Symbol.dispose](): void {
    if (!this.#isOver) this.#lock.release();
  }
}

const utf8 = new TextEncoder();

function isEnd(line: Decoded<SessionLogEvent>): boolean {
  return line.kind === "event" && ZIG.endOf(line.event) !== undefined;
}
