import { isJsonObject, type JsonObject } from "../../codec/json.ts";
import type { ToolCall, ToolResult } from "../../codec/zag_events.ts";
import { geminiResult } from "./gemini_parts.ts";
import { textOr } from "./text_or.ts";
import { toolCall, type ToolKinds, toolResult } from "./tool_events.ts";

/** Tools whose names do not tell what they do. */
const TOOL_KINDS: ToolKinds = {
  replace: "file_edit",
  list_directory: "file_read",
  google_web_search: "web",
  write_todos: "other",
};

/** States of a call that are final. */
const FINAL: ReadonlySet<unknown> = new Set(["success", "error", "cancelled"]);

/** The tools that Gemini CLI used: each call is told once, and each result. */
export class GeminiTools {
  /** The calls that were told, and whether their results were. */
  readonly #calls = new Map<string, boolean>();

  /**
   * Tells of a call.
   *
   * @param call The call, with `id`, `name` and `args`.
   * @param fallback The id where it has none.
   * @returns The event, if it is new.
   */
  call(call: JsonObject, fallback: string): ToolCall[] {
    const tool_id = textOr(call.id, fallback);
    if (this.#calls.has(tool_id)) return [];
    this.#calls.set(tool_id, false);
    const tool_name = textOr(call.name, "");
    return [toolCall(TOOL_KINDS, tool_name, tool_id, call.args ?? null)];
  }

  /**
   * Tells of a call and its result, as a message records them.
   *
   * @param record The record, with `status` and `result` too.
   * @param fallback The id where it has none.
   * @returns The events that are new.
   */
  record(record: JsonObject, fallback: string): (ToolCall | ToolResult)[] {
    const events = this.call(record, fallback);
    const { status, result, resultDisplay } = record;
    if (!FINAL.has(status)) return events;
    const data = isJsonObject(resultDisplay) ? { status, resultDisplay } : { status };
    const id = textOr(record.id, fallback);
    return [...events, ...this.#result(record, id, status === "success", geminiResult(result, resultDisplay), data)];
  }

  /**
   * Tells of a result that only stands among what the model was told.
   *
   * @param response The result, with `id`, `name` and `response`.
   * @returns The event, if it is new.
   */
  response(response: JsonObject): ToolResult[] {
    const result = geminiResult({ functionResponse: response }, null);
    return this.#result(response, textOr(response.id, ""), result.error === null, result, null);
  }

  #result(
    call: JsonObject,
    tool_id: string,
    success: boolean,
    result: { readonly output: string | null; readonly error: string | null },
    data: unknown,
  ): ToolResult[] {
    if (this.#calls.get(tool_id) !== false) return [];
    this.#calls.set(tool_id, true);
    const tool_name = textOr(call.name, "");
    return [toolResult(TOOL_KINDS, tool_name, tool_id, { success, ...result, data })];
  }
}
