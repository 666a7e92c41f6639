/** What agents did and used, in words and as JSON. */

import type { JsonObject } from "../codec/json.ts";
import type { AgentSummary } from "../query/agent_summary.ts";
import { formatCount } from "../query/units.ts";
import type { ModelUsage } from "../query/usage.ts";

/** What agent sessions came to, by their ids; `undefined` for one that is not within reach. */
export type StepAgents = ReadonlyMap<string, AgentSummary | undefined>;

/**
 * Writes what an agent was asked for.
 *
 * @param prompt What was said to it.
 * @returns The first line.
 */
export function promptLine(prompt: string): string {
  return prompt.trim().split(/\s*[\r\n\u2028\u2029]/, 1)[0]!;
}

/**
 * Writes how often tools were called.
 *
 * @param summary The agent session.
 * @returns The kinds with their counts; `null` when none was called.
 */
export function toolsText({ tools }: AgentSummary): string | null {
  const counts = Array.from(tools, ([kind, { calls, failures }]) => {
    return `${kind} ${calls}${failures === 0 ? "" : ` (${failures} failed)`}`;
  });
  return counts.length === 0 ? null : counts.join(", ");
}

/**
 * Writes how many tokens were used.
 *
 * @param usage What was used.
 * @returns The counts.
 */
export function tokensText({ tokens }: Pick<ModelUsage, "tokens">): string {
  const { input, output, cacheRead, cacheCreation } = tokens;
  return `${input} in, ${output} out, ${cacheRead} from the cache, ${cacheCreation} into it`;
}

/**
 * Writes what something cost.
 *
 * @param costUsd US dollars.
 * @returns The price, to a hundredth of a cent where it is small.
 */
export function costText(costUsd: number): string {
  return `$${costUsd.toFixed(costUsd < 1 ? 4 : 2)}`;
}

/**
 * Writes in a line what an agent session came to.
 *
 * @param sessionId Its id.
 * @param summary What it came to; `undefined` where it is not within reach.
 * @returns The line: agent, model, turns, tools, tokens, cost, and how to see more.
 */
export function agentLine(sessionId: string, summary: AgentSummary | undefined): string {
  if (summary === undefined) return `agent session ${sessionId} (not within reach)`;
  const { provider, model, turns, tools, usage } = summary;
  const calls = sum(tools.values().map((tool) => tool.calls));
  const failures = sum(tools.values().map((tool) => tool.failures));
  const facts = [
    `${provider ?? "agent"}${model === null ? "" : ` ${model}`}: ${counted(turns, "turn")}`,
    `${counted(calls, "tool call")}${failures === 0 ? "" : ` (${failures} failed)`}`,
    ...(usage === null ? [] : usageFacts(usage)),
  ];
  return `${facts.join(", ")}; ziglog show ${sessionId}`;
}

function usageFacts({ tokens, costUsd }: ModelUsage): string[] {
  const counts = [`${formatCount(tokens.input)} tokens in`, `${formatCount(tokens.output)} out`];
  return costUsd === null ? counts : [...counts, costText(costUsd)];
}

/**
 * Makes the JSON object of what was used, with the names of the log.
 *
 * @param usage What was used; `null` for nothing known.
 * @returns The object, or `null`.
 */
export function usageJson(usage: ModelUsage | null): JsonObject | null {
  if (usage === null) return null;
  const { tokens, costUsd } = usage;
  return {
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    cache_read_tokens: tokens.cacheRead,
    cache_creation_tokens: tokens.cacheCreation,
    total_cost_usd: costUsd,
  };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function sum(counts: Iterable<number>): number {
  return Array.from(counts).reduce((total, count) => total + count, 0);
}
