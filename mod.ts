/**
 * The flight recorder of agent workflows and pipelines: records what a run did as append-only JSONL, and reads, follows
 * and lists what was recorded.
 *
 * @example Record a run and read it back
 * ```ts
 * import { readSessionEvents, SessionCoordinator, SessionWriter } from "@ziglog/ziglog";
 *
 * const root = Deno.makeTempDirSync(); // leave it out to record under ~/.zig
 * const writer = SessionWriter.create({ workflowName: "nightly", workflowPath: "", tierCount: 1, root });
 * const session = SessionCoordinator.start(writer);
 * writer.tierStarted(0, ["check"]);
 * writer.stepStarted("check", 0, { zagCommand: "exec", promptPreview: "make check" });
 * writer.stepOutput("check", "stdout", "all is well");
 * writer.stepCompleted("check", { exitCode: 0, durationMs: 1200 });
 * session.finish("success");
 *
 * for await (const event of readSessionEvents(writer.logPath)) console.log(event.seq, event.type);
 * ```
 *
 * @module
 */

export {
  AmbiguousSessionError,
  IndexBrokenError,
  LogGoneError,
  LogLockedError,
  LogWriteError,
  SessionEndedError,
  SessionNotFoundError,
  UsageError,
} from "./src/errors.ts";
export { isSessionId, newSessionId, parseSessionId, type SessionId } from "./src/session_id.ts";

export type { JsonObject, U64 } from "./src/codec/json.ts";
export type {
  Decoded,
  DecodedEvent,
  DecodedMalformed,
  DecodedUnknown,
  Place,
  SessionSummary,
} from "./src/codec/dialect.ts";
export { encodeSessionEvent, HEARTBEAT_SECONDS, SESSION_EVENT_TYPES, type SessionEventType } from "./src/codec/zig.ts";
export type {
  EventEnvelope,
  Heartbeat,
  OutputStream,
  SessionEventKind,
  SessionLogEvent,
  SessionStatus,
  StepCompleted,
  StepFailed,
  StepOutput,
  StepSkipped,
  StepStarted,
  TierStarted,
  ZigSessionEnded,
  ZigSessionStarted,
} from "./src/codec/zig_events.ts";
export type {
  GlobalSessionEntry,
  GlobalSessionIndex,
  SessionLogIndex,
  SessionLogIndexEntry,
} from "./src/codec/zig_index.ts";

export type { Clock } from "./src/session/clock.ts";
export { type CoordinatorOptions, SessionCoordinator } from "./src/session/coordinator.ts";
export type { Redaction } from "./src/session/redaction.ts";
export type { SessionOptions, StepDetails, StepFailure, StepResult } from "./src/session/session_options.ts";
export { SessionWriter } from "./src/session/writer.ts";

export { renderEvent } from "./src/query/render.ts";
export {
  type Damage,
  type FailedAttempt,
  type OutputLine,
  RunFold,
  type RunSummary,
  type StepState,
  type StepSummary,
  summarize,
  type TierSummary,
} from "./src/query/summary.ts";
export { visible } from "./src/query/visible.ts";

export { loadGlobalIndex, loadProjectIndex, saveGlobalIndex, saveProjectIndex } from "./src/session/indexes.ts";
export {
  findSession,
  followSession,
  listAllSessions,
  listSessions,
  readSessionEvents,
  readSessionLines,
  SessionEvents,
} from "./src/session/sessions.ts";
export type { SessionEntry, SessionSelector } from "./src/storage/catalog.ts";
export type { FollowEnd, FollowItem, FollowOptions } from "./src/storage/follow.ts";
export type { LayoutOptions } from "./src/storage/layout.ts";
export type { SessionState } from "./src/storage/liveness.ts";
export type { ReadOptions } from "./src/storage/read.ts";

export type { StepEventKind } from "./src/codec/event_input.ts";
export type { PruneLimits, PruneReason } from "./src/query/prune_choice.ts";
export {
  type DiskUsage,
  diskUsage,
  type DiskUsageOptions,
  type ProjectUsage,
  type SpaceTaken,
  type WorkflowUsage,
} from "./src/maintenance/disk_usage.ts";
export { isPinned, pinSession, unpinSession } from "./src/maintenance/pins.ts";
export {
  type PlannedPrune,
  planPrune,
  type ProjectSession,
  type PruneOptions,
  type PrunePlan,
} from "./src/maintenance/prune_plan.ts";
export {
  type PruneResult,
  type PruneRunOptions,
  pruneSessions,
  type PruneStep,
} from "./src/maintenance/prune_sessions.ts";
export {
  appendEvent,
  appendEvents,
  type AppendOptions,
  endSession,
  type StartedSession,
  startSession,
} from "./src/session/session_appender.ts";
export type { SessionFile, SessionFileKind } from "./src/storage/session_files.ts";
export { type Finding, type FindingKind, type FindingMeaning, FINDINGS, type Severity } from "./src/query/finding.ts";
export type { IndexDifference, IndexDifferenceKind } from "./src/query/compare_index.ts";
export { type DoctorOptions, examineStore } from "./src/maintenance/doctor.ts";
export type { StoredEntry, StoredEvent, StoreOptions, StoreSource } from "./src/maintenance/stores.ts";
export type { Diagnosis, DiagnosisState } from "./src/maintenance/diagnosis.ts";
export { type IndexRebuild, rebuildIndexes, type RebuildOptions } from "./src/maintenance/rebuild_indexes.ts";
export type { LogRepair, LogRepairOptions, RepairAction } from "./src/maintenance/repair_log.ts";
export {
  type RepairOptions,
  repairSession,
  repairStore,
  type SessionRepair,
  type StoreRepair,
} from "./src/maintenance/repair_store.ts";
export {
  type SessionReport,
  type Verdict,
  type VerifyOptions,
  verifySession,
} from "./src/maintenance/verify_session.ts";
export {
  type IndexFinding,
  type IndexReport,
  type StoreReport,
  verifyStore,
  type VerifyStoreOptions,
} from "./src/maintenance/verify_store.ts";
export { type SearchedSession, type SearchHit, type SearchOptions, searchSessions } from "./src/session/search.ts";
export type { SearchProgress } from "./src/session/search_logs.ts";
export { followAllSessions } from "./src/session/follow_sessions.ts";
export type { FollowAllItem, FollowAllOptions } from "./src/storage/follow_all.ts";
export type { FollowedLog } from "./src/storage/store_follower.ts";
export type { EventFilterSpec, TextMatch } from "./src/query/filter.ts";
export type { TextQuerySpec, TextRange } from "./src/query/text_query.ts";
export { sessionStats, type SessionStatsOptions } from "./src/session/stats.ts";
export { type Durations, type Outcomes, sparkline } from "./src/query/outcomes.ts";
export {
  type AgentUsages,
  type RunFacts,
  RunStats,
  type Stats,
  type StepStats,
  type WorkflowStats,
} from "./src/query/stats.ts";
export type { ModelUsage, TokenUsage } from "./src/query/usage.ts";
export { type ReplayOptions, replaySession } from "./src/session/replay.ts";
export { Pacer, replayDelays, type ReplayPace } from "./src/query/replay.ts";
export { diffSessions, type SessionDiff } from "./src/session/diff.ts";
export { diffRuns, type RunDiff, type Slowdown, SLOWER_MS, SLOWER_SHARE, type StateFlip } from "./src/query/diff.ts";
export type { OutputDiff, OutputDifference, OutputDiffOptions, UncomparedOutput } from "./src/query/diff_output.ts";
