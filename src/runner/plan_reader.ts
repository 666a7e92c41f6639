/** From a parsed JSON value to a plan, with every rule of plans held. */

import type { AgentName } from "../agent/transcript.ts";
import { nearest } from "../nearest.ts";
import type { Condition, Outcome, Plan, Step } from "./plan.ts";
import { type PlanPath, PlanProblem } from "./plan_problem.ts";
import {
  COMMAND,
  ENVIRONMENT,
  FILLED_TEXT,
  listOf,
  NAME,
  objectOf,
  quote,
  RETRIES,
  SECONDS,
  type ValueReader,
  wordOf,
} from "./plan_values.ts";
import { tiersOf } from "./tiers.ts";

/** A step as it is written. */
interface WrittenStep {
  readonly name: string;
  readonly run: string | readonly string[];
  readonly depends_on: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | null;
  readonly retries: number;
  readonly timeout_secs: number | null;
  readonly agent: AgentName | null;
  readonly model: string | null;
  readonly when: Condition | null;
}

const OUTCOME: ValueReader<Outcome> = wordOf<Outcome>("succeeded", "failed", "skipped");

const OUTCOMES: ValueReader<readonly Outcome[]> = (value, path) => {
  const outcomes = Array.isArray(value) ? listOf("outcomes", OUTCOME)(value, path) : [OUTCOME(value, path)];
  if (outcomes.length === 0) throw new PlanProblem(path, `"is" is empty: it needs an outcome`);
  return outcomes;
};

const CONDITION: ValueReader<Condition> = objectOf<Condition>(`"when"`, {
  step: { read: NAME },
  is: { read: OUTCOMES },
});

const STEP: ValueReader<WrittenStep> = objectOf<WrittenStep>("a step", {
  name: { read: NAME },
  run: { read: COMMAND },
  depends_on: { read: listOf("names of steps", NAME), absent: [] },
  env: { read: ENVIRONMENT, absent: {} },
  cwd: { read: FILLED_TEXT, absent: null },
  retries: { read: RETRIES, absent: 0 },
  timeout_secs: { read: SECONDS, absent: null },
  agent: { read: wordOf<AgentName>("claude", "codex", "gemini", "copilot"), absent: null },
  model: { read: NAME, absent: null },
  when: { read: CONDITION, absent: null },
});

const PLAN: ValueReader<{ readonly name: string; readonly steps: readonly WrittenStep[] }> = objectOf("a plan", {
  name: { read: NAME },
  steps: { read: listOf("steps", STEP) },
});

/**
 * Makes a plan of a parsed JSON value.
 *
 * @param value The value.
 * @returns The plan.
 * @throws {PlanProblem} When a rule is broken; it names the part.
 */
export function readPlan(value: unknown): Plan {
  const { name, steps: written } = PLAN(value, []);
  if (written.length === 0) throw new PlanProblem(["steps"], `"steps" is empty: a plan needs a step`);
  const places = placesOf(written);
  const needs = written.map((step, at) => needsOf(step, at).map(({ name, path }) => placeOf(name, path, places)));
  const sorted = tiersOf(needs);
  if (sorted.kind === "cycle") throw cycleProblem(sorted.cycle, written);
  const steps = written.map(({ depends_on, timeout_secs, ...rest }): Step => (
    { ...rest, dependsOn: depends_on, timeoutSecs: timeout_secs }
  ));
  return { name, steps, tiers: sorted.tiers.map((tier) => tier.map((at) => steps[at]!)) };
}

/** A step that another one needs, and where that is written. */
interface Need {
  readonly name: string;
  readonly path: PlanPath;
}

function needsOf(step: WrittenStep, at: number): Need[] {
  const needs = step.depends_on.map((name, nth): Need => ({ name, path: ["steps", at, "depends_on", nth] }));
  if (step.when !== null) needs.push({ name: step.when.step, path: ["steps", at, "when", "step"] });
  return needs;
}

function placesOf(steps: readonly WrittenStep[]): Map<string, number> {
  const places = new Map<string, number>();
  steps.forEach(({ name }, at) => {
    if (places.has(name)) throw new PlanProblem(["steps", at, "name"], `two steps have the name ${quote(name)}`);
    places.set(name, at);
  });
  return places;
}

function placeOf(name: string, path: PlanPath, places: ReadonlyMap<string, number>): number {
  const place = places.get(name);
  if (place !== undefined) return place;
  const meant = nearest(name, places.keys());
  const hint = meant === undefined ? "" : `; did you mean ${quote(meant)}?`;
  throw new PlanProblem(path, `there is no step with the name ${quote(name)}${hint}`);
}

function cycleProblem(cycle: readonly number[], steps: readonly WrittenStep[]): PlanProblem {
  // Begin with the step that is written first, so that the place is the one a reader meets first.
  const from = cycle.indexOf(Math.min(...cycle));
  const names = [...cycle.slice(from), ...cycle.slice(0, from + 1)].map((at) => steps[at]!.name);
  const { path } = needsOf(steps[cycle[from]!]!, cycle[from]!).find(({ name }) => name === names[1])!;
  return new PlanProblem(path, `the steps depend on each other in a cycle: ${names.map(quote).join(" -> ")}`);
}
