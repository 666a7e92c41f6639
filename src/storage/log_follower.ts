/** Following one log, step by step: what comes next, and nothing about waiting for it. */

import type { LineDialect } from "../codec/dialect.ts";
import { FileCursor } from "./file_cursor.ts";
import { unlessGone } from "./file_error.ts";
import type { FollowEnd, FollowItem } from "./follow.ts";
import { type Liveness, livenessOf } from "./liveness.ts";

/** How a log is followed. */
export interface LogFollowerOptions {
  /** Byte offset to start at: the beginning of a line. Default 0. */
  readonly from?: number | undefined;
  /** Whether a log that is stale when the following begins is followed all the same. Default `false`. */
  readonly waitForStale?: boolean | undefined;
}

/** Milliseconds between two looks whether the writer lives. */
const CHECK_MS = 1000;

/** Follows one log for somebody who does the waiting. */
export class LogFollower<Event> implements Disposable {
  readonly #path: string;
  readonly #dialect: LineDialect<Event>;
  readonly #cursor: FileCursor;
  readonly #waitForStale: boolean;
  #end: FollowEnd | undefined;
  /** When it was looked whether the writer lives, by a clock that nobody sets. */
  #checked = -Infinity;
  #caughtUp = false;
  #saidSilent = false;

  /**
   * @param path The log.
   * @param dialect Its wire format.
   * @param options See {@linkcode LogFollowerOptions}.
   */
  constructor(path: string, dialect: LineDialect<Event>, options: LogFollowerOptions = {}) {
    this.#path = path;
    this.#dialect = dialect;
    this.#cursor = new FileCursor(path, options.from ?? 0);
    this.#waitForStale = options.waitForStale ?? false;
  }

  /** Byte offset behind the last whole line. */
  get position(): number {
    return this.#cursor.position;
  }

  /**
   * Looks at the log once.
   *
   * @returns The next item, of which one of kind `end` is the last; `busy` when there is more to do before there is one;
   * `idle` when there is none until the log changes.
   */
  next(): FollowItem<Event> | "busy" | "idle" {
    if (this.#end !== undefined) return { kind: "end", why: this.#end };
    const lines = this.#cursor.next(this.#dialect);
    if (lines !== undefined) {
      this.#saidSilent = false;
      const end = lines.findIndex((line) => line.kind === "event" && this.#dialect.endOf(line.event) !== undefined);
      if (end !== -1 && this.#dialect.begins !== undefined) { // the session may go on: the end of the log tells
        this.#checked = -Infinity;
        return { kind: "lines", lines, position: this.position };
      }
      if (end === -1) return lines.length === 0 ? "busy" : { kind: "lines", lines, position: this.position };
      this.#end = "ended";
      const { offset, length } = lines[end]!;
      return { kind: "lines", lines: lines.slice(0, end + 1), position: offset + length };
    }
    const change = this.#cursor.checkFile();
    if (change === "grown") return "busy";
    if (change === "removed") return { kind: "end", why: this.#end = "removed" };
    if (change !== undefined) return { kind: "restarted", why: change };
    return this.#caughtUp && performance.now() - this.#checked < CHECK_MS ? "idle" : this.#checkWriter();
  }

  /** Closes the log. */
  [Symbol.dispose](): void {
    this.#cursor[Symbol.dispose]();
  }

  #checkWriter(): FollowItem<Event> | "busy" | "idle" {
    const known = unlessGone(() => livenessOf(this.#path, this.#dialect));
    // Whatever was written before the writer went is read before its going is told.
    if (known === undefined || this.#cursor.isBehind()) return "busy";
    this.#end = whyOver(known, this.#caughtUp || this.#waitForStale);
    if (this.#end !== undefined) {
      const rest = this.#cursor.takeRest(this.#dialect);
      return rest.length > 0
        ? { kind: "lines", lines: rest, position: this.position }
        : { kind: "end", why: this.#end };
    }
    this.#checked = performance.now();
    this.#caughtUp = true;
    if (known.state !== "stale" || this.#saidSilent) return "idle";
    this.#saidSilent = true;
    return { kind: "silent", seconds: Math.round((Date.now() - known.lastSign) / 1000) };
  }
}

/** Why there is nothing to wait for; `undefined` when there may be. */
function whyOver({ state, end }: Liveness, isPatient: boolean): FollowEnd | undefined {
  if (end !== undefined) return "ended";
  if (state === "crashed") return "writer_died";
  return state === "stale" && !isPatient ? "stale" : undefined;
}
