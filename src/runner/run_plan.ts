import type { SessionStatus } from "../codec/zig_events.ts";
import type { Plan } from "./plan.ts";
import type { RunContext } from "./run_context.ts";
import { runStep, skipStep, type StepEnd } from "./run_step.ts";
import { skipReason } from "./skip_reason.ts";

/** How a run came out. */
export interface RunEnd {
  /** Whether all steps succeeded or were skipped by their own rules. */
  readonly status: SessionStatus;
  /** How each step came out. */
  readonly steps: ReadonlyMap<string, StepEnd>;
}

/**
 * Runs a plan: tier after tier, the steps of a tier at the same time. After a signal no step is started.
 *
 * @param plan The plan.
 * @param context How it is run, recorded and shown.
 * @returns How it came out.
 */
export async function runPlan(plan: Plan, context: RunContext): Promise<RunEnd> {
  const { recorder, observer, signals } = context;
  const ends = new Map<string, StepEnd>();
  for (const [tierIndex, tier] of plan.tiers.entries()) {
    recorder.record((writer) => writer.tierStarted(tierIndex, tier.map(({ name }) => name)));
    observer.tierStarted(tierIndex);
    await Promise.all(tier.map(async (step) => {
      const reason = signals.first === undefined
        ? skipReason(step, (name) => ends.get(name)!.outcome)
        : `interrupted by ${signals.first}`;
      ends.set(
        step.name,
        reason === undefined ? await runStep(step, tierIndex, context) : skipStep(step, reason, context),
      );
    }));
  }
  const isFailure = signals.first !== undefined || ends.values().some(({ outcome }) => outcome === "failed");
  return { status: isFailure ? "failure" : "success", steps: ends };
}
