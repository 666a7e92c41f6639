/** The events of a zig session log, as they stand in the file: one JSON object a line. Source: zig-core 0.11. */

import type { U64 } from "./json.ts";

/** How a session ended. */
export type SessionStatus = "success" | "failure";

/** Which of a step's streams a line of output came from. */
export type OutputStream = "stdout" | "stderr";

/** A run began: always the first event. */
export interface ZigSessionStarted {
  /** Tells it from the other types. */
  readonly type: "zig_session_started";
  /** Name of the workflow. */
  readonly workflow_name: string;
  /** Path of the workflow file. */
  readonly workflow_path: string;
  /** Storage directory of the project (not the workspace, in spite of its name). */
  readonly workspace_path: string | null;
  /** Directory that the run was started in. */
  readonly cwd: string | null;
  /** What the user asked for. */
  readonly prompt: string | null;
  /** Number of tiers. */
  readonly tier_count: U64;
}

/** A tier began: its steps run side by side. */
export interface TierStarted {
  /** Tells it from the other types. */
  readonly type: "tier_started";
  /** Place of the tier, from 0. */
  readonly tier_index: U64;
  /** The steps of the tier. */
  readonly step_names: readonly string[];
}

/** An attempt of a step began. */
export interface StepStarted {
  /** Tells it from the other types. */
  readonly type: "step_started";
  /** Name of the step. */
  readonly step_name: string;
  /** Tier it belongs to, from 0. */
  readonly tier_index: U64;
  /** Agent session that the step runs; empty when it runs none. */
  readonly zag_session_id: string;
  /** How the step is run: `run` or `exec`. */
  readonly zag_command: string;
  /** Model asked for. */
  readonly model: string | null;
  /** Beginning of the prompt or the command. */
  readonly prompt_preview: string;
}

/** A step wrote a line. */
export interface StepOutput {
  /** Tells it from the other types. */
  readonly type: "step_output";
  /** Name of the step. */
  readonly step_name: string;
  /** Stream it was written to. */
  readonly stream: OutputStream;
  /** The line, without its newline. */
  readonly line: string;
}

/** A step succeeded. */
export interface StepCompleted {
  /** Tells it from the other types. */
  readonly type: "step_completed";
  /** Name of the step. */
  readonly step_name: string;
  /** Exit code of its process. */
  readonly exit_code: number;
  /** How long it took, in milliseconds. */
  readonly duration_ms: U64;
  /** Names of the variables that it saved. */
  readonly saved_vars: readonly string[];
}

/** An attempt of a step failed. */
export interface StepFailed {
  /** Tells it from the other types. */
  readonly type: "step_failed";
  /** Name of the step. */
  readonly step_name: string;
  /** Exit code of its process; `null` when it had none. */
  readonly exit_code: number | null;
  /** Which attempt, from 1. */
  readonly attempt: number;
  /** What went wrong. */
  readonly error: string;
}

/** A step was not run. */
export interface StepSkipped {
  /** Tells it from the other types. */
  readonly type: "step_skipped";
  /** Name of the step. */
  readonly step_name: string;
  /** Why. */
  readonly reason: string;
}

/** The run is alive. */
export interface Heartbeat {
  /** Tells it from the other types. */
  readonly type: "heartbeat";
  /** Seconds until the next one. */
  readonly interval_secs: U64;
}

/** A run ended: always the last event. */
export interface ZigSessionEnded {
  /** Tells it from the other types. */
  readonly type: "zig_session_ended";
  /** How it ended. */
  readonly status: SessionStatus;
  /** How long it took, in milliseconds. */
  readonly duration_ms: U64;
}

/** What happened: the part of an event that depends on its type. */
export type SessionEventKind =
  | ZigSessionStarted
  | TierStarted
  | StepStarted
  | StepOutput
  | StepCompleted
  | StepFailed
  | StepSkipped
  | Heartbeat
  | ZigSessionEnded;

/** What every event carries. */
export interface EventEnvelope {
  /** Number of the event in its log, from 1. */
  readonly seq: U64;
  /** When it was written: RFC 3339, UTC, offset `+00:00`. */
  readonly ts: string;
  /** Session it belongs to. */
  readonly zig_session_id: string;
}

/** One line of a zig session log. */
export type SessionLogEvent = EventEnvelope & SessionEventKind;
