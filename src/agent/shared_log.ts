/** A log of an agent session, to which its writer and other programs append in turn. */

import type { U64 } from "../codec/json.ts";
import { formatTimestamp, type Instant, parseTimestamp } from "../codec/timestamp.ts";
import { encodeAgentEvent, ZAG } from "../codec/zag.ts";
import type { AgentEventEnvelope, AgentEventKind, AgentLogEvent } from "../codec/zag_events.ts";
import { type Clock, EventTime } from "../session/clock.ts";
import { AppendFile } from "../storage/append_file.ts";
import { waitToAppend } from "../storage/append_lock.ts";
import type { FileLock } from "../storage/file_lock.ts";
import { following, isLater, readLogEnd } from "../storage/log_end.ts";

/** What an event says, before it has its place in the log. */
export interface Unplaced {
  /** What every event carries, without number and time. */
  readonly envelope: Omit<AgentEventEnvelope, "seq" | "ts">;
  /** What happened. */
  readonly kind: AgentEventKind;
  /** When it happened, RFC 3339; now where nothing is said. */
  readonly at?: string | null | undefined;
}

/** What becomes of the lock that is taken in turn: others may want it, or nobody does. */
export type Afterwards = "more may follow" | "nobody waits";

const utf8 = new TextEncoder();

/**
 * Appends events in turn with other programs. What comes next, its number and its time, is found in the last lines of the
 * log, and only if somebody else wrote there meanwhile; the cost does not grow with the log.
 */
export class SharedLog {
  /** The log. */
  readonly path: string;
  readonly #time: EventTime;
  readonly #fsync: boolean;
  #lastSeq: U64 | undefined;
  /** Bytes up to which the log is known. */
  #known = -1;

  /**
   * @param path The log.
   * @param clock Tells the time.
   * @param fsync Whether an append waits for the disk.
   */
  constructor(path: string, clock: Clock, fsync = false) {
    this.path = path;
    this.#time = new EventTime(clock);
    this.#fsync = fsync;
  }

  /** Time of the last event, RFC 3339. */
  get lastTime(): string {
    return formatTimestamp(this.#time);
  }

  /**
   * Makes the file, readable by its owner only, unless it is there.
   *
   * @returns Whether it was made.
   */
  create(): boolean {
    using _turn = waitToAppend(this.path);
    return createFile(this.path);
  }

  /**
   * Appends events in one turn and one write: nobody else's event comes between them.
   *
   * @param events What happened, in order.
   * @param options `firstSeq` is the number of the first event of a log that is not there yet; without, there must be one.
   * @returns The events as they stand in the log.
   * @throws {TypeError} When one cannot be written; then none is.
   * @throws {LogWriteError} When the system does not take them; their numbers are spent.
   * @throws {Deno.errors.NotFound} When the log is gone.
   */
  append(
    events: readonly Unplaced[],
    options: { readonly firstSeq?: U64; readonly afterwards?: () => Afterwards } = {},
  ): AgentLogEvent[] {
    const turn = waitToAppend(this.path);
    let afterwards: Afterwards = "more may follow";
    try {
      const made = options.firstSeq !== undefined && createFile(this.path);
      using file = AppendFile.open(this.path);
      if (file.length !== this.#known) this.#catchUp();
      const placed = this.#place(events, made ? options.firstSeq! : 1);
      const text = placed.map((event) => `${encodeAgentEvent(event)}\n`).join("");
      this.#lastSeq = placed.at(-1)?.seq ?? this.#lastSeq;
      this.#known = -1;
      file.append(utf8.encode(text));
      this.#known = file.length;
      if (this.#fsync) file.sync();
      afterwards = options.afterwards?.() ?? afterwards;
      return placed;
    } finally {
      giveUp(turn, afterwards);
    }
  }

  /** Makes sure that all events so far survive a power loss. */
  sync(): void {
    using file = AppendFile.open(this.path);
    file.sync();
  }

  #place(events: readonly Unplaced[], firstSeq: U64): AgentLogEvent[] {
    let last = this.#lastSeq;
    return events.map(({ envelope, kind, at }) => {
      last = last === undefined ? firstSeq : following(last);
      const place = { seq: last, ts: this.#stamp(at) };
      return { ...place, ...envelope, ...kind, ...envelope, ...place }; // whatever the event said of its envelope
    });
  }

  /** The time of the next event: that of something past as it was told, but never before the one in front of it. */
  #stamp(at: string | null | undefined): string {
    const told = at === undefined || at === null ? undefined : parseTimestamp(at);
    if (told === undefined) this.#time.advance();
    else this.#moveTo(told);
    return formatTimestamp(this.#time);
  }

  #moveTo({ seconds, nanos }: Instant): void {
    if (isLater({ seconds, nanos }, this.#time)) Object.assign(this.#time, { seconds, nanos });
  }

  #catchUp(): void {
    const { lastSeq, lastTime } = readLogEnd(this.path, ZAG);
    if (lastSeq !== undefined && (this.#lastSeq === undefined || lastSeq > this.#lastSeq)) this.#lastSeq = lastSeq;
    if (lastTime !== undefined) this.#moveTo(lastTime);
  }
}

function createFile(path: string): boolean {
  try {
    AppendFile.create(path).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

function giveUp(turn: FileLock, afterwards: Afterwards): void {
  if (afterwards === "nobody waits") turn.remove();
  else turn.release();
}
