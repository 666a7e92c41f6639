/** What a person sees of a run while it goes on. */

import type { OutputStream } from "../codec/zig_events.ts";
import { pad, widthOf } from "../query/width.ts";
import type { Plan, Step } from "../runner/plan.ts";
import type { RunObserver } from "../runner/run_observer.ts";
import { LinePrefixer } from "./line_prefixer.ts";
import type { LiveOutput } from "./live_output.ts";
import type { Recording } from "./recording.ts";
import type { RunJob } from "./run_job.ts";

/** How a run is shown. */
export interface DisplayOptions {
  /** Where the streams of the steps go. */
  readonly outputs: Readonly<Record<OutputStream, LiveOutput>>;
  /** Whether the names of steps are coloured there. */
  readonly colored: Readonly<Record<OutputStream, boolean>>;
  /** Whether to show nothing but what goes wrong. */
  readonly quiet: boolean;
}

/** The widest column of step names; longer ones stick out. */
const WIDEST_NAMES = 24;

/** Colours of steps: cyan, yellow, green, magenta, blue, and their bright kin. Red is for what failed. */
const COLORS = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];

/**
 * Chooses how a run is shown.
 *
 * @param job What is run.
 * @param recording Its session, which says what is to be said.
 * @param options See {@linkcode DisplayOptions}.
 * @returns The display.
 */
export function displayOf(job: RunJob, recording: Recording, options: DisplayOptions): RunObserver {
  if (options.quiet) return new QuietDisplay(recording);
  return job.isCommand ? new CommandDisplay(recording, options) : new PlanDisplay(job.plan, recording, options);
}

/** Shows nothing but what goes wrong. */
class QuietDisplay implements RunObserver {
  readonly #recording: Recording;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  tierStarted(_tierIndex: number): void {}

  stepStarted(_step: Step): void {}

  output(_step: Step, _stream: OutputStream, _chunk: Uint8Array<ArrayBuffer>): void {}

  outputEnded(step: Step, stream: OutputStream, cut: boolean): void {
    if (!cut) return;
    this.#recording.say(
      `step "${step.name}" has ended, but something it started keeps its ${stream} open: no longer recorded`,
    );
  }

  stepCompleted(_step: Step): void {}

  stepFailed(step: Step, attempt: number, error: string, retrying: boolean): void {
    const attempts = step.retries + 1;
    const place = attempts === 1 ? "" : ` (attempt ${attempt} of ${attempts})`;
    this.#recording.say(`step "${step.name}" failed: ${error}${place}${retrying ? ", trying again" : ""}`);
  }

  stepSkipped(_step: Step, _reason: string): void {}
}

/** Shows a single command as if it were run without us: its output is passed through as it is. */
class CommandDisplay extends QuietDisplay {
  readonly #outputs: DisplayOptions["outputs"];

  constructor(recording: Recording, { outputs }: DisplayOptions) {
    super(recording);
    this.#outputs = outputs;
  }

  override output(_step: Step, stream: OutputStream, chunk: Uint8Array<ArrayBuffer>): void {
    this.#outputs[stream].write(chunk);
  }

  /** The closing line tells of it. */
  override stepFailed(): void {}
}

/** Shows a plan: each line of output behind the name of its step, and at a terminal what is going on. */
class PlanDisplay extends QuietDisplay {
  readonly #recording: Recording;
  readonly #outputs: DisplayOptions["outputs"];
  readonly #prefixers = new Map<string, Record<OutputStream, LinePrefixer>>();
  readonly #running = new Set<string>();
  #tier = 0;

  constructor(plan: Plan, recording: Recording, { outputs, colored }: DisplayOptions) {
    super(recording);
    this.#recording = recording;
    this.#outputs = outputs;
    const width = Math.min(WIDEST_NAMES, Math.max(...plan.steps.map(({ name }) => widthOf(name))));
    plan.steps.forEach(({ name }, at) => {
      const label = `${pad(name, width)} | `;
      const marked = `\x1b[${COLORS[at % COLORS.length]}m${label}\x1b[39m`;
      this.#prefixers.set(name, {
        stdout: new LinePrefixer(colored.stdout ? marked : label),
        stderr: new LinePrefixer(colored.stderr ? marked : label),
      });
    });
    recording.progress.start(() => {
      const running = this.#running.size === 0 ? "" : ` · ${[...this.#running].join(", ")}`;
      return `tier ${this.#tier + 1}/${plan.tiers.length}${running} · ${Math.floor(recording.elapsedMs / 1000)} s`;
    });
  }

  override tierStarted(tierIndex: number): void {
    this.#tier = tierIndex;
  }

  override stepStarted(step: Step): void {
    this.#running.add(step.name);
  }

  override output(step: Step, stream: OutputStream, chunk: Uint8Array<ArrayBuffer>): void {
    this.#outputs[stream].write(this.#prefixers.get(step.name)![stream].push(chunk));
  }

  override outputEnded(step: Step, stream: OutputStream, cut: boolean): void {
    this.#outputs[stream].write(this.#prefixers.get(step.name)![stream].flush());
    super.outputEnded(step, stream, cut);
  }

  override stepCompleted(step: Step): void {
    this.#running.delete(step.name);
  }

  override stepFailed(step: Step, attempt: number, error: string, retrying: boolean): void {
    this.#running.delete(step.name);
    super.stepFailed(step, attempt, error, retrying);
  }

  override stepSkipped(step: Step, reason: string): void {
    this.#recording.say(`step "${step.name}" skipped: ${reason}`);
  }
}
