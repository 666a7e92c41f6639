import type { LossReport } from "./transcript.ts";

/** Counts what is passed over, by kind. */
export class LossCounter {
  readonly #counts = new Map<string, number>();

  /** What was passed over so far. */
  get report(): LossReport {
    return this.#counts;
  }

  /**
   * Counts something.
   *
   * @param kind What it is, such as `record progress` or `block image`.
   * @param count How many.
   */
  add(kind: string, count = 1): void {
    if (count > 0) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
  }
}

/**
 * Adds up what was passed over in several places.
 *
 * @param reports What was passed over in each.
 * @returns What was passed over in all, by kind.
 */
export function sumLosses(...reports: readonly LossReport[]): LossReport {
  const sum = new LossCounter();
  for (const report of reports) {
    for (const [kind, count] of report) sum.add(kind, count);
  }
  return sum.report;
}
