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
export {
  type SessionOptions,
  SessionWriter,
  type StepDetails,
  type StepFailure,
  type StepResult,
} from "./src/session/writer.ts";

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
