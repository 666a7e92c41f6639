/** The lines of all live logs of a store, from now on. */

import type { LineDialect } from "../codec/dialect.ts";
import { join } from "../deps/path.ts";
import type { FollowEnd, FollowItem } from "./follow.ts";
import { allProjects, type Layout } from "./layout.ts";
import { type FollowedLog, StoreFollower } from "./store_follower.ts";
import { StoreWatcher } from "./store_watcher.ts";
import { Turn } from "./turn.ts";

/** What following a store brings. */
export type FollowAllItem<Event> =
  /** A log is followed, from a byte offset on. */
  | { readonly kind: "opened"; readonly log: FollowedLog; readonly position: number }
  /** What following one of the logs brings. */
  | Extract<FollowItem<Event>, { readonly kind: "lines" | "restarted" }> & { readonly log: FollowedLog }
  /**
   * A log is followed no longer, unless it grows; or nothing is new in one of which a position is known. `at` is when
   * its session ended, or was last heard of.
   */
  | {
    readonly kind: "closed";
    readonly log: FollowedLog;
    readonly why: FollowEnd;
    readonly position: number;
    readonly at: number;
  }
  /** A log cannot be read. */
  | { readonly kind: "unreadable"; readonly log: FollowedLog; readonly error: Error }
  /** Nothing is left that had been written before `at`, in milliseconds since the epoch. */
  | { readonly kind: "idle"; readonly at: number };

/** How a store is followed. */
export interface FollowAllOptions {
  /** Sessions that had ended before are passed over: milliseconds since the epoch. Default: now. */
  readonly since?: number | undefined;
  /** Where to go on, by session id: byte offsets behind the last line that is known of each. */
  readonly positions?: ReadonlyMap<string, number> | undefined;
  /** Where to start in a session that runs already. Default: at the beginning of its log. */
  readonly startAt?: ((log: FollowedLog) => number) | undefined;
  /** Ends the following. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks at the live logs when nothing is noticed. Default 1000, or 100 where nothing can be. */
  readonly pollMs?: number | undefined;
}

const POLL_MS = 1000;
const POLL_MS_UNWATCHED = 100;
/** Milliseconds between two looks for new logs when nothing is noticed. */
const LIST_MS = 5000;
const LIST_MS_UNWATCHED = 250;
/**
 * Follows every live session of a store: those that run, and those that appear, each from its first event on, also when
 * it has ended before anybody looked. Sessions that had ended before the following began are passed over.
 *
 * @param root Directory of the store.
 * @param dialect The wire format of its logs.
 * @param options See {@linkcode FollowAllOptions}.
 * @returns Items, until the signal is aborted; those of one log in order.
 */
export async function* followAll<Event>(
  root: string,
  dialect: LineDialect<Event>,
  options: FollowAllOptions = {},
): AsyncGenerator<FollowAllItem<Event>, void, void> {
  const { signal } = options;
  using watcher = new StoreWatcher();
  using store = new StoreFollower(dialect, options);
  let listed = -Infinity;
  const turn = new Turn();
  for (let first = true; !signal?.aborted; first = false) {
    const isBlind = !watcher.isWatching;
    const pollMs = first ? 0 : options.pollMs ?? (isBlind ? POLL_MS_UNWATCHED : POLL_MS);
    const { names, mayBeMore } = await watcher.wait(pollMs, signal);
    const at = Date.now();
    const now = performance.now(); // a clock that nobody sets
    const isDue = now - listed >= (isBlind ? LIST_MS_UNWATCHED : LIST_MS);
    const isFull = isDue || mayBeMore || !store.knows(names);
    if (isFull) {
      const layouts = allProjects(root);
      watcher.watch(directoriesOf(root, layouts)); // before the logs are listed: none can appear unnoticed in between
      yield* store.list(layouts);
      listed = now;
    }
    const isQuiet = names.size === 0;
    store.mark(mayBeMore || isBlind && isFull ? "every" : isFull || isQuiet ? "live" : names);
    while (store.isDue && !signal?.aborted) {
      yield* store.advance();
      if (!turn.isOver) continue;
      await turn.pass();
    }
    if (isFull && !signal?.aborted) yield { kind: "idle", at };
    turn.begin();
  }
}

/** The directories in which something new may turn up: where logs lie, or what is there of the way to them. */
function directoriesOf(root: string, layouts: readonly Layout[]): string[] {
  const directories = new Set([root, join(root, "projects")].filter(exists));
  for (const { sessionsDir, logsDir, projectDir } of layouts) {
    const deepest = [sessionsDir, logsDir, projectDir].find(exists);
    if (deepest !== undefined) directories.add(deepest);
  }
  return [...directories];
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
