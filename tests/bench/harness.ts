/** Interleaved rounds, medians and ratios: absolute times mean little on a shared machine, ratios of one run do. */

/** One thing that is measured. */
export interface Case {
  /** What it is. */
  readonly name: string;
  /** Runs once and returns the cost of one operation, in microseconds. */
  run(): number | Promise<number>;
}

/** Cases that are compared with each other. */
export interface Suite {
  /** What is compared. */
  readonly name: string;
  /** Name of the case that the others are compared with. */
  readonly baseline: string;
  /** Whether the ratio to the baseline is a speed (baseline ÷ case) or a cost (case ÷ baseline). */
  readonly ratio: "speed" | "cost";
  /** The cases. */
  readonly cases: readonly Case[];
}

/** What was measured of one case. */
export interface Result {
  readonly suite: string;
  readonly name: string;
  /** Microseconds an operation. */
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Compared with the baseline, by the medians. */
  readonly ratio: number;
}

/**
 * Runs the cases of a suite in turns.
 *
 * @param suite The suite.
 * @param rounds How often each case runs; a first round to warm up is not counted.
 * @returns One result a case.
 */
export async function measure(suite: Suite, rounds: number): Promise<Result[]> {
  const costs = suite.cases.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [at, each] of suite.cases.entries()) {
      const cost = await each.run();
      if (round > 0) costs[at]!.push(cost);
    }
  }
  const medians = costs.map(median);
  const base = medians[suite.cases.findIndex(({ name }) => name === suite.baseline)]!;
  return suite.cases.map(({ name }, at) => ({
    suite: suite.name,
    name,
    median: medians[at]!,
    min: Math.min(...costs[at]!),
    max: Math.max(...costs[at]!),
    ratio: suite.ratio === "speed" ? base / medians[at]! : medians[at]! / base,
  }));
}

/**
 * The middle of some numbers.
 *
 * @param numbers At least one.
 * @returns Their median.
 */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/**
 * A quantile of some numbers.
 *
 * @param numbers At least one.
 * @param share From 0 to 1.
 * @returns The number that this share of them does not exceed.
 */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/**
 * Times many runs of an operation.
 *
 * @param count How many.
 * @param operation The operation; gets its number.
 * @returns Microseconds an operation.
 */
export function time(count: number, operation: (at: number) => void): number {
  const start = performance.now();
  for (let at = 0; at < count; at++) operation(at);
  return (performance.now() - start) * 1000 / count;
}
