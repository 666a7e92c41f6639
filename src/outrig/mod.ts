/**
 * Records of runs as the Rust program outrig keeps them: one directory a run, with a `session.json` and the logs, below
 * one root. What this writes outrig lists, and the other way round.
 *
 * @example Record a run, keep what it wrote, and remove it
 * ```ts
 * import { formatDuration, listRunLogs, logsDirOf, RunStore, runStatus } from "@ziglog/ziglog/outrig";
 *
 * const store = new RunStore(Deno.makeTempDirSync()); // resolveSessionRoot() tells where outrig keeps its own
 * const run = store.create({ containerName: "box", imageTag: "box:1", imageConfigName: "box", workingDir: "/src" });
 * Deno.writeTextFileSync(`${logsDirOf(run)}/build.stdout`, "compiling\n");
 * store.finalize(run.id, { exitCode: 0 });
 *
 * for (const each of store.list({ notice: ({ message }) => console.error(message) })) {
 *   const { state, durationMs } = runStatus(each);
 *   console.log(each.id, state, formatDuration(durationMs ?? 0), listRunLogs(each).map(({ name }) => name));
 * }
 * console.log(store.removeById(run.id).kept); // []
 * ```
 *
 * @module
 */

export { SessionEndedError, SessionNotFoundError, UsageError } from "../errors.ts";
export type { JsonObject } from "../codec/json.ts";
export { encodeRunRecord, parseRunRecord, type RunRecord } from "../codec/outrig.ts";
export type { SessionState } from "../storage/liveness.ts";
export type { CreateRunOptions, NewRun } from "./create_run.ts";
export type { RunNotice } from "./find_runs.ts";
export { formatDuration, formatStartedAt } from "./format.ts";
export type { RemoveRunOptions, RunRemoval } from "./remove_run.ts";
export { hasEnded, logsDirOf, type Run } from "./run.ts";
export { isRunId, newRunId, parseRunId, type RunId } from "./run_id.ts";
export { listRunLogs, type RunLog } from "./run_logs.ts";
export { type RunStatus, runStatus } from "./run_state.ts";
export { type ListRunsOptions, type RunEnd, RunStore } from "./run_store.ts";
export {
  type ReadSessionRootOptions,
  resolveSessionRoot,
  resolveSessionRootForReading,
  type SessionRootOptions,
} from "./session_root.ts";
