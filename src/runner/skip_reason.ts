import type { Outcome, Step } from "./plan.ts";

/**
 * Decides whether a step runs, now that all steps before it have come out.
 *
 * A dependency that did not succeed is a reason to skip it, unless its own rule is about that dependency: then the rule
 * decides.
 *
 * @param step The step.
 * @param outcomeOf How the steps before it came out.
 * @returns Why it is skipped; `undefined` when it runs.
 */
export function skipReason(step: Step, outcomeOf: (name: string) => Outcome): string | undefined {
  for (const name of step.dependsOn) {
    const outcome = outcomeOf(name);
    if (outcome === "succeeded" || name === step.when?.step) continue;
    return `dependency "${name}" ${outcome === "failed" ? "failed" : "was skipped"}`;
  }
  if (step.when === null) return undefined;
  const outcome = outcomeOf(step.when.step);
  if (step.when.is.includes(outcome)) return undefined;
  return `"${step.when.step}" ${past(outcome)}, and this runs only when it ${step.when.is.map(past).join(" or ")}`;
}

function past(outcome: Outcome): string {
  return outcome === "skipped" ? "was skipped" : outcome;
}
