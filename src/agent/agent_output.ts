/** What an agent's run came to, in the form that is the same for all agents: `zag exec -o json` prints it. */

import type { JsonObject, U64 } from "../codec/json.ts";

/** A piece of a message. */
export type ContentBlock =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: unknown };

/** Tokens that were used. */
export interface AgentUsage {
  /** Tokens that the model read. */
  readonly input_tokens: U64;
  /** Tokens that the model wrote. */
  readonly output_tokens: U64;
  /** Of the tokens read, those that came from a cache. */
  readonly cache_read_tokens?: U64 | null;
  /** Of the tokens read, those that were put into a cache. */
  readonly cache_creation_tokens?: U64 | null;
  /** Searches of the web. */
  readonly web_search_requests?: number | null;
  /** Pages of the web that were fetched. */
  readonly web_fetch_requests?: number | null;
}

/** What a tool answered. */
export interface ToolExecutionResult {
  /** Whether it did what it was asked. */
  readonly success: boolean;
  /** What it wrote. */
  readonly output?: string | null;
  /** What went wrong. */
  readonly error?: string | null;
  /** What else it answered. */
  readonly data?: unknown;
}

/** A step of the run. */
export type AgentOutputEvent =
  | {
    readonly type: "init";
    readonly model: string;
    readonly tools?: readonly string[];
    readonly working_directory?: string | null;
    readonly metadata?: JsonObject;
  }
  | { readonly type: "user_message"; readonly content: readonly ContentBlock[] }
  | {
    readonly type: "assistant_message";
    readonly content: readonly ContentBlock[];
    readonly usage?: AgentUsage | null;
    readonly parent_tool_use_id?: string | null;
  }
  | {
    readonly type: "tool_execution";
    readonly tool_name: string;
    readonly tool_id: string;
    readonly input?: unknown;
    readonly result: ToolExecutionResult;
    readonly parent_tool_use_id?: string | null;
  }
  | {
    readonly type: "turn_complete";
    readonly stop_reason?: string | null;
    readonly turn_index: number;
    readonly usage?: AgentUsage | null;
  }
  | {
    readonly type: "result";
    readonly success: boolean;
    readonly message?: string | null;
    readonly duration_ms?: U64 | null;
    readonly num_turns?: number | null;
  }
  | { readonly type: "error"; readonly message: string; readonly details?: unknown }
  | {
    readonly type: "permission_request";
    readonly tool_name: string;
    readonly description: string;
    readonly granted: boolean;
  }
  | {
    readonly type: "usage_limit_detected";
    readonly provider: string;
    readonly scope: string;
    readonly reset_at?: string | null;
    readonly raw?: string | null;
  };

/** What an agent's run came to. Fields that are not listed are of no use here. */
export interface AgentOutput {
  /** The agent. */
  readonly agent: string;
  /** The agent's own id of the session; empty or `unknown` where it has none. */
  readonly session_id: string;
  /** What happened, in order. */
  readonly events: readonly AgentOutputEvent[];
  /** What it cost, in US dollars. */
  readonly total_cost_usd?: number | null;
  /** Tokens that were used in all. */
  readonly usage?: AgentUsage | null;
}
