/** The write side of one session log. */

import type { U64 } from "../codec/json.ts";
import { checkOutput, checkOutputs, OutputEncoder } from "../codec/output_encoder.ts";
import { formatTimestamp } from "../codec/timestamp.ts";
import { encodeSessionEvent, HEARTBEAT_SECONDS } from "../codec/zig.ts";
import type { OutputStream, SessionEventKind, SessionLogEvent, SessionStatus } from "../codec/zig_events.ts";
import { SessionEndedError } from "../errors.ts";
import { newSessionId, type SessionId } from "../session_id.ts";
import { AppendFile } from "../storage/append_file.ts";
import { FileLock } from "../storage/file_lock.ts";
import { lockPathOf, logPathOf, openLayout } from "../storage/layout.ts";
import { requirePath } from "../storage/permission.ts";
import { EventTime, systemClock } from "./clock.ts";
import { lineStream } from "./line_stream.ts";
import { SessionIndexes } from "./session_indexes.ts";
import { SessionRedaction } from "./redaction.ts";
import type { SessionOptions, StepDetails, StepFailure, StepResult } from "./session_options.ts";
import { sessionStarted } from "./session_started.ts";
import { undo } from "./undo.ts";

const utf8 = new TextEncoder();

/** Bytes after which a batch of output lines is written: one system call for many lines, and still little memory. */
const BATCH_BYTES = 32 * 1024;

/**
 * Writes one session log. When a method returns, its event is in the file: any reader sees it, and it survives the
 * death of this process. All methods are synchronous, throw {@linkcode SessionEndedError} after the end,
 * {@linkcode LogWriteError} when the system does not take the line, and `TypeError` when an argument cannot be written.
 *
 * While a writer lives it holds a lock beside the log, by which others can tell that it does.
 *
 * @example
 * ```ts
 * import { SessionWriter } from "@ziglog/ziglog";
 *
 * const root = Deno.makeTempDirSync();
 * const writer = SessionWriter.create({ workflowName: "build", workflowPath: "", tierCount: 1, root });
 * writer.tierStarted(0, ["compile"]);
 * writer.stepStarted("compile", 0, { zagCommand: "exec", promptPreview: "make" });
 * writer.stepOutput("compile", "stdout", "cc main.c");
 * writer.stepCompleted("compile", { exitCode: 0, durationMs: 1200 });
 * writer.ended("success", 1234);
 * ```
 */
export class SessionWriter implements Disposable {
  /** The session. */
  readonly sessionId: SessionId;
  /** Its log. */
  readonly logPath: string;
  readonly #file: AppendFile;
  readonly #lock: FileLock | undefined;
  readonly #indexes: SessionIndexes;
  readonly #time: EventTime;
  readonly #output: OutputEncoder;
  readonly #fsync: boolean;
  readonly #redaction: SessionRedaction | undefined;
  readonly #started = performance.now();
  #seq = 0;
  #ended = false;

  private constructor(
    sessionId: SessionId,
    file: AppendFile,
    lock: FileLock | undefined,
    indexes: SessionIndexes,
    options: SessionOptions,
  ) {
    this.sessionId = sessionId;
    this.logPath = file.path;
    this.#file = file;
    this.#lock = lock;
    this.#indexes = indexes;
    this.#time = new EventTime(options.clock ?? systemClock());
    this.#output = new OutputEncoder(sessionId);
    this.#fsync = options.durability === "fsync";
    this.#redaction = options.redact && new SessionRedaction(options.redact);
  }

  /**
   * Starts a session: creates its log, writes the first event and enters it into both indexes. When any of this fails,
   * nothing of it is left behind.
   *
   * @param options What the session is.
   * @returns The open writer.
   * @throws {UsageError} When no store can be found.
   * @throws {Deno.errors.NotCapable} When the store may not be read or written.
   */
  static create(options: SessionOptions): SessionWriter {
    const layout = openLayout(options);
    requirePath("write", layout.root);
    const sessionId = newSessionId();
    const logPath = logPathOf(layout, sessionId);
    Deno.mkdirSync(layout.sessionsDir, { recursive: true, mode: 0o700 });
    requirePath("read", layout.root); // now that it is there, it is known where it leads
    // The lock comes first: who sees the log without one would take it for the log of another program.
    const lock = FileLock.take(lockPathOf(logPath));
    let file: AppendFile | undefined;
    const indexes = new SessionIndexes(layout, sessionId);
    try {
      file = AppendFile.create(logPath);
      const writer = new SessionWriter(sessionId, file, lock, indexes, options);
      indexes.start(writer.#emit(sessionStarted(options, layout.projectDir)));
      return writer;
    } catch (error) {
      // On a full disk the log makes room for the indexes.
      undo(() => file?.close(), () => file && Deno.removeSync(logPath), () => indexes.forget(), () => lock.remove());
      throw error;
    }
  }

  /** Bytes that the log holds. */
  get length(): number {
    return this.#file.length;
  }

  /** Milliseconds since the first event, by a clock that nobody sets. */
  get elapsedMs(): number {
    return Math.floor(performance.now() - this.#started);
  }

  /** Whether the session has ended. */
  get isEnded(): boolean {
    return this.#ended;
  }

  /**
   * A tier begins.
   *
   * @param tierIndex Place of the tier, from 0.
   * @param stepNames Its steps.
   */
  tierStarted(tierIndex: U64, stepNames: readonly string[]): void {
    this.#emit({ type: "tier_started", tier_index: tierIndex, step_names: stepNames });
  }

  /**
   * An attempt of a step begins.
   *
   * @param stepName The step.
   * @param tierIndex Its tier, from 0.
   * @param details How it is run.
   */
  stepStarted(stepName: string, tierIndex: U64, details: StepDetails): void {
    this.#emit({
      type: "step_started",
      step_name: stepName,
      tier_index: tierIndex,
      zag_session_id: details.zagSessionId ?? "",
      zag_command: details.zagCommand,
      model: details.model ?? null,
      prompt_preview: details.promptPreview ?? "",
    });
  }

  /**
   * A step wrote a line.
   *
   * @param stepName The step.
   * @param stream The stream it wrote to.
   * @param line The line, without its newline.
   */
  stepOutput(stepName: string, stream: OutputStream, line: string): void {
    checkOutput(stepName, stream, line);
    if (this.#redaction !== undefined) line = this.#redaction.linesOf(stepName, stream)(line);
    this.#output.clear();
    this.#time.advance();
    this.#output.add(++this.#seq, this.#time, stepName, stream, line);
    this.#append(this.#output.bytes());
  }

  /**
   * A step wrote lines: the same events as one call a line makes, in as few writes as possible.
   *
   * @param stepName The step.
   * @param stream The stream it wrote to.
   * @param lines The lines, without their newlines.
   */
  stepOutputs(stepName: string, stream: OutputStream, lines: readonly string[]): void {
    checkOutputs(stepName, stream, lines);
    if (this.#redaction !== undefined) lines = lines.map(this.#redaction.linesOf(stepName, stream));
    this.#output.clear();
    for (const line of lines) {
      this.#time.advance();
      this.#output.add(++this.#seq, this.#time, stepName, stream, line);
      if (this.#output.length < BATCH_BYTES) continue;
      this.#append(this.#output.bytes());
      this.#output.clear();
    }
    if (this.#output.length > 0) this.#append(this.#output.bytes());
  }

  /**
   * Makes a stream that records every line written to it, such as a child's output. Characters may be cut anywhere,
   * bytes that are not UTF-8 are replaced by U+FFFD, and a last line without newline is recorded when the stream closes.
   *
   * @param stepName The step.
   * @param stream The stream that it stands for.
   * @returns The stream.
   */
  outputStream(stepName: string, stream: OutputStream): WritableStream<Uint8Array> {
    return lineStream((lines) => this.stepOutputs(stepName, stream, lines));
  }

  /**
   * A step succeeded.
   *
   * @param stepName The step.
   * @param result How.
   */
  stepCompleted(stepName: string, result: StepResult): void {
    this.#emit({
      type: "step_completed",
      step_name: stepName,
      exit_code: result.exitCode,
      duration_ms: result.durationMs,
      saved_vars: result.savedVars ?? [],
    });
  }

  /**
   * An attempt of a step failed.
   *
   * @param stepName The step.
   * @param failure How.
   */
  stepFailed(stepName: string, failure: StepFailure): void {
    this.#emit({
      type: "step_failed",
      step_name: stepName,
      exit_code: failure.exitCode ?? null,
      attempt: failure.attempt,
      error: failure.error,
    });
  }

  /**
   * A step is not run.
   *
   * @param stepName The step.
   * @param reason Why.
   */
  stepSkipped(stepName: string, reason: string): void {
    this.#emit({ type: "step_skipped", step_name: stepName, reason });
  }

  /** The run is alive. A {@linkcode SessionCoordinator} says so by itself. */
  heartbeat(): void {
    this.#emit({ type: "heartbeat", interval_secs: HEARTBEAT_SECONDS });
  }

  /**
   * Ends the session: writes the last event, stamps both indexes and lets go of the log.
   *
   * @param status How it ended.
   * @param durationMs How long it took, in milliseconds.
   * @throws {LogWriteError} When the last event cannot be written; the session has not ended, and this can be tried again.
   * @throws {LogGoneError} When the log was removed meanwhile.
   */
  ended(status: SessionStatus, durationMs: U64): void {
    this.#emit({ type: "zig_session_ended", status, duration_ms: durationMs });
    this.#ended = true;
    try {
      this.#indexes.end({ endedAt: formatTimestamp(this.#time), status });
    } finally {
      this.#file.close();
      this.#lock?.remove();
    }
  }

  /** Makes sure that all events so far survive a power loss. */
  sync(): void {
    if (!this.#ended) this.#file.sync();
  }

  /** Lets go of the log without ending the session: readers then see that its writer is gone. */
  [Symbol.dispose](): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#file.close();
    this.#lock?.release();
  }

  #emit(kind: SessionEventKind): SessionLogEvent {
    this.#time.advance();
    const envelope = { seq: this.#seq + 1, ts: formatTimestamp(this.#time), zig_session_id: this.sessionId };
    const event = { ...envelope, ...(this.#redaction?.event(kind) ?? kind) };
    const bytes = utf8.encode(encodeSessionEvent(event) + "\n");
    this.#seq += 1;
    this.#append(bytes);
    return event;
  }

  #append(bytes: Uint8Array): void {
    if (this.#ended) throw new SessionEndedError(this.sessionId);
    this.#file.append(bytes);
    if (this.#fsync) this.#file.sync();
  }
}
