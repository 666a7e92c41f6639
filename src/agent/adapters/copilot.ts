/** The events of Copilot CLI as those of the agent session log. */

import { isJsonObject, type JsonObject } from "../../codec/json.ts";
import type { AgentEventKind, LogSourceKind } from "../../codec/zag_events.ts";
import {
  type LossReport,
  NO_FACTS,
  type TranscriptEvent,
  type TranscriptFacts,
  type TranscriptFold,
} from "../transcript.ts";
import { LossCounter } from "../transcript_losses.ts";
import { copilotLimit } from "./copilot_limit.ts";
import { CopilotUsage } from "./copilot_usage.ts";
import { textOr } from "./text_or.ts";
import { toolCall, type ToolKinds, toolResult } from "./tool_events.ts";

/** What a fold of Copilot's events is told besides them. */
export interface CopilotFoldOptions {
  /** Where the events come from: `provider_file` while the agent runs, `backfill` afterwards. */
  readonly source?: LogSourceKind;
  /** Directory that the agent works in, where another of its files says so. */
  readonly cwd?: string | null;
  /** The session's id, where the name of a file says so; events may lack the one that tells it. */
  readonly sessionId?: string | null;
}

/** Tools whose names do not tell what they do. */
const TOOL_KINDS: ToolKinds = {
  replace: "file_edit",
  insert: "file_edit",
  str_replace_editor: "file_edit",
  create: "file_write",
  rg: "search",
  powershell: "shell",
  task: "sub_agent",
  web_search: "web",
  read_agent: "sub_agent",
};

/** Messages of the events that the agent tells of itself. */
const STATUS: Readonly<Record<string, string>> = {
  "session.start": "Copilot session started",
  "session.model_change": "Copilot model changed",
  "session.truncation": "Copilot session truncation",
  "assistant.turn_start": "Copilot assistant turn started",
  "assistant.turn_end": "Copilot assistant turn ended",
};

/** Events that hold nothing but bytes for the model. */
const BINARY = "session.binary_asset";

/**
 * Maps the events of a session. Beyond the original: a tool call is told once though two events tell of it, its result
 * has the tool's name and error, reasoning is told where it stands in a message, and the tokens.
 */
export class CopilotFold implements TranscriptFold {
  readonly #source: LogSourceKind;
  readonly #seen = new Set<string>();
  readonly #calls = new Map<string, string>();
  readonly #losses = new LossCounter();
  readonly #usage = new CopilotUsage();
  #reasoning = "";
  #facts: TranscriptFacts;

  /** @param options What the events do not tell. */
  constructor({ source = "provider_file", cwd = null, sessionId = null }: CopilotFoldOptions = {}) {
    this.#source = source;
    this.#facts = { ...NO_FACTS, sessionId, cwd };
  }

  /** What is known of the session so far. */
  get facts(): TranscriptFacts {
    return this.#facts;
  }

  /** What was passed over so far. */
  get losses(): LossReport {
    return this.#losses.report;
  }

  /**
   * Takes the next event of the agent.
   *
   * @param record A line of the file.
   * @returns What it tells.
   */
  add(record: JsonObject): readonly TranscriptEvent[] {
    const { id, type } = record;
    if (typeof type !== "string") return this.#lose("record without type");
    if (typeof id === "string" && id !== "") {
      if (this.#seen.has(id)) return this.#lose("record repeated");
      this.#seen.add(id);
    }
    if (type === BINARY) return this.#lose(`record ${type}`);
    const at = textOr(record.timestamp, null);
    const data = isJsonObject(record.data) ? record.data : {};
    this.#learn(data, at);
    const limit = copilotLimit(record, at);
    return [...(limit === undefined ? [] : [limit]), ...this.#eventsOf(type, data, textOr(id, null))]
      .map((event) => ({ source: this.#source, event, at }));
  }

  /**
   * Tells the tokens, where no shutdown has told them.
   *
   * @returns The event, if there is anything new to tell.
   */
  end(): readonly TranscriptEvent[] {
    return this.#usage.tell().map((event) => ({ source: this.#source, event, at: this.#facts.endedAt }));
  }

  #lose(kind: string): TranscriptEvent[] {
    this.#losses.add(kind);
    return [];
  }

  #learn(data: JsonObject, at: string | null): void {
    const facts = this.#facts;
    const context = isJsonObject(data.context) ? data.context : {};
    this.#facts = {
      ...facts,
      sessionId: facts.sessionId ?? textOr(data.sessionId, null),
      cwd: facts.cwd ?? textOr(context.cwd, textOr(context.gitRoot, null)),
      model: [data.newModel, data.selectedModel, data.model].find((each) => typeof each === "string") ?? facts.model,
      startedAt: facts.startedAt ?? at,
      endedAt: at ?? facts.endedAt,
    };
  }

  #eventsOf(type: string, data: JsonObject, id: string | null): AgentEventKind[] {
    switch (type) {
      case "user.message":
        return this.#userMessage(data, id);
      case "assistant.message":
        return this.#message(data);
      case "assistant.reasoning":
        return this.#reason(data.content, textOr(data.reasoningId, null));
      case "tool.user_requested":
      case "tool.execution_start":
        return this.#call(data, data.toolName);
      case "tool.execution_complete":
        return [this.#result(data)];
      case "session.info":
        return [{ type: "provider_status", message: textOr(data.message, "Copilot session info"), data }];
      case "session.resume":
        this.#usage.resume();
        return [statusOf(type, data)];
      case "session.shutdown":
        this.#usage.shutdown(data);
        return [statusOf(type, data), ...this.#usage.tell()];
      default:
        return [statusOf(type, data)];
    }
  }

  #userMessage(data: JsonObject, message_id: string | null): AgentEventKind[] {
    for (const attachment of Array.isArray(data.attachments) ? data.attachments.filter(isJsonObject) : []) {
      this.#lose(`attachment ${String(attachment.type)}`);
    }
    const content = textOr(data.content, textOr(data.transformedContent, ""));
    return [{ type: "user_message", role: "user", content, message_id }];
  }

  #message(data: JsonObject): AgentEventKind[] {
    this.#usage.message(data);
    const message_id = textOr(data.messageId, null);
    const events = this.#reason(data.reasoningText, message_id);
    if (events.length === 0 && (data.reasoningOpaque || data.encryptedContent)) this.#lose("reasoning encrypted");
    const content = textOr(data.content, "");
    if (content !== "") events.push({ type: "assistant_message", content, message_id });
    const requests = Array.isArray(data.toolRequests) ? data.toolRequests.filter(isJsonObject) : [];
    return [...events, ...requests.flatMap((request) => this.#call(request, request.name))];
  }

  /** Reasoning stands in a message, in an event of its own, or in both. */
  #reason(text: unknown, message_id: string | null): AgentEventKind[] {
    const content = textOr(text, "");
    if (content === "" || content === this.#reasoning) return [];
    this.#reasoning = content;
    return [{ type: "reasoning", content, message_id }];
  }

  /** A call is told when it is asked for, or when it begins, whichever is first. */
  #call(data: JsonObject, name: unknown): AgentEventKind[] {
    const tool_id = textOr(data.toolCallId, null);
    const tool_name = textOr(name, "");
    if (tool_id !== null) {
      if (this.#calls.has(tool_id)) return [];
      this.#calls.set(tool_id, tool_name);
    }
    return [toolCall(TOOL_KINDS, tool_name, tool_id, data.arguments ?? null)];
  }

  #result(data: JsonObject): AgentEventKind {
    const tool_id = textOr(data.toolCallId, null);
    const tool_name = textOr(data.toolName, this.#calls.get(tool_id ?? "") ?? null);
    const result = isJsonObject(data.result) ? data.result : {};
    const error = isJsonObject(data.error) ? data.error.message : result.error;
    return toolResult(TOOL_KINDS, tool_name, tool_id, {
      success: typeof data.success === "boolean" ? data.success : null,
      output: textOr(result.content, null),
      error: textOr(error, null),
      data,
    });
  }
}

function statusOf(type: string, data: JsonObject): AgentEventKind {
  const message = Object.hasOwn(STATUS, type) ? STATUS[type]! : `Copilot event: ${type}`;
  return { type: "provider_status", message, data };
}
