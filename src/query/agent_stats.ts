/** How agents did over time. */

import type { ToolKind } from "../codec/zag_events.ts";
import type { SessionState } from "../storage/liveness.ts";
import { type AgentSummary, byCalls, type ToolCount } from "./agent_summary.ts";
import { type Outcomes, OutcomeTally } from "./outcomes.ts";
import { addUsage, type ModelUsage } from "./usage.ts";

/** What came of sessions, and what they took. */
export interface AgentWork extends Outcomes {
  /** All sessions. */
  readonly sessions: number;
  /** Sessions that had not ended, or of which nobody knows whether they have. */
  readonly unfinished: number;
  /** Times that somebody spoke to the agent. */
  readonly turns: number;
  /** Times that the agent spoke. */
  readonly messages: number;
  /** Tools by kind, the one called most first. */
  readonly tools: ReadonlyMap<ToolKind, ToolCount>;
  /** What was used; `null` where nothing tells. */
  readonly usage: ModelUsage | null;
  /** Times that the agent's maker refused more work. */
  readonly limits: number;
}

/** How a model did. */
export interface ModelStats extends AgentWork {
  /** The model; `null` for sessions that do not tell theirs. */
  readonly model: string | null;
}

/** How an agent did. */
export interface ProviderStats extends AgentWork {
  /** The agent. */
  readonly provider: string;
  /** Its models, the one used most first. */
  readonly models: readonly ModelStats[];
}

/** A session, as far as statistics need it. */
export interface CountedSession {
  /** How it stands; a crash counts as a failure. */
  readonly state: SessionState;
  /** How long it took, in milliseconds; `null` where nobody can tell. */
  readonly durationMs: number | null;
  /** What it came to. */
  readonly summary: AgentSummary;
}

/** Gathers how agents did, in memory that depends on the number of sessions, and not on what was said in them. */
export class AgentStats {
  readonly #providers = new Map<string, { readonly work: WorkTally; readonly models: Map<string | null, WorkTally> }>();

  /**
   * Takes the next session. Sessions are taken in the order they were started.
   *
   * @param provider The agent.
   * @param session The session.
   */
  add(provider: string, session: CountedSession): void {
    const tallies = this.#providers.get(provider) ?? { work: new WorkTally(), models: new Map() };
    // Put last: it is the one that was run last.
    this.#providers.delete(provider);
    this.#providers.set(provider, tallies);
    const { model } = session.summary;
    const ofModel = tallies.models.get(model) ?? new WorkTally();
    tallies.models.set(model, ofModel);
    tallies.work.add(session);
    ofModel.add(session);
  }

  /**
   * Tells how the agents did.
   *
   * @returns What is known so far; the agent that was run last comes first.
   */
  stats(): ProviderStats[] {
    return Array.from(this.#providers, ([provider, { work, models }]): ProviderStats => ({
      provider,
      ...work.work(),
      models: Array.from(models, ([model, tally]) => ({ model, ...tally.work() }))
        .sort((a, b) => b.sessions - a.sessions),
    })).reverse();
  }
}

/**
 * Adds up how often tools were called.
 *
 * @param counts Tools by kind, as often as there are any.
 * @returns All of them, the one called most first.
 */
export function sumTools(counts: Iterable<ReadonlyMap<ToolKind, ToolCount>>): ReadonlyMap<ToolKind, ToolCount> {
  const sum = new Map<ToolKind, ToolCount>();
  for (const [kind, { calls, failures }] of Array.from(counts, (tools) => [...tools]).flat()) {
    const known = sum.get(kind) ?? { calls: 0, failures: 0 };
    sum.set(kind, { calls: known.calls + calls, failures: known.failures + failures });
  }
  return new Map([...sum].sort(byCalls));
}

class WorkTally {
  readonly #outcomes = new OutcomeTally();
  #sessions = 0;
  #unfinished = 0;
  #turns = 0;
  #messages = 0;
  #limits = 0;
  #tools: ReadonlyMap<ToolKind, ToolCount> = new Map();
  #usage: ModelUsage | null = null;

  add({ state, durationMs, summary }: CountedSession): void {
    this.#sessions++;
    if (state === "success") this.#outcomes.success(durationMs);
    else if (state === "failure" || state === "crashed") this.#outcomes.failure();
    else this.#unfinished++;
    this.#turns += summary.turns;
    this.#messages += summary.messages;
    this.#limits += summary.limits;
    this.#tools = sumTools([this.#tools, summary.tools]);
    this.#usage = addUsage(this.#usage, summary.usage);
  }

  work(): AgentWork {
    return {
      sessions: this.#sessions,
      unfinished: this.#unfinished,
      ...this.#outcomes.outcomes(),
      turns: this.#turns,
      messages: this.#messages,
      tools: this.#tools,
      usage: this.#usage,
      limits: this.#limits,
    };
  }
}
