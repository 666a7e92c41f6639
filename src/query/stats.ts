/** How the runs of workflows, and their steps, did over time. */

import type { SessionState } from "../storage/liveness.ts";
import { type Outcomes, OutcomeTally } from "./outcomes.ts";
import type { RunSummary, StepSummary } from "./summary.ts";
import { addUsage, type ModelUsage } from "./usage.ts";

/** How a step did in the runs of its workflow. */
export interface StepStats extends Outcomes {
  /** Name of the step. */
  readonly name: string;
  /** Runs in which it was started or skipped. */
  readonly runs: number;
  /** Runs in which it was skipped. */
  readonly skipped: number;
  /** Attempts beyond the first of a run. */
  readonly retries: number;
  /** How often it passed right after it had failed with the same definition, in one run or from one to the next. */
  readonly flaky: number;
  /** What its agents used in all these runs; `null` when nothing tells of any. */
  readonly usage: ModelUsage | null;
}

/** How a workflow did. */
export interface WorkflowStats extends Outcomes {
  /** Name of the workflow. */
  readonly name: string;
  /** The project that it ran in; `null` when its runs are not told apart by that. */
  readonly project: string | null;
  /** All its runs. */
  readonly runs: number;
  /** Runs that had not ended, or of which nobody knows whether they have. */
  readonly unfinished: number;
  /** Attempts of steps beyond the first. */
  readonly retries: number;
  /** What agents used in all these runs; `null` when nothing tells of any. */
  readonly usage: ModelUsage | null;
  /** Its steps, the slowest first: by the median, those without one last. */
  readonly steps: readonly StepStats[];
}

/** How the runs did. */
export interface Stats {
  /** The workflows; the one that was run last comes first. */
  readonly workflows: readonly WorkflowStats[];
}

/** What agent sessions used, by their ids. */
export type AgentUsages = ReadonlyMap<string, ModelUsage>;

/** What is known of a run besides what its log tells. */
export interface RunFacts {
  /** The project that it ran in: workflows of one name in several projects are counted apart. */
  readonly project?: string | undefined;
  /** What the agent sessions of its steps used, by their ids. */
  readonly usages?: AgentUsages | undefined;
}

/** Gathers how runs did, in memory that depends on the number of runs and steps. */
export class RunStats {
  readonly #workflows = new Map<string, WorkflowTally>();

  /**
   * Takes the next run. Runs are taken in the order they were started.
   *
   * @param name Name of its workflow.
   * @param state How the run stands; a crash counts as a failure.
   * @param run The run.
   * @param facts See {@linkcode RunFacts}.
   */
  add(name: string, state: SessionState, run: RunSummary, { project, usages = new Map() }: RunFacts = {}): void {
    const key = JSON.stringify([project, name]);
    const workflow = this.#workflows.get(key) ?? new WorkflowTally(name, project ?? null);
    // Put last: it is the one that was run last.
    this.#workflows.delete(key);
    this.#workflows.set(key, workflow);
    workflow.add(state, run, usages);
  }

  /**
   * Tells how the runs did.
   *
   * @returns What is known so far.
   */
  stats(): Stats {
    return { workflows: Array.from(this.#workflows.values(), (workflow) => workflow.stats()).reverse() };
  }
}

class WorkflowTally {
  readonly #name: string;
  readonly #project: string | null;
  readonly #tally = new OutcomeTally();
  readonly #steps = new Map<string, StepTally>();
  #runs = 0;
  #unfinished = 0;

  constructor(name: string, project: string | null) {
    this.#name = name;
    this.#project = project;
  }

  add(state: SessionState, run: RunSummary, usages: AgentUsages): void {
    this.#runs++;
    if (state === "success") this.#tally.success(run.durationMs);
    else if (state === "failure" || state === "crashed") this.#tally.failure();
    else this.#unfinished++;
    for (const step of run.tiers.flatMap(({ steps }) => steps)) {
      if (step.state === "waiting") continue;
      const tally = this.#steps.get(step.name) ?? new StepTally(step.name);
      this.#steps.set(step.name, tally);
      tally.add(step, usages);
    }
  }

  stats(): WorkflowStats {
    const steps = Array.from(this.#steps.values(), (step) => step.stats())
      .sort((a, b) => (b.durations.p50 ?? -1) - (a.durations.p50 ?? -1));
    return {
      name: this.#name,
      project: this.#project,
      runs: this.#runs,
      unfinished: this.#unfinished,
      ...this.#tally.outcomes(),
      retries: steps.reduce((sum, { retries }) => sum + retries, 0),
      usage: steps.reduce<ModelUsage | null>((sum, { usage }) => addUsage(sum, usage), null),
      steps,
    };
  }
}

class StepTally {
  readonly #name: string;
  readonly #tally = new OutcomeTally();
  #runs = 0;
  #skipped = 0;
  #retries = 0;
  #flaky = 0;
  #usage: ModelUsage | null = null;
  /** The definition with which it failed last, unless it passed since. */
  #failed: string | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  add(step: StepSummary, usages: AgentUsages): void {
    this.#runs++;
    for (const id of step.agentSessions) this.#usage = addUsage(this.#usage, usages.get(id) ?? null);
    this.#retries += Math.max(0, step.attempts - 1);
    const { definition } = step;
    if (step.state === "skipped") this.#skipped++;
    if (step.state === "failure") {
      this.#tally.failure();
      this.#failed = definition;
    }
    if (step.state !== "success") return;
    this.#tally.success(step.durationMs);
    const inThisRun = step.failures.at(-1);
    const isFlaky = inThisRun === undefined
      ? definition !== null && this.#failed === definition
      : inThisRun.definition === definition;
    if (isFlaky) this.#flaky++;
    this.#failed = null;
  }

  stats(): StepStats {
    return {
      name: this.#name,
      runs: this.#runs,
      skipped: this.#skipped,
      ...this.#tally.outcomes(),
      retries: this.#retries,
      flaky: this.#flaky,
      usage: this.#usage,
    };
  }
}
