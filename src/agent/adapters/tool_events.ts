/** Calls of tools and their results as events: every agent's are told in the same way. */

import { inferToolKind } from "../../codec/tool_kind.ts";
import type { ToolCall, ToolKind, ToolResult } from "../../codec/zag_events.ts";

/** An agent's own tools, as far as their names would not tell or would mislead. */
export type ToolKinds = Readonly<Record<string, ToolKind>>;

/** What came of a call. */
export type ToolOutcome = Pick<ToolResult, "success" | "output" | "error" | "data">;

/**
 * Tells of a call.
 *
 * @param kinds The agent's tools.
 * @param tool_name The tool.
 * @param tool_id What joins the call to its result.
 * @param input Its arguments.
 * @returns The event.
 */
export function toolCall(kinds: ToolKinds, tool_name: string, tool_id: string | null, input: unknown): ToolCall {
  return { type: "tool_call", tool_name, tool_kind: kindOf(kinds, tool_name), tool_id, input };
}

/**
 * Tells of a result.
 *
 * @param kinds The agent's tools.
 * @param tool_name The tool; `null` where nobody knows which call this belongs to.
 * @param tool_id What joins the call to its result.
 * @param outcome What came of the call.
 * @returns The event.
 */
export function toolResult(
  kinds: ToolKinds,
  tool_name: string | null,
  tool_id: string | null,
  { success, output, error, data }: ToolOutcome,
): ToolResult {
  const kind = tool_name === null ? {} : { tool_kind: kindOf(kinds, tool_name) };
  return { type: "tool_result", tool_name, ...kind, tool_id, success, output, error, data };
}

/**
 * Takes what a tool answered for its output, or for its error where it failed.
 *
 * @param success Whether it went well; `null` where nobody says.
 * @param text The answer.
 * @param data What is noted beside it.
 * @returns What came of the call.
 */
export function outcomeOf(success: boolean | null, text: string | null, data: unknown): ToolOutcome {
  const isFailure = success === false;
  return { success, output: isFailure ? null : text, error: isFailure ? text : null, data };
}

function kindOf(kinds: ToolKinds, name: string): ToolKind {
  return Object.hasOwn(kinds, name) ? kinds[name]! : inferToolKind(name);
}
