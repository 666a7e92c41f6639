/** How one step went, folded event by event. */

import type { U64 } from "../codec/json.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import type { FailedAttempt, OutputLine, StepState, StepSummary } from "./summary.ts";

/** Lines and failures that are kept. */
const KEPT = 10;

/** Characters of a line that are kept. */
const LINE_KEPT = 2000;

/** An event of a step. */
export type StepEvent = Extract<SessionLogEvent, { readonly step_name: string }>;

type EventOf<Type extends StepEvent["type"]> = Extract<StepEvent, { type: Type }>;

/** Folds the events of one step. */
export class StepFold {
  readonly #name: string;
  readonly #tail: OutputLine[] = [];
  readonly #failures: FailedAttempt[] = [];
  readonly #agentSessions = new Set<string>();
  #tierIndex: U64 | null = null;
  #state: StepState = "waiting";
  #started: EventOf<"step_started"> | undefined;
  #firstStartedAt: string | null = null;
  #starts = 0;
  #ends = 0;
  #endedAt: string | null = null;
  #durationMs: U64 | null = null;
  #exitCode: number | null = null;
  #error: string | null = null;
  #reason: string | null = null;
  #savedVars: readonly string[] = [];
  #stdoutLines = 0;
  #stderrLines = 0;

  /** @param name Name of the step. */
  constructor(name: string) {
    this.#name = name;
  }

  /**
   * Notes that a tier names the step.
   *
   * @param tierIndex The tier, from 0.
   */
  announced(tierIndex: U64): void {
    this.#tierIndex ??= tierIndex;
  }

  /**
   * Takes the next event of the step.
   *
   * @param event The event.
   */
  add(event: StepEvent): void {
    switch (event.type) {
      case "step_started":
        return this.#start(event);
      case "step_output":
        return this.#output(event);
      case "step_completed":
        return this.#complete(event);
      case "step_failed":
        return this.#fail(event);
      case "step_skipped":
        this.#state = "skipped";
        this.#reason = event.reason;
        this.#endedAt = event.ts;
    }
  }

  #start(event: EventOf<"step_started">): void {
    this.#state = "running";
    this.#started = event;
    this.#firstStartedAt ??= event.ts;
    this.#tierIndex = event.tier_index;
    this.#starts++;
    if (event.zag_session_id !== "") this.#agentSessions.add(event.zag_session_id);
    this.#endedAt = this.#durationMs = this.#error = null;
  }

  #output({ stream, line }: EventOf<"step_output">): void {
    if (this.#state === "waiting") this.#state = "running"; // the line that told of its start is lost
    if (stream === "stdout") this.#stdoutLines++;
    else this.#stderrLines++;
    this.#tail.push({ stream, line: line.length > LINE_KEPT ? beginningOf(line) : line });
    if (this.#tail.length > KEPT) this.#tail.shift();
  }

  #complete(event: EventOf<"step_completed">): void {
    this.#state = "success";
    this.#ends++;
    this.#endedAt = event.ts;
    this.#durationMs = event.duration_ms;
    this.#exitCode = event.exit_code;
    this.#error = null;
    this.#savedVars = event.saved_vars;
  }

  #fail(event: EventOf<"step_failed">): void {
    const { attempt, exit_code: exitCode, error, ts } = event;
    this.#state = "failure";
    this.#ends++;
    this.#endedAt = ts;
    this.#durationMs = millisBetween(this.#firstStartedAt, ts);
    this.#exitCode = exitCode;
    this.#error = error;
    const durationMs = millisBetween(this.#started?.ts ?? null, ts);
    this.#failures.push({ attempt, exitCode, error, definition: definitionOf(this.#started), durationMs });
    if (this.#failures.length > KEPT) this.#failures.shift();
  }

  /**
   * Tells what is known so far.
   *
   * @returns How the step went.
   */
  summary(): StepSummary {
    const started = this.#started;
    return {
      name: this.#name,
      tierIndex: this.#tierIndex,
      state: this.#state,
      startedAt: this.#firstStartedAt,
      endedAt: this.#endedAt,
      durationMs: this.#durationMs,
      attempts: Math.max(this.#starts, this.#ends),
      failures: [...this.#failures],
      exitCode: this.#exitCode,
      error: this.#error,
      reason: this.#reason,
      savedVars: this.#savedVars,
      zagSessionId: started?.zag_session_id || null,
      agentSessions: [...this.#agentSessions],
      zagCommand: started?.zag_command ?? null,
      model: started?.model ?? null,
      promptPreview: started?.prompt_preview ?? null,
      definition: definitionOf(started),
      stdoutLines: this.#stdoutLines,
      stderrLines: this.#stderrLines,
      tail: [...this.#tail],
    };
  }
}

function definitionOf(started: EventOf<"step_started"> | undefined): string | null {
  if (!started?.prompt_preview) return null;
  return JSON.stringify([started.zag_command, started.model, started.prompt_preview]);
}

/** Copied character by character: a slice would keep the whole line in memory. */
function beginningOf(line: string): string {
  return `${Array.from(line.slice(0, LINE_KEPT)).join("")}…`;
}

function millisBetween(from: string | null, to: string): number | null {
  const millis = from === null ? NaN : Date.parse(to) - Date.parse(from);
  return Number.isNaN(millis) ? null : Math.max(0, millis);
}
