/**
 * Plans: what to run, in which order, and when not to.
 *
 * A plan is JSON with comments:
 *
 * ```jsonc
 * {
 *   "name": "release",
 *   "steps": [
 *     // a string is for the shell, a list of strings is run as it is
 *     { "name": "build", "run": "make all", "env": { "CC": "clang" }, "cwd": "src" },
 *     { "name": "test", "run": ["make", "test"], "depends_on": ["build"], "retries": 2, "timeout_secs": 600 },
 *     // runs after "test", and only when it failed
 *     { "name": "report", "run": "./report.sh", "when": { "step": "test", "is": "failed" } },
 *     // what the agent itself writes down of its dialogue is recorded beside the output
 *     { "name": "review", "run": ["claude", "-p", "review the last commit"], "agent": "claude" }
 *   ]
 * }
 * ```
 *
 * @module
 */

import type { AgentName } from "../agent/transcript.ts";
import { parse } from "../deps/jsonc.ts";
import { UsageError } from "../errors.ts";
import { PlanProblem } from "./plan_problem.ts";
import { readPlan } from "./plan_reader.ts";

/** How a step came out. */
export type Outcome = "succeeded" | "failed" | "skipped";

/** A rule on how an earlier step came out. */
export interface Condition {
  /** The earlier step; the step with the rule runs after it, however it came out. */
  readonly step: string;
  /** The outcomes with which the step with the rule runs; with any other it is skipped. */
  readonly is: readonly Outcome[];
}

/** One step of a plan. */
export interface Step {
  /** Its name, unlike that of every other step. */
  readonly name: string;
  /** What it runs: a text for the shell, or a program with its arguments. */
  readonly run: string | readonly string[];
  /** Steps that must have succeeded before. */
  readonly dependsOn: readonly string[];
  /** Environment variables, added to those of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** Directory to run in, relative to the plan's; `null` for the plan's own. */
  readonly cwd: string | null;
  /** How often it is tried again after it failed. */
  readonly retries: number;
  /** Seconds that an attempt may take; `null` for no limit. */
  readonly timeoutSecs: number | null;
  /** The agent that it runs, whose dialogue is recorded as a session of its own; `null` when it runs none. */
  readonly agent: AgentName | null;
  /** The model that the agent is asked to use, for the record; `null` when nobody says. */
  readonly model: string | null;
  /** When it runs at all; `null` for whenever its dependencies succeeded. */
  readonly when: Condition | null;
}

/** What to run. */
export interface Plan {
  /** The name of the workflow. */
  readonly name: string;
  /** The steps as they were written. */
  readonly steps: readonly Step[];
  /** The steps in the order they run: those of a tier at the same time, the tiers one after the other. */
  readonly tiers: readonly (readonly Step[])[];
}

/** What some editors put in front of a text. */
const BYTE_ORDER_MARK = "\ufeff";

/**
 * Reads a plan.
 *
 * @param text The plan: JSON with comments.
 * @param source Where it comes from, for messages.
 * @returns The plan.
 * @throws {UsageError} When it is not a plan; the message names the line and the column.
 *
 * @example
 * ```ts
 * const plan = await parsePlan(`{ "name": "hello", "steps": [{ "name": "greet", "run": "echo hello" }] }`, "hello.jsonc");
 * console.log(plan.tiers.length); // 1
 * ```
 */
export async function parsePlan(text: string, source: string): Promise<Plan> {
  if (text.startsWith(BYTE_ORDER_MARK)) return await parsePlan(text.slice(1), source);
  try {
    return readPlan(parse(text));
  } catch (error) {
    if (!(error instanceof PlanProblem || error instanceof SyntaxError)) throw error;
    const { locateProblem } = await import("./plan_position.ts");
    throw new UsageError(`Cannot read plan "${source}": ${await locateProblem(text, error)}`, { cause: error });
  }
}
