import { ZIG } from "../codec/zig.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import { Pacer, type ReplayPace } from "../query/replay.ts";
import { read } from "../storage/read.ts";
import { Playback } from "./playback.ts";

/** How a session is replayed. */
export interface ReplayOptions extends ReplayPace {
  /** Ends it early, without an error. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Replays a session: gives its events in the timing in which they were recorded. Heartbeats, damaged lines and lines of
 * an unknown type are passed over.
 *
 * @param logPath The log, as `findSession(…).logPath` tells it.
 * @param options How fast, and when to stop.
 * @returns The events recorded so far, each when it is due.
 * @throws {RangeError} When the speed or the limit makes no sense.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export async function* replaySession(
  logPath: string,
  options: ReplayOptions = {},
): AsyncGenerator<SessionLogEvent, void, void> {
  const { signal } = options;
  const pacer = new Pacer(options);
  const playback = new Playback();
  const end = (): void => playback.end();
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end);
  try {
    for await (const lines of read(logPath, ZIG)) {
      for (const line of lines) {
        if (line.kind !== "event" || line.event.type === "heartbeat") continue;
        if (!await playback.next(pacer.delayBefore(line.event.ts))) return;
        yield line.event;
      }
    }
  } finally {
    signal?.removeEventListener("abort", end);
  }
}
