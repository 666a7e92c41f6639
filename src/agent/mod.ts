/**
 * Sessions of agents, in the format of the Rust program zag: what was asked, what the agent said and thought, the tools
 * it called, the tokens it used. What this writes zag reads, and the other way round.
 *
 * @example Record an agent's session and read it back
 * ```ts
 * import { AgentLogCoordinator, appendEventToLog, inferToolKind, readAgentLines, recordPrompt } from "@ziglog/ziglog/zag";
 *
 * const session = AgentLogCoordinator.start({
 *   provider: "claude",
 *   wrapperSessionId: crypto.randomUUID(),
 *   command: "exec",
 *   root: Deno.makeTempDirSync(), // leave it out to record under ~/.zig/agents
 * });
 * const { writer } = session;
 * recordPrompt(writer, "fix the test");
 * writer.emit("stdout", {
 *   type: "tool_call",
 *   tool_name: "Bash",
 *   tool_kind: inferToolKind("Bash"),
 *   tool_id: "t1",
 *   input: { command: "make test" },
 * });
 * // Any other program may add to it meanwhile.
 * appendEventToLog(writer.logPath, { type: "session_result", result: "fixed" }, { provider: "claude" });
 * await session.finish(true);
 *
 * for await (const line of readAgentLines(writer.logPath)) {
 *   if (line.kind === "event") console.log(line.event.seq, line.event.type);
 * }
 * ```
 *
 * @module
 */

export {
  AmbiguousSessionError,
  IndexBrokenError,
  LogLockedError,
  LogWriteError,
  SessionEndedError,
  SessionNotFoundError,
  UsageError,
} from "../errors.ts";
export { isSessionId, newSessionId, parseSessionId, type SessionId } from "../session_id.ts";
export type { JsonObject, U64 } from "../codec/json.ts";
export type {
  Decoded,
  DecodedEvent,
  DecodedMalformed,
  DecodedUnknown,
  Place,
  SessionSummary,
} from "../codec/dialect.ts";
export { inferToolKind } from "../codec/tool_kind.ts";
export { AGENT_EVENT_TYPES, AGENT_HEARTBEAT_SECONDS, type AgentEventType, encodeAgentEvent } from "../codec/zag.ts";
export type {
  AgentEventEnvelope,
  AgentEventKind,
  AgentHeartbeat,
  AgentLogEvent,
  AgentSessionEnded,
  AgentSessionStarted,
  AgentStderr,
  AssistantMessage,
  LogCompleteness,
  LogSourceKind,
  ParseWarning,
  Permission,
  ProviderStatus,
  Reasoning,
  SessionCleared,
  SessionResult,
  ToolCall,
  ToolKind,
  ToolResult,
  Usage,
  UsageLimitHit,
  UsageLimitResumed,
  UsageLimitResumeFailed,
  UserEvent,
  UserMessage,
} from "../codec/zag_events.ts";
export type { AgentGlobalEntry, AgentGlobalIndex, AgentIndexEntry, AgentLogIndex } from "../codec/zag_index.ts";
export type { Clock } from "../session/clock.ts";
export type { AgentWork, ModelStats, ProviderStats } from "../query/agent_stats.ts";
export type { ToolCount } from "../query/agent_summary.ts";
export type { Durations, Outcomes } from "../query/outcomes.ts";
export type { ModelUsage, TokenUsage } from "../query/usage.ts";
export type { SearchProgress } from "../session/search_logs.ts";
export type { SessionEntry, SessionSelector } from "../storage/catalog.ts";
export type { FollowEnd, FollowItem, FollowOptions } from "../storage/follow.ts";
export type { SessionState } from "../storage/liveness.ts";
export type { ReadOptions } from "../storage/read.ts";
export type { HistoricalLogAdapter, HistoricalSession, LiveLogAdapter } from "./adapter.ts";
export { historicalAdapterFor, liveAdapterFor } from "./adapters/agents.ts";
export { agentRoot, logsDir } from "./agent_layout.ts";
export type { AgentLogOptions, AgentStoreOptions } from "./agent_options.ts";
export type { AgentOutput, AgentOutputEvent, AgentUsage, ContentBlock, ToolExecutionResult } from "./agent_output.ts";
export { type AppendAgentEventOptions, appendEventToLog } from "./append_event.ts";
export { type BackfilledSession, type BackfillOptions, runBackfill } from "./backfill.ts";
export { type AgentCoordinatorOptions, AgentLogCoordinator } from "./coordinator.ts";
export { type AgentImportOptions, type ImportableAgent, importAgentSessions } from "./import.ts";
export type { ImportProgress } from "./import_progress.ts";
export type { ImportKind, ImportResult } from "./import_transcript.ts";
export { loadGlobalIndex, loadIndex, saveIndex, upsertGlobalEntry } from "./indexes.ts";
export type { LiveAdapter } from "./live_adapter.ts";
export type { LiveContext } from "./live_agent.ts";
export { recordAgentOutput, recordPrompt } from "./record.ts";
export { findAgentSession, followAgentSession, listAgentSessions, readAgentLines } from "./sessions.ts";
export { agentStats, type AgentStatsOptions } from "./stats.ts";
export type {
  AgentName,
  LossReport,
  TranscriptEvent,
  TranscriptFacts,
  TranscriptFile,
  TranscriptFold,
} from "./transcript.ts";
export { type AgentEventInput, AgentLogWriter, type EmitOptions } from "./writer.ts";
