/** Following the logs of a store, step by step: what comes next, and nothing about waiting for it. */

import type { LineDialect, SessionEnd } from "../codec/dialect.ts";
import { basename } from "../deps/path.ts";
import type { SessionId } from "../session_id.ts";
import { lineStart } from "./blocks.ts";
import { listLogs } from "./evidence.ts";
import { isFileError, unlessGone } from "./file_error.ts";
import { lockState } from "./file_lock.ts";
import type { FollowAllItem, FollowAllOptions } from "./follow_all.ts";
import { type Layout, lockPathOf, logPathOf } from "./layout.ts";
import { livenessOf } from "./liveness.ts";
import { LogFollower } from "./log_follower.ts";
import { mayRead, requirePath } from "./permission.ts";

/** A log of a store. */
export interface FollowedLog {
  /** The session. */
  readonly id: SessionId;
  /** The log. */
  readonly logPath: string;
}

/** What is known of a log: while it is live it has a follower, and otherwise it rests until it grows. */
interface KnownLog<Event> {
  readonly log: FollowedLog;
  follower: LogFollower<Event> | undefined;
  /** Bytes that it had when it came to rest; `Infinity` when it cannot be read. */
  position: number;
}

/** Which logs are to be looked at: those that are live, those of these names, or every one. */
export type DueLogs = "live" | "every" | ReadonlySet<string>;

/** Reads of one log before the others get their turn. */
const READS = 16;

/**
 * How far the clocks of two processes, and those of files, may be apart, in milliseconds: a session that seems to have
 * ended so shortly before may have ended later.
 */
export const SKEW_MS = 50;

/** A log without a lock that was written so long before is not live, in milliseconds; it need not be opened. */
const COLD_MS = 60_000;

/** Follows the logs of a store for somebody who does the waiting. */
export class StoreFollower<Event> implements Disposable {
  readonly #dialect: LineDialect<Event>;
  readonly #since: number;
  readonly #positions: ReadonlyMap<string, number>;
  readonly #startAt: (log: FollowedLog) => number;
  readonly #known = new Map<string, KnownLog<Event>>();
  readonly #byName = new Map<string, KnownLog<Event>>();
  readonly #due = new Set<KnownLog<Event>>();
  #isFirst = true;

  /**
   * @param dialect The wire format of the logs.
   * @param options See {@linkcode FollowAllOptions}.
   */
  constructor(dialect: LineDialect<Event>, options: FollowAllOptions) {
    this.#dialect = dialect;
    this.#since = options.since ?? Date.now();
    this.#positions = options.positions ?? new Map();
    this.#startAt = options.startAt ?? ((): number => 0);
  }

  /** Whether there is a log to look at. */
  get isDue(): boolean {
    return this.#due.size > 0;
  }

  /**
   * Tells whether logs of these names have been met.
   *
   * @param names Names of files.
   * @returns `false` when one of them is new.
   */
  knows(names: ReadonlySet<string>): boolean {
    return names.values().every((name) => this.#byName.has(name));
  }

  /**
   * Looks for logs that it has not met.
   *
   * @param layouts The projects of the store.
   * @returns What is to be said of them.
   */
  *list(layouts: readonly Layout[]): Generator<FollowAllItem<Event>, void, void> {
    for (const layout of layouts) {
      for (const id of listLogs(layout)) {
        const log = { id, logPath: logPathOf(layout, id) };
        if (!this.#known.has(log.logPath)) yield* this.#attempt(log, () => this.#meet(log));
      }
    }
    this.#isFirst = false;
  }

  /**
   * Takes note that logs are to be looked at.
   *
   * @param which Which.
   */
  mark(which: DueLogs): void {
    if (typeof which === "string") {
      for (const known of this.#known.values()) {
        if (which === "every" || known.follower !== undefined) this.#due.add(known);
      }
      return;
    }
    for (const name of which) {
      const known = this.#byName.get(name);
      if (known !== undefined) this.#due.add(known);
    }
  }

  /**
   * Looks at each log that is to be looked at, for a while.
   *
   * @returns What there is.
   */
  *advance(): Generator<FollowAllItem<Event>, void, void> {
    for (const known of [...this.#due]) yield* this.#attempt(known.log, () => this.#advance(known));
  }

  /** Closes all logs. */
  [Symbol.dispose](): void {
    for (const known of this.#known.values()) known.follower?.[Symbol.dispose]();
  }

  /** One log that cannot be read must not keep the others from being followed: it is given up. */
  *#attempt(
    log: FollowedLog,
    action: () => Generator<FollowAllItem<Event>, void, void>,
  ): Generator<FollowAllItem<Event>, void, void> {
    try {
      yield* action();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return this.#forget(log);
      if (!isFileError(error)) throw error;
      this.#rest(this.#remember(log, Infinity), Infinity);
      yield { kind: "unreadable", log, error };
    }
  }

  *#meet(log: FollowedLog): Generator<FollowAllItem<Event>, void, void> {
    if (!mayRead(log.logPath)) requirePath("read", Deno.realPathSync(log.logPath));
    const { size, mtime } = Deno.statSync(log.logPath);
    const known = this.#remember(log, size);
    const position = this.#positions.get(log.id);
    if (position !== undefined && position < size) return yield* this.#open(known, position);
    const isCold = (mtime?.getTime() ?? 0) + COLD_MS < this.#since && lockState(lockPathOf(log.logPath)) !== "held";
    if (isCold && position === undefined) return;
    const { state, end, lastSign } = livenessOf(log.logPath, this.#dialect);
    const at = lastTime(end, lastSign);
    if (state === "running" || position === undefined && at >= this.#since - SKEW_MS) {
      const start = this.#isFirst && state === "running" ? this.#startAt(log) : 0;
      yield* this.#open(known, position ?? start);
    } else if (position !== undefined) {
      const why = end !== undefined ? "ended" : state === "crashed" ? "writer_died" : "stale";
      yield { kind: "closed", log, why, position: size, at };
    }
  }

  *#open(known: KnownLog<Event>, from: number): Generator<FollowAllItem<Event>, void, void> {
    const { log } = known;
    const position = lineStart(log.logPath, from);
    known.follower = new LogFollower(log.logPath, this.#dialect, { from: position });
    this.#due.add(known);
    yield { kind: "opened", log, position };
  }

  *#advance(known: KnownLog<Event>): Generator<FollowAllItem<Event>, void, void> {
    const { log } = known;
    if (known.follower === undefined) {
      const { size } = Deno.statSync(log.logPath);
      if (size <= known.position) return this.#rest(known, known.position === Infinity ? Infinity : size);
      yield* this.#open(known, known.position);
    }
    const follower = known.follower!;
    for (let reads = 0; reads < READS; reads++) {
      const item = follower.next();
      if (item === "idle") return void this.#due.delete(known);
      if (item === "busy") continue;
      if (item.kind !== "end" && item.kind !== "silent") {
        yield { ...item, log };
        continue;
      }
      const { size } = unlessGone(() => Deno.statSync(log.logPath)) ?? { size: follower.position };
      const why = item.kind === "end" ? item.why : "stale";
      this.#rest(known, size);
      if (why === "removed") this.#forget(log);
      return yield { kind: "closed", log, why, position: size, at: this.#lastTimeOf(log) };
    }
  }

  #lastTimeOf({ logPath }: FollowedLog): number {
    const liveness = unlessGone(() => livenessOf(logPath, this.#dialect));
    return liveness === undefined ? Date.now() : lastTime(liveness.end, liveness.lastSign);
  }

  #remember(log: FollowedLog, position: number): KnownLog<Event> {
    const known = this.#known.get(log.logPath) ?? { log, follower: undefined, position };
    this.#known.set(log.logPath, known);
    this.#byName.set(basename(log.logPath), known);
    return known;
  }

  #rest(known: KnownLog<Event>, position: number): void {
    known.follower?.[Symbol.dispose]();
    known.follower = undefined;
    known.position = position;
    this.#due.delete(known);
  }

  #forget({ logPath }: FollowedLog): void {
    const known = this.#known.get(logPath);
    if (known === undefined) return;
    this.#rest(known, 0);
    this.#known.delete(logPath);
    this.#byName.delete(basename(logPath));
  }
}

/** When a session ended, or was last heard of. */
function lastTime(end: SessionEnd | undefined, lastSign: number): number {
  const ended = end === undefined ? NaN : Date.parse(end.endedAt);
  return Number.isNaN(ended) ? lastSign : ended;
}
