/** The transcripts of Codex, which it calls rollouts, as events. */

import { isJsonObject, type JsonObject } from "../../codec/json.ts";
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
import { CodexFork, codexParent, isTurn } from "./codex_fork.ts";
import { codexArguments, codexCwd, codexParts, codexScaffolding } from "./codex_items.ts";
import { codexLimit } from "./codex_limit.ts";
import { CodexTools } from "./codex_tools.ts";
import { CodexTwins } from "./codex_twins.ts";
import { CodexUsage } from "./codex_usage.ts";
import { textOr } from "./text_or.ts";

/** What a fold of Codex's records is told besides them. */
export interface CodexFoldOptions {
  /** Where the records come from: `provider_file` while the agent runs, `backfill` afterwards. */
  readonly source?: LogSourceKind;
}

/** What Codex tells of itself, in words. */
const STATUS: Readonly<Record<string, string>> = {
  turn_aborted: "Codex turn aborted",
  thread_rolled_back: "Codex turns taken back",
  thread_name_updated: "Codex session named",
  entered_review_mode: "Codex review began",
  exited_review_mode: "Codex review ended",
  error: "Codex error",
  stream_error: "Codex stream error",
  warning: "Codex warning",
  background_event: "Codex background event",
};

/** Events that only frame others, or stand beside a record that tells the same. */
const FRAME: ReadonlySet<string> = new Set([
  "task_started",
  "turn_started",
  "task_complete",
  "turn_complete",
  "context_compacted",
]);

/**
 * Folds the records of a session. The original reads Codex's history of prompts and the log of its screen, which tell
 * prompts, calls and status only; the rollout tells all: answers, thoughts, results with the exit codes in them, tokens,
 * the model. What stands in it twice is told once, and what a fork has copied from another session is left out, of its
 * words as of its tokens. Records of versions without `payload` are read, too.
 */
export class CodexFold implements TranscriptFold {
  readonly #events: ToldEvents;
  readonly #tools = new CodexTools();
  readonly #twins = new CodexTwins();
  readonly #usage = new CodexUsage();
  readonly #losses = new LossCounter();
  #hasMeta = false;
  #fork: CodexFork | undefined;
  #prompt: JsonObject[] = [];
  #rateLimits: unknown;
  #at: string | null = null;
  #facts: TranscriptFacts = NO_FACTS;

  /** @param options What the records do not tell. */
  constructor({ source = "provider_file" }: CodexFoldOptions = {}) {
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
    const payload = isJsonObject(record.payload) ? record.payload : undefined;
    const at = textOr(record.timestamp, null);
    const facts = this.#facts;
    this.#facts = { ...facts, startedAt: facts.startedAt ?? at, endedAt: at ?? facts.endedAt };
    if (payload !== undefined) this.#route(record.type, payload, at, record);
    else if (typeof record.type === "string") this.#route("response_item", record, at, record);
    else if (typeof record.id === "string") this.#route("session_meta", record, at, record);
    else this.#losses.add("record without type");
    return this.#events.take();
  }

  /**
   * Tells the tokens.
   *
   * @returns The event; none when nothing was used since the last call.
   */
  end(): readonly TranscriptEvent[] {
    this.#at = this.#facts.endedAt;
    this.#dropPrompt();
    for (const usage of this.#usage.tell()) this.#tell(usage);
    return this.#events.take();
  }

  #tell(event: AgentEventKind): void {
    this.#events.tell(event, this.#at);
  }

  #lose(kind: string): void {
    this.#losses.add(kind);
  }

  #route(type: unknown, payload: JsonObject, at: string | null, record: JsonObject): void {
    if (type === "session_meta" && !this.#hasMeta) return this.#begin(payload, at);
    if (this.#fork !== undefined) {
      if (!this.#fork.isOwn(type, payload, at)) return this.#skip(type, payload, record);
      this.#fork = undefined;
      const prompt = this.#prompt;
      this.#prompt = [];
      for (const each of prompt) this.#fold(each.type, each.payload as JsonObject, textOr(each.timestamp, null));
    }
    this.#fold(type, payload, at);
  }

  #begin(meta: JsonObject, at: string | null): void {
    this.#hasMeta = true;
    const sessionId = textOr(meta.id, textOr(meta.session_id, null));
    this.#facts = { ...this.#facts, sessionId, cwd: textOr(meta.cwd, this.#facts.cwd) };
    if (codexParent(meta) === null) return;
    this.#fork = new CodexFork(sessionId, at);
    this.#usage.fork();
  }

  /**
   * Passes over what a fork has copied. The prompt of its first turn may stand in front of the record that shows it to
   * be the fork's own: the last one is kept until then.
   */
  #skip(type: unknown, payload: JsonObject, record: JsonObject): void {
    const isPrompt = type === "event_msg" && payload.type === "user_message";
    const isBehindPrompt = isTurn(type, payload) || payload.role === "assistant" || type === "session_meta";
    if (isPrompt || isBehindPrompt) this.#dropPrompt();
    if (isPrompt) this.#prompt = [record];
    else this.#lose("record replayed");
    if (type === "event_msg" && payload.type === "token_count") this.#usage.inherit(payload.info);
  }

  #dropPrompt(): void {
    this.#losses.add("record replayed", this.#prompt.length);
    this.#prompt = [];
  }

  #fold(type: unknown, payload: JsonObject, at: string | null): void {
    this.#at = at;
    switch (type) {
      case "response_item":
        return this.#foldItem(payload);
      case "event_msg":
        return this.#foldEvent(payload, textOr(payload.type, "without type"));
      case "turn_context":
        this.#facts = {
          ...this.#facts,
          model: textOr(payload.model, this.#facts.model),
          cwd: this.#facts.cwd ?? textOr(payload.cwd, null),
        };
        return;
      case "compacted":
        return this.#tell({
          type: "provider_status",
          message: "Codex context compacted",
          data: { summary: textOr(payload.message, "") },
        });
      default:
        this.#lose(`record ${textOr(type, "without type")}`);
    }
  }

  #foldItem(item: JsonObject): void {
    const type = textOr(item.type, "without type");
    switch (type) {
      case "message":
        return this.#foldMessage(item);
      case "reasoning":
        return this.#foldReasoning(item);
      case "function_call":
        return this.#tell(this.#tools.call(nameOf(item), item.call_id, codexArguments(item.arguments)));
      case "custom_tool_call":
        return this.#tell(this.#tools.call(nameOf(item), item.call_id, item.input ?? null));
      case "local_shell_call":
        return this.#tell(this.#tools.call("local_shell", item.call_id ?? item.id, item.action ?? null));
      case "web_search_call":
        return this.#tell(this.#tools.call("web_search", item.call_id ?? item.id, item.action ?? null));
      case "tool_search_call":
        return this.#tell(this.#tools.call("tool_search", item.call_id ?? item.id, codexArguments(item.arguments)));
      case "function_call_output":
      case "custom_tool_call_output":
        return this.#tell(this.#tools.result(item, (kind) => this.#lose(kind)));
      default:
        this.#lose(`item ${type}`);
    }
  }

  #foldMessage(item: JsonObject): void {
    const role = textOr(item.role, "without role");
    if (role !== "user" && role !== "assistant") return this.#lose(`message ${role}`);
    const texts: string[] = [];
    for (const { text, type } of codexParts(item.content)) {
      const scaffolding = role === "user" && text !== null ? codexScaffolding(text) : undefined;
      if (text === null) this.#lose(`part ${type}`);
      else if (scaffolding === undefined) texts.push(text);
      else if (scaffolding !== "image") this.#lose(`message ${scaffolding}`); // the image itself is counted
      if (scaffolding === "environment_context") {
        this.#facts = { ...this.#facts, cwd: this.#facts.cwd ?? codexCwd(text!) };
      }
    }
    this.#say("model", role, texts.join("\n"), textOr(item.id, null));
  }

  #foldReasoning(item: JsonObject): void {
    const parts = [...codexParts(item.summary), ...codexParts(item.content)];
    for (const { text, type } of parts) {
      if (text === null) this.#lose(`part ${type}`);
      else this.#say("model", "thought", text, textOr(item.id, null));
    }
    if (parts.length === 0) this.#lose("item reasoning encrypted");
  }

  #foldEvent(payload: JsonObject, type: string): void {
    const message = textOr(payload.message, "");
    if (type === "user_message") {
      const scaffolding = codexScaffolding(message);
      if (scaffolding !== undefined) return this.#lose(`message ${scaffolding}`);
      return this.#say("user", "user", message, null);
    }
    if (type === "agent_message") return this.#say("user", "assistant", message, null);
    if (type === "agent_reasoning" || type === "agent_reasoning_raw_content") {
      return this.#say("user", "thought", textOr(payload.text, ""), null);
    }
    if (type === "token_count") {
      this.#rateLimits = payload.rate_limits ?? this.#rateLimits;
      return this.#usage.add(payload.info);
    }
    if (FRAME.has(type)) return;
    if (!Object.hasOwn(STATUS, type)) return this.#lose(`event ${type}`);
    this.#tell({ type: "provider_status", message: message || STATUS[type]!, data: payload });
    const limit = type === "error" ? codexLimit(payload, this.#rateLimits, `codex:${this.#at}`) : undefined;
    if (limit !== undefined) this.#tell(limit);
  }

  #say(
    side: "model" | "user",
    speaker: "user" | "assistant" | "thought",
    content: string,
    message_id: string | null,
  ): void {
    if (content.trim() === "" || this.#twins.isTwin(side, speaker, content)) return;
    if (speaker === "user") this.#tell({ type: "user_message", role: "user", content, message_id });
    else this.#tell({ type: speaker === "thought" ? "reasoning" : "assistant_message", content, message_id });
  }
}

function nameOf({ name, namespace }: JsonObject): string {
  const own = textOr(name, "unknown");
  return typeof namespace !== "string" || own.startsWith(namespace) ? own : `${namespace.replace(/_+$/, "")}__${own}`;
}
