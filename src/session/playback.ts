/** Keeps the time of a recording that plays, and lets it be paused. */

/** Time as a playback needs it. */
export interface PlaybackClock {
  /** Milliseconds since whenever; never runs backwards. */
  now(): number;
  /**
   * Waits.
   *
   * @param ms How long; `Infinity` for ever.
   * @param signal Ends the wait early, without an error.
   */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** The longest time that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The time of this machine. */
export const REAL_CLOCK: PlaybackClock = {
  now: () => performance.now(),
  wait(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (signal.aborted) return Promise.resolve();
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, Math.min(ms, MAX_TIMER_MS));
    signal.addEventListener("abort", wake);
    return promise;
  },
};

/**
 * A recording that plays. Delays add up to moments on the clock, so that what printing takes does not slow it down and
 * events that are less than a millisecond apart do not wait at all.
 */
export class Playback {
  readonly #clock: PlaybackClock;
  #changed = new AbortController();
  /** When the next event is due. */
  #due: number;
  /** While paused: milliseconds that were left to wait. */
  #left: number | undefined;
  #steps = 0;
  #isEnded = false;

  /** @param clock Tells and passes the time. */
  constructor(clock: PlaybackClock = REAL_CLOCK) {
    this.#clock = clock;
    this.#due = clock.now();
  }

  /** Pauses, or goes on with what was left to wait. */
  toggle(): void {
    const now = this.#clock.now();
    if (this.#left === undefined) {
      this.#left = this.#due - now;
    } else {
      this.#due = now + this.#left;
      this.#left = undefined;
      this.#steps = 0;
    }
    this.#wake();
  }

  /** While paused, lets one event through; otherwise does nothing. */
  step(): void {
    if (this.#left === undefined) return;
    this.#steps++;
    this.#wake();
  }

  /** Ends it. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  /**
   * Waits until the next event is due.
   *
   * @param delayMs Milliseconds since the one before it.
   * @returns `false` when the playback has ended: do not show it.
   */
  async next(delayMs: number): Promise<boolean> {
    if (this.#left === undefined) this.#due += delayMs;
    else this.#left += delayMs;
    while (!this.#isEnded) {
      let wait = Infinity;
      if (this.#left === undefined) {
        wait = this.#due - this.#clock.now();
        if (wait < 1) return true;
      } else if (this.#steps > 0) {
        this.#steps--;
        this.#left = 0;
        return true;
      }
      await this.#clock.wait(wait, this.#changed.signal);
    }
    return false;
  }

  #wake(): void {
    this.#changed.abort();
    this.#changed = new AbortController();
  }
}
