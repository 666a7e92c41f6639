import { previewOf } from "./command.ts";
import type { Outcome, Step } from "./plan.ts";
import { runAttempt } from "./run_attempt.ts";
import type { RunContext } from "./run_context.ts";

/** How a step came out. */
export interface StepEnd {
  /** In a word. */
  readonly outcome: Outcome;
  /** The exit code by which a shell would tell of its last attempt; 0 when it was skipped. */
  readonly shellCode: number;
  /** What went wrong in its last attempt; `undefined` when nothing did. */
  readonly error?: string;
}

/**
 * Runs a step until it succeeds or no retry is left. Nothing is tried again after a signal.
 *
 * @param step The step.
 * @param tierIndex Its tier, from 0.
 * @param context The run.
 * @returns How it came out.
 */
export async function runStep(step: Step, tierIndex: number, context: RunContext): Promise<StepEnd> {
  const { recorder, observer, signals } = context;
  const details = { zagCommand: "exec", promptPreview: previewOf(step.run) };
  for (let attempt = 1;; attempt++) {
    recorder.record((writer) => writer.stepStarted(step.name, tierIndex, details));
    observer.stepStarted(step);
    const started = performance.now();
    const { error, exitCode, shellCode } = await runAttempt(step, context);
    if (error === undefined) {
      const durationMs = Math.round(performance.now() - started);
      recorder.record((writer) => writer.stepCompleted(step.name, { exitCode: exitCode ?? 0, durationMs }));
      observer.stepCompleted(step);
      return { outcome: "succeeded", shellCode };
    }
    recorder.record((writer) => writer.stepFailed(step.name, { exitCode, attempt, error }));
    const retrying = attempt <= step.retries && signals.first === undefined;
    observer.stepFailed(step, attempt, error, retrying);
    if (retrying) await nextTurn();
    if (!retrying || signals.first !== undefined) return { outcome: "failed", shellCode, error };
  }
}

/**
 * Skips a step.
 *
 * @param step The step.
 * @param reason Why.
 * @param context The run.
 * @returns How it came out.
 */
export function skipStep(step: Step, reason: string, { recorder, observer }: RunContext): StepEnd {
  recorder.record((writer) => writer.stepSkipped(step.name, reason));
  observer.stepSkipped(step, reason);
  return { outcome: "skipped", shellCode: 0 };
}

/** Lets signals and timers through: a command that cannot even be started would otherwise be retried without a pause. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
