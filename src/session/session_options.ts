/** What the methods of a session writer are given. */

import type { U64 } from "../codec/json.ts";
import type { LayoutOptions } from "../storage/layout.ts";
import type { Clock } from "./clock.ts";
import type { Redaction } from "./redaction.ts";

/** What a new session is, and how it is written. */
export interface SessionOptions extends LayoutOptions {
  /** Name of the workflow. */
  readonly workflowName: string;
  /** Path of the workflow file; empty when there is none. */
  readonly workflowPath: string;
  /** What the user asked for. */
  readonly prompt?: string | null | undefined;
  /** Number of tiers. */
  readonly tierCount: U64;
  /** Directory that the run was started in; the working directory when it is left out. */
  readonly cwd?: string | null | undefined;
  /**
   * What an emit waits for. `none`: the operating system has the line, and no crash of a program loses it. `fsync`: the
   * disk has it, and no power loss does.
   */
  readonly durability?: "none" | "fsync" | undefined;
  /** Takes secrets out of lines, errors, reasons, prompts and commands before they are written. */
  readonly redact?: Redaction | undefined;
  /** Tells the time; for tests. */
  readonly clock?: Clock | undefined;
}

/** How a step is run, for {@linkcode SessionWriter.stepStarted}. */
export interface StepDetails {
  /** Agent session that the step runs; empty when it runs none. */
  readonly zagSessionId?: string | undefined;
  /** How it is run: `run` or `exec`. */
  readonly zagCommand: string;
  /** Model asked for. */
  readonly model?: string | null | undefined;
  /** Beginning of the prompt or the command. */
  readonly promptPreview?: string | undefined;
}

/** How a step ended well, for {@linkcode SessionWriter.stepCompleted}. */
export interface StepResult {
  /** Exit code of its process. */
  readonly exitCode: number;
  /** How long it took, in milliseconds. */
  readonly durationMs: U64;
  /** Names of the variables that it saved. */
  readonly savedVars?: readonly string[] | undefined;
}

/** How an attempt of a step failed, for {@linkcode SessionWriter.stepFailed}. */
export interface StepFailure {
  /** Exit code of its process; `null` when it had none. */
  readonly exitCode?: number | null | undefined;
  /** Which attempt, from 1. */
  readonly attempt: number;
  /** What went wrong. */
  readonly error: string;
}
