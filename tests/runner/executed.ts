/** Running a plan within a test, with real children. */

import type { SessionLogEvent } from "../../src/codec/zig_events.ts";
import { parsePlan } from "../../src/runner/plan.ts";
import { PATIENCE } from "../../src/runner/pump.ts";
import { Recorder } from "../../src/runner/recorder.ts";
import type { RunContext } from "../../src/runner/run_context.ts";
import type { RunObserver } from "../../src/runner/run_observer.ts";
import { type RunEnd, runPlan } from "../../src/runner/run_plan.ts";
import { SignalRelay } from "../../src/runner/signal_relay.ts";
import { SessionCoordinator } from "../../src/session/coordinator.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { GIVE_UP_MS } from "../helpers/following.ts";
import { TempDir } from "../helpers/temp_dir.ts";

/** What became of a plan. */
export interface Executed {
  readonly end: RunEnd;
  /** Its log. */
  readonly events: readonly SessionLogEvent[];
  /** What was told meanwhile: `started a`, `cut a stdout`. */
  readonly told: readonly string[];
}

/** How it is run, where that is not the usual way. */
export interface ExecuteOptions extends Partial<RunContext> {
  /** Is told of each thing as it happens. */
  readonly onTell?: (told: string) => void;
}

/** A time limit that is over when a test says so, and not by the clock: a loaded machine may need any time to begin. */
export class TimeLimit implements Disposable {
  /** For the plan. */
  readonly seconds = 2_000_000;
  readonly #actions: (() => void)[] = [];
  readonly #usual: typeof setTimeout;

  /** From now on, whoever waits that long waits for the test. */
  constructor() {
    const { setTimeout } = globalThis;
    this.#usual = setTimeout;
    Object.assign(globalThis, {
      setTimeout: (action: () => void, ms?: number): ReturnType<typeof setTimeout> => {
        if (ms === this.seconds * 1000) this.#actions.push(action);
        return setTimeout(action, ms);
      },
    });
  }

  /** The time is over. */
  end(): void {
    for (const action of this.#actions.splice(0)) action();
  }

  /** Gives time back to the clock. */
  [Symbol.dispose](): void {
    Object.assign(globalThis, { setTimeout: this.#usual });
  }
}

/**
 * Makes runs wait for whatever is still to be written, however long that takes.
 *
 * @returns Ends that.
 */
export function withPatience(): Disposable {
  const usual = { ...PATIENCE };
  Object.assign(PATIENCE, { silenceMs: GIVE_UP_MS, waitMs: GIVE_UP_MS });
  return { [Symbol.dispose]: () => void Object.assign(PATIENCE, usual) };
}

/**
 * Runs steps in a directory of their own, and records them in another.
 *
 * @param steps The steps, as a plan has them.
 * @param options How.
 * @returns What became of them.
 */
export async function execute(steps: readonly object[], options: ExecuteOptions = {}): Promise<Executed> {
  const plan = await parsePlan(JSON.stringify({ name: "test", steps }), "test");
  using store = new TempDir();
  using workplace = new TempDir();
  const writer = SessionWriter.create({
    workflowName: plan.name,
    workflowPath: "",
    tierCount: plan.tiers.length,
    root: store.path,
  });
  const told: string[] = [];
  const tell = (message: string): void => {
    told.push(message);
    options.onTell?.(message);
  };
  const observer: RunObserver = {
    tierStarted: (tierIndex) => tell(`tier ${tierIndex}`),
    stepStarted: ({ name }) => tell(`started ${name}`),
    output: ({ name }, stream, chunk) => tell(`${stream} ${name} ${new TextDecoder().decode(chunk)}`),
    outputEnded: ({ name }, stream, cut) => cut && tell(`cut ${name} ${stream}`),
    stepCompleted: ({ name }) => tell(`completed ${name}`),
    stepFailed: ({ name }, attempt, error, retrying) => tell(`failed ${name} ${attempt} ${error} ${retrying}`),
    stepSkipped: ({ name }, reason) => tell(`skipped ${name}: ${reason}`),
  };
  const recorder = new Recorder(SessionCoordinator.start(writer), (error) => {
    throw error;
  });
  const end = await runPlan(plan, {
    recorder,
    observer,
    signals: new SignalRelay(),
    directory: workplace.path,
    env: {},
    stdin: "null",
    ownGroups: true,
    terminalInterrupts: false,
    graceMs: 300,
    ...options,
  });
  recorder.finish(end.status);
  const events = Deno.readTextFileSync(writer.logPath).trimEnd().split("\n").map((line) => JSON.parse(line));
  return { end, events, told };
}

/**
 * The life of steps in a line each, without what depends on the clock.
 *
 * @param events A log.
 * @returns Lines such as `step_failed test exit code 3`.
 */
export function storyOf(events: readonly SessionLogEvent[]): string[] {
  return events.map((event) => {
    switch (event.type) {
      case "zig_session_started":
        return `session ${event.workflow_name} of ${event.tier_count}`;
      case "tier_started":
        return `tier ${event.tier_index}: ${event.step_names.join(" ")}`;
      case "step_started":
        return `${event.step_name} started in ${event.tier_index}: ${event.zag_command} ${event.prompt_preview}`;
      case "step_output":
        return `${event.step_name} ${event.stream}: ${event.line}`;
      case "step_completed":
        return `${event.step_name} completed: ${event.exit_code}`;
      case "step_failed":
        return `${event.step_name} failed ${event.attempt}: ${event.exit_code} ${event.error}`;
      case "step_skipped":
        return `${event.step_name} skipped: ${event.reason}`;
      case "heartbeat":
        return "heartbeat";
      case "zig_session_ended":
        return `ended: ${event.status}`;
    }
  });
}

/**
 * The recorded output of a step.
 *
 * @param events A log.
 * @param step The step.
 * @returns Its lines, of both streams.
 */
export function outputOf(events: readonly SessionLogEvent[], step: string): string[] {
  return events.flatMap((event) => event.type === "step_output" && event.step_name === step ? [event.line] : []);
}
