/** How one run differs from another: its steps, how they went, and how long they took. */

import type { SessionStatus } from "../codec/zig_events.ts";
import type { RunSummary, StepState, StepSummary } from "./summary.ts";

/** A step longer than before counts from this much more, as a share of what it took. */
export const SLOWER_SHARE = 0.2;

/** A step longer than before counts from this many milliseconds more. */
export const SLOWER_MS = 100;

/** A step that went another way. */
export interface StateFlip {
  /** The step. */
  readonly step: string;
  /** How it went in the first run. */
  readonly a: StepState;
  /** How it went in the second. */
  readonly b: StepState;
}

/** A step that took longer, beyond noise. */
export interface Slowdown {
  /** The step. */
  readonly step: string;
  /** Milliseconds in the first run. */
  readonly a: number;
  /** Milliseconds in the second. */
  readonly b: number;
}

/** How two runs differ. */
export interface RunDiff {
  /** How each ended, when that is not the same; `null` in it stands for a run without an end. */
  readonly status: { readonly a: SessionStatus | null; readonly b: SessionStatus | null } | null;
  /** Steps that only the second run has. */
  readonly added: readonly string[];
  /** Steps that only the first run has. */
  readonly dropped: readonly string[];
  /** Steps of both that went another way. */
  readonly flips: readonly StateFlip[];
  /** Steps that ended well in both and took longer in the second: by 20 % and by 100 ms at least. */
  readonly slower: readonly Slowdown[];
}

/**
 * Compares two runs by what they came to.
 *
 * @param a The first run: what is expected.
 * @param b The second.
 * @returns The differences, in the order of the steps.
 */
export function diffRuns(a: RunSummary, b: RunSummary): RunDiff {
  const before = stepsOf(a);
  const after = stepsOf(b);
  const both = [...after.values()].flatMap((step) => {
    const old = before.get(step.name);
    return old === undefined ? [] : [[old, step] as const];
  });
  return {
    status: a.status === b.status ? null : { a: a.status, b: b.status },
    added: [...after.keys()].filter((name) => !before.has(name)),
    dropped: [...before.keys()].filter((name) => !after.has(name)),
    flips: both.filter(([old, step]) => old.state !== step.state)
      .map(([old, { name, state }]) => ({ step: name, a: old.state, b: state })),
    slower: both.flatMap(([old, step]) => slowdown(old, step)),
  };
}

function stepsOf(run: RunSummary): ReadonlyMap<string, StepSummary> {
  return new Map(run.tiers.flatMap((tier) => tier.steps.map((step) => [step.name, step] as const)));
}

function slowdown(old: StepSummary, step: StepSummary): Slowdown[] {
  if (old.state !== "success" || step.state !== "success") return [];
  if (old.durationMs === null || step.durationMs === null) return [];
  const [a, b] = [Number(old.durationMs), Number(step.durationMs)];
  return b - a >= SLOWER_MS && b - a >= a * SLOWER_SHARE ? [{ step: step.name, a, b }] : [];
}
