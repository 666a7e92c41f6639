import type { RecordedAgent } from "./agent_recorder.ts";
import { previewOf } from "./command.ts";
import type { Outcome, Step } from "./plan.ts";
import { directoryOf, runAttempt } from "./run_attempt.ts";
import type { RunContext } from "./run_context.ts";

/** How the agents are told to go on with an earlier session. */
const RESUMES = /(^|\s)(-c|-r|--continue|--resume|resume)(?=\s|=|$)/;

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
  const details = { zagCommand: "exec", model: step.model, promptPreview: previewOf(step.run, context.redact) };
  for (let attempt = 1;; attempt++) {
    const agent = startAgent(step, context);
    const zagSessionId = agent?.sessionId ?? "";
    recorder.record((writer) => writer.stepStarted(step.name, tierIndex, { ...details, zagSessionId }));
    observer.stepStarted(step);
    const started = performance.now();
    const { error, exitCode, shellCode } = await runAttempt(step, context);
    const durationMs = Math.round(performance.now() - started);
    await agent?.finish(error);
    if (error === undefined) {
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

/** Each attempt is a dialogue of its own. */
function startAgent(step: Step, context: RunContext): RecordedAgent | undefined {
  if (step.agent === null) return undefined;
  return context.agents?.start(step.agent, {
    cwd: directoryOf(step, context),
    model: step.model,
    resumed: RESUMES.test([step.run].flat().join(" ")),
    env: (name) => step.env[name] ?? context.env[name],
  });
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
