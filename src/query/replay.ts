/** How long to wait before each event, so that a recording plays in its own time. */

/** How a recording is played. */
export interface ReplayPace {
  /** How many times faster than it was recorded; more than 0. Default 1. */
  readonly speed?: number | undefined;
  /** The longest silence that is kept, in milliseconds of the recording. Default: every silence is kept. */
  readonly idleLimitMs?: number | undefined;
}

/** Tells, event by event, how long to wait. */
export class Pacer {
  readonly #speed: number;
  readonly #idleLimitMs: number;
  #last: number | undefined;

  /**
   * Makes a pacer for one replay.
   *
   * @param pace How fast.
   * @throws {RangeError} When the speed is not a number above 0, or the limit is not a number from 0.
   */
  constructor({ speed = 1, idleLimitMs = Infinity }: ReplayPace = {}) {
    if (!(speed > 0 && speed < Infinity)) throw new RangeError(`Cannot replay at speed ${speed}: it must be above 0`);
    if (!(idleLimitMs >= 0)) throw new RangeError(`Cannot limit silence to ${idleLimitMs} ms: it must be 0 or more`);
    this.#speed = speed;
    this.#idleLimitMs = idleLimitMs;
  }

  /**
   * Tells how long to wait before an event.
   *
   * @param ts When it was recorded, RFC 3339.
   * @returns Milliseconds since the event before it; 0 for the first one, for one that is earlier than the one before it,
   * and for one whose time is none, which is passed over.
   */
  delayBefore(ts: string): number {
    const time = Date.parse(ts);
    if (Number.isNaN(time)) return 0;
    const gap = Math.max(0, time - (this.#last ?? time));
    this.#last = time;
    return Math.min(gap, this.#idleLimitMs) / this.#speed;
  }
}

/**
 * Tells how long to wait before each of some events.
 *
 * @param times When they were recorded, RFC 3339, in the order of the log.
 * @param pace How fast.
 * @returns Milliseconds before each.
 * @throws {RangeError} When the pace makes no sense.
 */
export function replayDelays(times: readonly string[], pace: ReplayPace = {}): number[] {
  const pacer = new Pacer(pace);
  return times.map((time) => pacer.delayBefore(time));
}
