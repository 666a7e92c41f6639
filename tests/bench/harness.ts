/** Interleaved rounds, medians and ratios: absolute numbers mean little on a shared machine, ratios of one run do. */

/** One thing that is measured. */
export interface Case {
  /** What it is. */
  readonly name: string;
  /** Runs once and returns what it cost, in the unit of its suite. */
  run(): number | Promise<number>;
}

/** What a suite is to show. */
export interface Goal {
  /** What is compared with what. */
  readonly what: string;
  /** Computes it from the medians. */
  measure(median: (name: string) => number): number;
  /** The least it should be. */
  readonly atLeast?: number;
  /** The most it should be. */
  readonly atMost?: number;
}

/** Cases that are compared with each other. */
export interface Suite {
  /** What is compared. */
  readonly name: string;
  /** What the numbers are. */
  readonly unit: string;
  /** Name of the case that the others are compared with, if that makes sense. */
  readonly baseline?: string;
  /** Whether the ratio to the baseline is a speed (baseline ÷ case) or a cost (case ÷ baseline). */
  readonly ratio: "speed" | "cost";
  /** The most rounds, for what takes long. */
  readonly mostRounds?: number;
  /** The cases. */
  readonly cases: readonly Case[];
  /** What they are to show. */
  readonly goals?: readonly Goal[];
  /** What was left out, as a program that this machine does not have. */
  readonly absent?: readonly string[];
}

/** What was measured of one case. */
export interface CaseResult {
  readonly name: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Compared with the baseline, by the medians. */
  readonly ratio?: number;
}

/** What was measured of one goal. */
export interface GoalResult {
  readonly what: string;
  readonly goal: string;
  readonly measured: number;
  readonly isMet: boolean;
}

/** What was measured of one suite. */
export interface SuiteResult {
  readonly suite: string;
  readonly unit: string;
  readonly ratio: "speed" | "cost";
  readonly baseline?: string;
  readonly rounds: number;
  readonly cases: readonly CaseResult[];
  readonly goals: readonly GoalResult[];
  readonly absent: readonly string[];
}

/**
 * Runs the cases of a suite in turns.
 *
 * @param suite The suite.
 * @param wanted How often each case runs; a first round to warm up is not counted.
 * @returns What was measured.
 */
export async function measure(suite: Suite, wanted: number): Promise<SuiteResult> {
  const { name, unit, ratio, baseline, cases, goals = [], absent = [] } = suite;
  const rounds = Math.min(wanted, suite.mostRounds ?? wanted);
  const costs = new Map(cases.map((each) => [each.name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const each of cases) {
      const cost = await each.run();
      if (round > 0) costs.get(each.name)!.push(cost);
    }
  }
  const medianOf = (name: string): number => quantile(costs.get(name)!, 0.5);
  const base = baseline === undefined ? undefined : medianOf(baseline);
  return {
    suite: name,
    unit,
    ratio,
    ...(baseline === undefined ? {} : { baseline }),
    rounds,
    cases: Array.from(costs, ([name, all]) => {
      const median = medianOf(name);
      const compared = base === undefined ? {} : { ratio: ratio === "speed" ? base / median : median / base };
      return { name, median, min: Math.min(...all), max: Math.max(...all), ...compared };
    }),
    goals: goals.map(({ what, measure, atLeast = -Infinity, atMost = Infinity }) => {
      const measured = measure(medianOf);
      const goal = atMost === Infinity ? `≥ ${atLeast}` : `≤ ${atMost}`;
      return { what, goal, measured, isMet: measured >= atLeast && measured <= atMost };
    }),
    absent,
  };
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

/**
 * Times something.
 *
 * @param run Does it.
 * @returns Milliseconds.
 */
export async function timed(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/**
 * Waits.
 *
 * @param milliseconds How long.
 */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
