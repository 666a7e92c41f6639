import type { JsonObject } from "../../codec/json.ts";
import type { ToolCall, ToolResult } from "../../codec/zag_events.ts";
import { codexOutput } from "./codex_output.ts";
import { outcomeOf, toolCall, type ToolKinds, toolResult } from "./tool_events.ts";

/** The agent's own tools, as far as their names would not tell or would mislead. */
const KINDS: ToolKinds = {
  exec_command: "shell",
  unified_exec: "shell",
  "container.exec": "shell",
  write_stdin: "shell",
  view_image: "file_read",
  list_dir: "search",
  tool_search: "other",
  image_generation: "other",
  web_search: "web",
};

/** Calls whose results may still come; one that never has a result is forgotten some day. */
const MOST_OPEN = 1024;

/** Joins the calls of tools to their results. */
export class CodexTools {
  readonly #open = new Map<string, string>();

  /**
   * Takes a call.
   *
   * @param tool_name The tool.
   * @param id What joins the call to its result.
   * @param input Its arguments.
   * @returns The event.
   */
  call(tool_name: string, id: unknown, input: unknown): ToolCall {
    const tool_id = typeof id === "string" ? id : null;
    if (tool_id !== null) this.#open.set(tool_id, tool_name);
    if (this.#open.size > MOST_OPEN) this.#open.delete(this.#open.keys().next().value!);
    return toolCall(KINDS, tool_name, tool_id, input);
  }

  /**
   * Takes an answer.
   *
   * @param item The record's payload.
   * @param lose Told the kind of what cannot be kept of it.
   * @returns The event.
   */
  result(item: JsonObject, lose: (kind: string) => void): ToolResult {
    const tool_id = typeof item.call_id === "string" ? item.call_id : null;
    const tool_name = this.#open.get(tool_id ?? "") ?? null;
    this.#open.delete(tool_id ?? "");
    const { text, success, data, others } = codexOutput(item.output);
    for (const other of others) lose(`part ${other}`);
    return toolResult(KINDS, tool_name, tool_id, outcomeOf(success, text, data));
  }
}
