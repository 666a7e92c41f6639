/** How often something went well, and how long it took. */

/** How long something took, in milliseconds; `null` when nothing was measured. */
export interface Durations {
  /** Half of them took no longer. */
  readonly p50: number | null;
  /** 95 of a hundred took no longer. */
  readonly p95: number | null;
  /** The longest. */
  readonly max: number | null;
}

/** How often something was done, and how it went. */
export interface Outcomes {
  /** How many went well. */
  readonly successes: number;
  /** How many did not. */
  readonly failures: number;
  /** The part that went well, of those that ended: 0 to 1; `null` when none did. */
  readonly successRate: number | null;
  /** How long those took that went well. */
  readonly durations: Durations;
  /** The last of these durations, the newest last. */
  readonly recent: readonly number[];
}

/** Durations that are kept for a chart. */
const RECENT = 20;

/** Bars from low to high. */
const BARS = "▁▂▃▄▅▆▇█";

/** Counts how often something was done, and how it went. */
export class OutcomeTally {
  #successes = 0;
  #failures = 0;
  readonly #durations: number[] = [];

  /**
   * Takes something that went well.
   *
   * @param durationMs How long it took; `null` where nobody measured that.
   */
  success(durationMs: number | bigint | null): void {
    this.#successes++;
    if (durationMs !== null) this.#durations.push(Number(durationMs));
  }

  /** Takes something that did not. */
  failure(): void {
    this.#failures++;
  }

  /**
   * Tells how it went.
   *
   * @returns What is known so far.
   */
  outcomes(): Outcomes {
    const [successes, failures] = [this.#successes, this.#failures];
    const ended = successes + failures;
    const sorted = this.#durations.toSorted((a, b) => a - b);
    return {
      successes,
      failures,
      successRate: ended === 0 ? null : successes / ended,
      durations: { p50: percentile(sorted, 50), p95: percentile(sorted, 95), max: percentile(sorted, 100) },
      recent: this.#durations.slice(-RECENT),
    };
  }
}

/**
 * Draws numbers as a line of bars.
 *
 * @param values Numbers from 0.
 * @returns One bar each, in proportion to the largest.
 */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, 1);
  return values.map((value) => BARS[Math.round(value / most * (BARS.length - 1))]).join("");
}

/** By the nearest rank: always one of the values. */
function percentile(sorted: readonly number[], percent: number): number | null {
  return sorted[Math.ceil(sorted.length * percent / 100) - 1] ?? null;
}
