/** One attempt of a step. */

import type { OutputStream } from "../codec/zig_events.ts";
import { resolve } from "../deps/path.ts";
import { Child, type ChildEnd, StartError } from "./child.ts";
import type { Step } from "./plan.ts";
import { pump } from "./pump.ts";
import type { RunContext } from "./run_context.ts";

/** How an attempt came out. */
export interface AttemptEnd {
  /** What went wrong; `undefined` when nothing did. */
  readonly error?: string;
  /** Exit code of the process; `null` when it had none. */
  readonly exitCode: number | null;
  /** The exit code by which a shell would tell of it. */
  readonly shellCode: number;
}

/** Milliseconds between SIGTERM and SIGKILL. */
const GRACE_MS = 5000;

/**
 * Runs the command of a step once: records and shows its output, hands on signals, and keeps the time limit.
 *
 * Output is waited for as long as the process lives. What it left running in the background may write on for a moment
 * (see `PATIENCE`); then its output is let go, and it stays as it is. Only after a time limit or a signal it is ended too.
 *
 * @param step The step.
 * @param context The run.
 * @returns How it came out.
 */
export async function runAttempt(step: Step, context: RunContext): Promise<AttemptEnd> {
  const started = startChild(step, context);
  if (started instanceof StartError) return { error: started.message, exitCode: null, shellCode: started.shellCode };
  using child = started;
  let mustEnd = false;
  using _listener = context.signals.listen((signal, hard) => {
    mustEnd = true;
    child.interrupt(signal, hard);
  });
  let timedOut = false;
  using _limit = timer(step.timeoutSecs, () => {
    timedOut = mustEnd = true;
    child.terminate();
  });

  const gone = child.ended.then(() => mustEnd && child.terminateRest());
  try {
    await Promise.all([
      pumpOutput(step, "stdout", child.stdout, gone, context),
      pumpOutput(step, "stderr", child.stderr, gone, context),
    ]);
  } catch (error) {
    child.kill(); // a mistake in this program: nobody would look after the child any more
    throw error;
  }
  const end = await child.ended;
  if (mustEnd) child.kill();
  const error = timedOut ? `timed out after ${step.timeoutSecs} s` : errorOf(end);
  return { exitCode: end.exitCode, shellCode: end.shellCode, ...(error !== undefined && { error }) };
}

/**
 * Tells where a step runs.
 *
 * @param step The step.
 * @param context The run.
 * @returns The directory, absolute.
 */
export function directoryOf(step: Step, context: Pick<RunContext, "directory">): string {
  return resolve(context.directory, step.cwd ?? ".");
}

function startChild(step: Step, context: RunContext): Child | StartError {
  try {
    return Child.start({
      command: step.run,
      cwd: directoryOf(step, context),
      env: { ...context.env, ZIGLOG_STEP: step.name, ...step.env },
      stdin: context.stdin,
      ownGroup: context.ownGroups,
      terminalInterrupts: context.terminalInterrupts,
      graceMs: context.graceMs ?? GRACE_MS,
    });
  } catch (error) {
    if (error instanceof StartError) return error;
    throw error;
  }
}

async function pumpOutput(
  step: Step,
  stream: OutputStream,
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  gone: Promise<unknown>,
  { recorder, observer }: RunContext,
): Promise<void> {
  const recorded = recorder.output(step.name, stream);
  const whole = await pump(source, async (chunk) => {
    await recorded.write(chunk);
    observer.output(step, stream, chunk);
  }, gone);
  await recorded.close();
  observer.outputEnded(step, stream, !whole);
}

function errorOf({ exitCode, signal }: ChildEnd): string | undefined {
  if (signal !== null) return `killed by ${signal}`;
  return exitCode === 0 ? undefined : `exit code ${exitCode}`;
}

function timer(seconds: number | null, action: () => void): Disposable {
  const id = seconds === null ? undefined : setTimeout(action, seconds * 1000);
  return { [Symbol.dispose]: () => clearTimeout(id) };
}
