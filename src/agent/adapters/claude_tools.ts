import { isJsonObject, type JsonObject } from "../../codec/json.ts";
import type { ToolCall, ToolResult } from "../../codec/zag_events.ts";
import { claudeContent } from "./claude_content.ts";
import { outcomeOf, toolCall, type ToolKinds, toolResult } from "./tool_events.ts";

/** The agent's own tools, older ones too, as far as their names would not tell or would mislead. */
const KINDS: ToolKinds = {
  Task: "sub_agent",
  TaskOutput: "sub_agent",
  AgentOutputTool: "sub_agent",
  TodoWrite: "other",
  TodoRead: "other",
  ToolSearch: "other",
  WebFetch: "web",
  WebSearch: "web",
  web_search: "web",
  web_fetch: "web",
};

/** What the agent notes of a sub-agent's work, beside its answer. */
const SUB_AGENT_FIELDS = ["agentId", "status", "totalDurationMs", "totalTokens", "totalToolUseCount"] as const;

/** Joins the calls of tools to their results. */
export class ClaudeTools {
  readonly #open = new Map<string, string>();
  readonly #last = new Set<string>();

  /**
   * Takes a call.
   *
   * @param block The block that makes it.
   * @returns The event; none when the same call was told before.
   */
  call(block: JsonObject): ToolCall | undefined {
    const tool_id = typeof block.id === "string" ? block.id : null;
    const tool_name = typeof block.name === "string" ? block.name : "unknown";
    if (tool_id !== null) {
      if (this.#open.has(tool_id) || this.#last.has(tool_id)) return undefined;
      this.#open.set(tool_id, tool_name);
    }
    return toolCall(KINDS, tool_name, tool_id, block.input ?? null);
  }

  /**
   * Takes an answer.
   *
   * @param block The block that holds it.
   * @param details What the record notes beside it.
   * @param lose Told the kind of what cannot be kept of it.
   * @returns The event.
   */
  result(block: JsonObject, details: unknown, lose: (kind: string) => void): ToolResult {
    const tool_id = typeof block.tool_use_id === "string" ? block.tool_use_id : null;
    const tool_name = this.#open.get(tool_id ?? "") ?? null;
    if (tool_id !== null) this.#close(tool_id);
    const { text, others } = claudeContent(block.content);
    for (const other of others) lose(`block ${other}`);
    return toolResult(KINDS, tool_name, tool_id, outcomeOf(block.is_error !== true, text, dataOf(details)));
  }

  /** A call may be repeated just after its result; of those long past nothing is kept. */
  #close(id: string): void {
    this.#open.delete(id);
    this.#last.add(id);
    if (this.#last.size > MOST_CLOSED) { for (const oldest of this.#last) return void this.#last.delete(oldest); }
  }
}

const MOST_CLOSED = 64;

/** The output stands in the result already, with all it says of files: only what it says of a sub-agent is new. */
function dataOf(details: unknown): unknown {
  if (!isJsonObject(details) || typeof details.agentId !== "string") return null;
  return Object.fromEntries(
    SUB_AGENT_FIELDS.filter((field) => details[field] !== undefined).map((field) => [field, details[field]]),
  );
}
