/** Writing what is known of a run as a whole: what was asked, and what came out. */

import { inferToolKind } from "../codec/tool_kind.ts";
import type { AgentEventKind, ProviderStatus, Usage } from "../codec/zag_events.ts";
import type { AgentOutput, AgentOutputEvent, AgentUsage, ContentBlock } from "./agent_output.ts";
import type { AgentLogWriter } from "./writer.ts";

/**
 * Writes what the user asked for.
 *
 * @param writer Where to.
 * @param prompt The prompt; one that is blank or missing is not written.
 */
export function recordPrompt(writer: AgentLogWriter, prompt: string | null | undefined): void {
  if (prompt === null || prompt === undefined || prompt.trim() === "") return;
  writer.emit("wrapper", { type: "user_message", role: "user", content: prompt, message_id: null });
}

/**
 * Writes what came out of a run: each message, tool call, result, status and limit as an event of its own, and what all
 * of it used as the last.
 *
 * @param writer Where to; it learns the agent's own id of the session.
 * @param output What came out.
 *
 * @example
 * ```ts
 * import { AgentLogWriter, recordAgentOutput } from "@ziglog/ziglog/zag";
 *
 * const root = Deno.makeTempDirSync();
 * const writer = AgentLogWriter.create({ provider: "codex", wrapperSessionId: "s-2", command: "exec", root });
 * recordAgentOutput(writer, {
 *   agent: "codex",
 *   session_id: "0198-77",
 *   events: [{ type: "assistant_message", content: [{ type: "text", text: "All tests pass." }] }],
 *   usage: { input_tokens: 1200, output_tokens: 80 },
 * });
 * writer.finish(true);
 * ```
 */
export function recordAgentOutput(writer: AgentLogWriter, output: AgentOutput): void {
  if (output.session_id !== "" && output.session_id !== "unknown") writer.setProviderSessionId(output.session_id);
  writer.emitAll(eventsOf(output).map((event) => ({ source: "wrapper", event })));
}

function eventsOf({ events, usage, total_cost_usd }: AgentOutput): AgentEventKind[] {
  const kinds = events.flatMap(eventKinds);
  if ((usage ?? null) !== null || (total_cost_usd ?? null) !== null) kinds.push(usageOf(usage, total_cost_usd));
  return kinds;
}

function eventKinds(event: AgentOutputEvent): AgentEventKind[] {
  switch (event.type) {
    case "init": {
      const { model, working_directory = null, metadata = {} } = event;
      return [status(`Initialized ${model}`, { working_directory, metadata })];
    }
    case "user_message":
      return event.content.filter((block) => block.type === "text")
        .map(({ text }) => ({ type: "user_message", role: "user", content: text, message_id: null }));
    case "assistant_message":
      return event.content.map(blockKind);
    case "tool_execution": {
      const { tool_name, tool_id, result: { success, output = null, error = null, data = null } } = event;
      const tool_kind = inferToolKind(tool_name);
      return [{ type: "tool_result", tool_name, tool_kind, tool_id, success, output, error, data }];
    }
    case "turn_complete": {
      const { stop_reason = null, turn_index, usage } = event;
      return [status(`Turn ${turn_index} complete`, { stop_reason, turn_index, usage: wholeUsage(usage) })];
    }
    case "result": {
      const { success, message, duration_ms = null, num_turns = null } = event;
      return [status(message ?? "Result emitted", { success, duration_ms, num_turns })];
    }
    case "error":
      return [status(event.message, event.details ?? null)];
    case "permission_request": {
      const { tool_name, description, granted } = event;
      return [{ type: "permission", tool_name, description, granted }];
    }
    case "usage_limit_detected": {
      const { provider, scope, reset_at, raw } = event;
      const incident = { fallback_used: false, incident_id: crypto.randomUUID() };
      return [{ type: "usage_limit_hit", provider, scope, ...given({ reset_at }), ...incident, ...given({ raw }) }];
    }
    default: {
      const { type } = event as { type: unknown };
      return [{
        type: "parse_warning",
        message: `Unknown event ${type}`,
        raw: JSON.stringify(event).slice(0, MOST_RAW),
      }];
    }
  }
}

/** Characters that are kept of what is not understood. */
const MOST_RAW = 2000;

function blockKind(block: ContentBlock): AgentEventKind {
  if (block.type === "text") return { type: "assistant_message", content: block.text, message_id: null };
  const { id, name, input } = block;
  return { type: "tool_call", tool_name: name, tool_kind: inferToolKind(name), tool_id: id, input };
}

function status(message: string, data: unknown): ProviderStatus {
  return { type: "provider_status", message, data };
}

function usageOf(usage: AgentUsage | null | undefined, cost: number | null | undefined): Usage {
  return {
    type: "usage",
    input_tokens: usage?.input_tokens ?? 0,
    output_tokens: usage?.output_tokens ?? 0,
    ...given({ cache_read_tokens: usage?.cache_read_tokens }),
    ...given({ cache_creation_tokens: usage?.cache_creation_tokens }),
    ...given({ total_cost_usd: cost }),
  };
}

/** All its fields, as a status holds them. */
function wholeUsage(usage: AgentUsage | null | undefined): Required<AgentUsage> | null {
  if (usage === null || usage === undefined) return null;
  const { input_tokens, output_tokens, cache_read_tokens = null, cache_creation_tokens = null } = usage;
  const { web_search_requests = null, web_fetch_requests = null } = usage;
  return {
    input_tokens,
    output_tokens,
    cache_read_tokens,
    cache_creation_tokens,
    web_search_requests,
    web_fetch_requests,
  };
}

/** The fields that hold something. */
function given<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
