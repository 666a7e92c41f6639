/** Transcripts of agents for tests: the fixtures, and short words for what they tell. */

import { AGENTS } from "../../src/agent/adapters/agents.ts";
import { importSourceOf } from "../../src/agent/import_source.ts";
import type { AgentName, TranscriptEvent, TranscriptFacts, TranscriptFile } from "../../src/agent/transcript.ts";
import type { AgentEventKind } from "../../src/codec/zag_events.ts";
import { pathOf } from "../helpers/path_of.ts";

/** The session of Claude Code in the fixtures, the one that forks it, and the sub-agents of the first. */
export const CLAUDE = {
  main: "6f1d2c3b-7a45-4e19-9c02-5d8e1f3a7b60",
  fork: "b81e0f52-3c6d-4f7a-8e91-2a4c6d8f0e13",
  subAgents: ["agent-9f8e7d6c", "agent-a1b2c3d4"],
} as const;

/** The session of Codex in the fixtures, the one that forks it, a sub-agent of the first, and one of an old version. */
export const CODEX = {
  main: "01a01e9c-fd00-7aaa-8000-000000000001",
  fork: "01a02355-7c00-7bbb-8000-000000000002",
  subAgent: "01a01e9d-4b20-7ccc-8000-000000000003",
  old: "0d5f7a3e-1111-4222-8333-944445555666",
} as const;

/**
 * Gives the folder of an agent's fixtures.
 *
 * @param name The agent.
 * @returns The path.
 */
export function fixtureFolder(name: AgentName): string {
  return pathOf(`../fixtures/agents/${name}`, import.meta.url);
}

/**
 * Finds a session of the fixtures.
 *
 * @param name The agent.
 * @param id What its file name holds.
 * @returns The session.
 */
export function fixtureSession(name: AgentName, id: string): TranscriptFile {
  const found = AGENTS[name].list(fixtureFolder(name)).filter(({ path }) => path.includes(`${id}.jsonl`));
  if (found.length !== 1) throw new Error(`${found.length} sessions are named ${id}`);
  return found[0]!;
}

/** What a transcript tells. */
export interface Told {
  readonly events: readonly TranscriptEvent[];
  readonly facts: TranscriptFacts;
  readonly losses: Record<string, number>;
}

/**
 * Reads a transcript as an import does.
 *
 * @param name The agent.
 * @param path The transcript.
 * @returns What it tells.
 */
export async function tell(name: AgentName, path: string): Promise<Told> {
  const { fold, records, losses } = await importSourceOf(AGENTS[name]).open({
    path,
    parentId: null,
    modified: 0,
    size: 0,
  });
  const events: TranscriptEvent[] = [];
  for await (const batch of records) events.push(...batch.flatMap((record) => fold.add(record)));
  events.push(...fold.end());
  return { events, facts: fold.facts, losses: Object.fromEntries(losses()) };
}

/**
 * Says in short what an event tells.
 *
 * @param event The event.
 * @returns A line, which differs where events differ in what matters.
 */
export function word(event: AgentEventKind): string {
  switch (event.type) {
    case "user_message":
      return `user ${event.content}`;
    case "assistant_message":
      return `says ${event.content}`;
    case "reasoning":
      return `thinks ${event.content}`;
    case "tool_call":
      return `calls ${event.tool_id} ${event.tool_name} ${event.tool_kind} ${JSON.stringify(event.input)}`;
    case "tool_result": {
      const { tool_id, tool_name, tool_kind, success, output, error, data } = event;
      return `result ${tool_id} ${tool_name} ${tool_kind} ${success} ${output} ${error} ${JSON.stringify(data)}`;
    }
    case "permission":
      return `asks ${event.tool_name} ${event.description} ${event.granted}`;
    case "provider_status":
      return `status ${event.message}`;
    case "session_cleared":
      return `cleared ${event.old_session_id}`;
    case "usage":
      return `usage ${event.input_tokens} ${event.output_tokens} ${event.cache_read_tokens} ` +
        `${event.cache_creation_tokens} ${event.total_cost_usd}`;
    case "usage_limit_hit":
      return `limit ${event.scope} ${event.reset_at} ${event.incident_id}`;
    default:
      return event.type;
  }
}

/**
 * Says in short what events tell.
 *
 * @param events The events.
 * @returns A line an event.
 */
export function words(events: readonly TranscriptEvent[]): string[] {
  return events.map(({ event }) => word(event));
}
