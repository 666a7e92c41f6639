/** A run folded into one value: its tiers, its steps, how each went, and the end of what each wrote. */

import type { Decoded } from "../codec/dialect.ts";
import type { U64 } from "../codec/json.ts";
import type { OutputStream, SessionLogEvent, SessionStatus } from "../codec/zig_events.ts";
import { StepFold } from "./step_fold.ts";

/** How a step stands: it was announced; it runs; it ended well; its last attempt failed; or it was not run. */
export type StepState = "waiting" | "running" | "success" | "failure" | "skipped";

/** A line that a step wrote. */
export interface OutputLine {
  /** The stream it was written to. */
  readonly stream: OutputStream;
  /** The line; the beginning of it, with `…`, when it is very long. */
  readonly line: string;
}

/** An attempt of a step that failed. */
export interface FailedAttempt {
  /** Which attempt, as the log says. */
  readonly attempt: number;
  /** Exit code of its process; `null` when it had none. */
  readonly exitCode: number | null;
  /** What went wrong. */
  readonly error: string;
  /** How the step was run then, as its `definition`. */
  readonly definition: string | null;
  /** Milliseconds since the attempt began; `null` when nothing says when that was. */
  readonly durationMs: number | null;
}

/** How one step went. */
export interface StepSummary {
  /** Name of the step. */
  readonly name: string;
  /** Tier it belongs to, from 0; `null` when no event says. */
  readonly tierIndex: U64 | null;
  /** How it stands. */
  readonly state: StepState;
  /** When its first attempt began, RFC 3339; `null` when none did. */
  readonly startedAt: string | null;
  /** When it ended or was skipped, RFC 3339; `null` while it has not. */
  readonly endedAt: string | null;
  /** Milliseconds: as recorded where it ended well, otherwise from its first beginning to its last failure. */
  readonly durationMs: U64 | null;
  /** Attempts seen. */
  readonly attempts: number;
  /** The last ten attempts that failed. */
  readonly failures: readonly FailedAttempt[];
  /** Exit code of its last process to end; `null` when there was none. */
  readonly exitCode: number | null;
  /** What went wrong, when its last attempt failed. */
  readonly error: string | null;
  /** Why it was skipped. */
  readonly reason: string | null;
  /** Names of the variables that it saved. */
  readonly savedVars: readonly string[];
  /** Agent session that its last attempt ran; `null` when it ran none. */
  readonly zagSessionId: string | null;
  /** Agent sessions that its attempts ran, in order. */
  readonly agentSessions: readonly string[];
  /** How it is run: `run` or `exec`; `null` when it did not start. */
  readonly zagCommand: string | null;
  /** Model asked for. */
  readonly model: string | null;
  /** Beginning of the prompt or the command; `null` when it did not start. */
  readonly promptPreview: string | null;
  /** The last three as one text: differs where the step was changed; `null` when its start is not known or says nothing. */
  readonly definition: string | null;
  /** Lines written to standard output. */
  readonly stdoutLines: number;
  /** Lines written to standard error. */
  readonly stderrLines: number;
  /** The last ten lines that it wrote. */
  readonly tail: readonly OutputLine[];
}

/** The steps of one tier. */
export interface TierSummary {
  /** Place of the tier, from 0; `null` for steps that no tier claims. */
  readonly index: U64 | null;
  /** When it began, RFC 3339; `null` when the log does not say. */
  readonly startedAt: string | null;
  /** Its steps, in the order they were first named. */
  readonly steps: readonly StepSummary[];
}

/** A line that could not be decoded. */
export interface Damage {
  /** Byte offset of the line. */
  readonly offset: number;
  /** What is wrong with it. */
  readonly reason: string;
}

/** A whole run. */
export interface RunSummary {
  /** The session id; `null` when no event could be decoded. */
  readonly sessionId: string | null;
  /** Name of the workflow; `null` when the first event is missing, as the next five. */
  readonly workflowName: string | null;
  /** Path of the workflow file. */
  readonly workflowPath: string | null;
  /** Directory that the run was started in. */
  readonly cwd: string | null;
  /** What the user asked for. */
  readonly prompt: string | null;
  /** Number of tiers that the run set out with. */
  readonly tierCount: U64 | null;
  /** When the first event was written, RFC 3339. */
  readonly startedAt: string | null;
  /** When the last event was written, RFC 3339. */
  readonly lastEventAt: string | null;
  /** When the run ended, RFC 3339; `null` when its end is not in the log. */
  readonly endedAt: string | null;
  /** How it ended. */
  readonly status: SessionStatus | null;
  /** How long it took, in milliseconds, as recorded. */
  readonly durationMs: U64 | null;
  /** The tiers in the order they were first named; steps that no tier claims come last. */
  readonly tiers: readonly TierSummary[];
  /** Events of known types. */
  readonly events: number;
  /** Of these, heartbeats. */
  readonly heartbeats: number;
  /** Lines of unknown types, counted by type. */
  readonly unknown: ReadonlyMap<string, number>;
  /** Lines that could not be decoded; the unfinished last line is not counted. */
  readonly malformed: number;
  /** The first ten of these. */
  readonly damage: readonly Damage[];
  /** The unfinished last line, if there is one. */
  readonly torn: Damage | null;
}

/** Places of damage that are kept. */
const DAMAGE_KEPT = 10;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Folds a run line by line, in memory that depends on the number of its steps and not on the length of its log. */
export class RunFold {
  readonly #run: Writable<Omit<RunSummary, "tiers" | "unknown" | "damage">> = {
    sessionId: null,
    workflowName: null,
    workflowPath: null,
    cwd: null,
    prompt: null,
    tierCount: null,
    startedAt: null,
    lastEventAt: null,
    endedAt: null,
    status: null,
    durationMs: null,
    events: 0,
    heartbeats: 0,
    malformed: 0,
    torn: null,
  };
  readonly #tiers = new Map<U64, string | null>();
  readonly #steps = new Map<string, StepFold>();
  readonly #unknown = new Map<string, number>();
  readonly #damage: Damage[] = [];

  /**
   * Takes the next line of the log.
   *
   * @param line The line, decoded.
   */
  add(line: Decoded<SessionLogEvent>): void {
    if (line.kind === "event") return this.addEvent(line.event);
    if (line.kind === "unknown") {
      this.#unknown.set(line.type, (this.#unknown.get(line.type) ?? 0) + 1);
      return;
    }
    const { offset, reason } = line;
    if (line.torn) {
      this.#run.torn = { offset, reason };
      return;
    }
    this.#run.malformed++;
    if (this.#damage.length < DAMAGE_KEPT) this.#damage.push({ offset, reason });
  }

  /**
   * Takes the next event, where there are no lines.
   *
   * @param event The event.
   */
  addEvent(event: SessionLogEvent): void {
    const run = this.#run;
    run.events++;
    run.sessionId ??= event.zig_session_id;
    run.startedAt ??= event.ts;
    run.lastEventAt = event.ts;
    switch (event.type) {
      case "zig_session_started":
        run.workflowName = event.workflow_name;
        run.workflowPath = event.workflow_path;
        run.cwd = event.cwd;
        run.prompt = event.prompt;
        run.tierCount = event.tier_count;
        break;
      case "tier_started":
        this.#tiers.set(event.tier_index, event.ts);
        for (const name of event.step_names) this.#step(name).announced(event.tier_index);
        break;
      case "heartbeat":
        run.heartbeats++;
        break;
      case "zig_session_ended":
        run.endedAt = event.ts;
        run.status = event.status;
        run.durationMs = event.duration_ms;
        break;
      case "step_started":
        if (!this.#tiers.has(event.tier_index)) this.#tiers.set(event.tier_index, null);
        this.#step(event.step_name).add(event);
        break;
      default:
        this.#step(event.step_name).add(event);
    }
  }

  /**
   * Tells what is known so far.
   *
   * @returns The run up to the last line taken.
   */
  summary(): RunSummary {
    const steps = Array.from(this.#steps.values(), (step) => step.summary());
    const tiers: TierSummary[] = Array.from(this.#tiers, ([index, startedAt]) => ({
      index,
      startedAt,
      steps: steps.filter((step) => step.tierIndex === index),
    }));
    const unclaimed = steps.filter((step) => step.tierIndex === null);
    if (unclaimed.length > 0) tiers.push({ index: null, startedAt: null, steps: unclaimed });
    return { ...this.#run, tiers, unknown: new Map(this.#unknown), damage: [...this.#damage] };
  }

  #step(name: string): StepFold {
    let step = this.#steps.get(name);
    if (step === undefined) this.#steps.set(name, step = new StepFold(name));
    return step;
  }
}

/**
 * Folds a run into one value.
 *
 * @param lines The lines of its log, decoded.
 * @returns The run.
 */
export function summarize(lines: Iterable<Decoded<SessionLogEvent>>): RunSummary {
  const fold = new RunFold();
  for (const line of lines) fold.add(line);
  return fold.summary();
}
