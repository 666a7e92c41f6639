/** The events of a zag agent session log, as they stand in the file: one JSON object a line. Source: zag-agent 0.18. */

import type { U64 } from "./json.ts";

/** How much of what the agent did the log tells; within one writer it only goes down. */
export type LogCompleteness = "full" | "partial" | "metadata_only";

/** Where an event was learned: from the wrapper itself, the agent's own files or logs, its streams, or an import. */
export type LogSourceKind = "wrapper" | "provider_file" | "provider_log" | "stdout" | "stderr" | "backfill";

/** What a tool does, whatever its agent calls it. */
export type ToolKind =
  | "shell"
  | "file_read"
  | "file_write"
  | "file_edit"
  | "search"
  | "sub_agent"
  | "web"
  | "notebook"
  | "other";

/** An agent session began: always the first event. */
export interface AgentSessionStarted {
  /** Tells it from the other types. */
  readonly type: "session_started";
  /** How the agent was run: `run`, `exec`, `resume`, `backfill`. */
  readonly command: string;
  /** Model asked for. */
  readonly model: string | null;
  /** Directory that the agent works in. */
  readonly cwd: string | null;
  /** Whether it goes on with an earlier session. */
  readonly resumed: boolean;
  /** Whether it was imported from the agent's own files. */
  readonly backfilled: boolean;
}

/** Somebody spoke to the agent. */
export interface UserMessage {
  /** Tells it from the other types. */
  readonly type: "user_message";
  /** Who: `user`. */
  readonly role: string;
  /** What was said. */
  readonly content: string;
  /** The agent's own id of the message. */
  readonly message_id: string | null;
}

/** The agent spoke. */
export interface AssistantMessage {
  /** Tells it from the other types. */
  readonly type: "assistant_message";
  /** What it said. */
  readonly content: string;
  /** The agent's own id of the message. */
  readonly message_id: string | null;
}

/** The agent thought aloud. */
export interface Reasoning {
  /** Tells it from the other types. */
  readonly type: "reasoning";
  /** What it thought. */
  readonly content: string;
  /** The agent's own id of the message. */
  readonly message_id: string | null;
}

/** The agent called a tool. */
export interface ToolCall {
  /** Tells it from the other types. */
  readonly type: "tool_call";
  /** The agent's own name of the tool. */
  readonly tool_name: string;
  /** What kind of tool it is. */
  readonly tool_kind?: ToolKind;
  /** Joins the call to its result. */
  readonly tool_id: string | null;
  /** Its arguments: any JSON value. */
  readonly input: unknown;
}

/** A tool answered. */
export interface ToolResult {
  /** Tells it from the other types. */
  readonly type: "tool_result";
  /** The agent's own name of the tool. */
  readonly tool_name: string | null;
  /** What kind of tool it is. */
  readonly tool_kind?: ToolKind;
  /** Joins the result to its call. */
  readonly tool_id: string | null;
  /** Whether it did what it was asked; `null` where nobody says. */
  readonly success: boolean | null;
  /** What it answered. */
  readonly output: string | null;
  /** What went wrong. */
  readonly error: string | null;
  /** What else it answered: any JSON value. */
  readonly data: unknown;
}

/** The agent asked whether it may use a tool. */
export interface Permission {
  /** Tells it from the other types. */
  readonly type: "permission";
  /** The agent's own name of the tool. */
  readonly tool_name: string;
  /** What it was to do. */
  readonly description: string;
  /** Whether it was allowed. */
  readonly granted: boolean;
}

/** The agent told of itself. */
export interface ProviderStatus {
  /** Tells it from the other types. */
  readonly type: "provider_status";
  /** What it told. */
  readonly message: string;
  /** Details: any JSON value. */
  readonly data: unknown;
}

/** The agent's process wrote to standard error. */
export interface AgentStderr {
  /** Tells it from the other types. */
  readonly type: "stderr";
  /** What it wrote. */
  readonly message: string;
}

/** Something of the agent's own could not be understood. */
export interface ParseWarning {
  /** Tells it from the other types. */
  readonly type: "parse_warning";
  /** What was wrong. */
  readonly message: string;
  /** The beginning of it. */
  readonly raw: string | null;
}

/** The agent began anew, under another id of its own. */
export interface SessionCleared {
  /** Tells it from the other types. */
  readonly type: "session_cleared";
  /** The agent's own id so far. */
  readonly old_session_id: string | null;
  /** The agent's own id from now on. */
  readonly new_session_id: string | null;
}

/** An agent session is over. */
export interface AgentSessionEnded {
  /** Tells it from the other types. */
  readonly type: "session_ended";
  /** Whether it went well. */
  readonly success: boolean;
  /** What went wrong. */
  readonly error: string | null;
}

/** What a session came to, as another process tells. */
export interface SessionResult {
  /** Tells it from the other types. */
  readonly type: "session_result";
  /** The result. */
  readonly result: string;
}

/** The wrapper is alive. */
export interface AgentHeartbeat {
  /** Tells it from the other types. */
  readonly type: "heartbeat";
  /** Seconds between two heartbeats. */
  readonly interval_secs: U64 | null;
}

/** What a session has used so far. */
export interface Usage {
  /** Tells it from the other types. */
  readonly type: "usage";
  /** Tokens that the model read. */
  readonly input_tokens: U64;
  /** Tokens that the model wrote. */
  readonly output_tokens: U64;
  /** Of the tokens read, those that came from a cache. */
  readonly cache_read_tokens?: U64;
  /** Of the tokens read, those that were put into a cache. */
  readonly cache_creation_tokens?: U64;
  /** What it cost, in US dollars. */
  readonly total_cost_usd?: number;
}

/** A user's own event. */
export interface UserEvent {
  /** Tells it from the other types. */
  readonly type: "user_event";
  /** How much it matters: `info`, `warn`, `error`. */
  readonly level: string;
  /** What it says. */
  readonly message: string;
  /** Details: any JSON value. */
  readonly data?: unknown;
}

/** The agent's maker refuses more work for now. */
export interface UsageLimitHit {
  /** Tells it from the other types. */
  readonly type: "usage_limit_hit";
  /** Which agent; the same as the envelope's, as the line has the key once. */
  readonly provider: string;
  /** What is limited: `session`, `weekly`, `global`, `daily`, `unknown`. */
  readonly scope: string;
  /** When the limit is lifted, RFC 3339. */
  readonly reset_at?: string;
  /** When the wrapper means to go on, RFC 3339. */
  readonly scheduled_resume_at?: string;
  /** Whether that is a guess. */
  readonly fallback_used: boolean;
  /** Joins it to what becomes of it. */
  readonly incident_id: string;
  /** What the agent said. */
  readonly raw?: string;
}

/** The session went on after a limit. */
export interface UsageLimitResumed {
  /** Tells it from the other types. */
  readonly type: "usage_limit_resumed";
  /** Joins it to the limit. */
  readonly incident_id: string;
  /** What the agent was told. */
  readonly resume_message: string;
  /** Which attempt, from 1. */
  readonly attempt: number;
}

/** The session could not go on after a limit. */
export interface UsageLimitResumeFailed {
  /** Tells it from the other types. */
  readonly type: "usage_limit_resume_failed";
  /** Joins it to the limit. */
  readonly incident_id: string;
  /** What went wrong. */
  readonly error: string;
  /** Which attempt, from 1. */
  readonly attempt: number;
}

/** What an event of an agent session tells, without what every event carries. */
export type AgentEventKind =
  | AgentSessionStarted
  | UserMessage
  | AssistantMessage
  | Reasoning
  | ToolCall
  | ToolResult
  | Permission
  | ProviderStatus
  | AgentStderr
  | ParseWarning
  | SessionCleared
  | AgentSessionEnded
  | SessionResult
  | AgentHeartbeat
  | Usage
  | UserEvent
  | UsageLimitHit
  | UsageLimitResumed
  | UsageLimitResumeFailed;

/** What every event of an agent session carries. */
export interface AgentEventEnvelope {
  /** Number of the event in its log, from 1; from 0 in a log that another process began. */
  readonly seq: U64;
  /** When it was written: RFC 3339, UTC, offset `+00:00`. */
  readonly ts: string;
  /** The agent: `claude`, `codex`, `gemini`, `copilot` or another. */
  readonly provider: string;
  /** Session it belongs to. */
  readonly wrapper_session_id: string;
  /** The agent's own id of it. */
  readonly provider_session_id: string | null;
  /** Where it was learned. */
  readonly source_kind: LogSourceKind;
  /** How much of what the agent did the log tells. */
  readonly completeness: LogCompleteness;
}

/** One line of a zag agent session log. */
export type AgentLogEvent = AgentEventEnvelope & AgentEventKind;
