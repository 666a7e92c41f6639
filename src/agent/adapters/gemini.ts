/** The chats of Gemini CLI as events: a log of upserts, told as an append-only one. */

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
import { textMark } from "../text_mark.ts";
import { geminiLimit } from "./gemini_limit.ts";
import { geminiContent } from "./gemini_parts.ts";
import { GeminiTools } from "./gemini_tools.ts";
import { textOr } from "./text_or.ts";

/** What a fold of Gemini's records is told besides them. */
export interface GeminiFoldOptions {
  /** Where the records come from: `provider_file` while the agent runs, `backfill` afterwards. */
  readonly source?: LogSourceKind;
  /** Directory that the agent works in, which its files do not say. */
  readonly cwd?: string | null;
}

/** What was told of a message so far. */
interface Told {
  /** What tells its text from another, where that was told; not the text, which can be long. */
  mark: number | undefined;
  /** How many of its thoughts were told. */
  thoughts: number;
  /** What was told of its model and tokens. */
  metadata: string;
  /** The tokens that count for it. */
  tokens: Tokens;
}

/** Tokens read, written, and read from a cache. */
type Tokens = readonly [input: number, output: number, cached: number];

/** Fields of the head of a chat that say nothing of the dialogue. */
const HEAD: ReadonlySet<string> = new Set(["projectHash", "kind", "sessionId", "startTime", "lastUpdated", "messages"]);

/** What the agent tells its model in the user's place. */
const SCAFFOLDING = /^\s*<(session_context|hook_context)>/;

/**
 * Folds the records of a chat. A message is told once its words are settled: with its tokens or its tools, when another
 * follows, or at the end. What is added to it later is told then, what is changed in it is only counted. Beyond the
 * original: tools and their results, what is appended as upserts, rewinds, the agent's own messages, and the tokens, of
 * messages that were taken back too, as they were spent.
 */
export class GeminiFold implements TranscriptFold {
  readonly #events: ToldEvents;
  readonly #told = new Map<string, Told>();
  readonly #present = new Set<string>();
  readonly #tools = new GeminiTools();
  readonly #losses = new LossCounter();
  #held: JsonObject | undefined;
  #tokens: Tokens = [0, 0, 0];
  #usage = "[0,0,0]";
  #facts: TranscriptFacts;

  /** @param options What the records do not tell. */
  constructor({ source = "provider_file", cwd = null }: GeminiFoldOptions = {}) {
    this.#events = new ToldEvents(source);
    this.#facts = { ...NO_FACTS, cwd };
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
   * @param record A line of the file, or a whole file of the older kind.
   * @returns What it tells.
   */
  add(record: JsonObject): readonly TranscriptEvent[] {
    if (typeof record.$rewindTo === "string") this.#rewind(record.$rewindTo);
    else if (typeof record.id === "string") this.#message(record);
    else if (isJsonObject(record.$set)) this.#set(record.$set);
    else if (typeof record.sessionId === "string") this.#set(record);
    else this.#losses.add("record without id");
    return this.#events.take();
  }

  /**
   * Tells what is held back, and the tokens.
   *
   * @returns The events.
   */
  end(): readonly TranscriptEvent[] {
    this.#release();
    const usage = JSON.stringify(this.#tokens);
    if (usage !== this.#usage) {
      this.#usage = usage;
      const [input_tokens, output_tokens, cache_read_tokens] = this.#tokens;
      this.#tell({ type: "usage", input_tokens, output_tokens, cache_read_tokens }, this.#facts.endedAt);
    }
    return this.#events.take();
  }

  #tell(event: AgentEventKind, at: string | null): void {
    this.#events.tell(event, at);
  }

  #tellAll(events: readonly AgentEventKind[], at: string | null): void {
    for (const event of events) this.#tell(event, at);
  }

  #set(fields: JsonObject): void {
    this.#facts = {
      ...this.#facts,
      sessionId: this.#facts.sessionId ?? textOr(fields.sessionId, null),
      startedAt: this.#facts.startedAt ?? textOr(fields.startTime, null),
      endedAt: textOr(fields.lastUpdated, this.#facts.endedAt),
    };
    if (Array.isArray(fields.messages)) this.#replace(fields.messages);
    for (const [key, value] of Object.entries(fields)) {
      if (key === "directories" && Array.isArray(value)) {
        this.#facts = { ...this.#facts, cwd: this.#facts.cwd ?? textOr(value[0], null) };
      } else if (key === "summary" && typeof value === "string") {
        this.#tellStatus("Gemini session summary", { summary: value });
      } else if (!HEAD.has(key)) this.#losses.add(`field ${key}`);
    }
  }

  #tellStatus(message: string, data: JsonObject): void {
    this.#tell({ type: "provider_status", message, data }, this.#facts.endedAt);
  }

  /** All messages are put in place of those so far: a summary stands for what was said before. */
  #replace(messages: readonly unknown[]): void {
    this.#release();
    const before = new Set(this.#present);
    this.#present.clear();
    for (const message of messages) {
      if (!isJsonObject(message) || typeof message.id !== "string") this.#losses.add("record without id");
      else {
        before.delete(message.id);
        this.#message(message);
      }
    }
    if (before.size > 0) this.#tellStatus("Gemini messages replaced", { messages: before.size });
  }

  /** The message and all after it are taken back; all, where there is no such message. */
  #rewind(id: string): void {
    this.#release();
    const ids = [...this.#present];
    const cut = this.#present.has(id) ? ids.slice(ids.indexOf(id)) : ids;
    for (const each of cut) this.#present.delete(each);
    this.#tellStatus("Gemini conversation rewound", { message_id: id, messages: cut.length });
  }

  #message(record: JsonObject): void {
    const id = record.id as string;
    if (this.#held !== undefined && this.#held.id !== id) this.#release();
    this.#present.add(id);
    const at = textOr(record.timestamp, null);
    this.#facts = { ...this.#facts, startedAt: this.#facts.startedAt ?? at, endedAt: at ?? this.#facts.endedAt };
    const calls = Array.isArray(record.toolCalls) ? record.toolCalls.length : 0;
    if (record.type !== "gemini") this.#tellOther(record, id, at);
    else if (calls > 0 || isJsonObject(record.tokens) || this.#told.has(id)) this.#tellAnswer(record, id, at);
    else this.#held = record;
  }

  /** Tells of the message whose words could still have changed. */
  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#tellAnswer(held, held.id as string, textOr(held.timestamp, null));
  }

  #toldOf(id: string): Told {
    const told = this.#told.get(id) ?? { mark: undefined, thoughts: 0, metadata: "{}", tokens: [0, 0, 0] };
    this.#told.set(id, told);
    return told;
  }

  /** Whether a text is new; a text that has changed since it was told is counted. */
  #isNew(told: Told, text: string): boolean {
    if (text === "") return false;
    const mark = textMark(text);
    if (told.mark !== undefined && told.mark !== mark) this.#losses.add("message changed");
    if (told.mark !== undefined) return false;
    told.mark = mark;
    return true;
  }

  #tellOther(record: JsonObject, id: string, at: string | null): void {
    const { type } = record;
    const content = geminiContent(record.content);
    const text = type === "user" ? geminiContent(record.displayContent).text || content.text : content.text;
    const isNew = this.#isNew(this.#toldOf(id), text);
    for (const response of content.responses) this.#tellAll(this.#tools.response(response), at);
    if (!isNew) return;
    for (const other of content.others) this.#losses.add(`part ${other}`);
    if (type === "user") {
      const scaffolding = SCAFFOLDING.exec(text)?.[1];
      if (scaffolding === undefined) {
        this.#tell({ type: "user_message", role: "user", content: text, message_id: id }, at);
      } else this.#losses.add(`message ${scaffolding}`);
    } else if (type === "info" || type === "warning" || type === "error") {
      this.#tell({ type: "provider_status", message: text, data: { type } }, at);
      const limit = geminiLimit(text, id, at);
      if (limit !== undefined) this.#tell(limit, at);
    } else this.#losses.add(`message ${String(type)}`);
  }

  #tellAnswer(record: JsonObject, id: string, at: string | null): void {
    if (this.#held?.id === id) this.#held = undefined;
    const told = this.#toldOf(id);
    const content = geminiContent(record.content);
    if (this.#isNew(told, content.text)) {
      for (const other of content.others) this.#losses.add(`part ${other}`);
      this.#tell({ type: "assistant_message", content: content.text, message_id: id }, at);
    }
    const thoughts = Array.isArray(record.thoughts) ? record.thoughts : [];
    for (const thought of thoughts.slice(told.thoughts)) {
      const { subject, description, timestamp } = isJsonObject(thought) ? thought : {} as JsonObject;
      const content = textOr(description, "") || textOr(subject, "");
      if (content === "") this.#losses.add("thought without text");
      else this.#tell({ type: "reasoning", content, message_id: id }, textOr(timestamp, at));
    }
    told.thoughts = Math.max(told.thoughts, thoughts.length);
    this.#tellMetadata(record, told, at);
    for (const call of content.calls) this.#tellAll(this.#tools.call(call, `${id}#${textOr(call.name, "")}`), at);
    const calls = Array.isArray(record.toolCalls) ? record.toolCalls.filter(isJsonObject) : [];
    calls.forEach((call, index) =>
      this.#tellAll(this.#tools.record(call, `${id}#${index}`), textOr(call.timestamp, at))
    );
  }

  #tellMetadata({ model, tokens }: JsonObject, told: Told, at: string | null): void {
    const data = { ...(tokens ? { tokens } : {}), ...(typeof model === "string" && { model }) };
    const metadata = JSON.stringify(data);
    if (metadata === told.metadata) return;
    told.metadata = metadata;
    if (typeof model === "string") this.#facts = { ...this.#facts, model };
    this.#tell({ type: "provider_status", message: "Gemini message metadata", data }, at);
    if (!isJsonObject(tokens)) return;
    const now: Tokens = [
      countOf(tokens.input) + countOf(tokens.tool),
      countOf(tokens.output) + countOf(tokens.thoughts),
      countOf(tokens.cached),
    ];
    const add = (at: 0 | 1 | 2): number => this.#tokens[at] - told.tokens[at] + now[at];
    this.#tokens = [add(0), add(1), add(2)];
    told.tokens = now;
  }
}

function countOf(value: unknown): number {
  return Number.isSafeInteger(value) && value as number >= 0 ? value as number : 0;
}
