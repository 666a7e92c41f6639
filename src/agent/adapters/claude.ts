/** The transcripts of Claude Code as events. */

import { isJsonObject, type JsonObject, stringifyJson } from "../../codec/json.ts";
import type { AgentEventKind, LogSourceKind } from "../../codec/zag_events.ts";
import { ToldEvents } from "../told_events.ts";
import {
  type LossReport,
  NO_FACTS,
  type TranscriptEvent,
  type TranscriptFacts,
  type TranscriptFold,
} from "../transcript.ts";
import { LossCounter } from "../transcript_losses.ts";
import { claudeContent } from "./claude_content.ts";
import { claudeLimit } from "./claude_limit.ts";
import { ClaudeTools } from "./claude_tools.ts";
import { ClaudeUsage } from "./claude_usage.ts";
import { textOr } from "./text_or.ts";

/** What a fold of Claude's records is told besides them. */
export interface ClaudeFoldOptions {
  /** Where the records come from: `provider_file` while the agent runs, `backfill` afterwards. */
  readonly source?: LogSourceKind;
}

/** What the agent tells its model in the user's place, by the tag that it begins with. */
const SCAFFOLDING =
  /^\s*<(system-reminder|local-command-caveat|local-command-stdout|local-command-stderr|bash-stdout|bash-stderr|task-notification|user-prompt-submit-hook)>/;

/** The model that the agent names where it speaks itself. */
const NO_MODEL = "<synthetic>";

/**
 * Folds the records of a session, or of a sub-agent. Beyond the original it tells: prompts that stand in blocks; the name
 * and kind of the tool that a result belongs to; results in blocks; failures as `error`; a result that names no error as a
 * success; what is noted of a sub-agent's work; compactions and interruptions as status; refusals as usage limits; the
 * tokens, with the last usage of each message once; names of older and newer tools by kind. It leaves out, and counts:
 * what was copied from the session that this one forks, what the agent says in the user's place, thoughts that are
 * hidden, blocks and calls that are repeated.
 */
export class ClaudeFold implements TranscriptFold {
  readonly #events: ToldEvents;
  readonly #seen = new Set<string>();
  readonly #tools = new ClaudeTools();
  readonly #usage = new ClaudeUsage();
  readonly #losses = new LossCounter();
  #message = "";
  #blocks = new Set<string>();
  #at: string | null = null;
  #facts: TranscriptFacts = NO_FACTS;

  /** @param options What the records do not tell. */
  constructor({ source = "provider_file" }: ClaudeFoldOptions = {}) {
    this.#events = new ToldEvents(source);
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
   * Takes the next record.
   *
   * @param record A line of the file.
   * @returns What it tells.
   */
  add(record: JsonObject): readonly TranscriptEvent[] {
    const key = keyOf(record);
    const { size } = this.#seen;
    if (this.#seen.add(key).size === size) this.#losses.add("record repeated");
    else {
      const isCopied = isJsonObject(record.forkedFrom);
      this.#learn(record, isCopied);
      if (isCopied) this.#losses.add("record replayed");
      else this.#fold(record, key);
    }
    return this.#events.take();
  }

  /**
   * Tells the tokens.
   *
   * @returns The event; none when nothing was used since the last call.
   */
  end(): readonly TranscriptEvent[] {
    this.#at = this.#facts.endedAt;
    for (const usage of this.#usage.tell()) this.#tell(usage);
    return this.#events.take();
  }

  #tell(event: AgentEventKind): void {
    this.#events.tell(event, this.#at);
  }

  #tellStatus(message: string, data: unknown): void {
    this.#tell({ type: "provider_status", message, data });
  }

  #learn(record: JsonObject, isCopied: boolean): void {
    this.#at = textOr(record.timestamp, null);
    const facts = this.#facts;
    this.#facts = {
      ...facts,
      sessionId: facts.sessionId ?? sessionIdOf(record),
      cwd: facts.cwd ?? textOr(record.cwd, null),
      ...(!isCopied && { startedAt: facts.startedAt ?? this.#at, endedAt: this.#at ?? facts.endedAt }),
    };
  }

  #fold(record: JsonObject, key: string): void {
    const message = isJsonObject(record.message) ? record.message : {};
    switch (record.type) {
      case "user":
        return this.#foldUser(record, message.content);
      case "assistant":
        return this.#foldAssistant(record, message, key);
      case "system":
        return this.#tellStatus("Claude system event", record);
      case "result":
        return this.#foldResult(record);
      case "queue-operation":
      case "last-prompt":
        return this.#tellStatus(record.type, record);
      default:
        this.#losses.add(`record ${textOr(record.type, "without type")}`);
    }
  }

  #foldUser(record: JsonObject, content: unknown): void {
    const blocks = Array.isArray(content) ? content.filter(isJsonObject) : [];
    const results = blocks.filter(({ type }) => type === "tool_result");
    const details = record.tool_use_result ?? record.toolUseResult;
    for (const block of results) this.#tell(this.#tools.result(block, details, (kind) => this.#losses.add(kind)));
    const texts = typeof content === "string" ? [content] : [];
    for (const block of blocks) {
      if (typeof block.text === "string") texts.push(block.text);
      else if (block.type !== "tool_result") this.#losses.add(`block ${textOr(block.type, "without type")}`);
    }
    const text = texts.filter((text) => this.#isSaid(text)).join("\n");
    if (text === "") return;
    if (record.isCompactSummary === true) this.#tellStatus("Claude conversation compacted", { summary: text });
    else if (record.isMeta === true) this.#losses.add("message meta");
    else if (text.startsWith("[Request interrupted by user")) this.#tellStatus(text, null);
    else this.#tell({ type: "user_message", role: "user", content: text, message_id: textOr(record.uuid, null) });
  }

  /** Whether somebody said this, and not the agent in his place. */
  #isSaid(text: string): boolean {
    const tag = SCAFFOLDING.exec(text)?.[1];
    if (tag !== undefined) this.#losses.add(`message ${tag}`);
    return tag === undefined && text.trim() !== "";
  }

  #foldAssistant(record: JsonObject, message: JsonObject, key: string): void {
    const message_id = textOr(message.id, null);
    const id = message_id ?? textOr(record.requestId, key);
    this.#usage.add(id, message.usage);
    this.#usage.addCost(record.costUSD);
    const model = textOr(message.model, NO_MODEL);
    if (model !== NO_MODEL) this.#facts = { ...this.#facts, model };
    if (id !== this.#message) this.#blocks = new Set();
    this.#message = id;
    const content = typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
    for (const block of Array.isArray(content) ? content.filter(isJsonObject) : []) {
      this.#foldBlock(block, message_id);
    }
    const limit = claudeLimit(claudeContent(content).text ?? "", id);
    if (limit !== undefined) this.#tell(limit);
  }

  #foldBlock(block: JsonObject, message_id: string | null): void {
    switch (block.type) {
      case "text":
        return this.#say("assistant_message", textOr(block.text, ""), message_id);
      case "thinking":
        if (block.thinking === "") return this.#losses.add("block thinking hidden");
        return this.#say("reasoning", textOr(block.thinking, ""), message_id);
      case "tool_use":
      case "server_tool_use":
      case "mcp_tool_use": {
        const call = this.#tools.call(block);
        return call === undefined ? this.#losses.add("block repeated") : this.#tell(call);
      }
      default:
        this.#losses.add(`block ${textOr(block.type, "without type")}`);
    }
  }

  #say(type: "assistant_message" | "reasoning", content: string, message_id: string | null): void {
    const mark = `${type} ${content}`;
    if (message_id !== null && this.#blocks.has(mark)) return this.#losses.add("block repeated");
    this.#blocks.add(mark);
    this.#tell({ type, content, message_id });
  }

  #foldResult(record: JsonObject): void {
    const denials = Array.isArray(record.permission_denials) ? record.permission_denials.filter(isJsonObject) : [];
    for (const { tool_name, tool_input } of denials) {
      const description = stringifyJson(tool_input ?? null);
      this.#tell({ type: "permission", tool_name: textOr(tool_name, "unknown"), description, granted: false });
    }
    this.#tellStatus(textOr(record.result, "Claude result"), record);
  }
}

/** What no two records share. */
function keyOf(record: JsonObject): string {
  if (typeof record.uuid === "string") return record.uuid;
  return `${textOr(record.timestamp, "")}:${textOr(record.type, "")}:${textOr(ownerOf(record), "")}`;
}

function ownerOf(record: JsonObject): unknown {
  return record.sessionId ?? record.session_id;
}

/** The records of a sub-agent name the session that it belongs to; its own name is that of its file. */
function sessionIdOf(record: JsonObject): string | null {
  const owner = textOr(ownerOf(record), null);
  const isSubAgent = record.isSidechain === true && typeof record.agentId === "string";
  return isSubAgent ? `agent-${record.agentId}` : owner;
}
