/** What the events of an agent session say. */

import { stringifyJson } from "../codec/json.ts";
import { AGENT_ENVELOPE, AGENT_EVENT_TYPES, type AgentEventType, ZAG } from "../codec/zag.ts";
import type { AgentEventKind, AgentLogEvent, ToolCall, ToolResult } from "../codec/zag_events.ts";
import type { EventView, LogFormat, MarkdownText, Paint } from "./event_view.ts";

/** What people look for: what was said and thought, tools with all that they were given and answered, and what went wrong. */
const TEXT_FIELDS = {
  session_started: ["command", "model", "cwd"],
  user_message: ["content"],
  assistant_message: ["content"],
  reasoning: ["content"],
  tool_call: ["tool_name", "input"],
  tool_result: ["output", "error", "data"],
  permission: ["tool_name", "description"],
  provider_status: ["message", "data"],
  stderr: ["message"],
  parse_warning: ["message", "raw"],
  session_cleared: ["old_session_id", "new_session_id"],
  session_ended: ["error"],
  session_result: ["result"],
  heartbeat: [],
  usage: [],
  user_event: ["message", "data"],
  usage_limit_hit: ["scope", "raw"],
  usage_limit_resumed: ["resume_message"],
  usage_limit_resume_failed: ["error"],
} as const satisfies { [Type in AgentEventType]: readonly string[] };

/** Fields that hold all that there is to say. */
const MAIN_FIELDS: readonly string[] = ["content", "message", "output", "result"];

/** What tells best what a tool was called for, the first one first. */
const INPUT_FIELDS = [
  "command",
  "cmd",
  "file_path",
  "path",
  "pattern",
  "query",
  "url",
  "description",
  "prompt",
] as const;

/** Characters of what a tool was given that are shown. */
const INPUT_LENGTH = 160;

/** Lines of what a tool answered that are shown. */
const OUTPUT_LINES = 4;

function render(event: AgentLogEvent): string | undefined {
  switch (event.type) {
    case "session_started": {
      const model = event.model === null ? "" : ` ${event.model}`;
      const how = [event.command, ...(event.resumed ? ["resumed"] : []), ...(event.backfilled ? ["imported"] : [])];
      return marked("●", `${event.provider}${model} started (${how.join(", ")})${inDirectory(event.cwd)}`);
    }
    case "session_ended":
      return marked("●", event.success ? "session ended" : `session failed${because(event.error)}`);
    case "session_cleared":
      return marked("●", `session cleared: ${event.old_session_id ?? "?"} → ${event.new_session_id ?? "?"}`);
    case "user_message":
      return marked("❯", event.content);
    case "assistant_message":
      return marked("⏺", event.content);
    case "reasoning":
      return marked("…", event.content);
    case "tool_call":
      return marked("⚡", `${event.tool_name}${about(inputText(event))}`);
    case "tool_result":
      return marked(isFailed(event) ? "✗" : "✓", `${event.tool_name ?? "tool"}${about(outputText(event))}`);
    case "permission":
      return marked(">", `${event.granted ? "allowed" : "denied"} ${event.tool_name}${about(event.description)}`);
    case "provider_status":
      return marked(">", event.message);
    case "session_result":
      return marked(">", `result: ${event.result}`);
    case "user_event":
      return marked(event.level === "error" ? "!" : event.level === "warn" ? "?" : ">", event.message);
    case "usage":
      return marked(">", usageText(event));
    case "usage_limit_hit":
      return marked("?", `${event.scope} limit hit${event.reset_at === undefined ? "" : `, until ${event.reset_at}`}`);
    case "usage_limit_resumed":
      return marked(">", `went on after the limit (attempt ${event.attempt})${about(event.resume_message)}`);
    case "usage_limit_resume_failed":
      return marked("!", `could not go on after the limit (attempt ${event.attempt})${because(event.error)}`);
    case "stderr":
      return marked("!", event.message);
    case "parse_warning":
      return marked("?", event.message);
    case "heartbeat":
      return undefined;
  }
}

/** A text with its mark in front; further lines stand below the first one, so that none can pass for another event. */
function marked(mark: string, text: string): string {
  return `${mark} ${text.trimEnd().replaceAll("\n", "\n  ")}`.trimEnd();
}

function inDirectory(cwd: string | null): string {
  return cwd === null ? "" : ` in ${cwd}`;
}

function because(error: string | null): string {
  return error === null ? "" : `: ${error}`;
}

function about(text: string): string {
  return text === "" ? "" : `: ${text}`;
}

function isFailed({ success, error }: ToolResult): boolean {
  return success === false || success === null && error !== null;
}

/** What a tool was called for, in one line. */
function inputText({ input }: ToolCall): string {
  if (input === null) return "";
  const fields = input as Readonly<Record<string, unknown>>;
  const telling = typeof input === "object" ? INPUT_FIELDS.find((name) => typeof fields[name] === "string") : undefined;
  const text = telling !== undefined
    ? fields[telling] as string
    : typeof input === "string"
    ? input
    : stringifyJson(input);
  const line = text.trim().replaceAll(/\s*\n\s*/g, " ⏎ ");
  return line.length > INPUT_LENGTH ? `${line.slice(0, INPUT_LENGTH)}…` : line;
}

/** The beginning of what a tool answered. */
function outputText({ output, error }: ToolResult): string {
  const lines = (error ?? output ?? "").trimEnd().split("\n");
  const more = lines.length - OUTPUT_LINES;
  if (more <= 0) return lines.join("\n");
  return `${lines.slice(0, OUTPUT_LINES).join("\n")}\n(${more} more ${more === 1 ? "line" : "lines"})`;
}

function usageText(usage: Extract<AgentEventKind, { type: "usage" }>): string {
  const { cache_read_tokens: read, cache_creation_tokens: written, total_cost_usd: cost } = usage;
  const parts = [
    `${usage.input_tokens} tokens in`,
    `${usage.output_tokens} out`,
    ...(read === undefined ? [] : [`${read} from the cache`]),
    ...(written === undefined ? [] : [`${written} into the cache`]),
    ...(cost === undefined ? [] : [`$${cost}`]),
  ];
  return `usage: ${parts.join(", ")}`;
}

function paintOf(event: AgentLogEvent): Paint {
  switch (event.type) {
    case "session_ended":
      return { tone: event.success ? "good end" : "bad end" };
    case "session_started":
    case "session_cleared":
    case "user_message":
      return { tone: "title" };
    case "assistant_message":
      return { tone: "voice", head: "⏺" };
    case "tool_call":
      return { tone: "notice", head: "⚡" };
    case "tool_result":
      return isFailed(event) ? { tone: "bad" } : { tone: "good", head: "✓" };
    case "stderr":
    case "usage_limit_resume_failed":
      return { tone: "bad", head: "!" };
    case "parse_warning":
    case "usage_limit_hit":
      return { tone: "notice" };
    case "user_event":
      return { tone: event.level === "error" ? "bad" : event.level === "warn" ? "notice" : "quiet" };
    case "permission":
      return { tone: event.granted ? "quiet" : "notice" };
    default:
      return { tone: "quiet" };
  }
}

/** Agents write for people to read; what people and tools write is taken as it is. */
function markdownOf(event: AgentLogEvent): MarkdownText | undefined {
  switch (event.type) {
    case "assistant_message":
      return { head: "⏺", text: event.content };
    case "reasoning":
      return { head: "…", text: event.content };
    default:
      return undefined;
  }
}

/** The zag dialect as people see it. */
export const ZAG_VIEW: EventView<AgentLogEvent> = {
  types: AGENT_EVENT_TYPES,
  commonTypes: ["tool_call", "tool_result", "assistant_message"],
  hiddenTypes: ["reasoning"],
  envelope: AGENT_ENVELOPE,
  textFields: TEXT_FIELDS,
  hasSteps: false,
  isMultiline: true,
  isPlainText: false,
  render,
  paintOf,
  markdownOf,
  titleOf: (event) => event.type === "session_started" ? event.provider : undefined,
  labelOf: (type, field) => MAIN_FIELDS.includes(field) ? type : `${type} ${field}`,
};

/** The logs of agent sessions. */
export const ZAG_LOG: LogFormat<AgentLogEvent> = { dialect: ZAG, view: ZAG_VIEW };
