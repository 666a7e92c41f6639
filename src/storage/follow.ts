/** The lines of a log from now on. */

import type { Decoded, LineDialect } from "../codec/dialect.ts";
import { basename, dirname } from "../deps/path.ts";
import { LogFollower } from "./log_follower.ts";
import { requirePath } from "./permission.ts";
import { Waker } from "./waker.ts";
import { Turn } from "./turn.ts";

/**
 * Why following ended: the session ended; its writer died without ending it; it was silent for too long from the
 * beginning; the caller asked for it; or the log was removed.
 */
export type FollowEnd = "ended" | "writer_died" | "stale" | "aborted" | "removed";

/** What following a log brings. */
export type FollowItem<Event> =
  /** New lines, in order, and the byte offset behind them. */
  | { readonly kind: "lines"; readonly lines: readonly Decoded<Event>[]; readonly position: number }
  /** The log begins again: lines seen before may come once more. */
  | { readonly kind: "restarted"; readonly why: "truncated" | "replaced" }
  /** A log without a lock has been silent for this long; said once a silence. */
  | { readonly kind: "silent"; readonly seconds: number }
  /** Always the last item. */
  | { readonly kind: "end"; readonly why: FollowEnd };

/** How a log is followed. */
export interface FollowOptions {
  /** Byte offset to start at: the beginning of a line. Default 0. */
  readonly from?: number | undefined;
  /** Ends the following. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks at the file when nothing is noticed. Default 1000, or 100 where nothing can be. */
  readonly pollMs?: number | undefined;
  /** Whether a log that is stale when the following begins is followed all the same. Default `false`. */
  readonly waitForStale?: boolean | undefined;
}

const POLL_MS = 1000;
const POLL_MS_UNWATCHED = 100;
/**
 * Follows a log: the lines it has from an offset on, then new ones as they are written. No line is decoded before its
 * newline has arrived; only when nobody is left to write that, an event that is whole without it is given as the last.
 *
 * @param path The log.
 * @param dialect Its wire format.
 * @param options See {@linkcode FollowOptions}.
 * @returns Items, of which the last is of kind `end`.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export async function* follow<Event>(
  path: string,
  dialect: LineDialect<Event>,
  options: FollowOptions = {},
): AsyncGenerator<FollowItem<Event>, void, void> {
  const { signal } = options;
  requirePath("read", path);
  using waker = new Waker(dirname(path), basename(path, ".jsonl"));
  using follower = new LogFollower(path, dialect, options);
  const pollMs = options.pollMs ?? (waker.isWatching ? POLL_MS : POLL_MS_UNWATCHED);
  const turn = new Turn();
  while (!signal?.aborted) {
    if (turn.isOver) {
      await turn.pass();
      continue;
    }
    const item = follower.next();
    if (item === "busy") continue;
    if (item !== "idle") {
      yield item;
      if (item.kind === "end") return;
      continue;
    }
    await waker.wait(pollMs, signal);
    turn.begin();
  }
  yield { kind: "end", why: "aborted" };
}
