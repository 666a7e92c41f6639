/** Following logs in tests. */

import type { Decoded } from "../../src/codec/dialect.ts";
import { ZIG } from "../../src/codec/zig.ts";
import type { SessionLogEvent } from "../../src/codec/zig_events.ts";
import { follow, type FollowEnd, type FollowItem, type FollowOptions } from "../../src/storage/follow.ts";

/** Milliseconds after which a test gives up: far more than the slowest machine needs. */
export const GIVE_UP_MS = 300_000;

/** What following a log to its end brought. */
export interface Followed {
  /** All lines, in the order they came. */
  readonly lines: Decoded<SessionLogEvent>[];
  /** The texts of the lines, and `!` with a word for all else that happened. */
  readonly told: string[];
  /** Why it ended. */
  readonly why: FollowEnd;
  /** The offset behind the last line. */
  readonly position: number;
}

/** Follows a log by steps. It reads on as soon as the next item is asked for, up to the end of the file. */
export class Follower implements AsyncDisposable {
  readonly #items: AsyncGenerator<FollowItem<SessionLogEvent>, void, void>;
  readonly #abort = new AbortController();

  /**
   * @param path The log.
   * @param options How to follow it; by default it is looked at every few milliseconds.
   */
  constructor(path: string, options: FollowOptions = {}) {
    this.#items = follow(path, ZIG, { pollMs: 5, signal: this.#abort.signal, ...options });
  }

  /**
   * Asks for the next item. What the file holds now is read before this returns.
   *
   * @returns The item, once there is one.
   */
  async next(): Promise<FollowItem<SessionLogEvent> | undefined> {
    return (await this.#items.next()).value ?? undefined;
  }

  /**
   * Follows to the end.
   *
   * @returns What came.
   */
  async toEnd(): Promise<Followed> {
    const lines: Decoded<SessionLogEvent>[] = [];
    const told: string[] = [];
    let position = 0;
    for (let item = await this.next(); item !== undefined; item = await this.next()) {
      if (item.kind === "end") return { lines, told, why: item.why, position };
      if (item.kind === "silent") told.push("!silent");
      if (item.kind === "restarted") told.push(`!${item.why}`);
      if (item.kind !== "lines") continue;
      lines.push(...item.lines);
      told.push(...item.lines.map((line) => line.text));
      position = item.position;
    }
    throw new Error("following ended without saying why");
  }

  /** Stops. */
  abort(): void {
    this.#abort.abort();
  }

  /** Stops, and lets go of the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#items.return();
  }
}

/**
 * Runs something where the system refuses to watch directories.
 *
 * @param body What to run.
 * @returns What it returns.
 */
export async function withoutWatcher<T>(body: () => Promise<T>): Promise<T> {
  const { watchFs } = Deno;
  try {
    Deno.watchFs = (): Deno.FsWatcher => {
      throw Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
    };
    return await body();
  } finally {
    Deno.watchFs = watchFs;
  }
}

/**
 * Lets others have their turn.
 *
 * @param milliseconds For how long at least.
 */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
