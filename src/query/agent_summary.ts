/** What an agent session came to: a fold over the lines of its log. */

import type { Decoded } from "../codec/dialect.ts";
import type { AgentLogEvent, LogCompleteness, ToolKind, Usage } from "../codec/zag_events.ts";
import { addUsage, type ModelUsage } from "./usage.ts";

/** How often tools of one kind were called. */
export interface ToolCount {
  /** Times that they were called. */
  readonly calls: number;
  /** Times that they failed. */
  readonly failures: number;
}

/** An agent session in short. What its log does not tell is `null`. */
export interface AgentSummary {
  /** The agent. */
  readonly provider: string | null;
  /** The agent's own id of the session. */
  readonly providerSessionId: string | null;
  /** Model asked for. */
  readonly model: string | null;
  /** What the agent was asked for first. */
  readonly prompt: string | null;
  /** Directory that it worked in. */
  readonly cwd: string | null;
  /** How it was run. */
  readonly command: string | null;
  /** When it began, RFC 3339. */
  readonly startedAt: string | null;
  /** When it ended, RFC 3339. */
  readonly endedAt: string | null;
  /** When its last event was written, RFC 3339. */
  readonly lastEventAt: string | null;
  /** Whether it went well. */
  readonly success: boolean | null;
  /** What went wrong. */
  readonly error: string | null;
  /** How much of it the log tells. */
  readonly completeness: LogCompleteness | null;
  /** Times that somebody spoke to the agent. */
  readonly turns: number;
  /** Times that the agent spoke. */
  readonly messages: number;
  /** Tools by kind, the one called most first. */
  readonly tools: ReadonlyMap<ToolKind, ToolCount>;
  /** What it used; `null` where nothing tells. */
  readonly usage: ModelUsage | null;
  /** Times that the agent's maker refused more work. */
  readonly limits: number;
  /** Events of the known types. */
  readonly events: number;
  /** Lines of unknown types. */
  readonly unknown: number;
  /** Damaged lines. */
  readonly malformed: number;
}

/** Calls that may be waiting for their results; of older ones the kind is forgotten. */
const MOST_CALLS = 1000;

/** Takes the lines of an agent session one by one, in memory that does not grow with their number. */
export class AgentFold {
  #last: AgentLogEvent | undefined;
  #started: Extract<AgentLogEvent, { type: "session_started" }> | undefined;
  #startedAt: string | null = null;
  #ended: Extract<AgentLogEvent, { type: "session_ended" }> | undefined;
  readonly #tools = new Map<ToolKind, { calls: number; failures: number }>();
  /** Kinds of the tools that were called and have not answered, by what joins a call to its result. */
  readonly #kinds = new Map<string, ToolKind>();
  #runs: ModelUsage | null = null;
  #total: ModelUsage | null = null;
  #prompt: string | null = null;
  #turns = 0;
  #messages = 0;
  #limits = 0;
  #events = 0;
  #unknown = 0;
  #malformed = 0;

  /**
   * Takes a line.
   *
   * @param line The next line of the log.
   */
  add(line: Decoded<AgentLogEvent>): void {
    if (line.kind === "unknown") this.#unknown++;
    else if (line.kind === "malformed") this.#malformed++;
    else this.#addEvent(line.event);
  }

  /**
   * Sums up what was taken so far.
   *
   * @returns The summary.
   */
  summary(): AgentSummary {
    const last = this.#last;
    return {
      provider: last?.provider ?? null,
      providerSessionId: last?.provider_session_id ?? null,
      model: this.#started?.model ?? null,
      prompt: this.#prompt,
      cwd: this.#started?.cwd ?? null,
      command: this.#started?.command ?? null,
      startedAt: this.#startedAt,
      endedAt: this.#ended?.ts ?? null,
      lastEventAt: last?.ts ?? null,
      success: this.#ended?.success ?? null,
      error: this.#ended?.error ?? null,
      completeness: last?.completeness ?? null,
      turns: this.#turns,
      messages: this.#messages,
      tools: new Map(Array.from(this.#tools, ([kind, count]) => [kind, { ...count }] as const).sort(byCalls)),
      usage: this.#total ?? this.#runs,
      limits: this.#limits,
      events: this.#events,
      unknown: this.#unknown,
      malformed: this.#malformed,
    };
  }

  #addEvent(event: AgentLogEvent): void {
    this.#last = event;
    this.#startedAt ??= event.ts;
    this.#events++;
    switch (event.type) {
      case "session_started": // again where it was resumed: it goes on
        this.#started = { ...event, model: event.model ?? this.#started?.model ?? null };
        this.#ended = undefined;
        break;
      case "session_ended":
        this.#ended = event;
        break;
      case "user_message":
        this.#prompt ??= event.content;
        this.#turns++;
        break;
      case "assistant_message":
        this.#messages++;
        break;
      case "tool_call": {
        const { tool_kind = "other", tool_id } = event;
        this.#countOf(tool_kind).calls++;
        if (tool_id !== null) this.#remember(tool_id, tool_kind);
        break;
      }
      case "tool_result": {
        const called = this.#kinds.get(event.tool_id ?? "");
        this.#kinds.delete(event.tool_id ?? "");
        if (event.success === false || event.success === null && event.error !== null) {
          this.#countOf(event.tool_kind ?? called ?? "other").failures++;
        }
        break;
      }
      case "usage":
        this.#addUsage(event);
        break;
      case "usage_limit_hit":
        this.#limits++;
        break;
    }
  }

  #remember(toolId: string, kind: ToolKind): void {
    if (this.#kinds.size === MOST_CALLS) this.#kinds.delete(this.#kinds.keys().next().value!);
    this.#kinds.set(toolId, kind);
  }

  #countOf(kind: ToolKind): { calls: number; failures: number } {
    const count = this.#tools.get(kind) ?? { calls: 0, failures: 0 };
    this.#tools.set(kind, count);
    return count;
  }

  /** Who reads an agent's own files tells all that it has used so far; others tell of each run. */
  #addUsage({ source_kind, ...usage }: Extract<AgentLogEvent, { type: "usage" }>): void {
    const isTotal = source_kind === "provider_file" || source_kind === "provider_log" || source_kind === "backfill";
    if (isTotal) this.#total = usageOf(usage);
    else this.#runs = addUsage(this.#runs, usageOf(usage));
  }
}

function usageOf(usage: Omit<Usage, "type">): ModelUsage {
  return {
    tokens: {
      input: usage.input_tokens,
      output: usage.output_tokens,
      cacheRead: usage.cache_read_tokens ?? 0,
      cacheCreation: usage.cache_creation_tokens ?? 0,
    },
    costUsd: usage.total_cost_usd ?? null,
  };
}

/**
 * Puts the tools that were called most first.
 *
 * @param a A kind of tools, and how often they were called.
 * @param b Another.
 * @returns What `sort` expects.
 */
export function byCalls([, a]: readonly [ToolKind, ToolCount], [, b]: readonly [ToolKind, ToolCount]): number {
  return b.calls - a.calls;
}
