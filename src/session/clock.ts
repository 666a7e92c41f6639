/** The time of events. */

import type { Instant } from "../codec/timestamp.ts";

/** Tells the time, in milliseconds since the epoch, with as many digits behind the point as the system has. */
export type Clock = () => number;

/** How far the monotonic clock may be from the system's before it is set again, in milliseconds. */
const DRIFT_MS = 5;

/** How long the monotonic clock is trusted, in milliseconds: asking both each time would take half as long again. */
const TRUST_MS = 1;

/**
 * Makes a clock of the best resolution there is: the monotonic clock, set by the system's clock whenever the two part,
 * as after a suspend or a step of the system's clock.
 *
 * @returns The clock.
 */
export function systemClock(): Clock {
  let origin = performance.timeOrigin;
  let compared = -Infinity;
  return () => {
    const monotonic = performance.now();
    if (monotonic - compared > TRUST_MS) {
      const system = Date.now();
      if (Math.abs(origin + monotonic - system) > DRIFT_MS) origin = system - monotonic;
      compared = monotonic;
    }
    return origin + monotonic;
  };
}

/**
 * Stamps the events of one log: each later than the one before, whatever the clock does. The nanoseconds never end in
 * three zeros, so that a time always has nine digits.
 */
export class EventTime implements Instant {
  /** Whole seconds since the epoch. */
  seconds = 0;
  /** Nanoseconds within the second. */
  nanos = 0;
  readonly #clock: Clock;

  /** @param clock Tells the time. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Moves on to now, or by as little as possible where now is not later. */
  advance(): void {
    const now = this.#clock();
    const seconds = Math.floor(now / 1000);
    const nanos = Math.floor((now - seconds * 1000) * 1e6);
    if (seconds > this.seconds || seconds === this.seconds && nanos > this.nanos) {
      this.seconds = seconds;
      this.nanos = nanos;
    } else {
      this.nanos += 1;
    }
    if (this.nanos % 1000 === 0) this.nanos += 1;
    if (this.nanos >= 1e9) {
      this.seconds += 1;
      this.nanos = 1;
    }
  }
}
