/** The write side of one agent session log. */

import { formatTimestamp } from "../codec/timestamp.ts";
import type { AgentEventKind, AgentLogEvent, LogCompleteness, LogSourceKind } from "../codec/zag_events.ts";
import { SessionEndedError } from "../errors.ts";
import { parseSessionId, type SessionId } from "../session_id.ts";
import { EventTime, systemClock } from "../session/clock.ts";
import { undo } from "../session/undo.ts";
import { waitToAppend } from "../storage/append_lock.ts";
import { FileLock } from "../storage/file_lock.ts";
import { lockPathOf, logPathOf } from "../storage/layout.ts";
import { requirePath } from "../storage/permission.ts";
import { lookAt } from "../storage/session_files.ts";
import { AgentIndexes } from "./agent_indexes.ts";
import { agentLayout } from "./agent_layout.ts";
import type { AgentLogOptions, AgentStoreOptions } from "./agent_options.ts";
import { EventCallback } from "./event_callback.ts";
import { redactAgentEvent } from "./redact_agent_event.ts";
import { type Afterwards, SharedLog, type Unplaced } from "./shared_log.ts";

/** What is told of an event besides what happened. */
export interface EmitOptions {
  /** When it happened, RFC 3339, if that is past. It is written as UTC, and never before the event in front of it. */
  readonly at?: string | null | undefined;
}

/** An event to be written. */
export interface AgentEventInput extends EmitOptions {
  /** Where it was learned. */
  readonly source: LogSourceKind;
  /** What happened. */
  readonly event: AgentEventKind;
}

/** How much each tells. */
const RANK = { full: 3, partial: 2, metadata_only: 1 } as const satisfies Record<LogCompleteness, number>;

/** Events that are written at once: many a system call, and still little memory. */
const BATCH = 64;

/**
 * Writes one agent session log, beside other programs that append to it. When a method returns, its event is in the
 * file: any reader sees it, and it survives the death of this process. All methods are synchronous, throw
 * {@linkcode SessionEndedError} after the end, {@linkcode LogWriteError} when the system does not take the line, and
 * `TypeError` when an event cannot be written.
 *
 * While a writer lives it holds a lock beside the log, by which others can tell that it does. A session that has a log
 * is gone on with: its events are numbered on, and its entry in the index says that it runs again.
 *
 * @example
 * ```ts
 * import { AgentLogWriter } from "@ziglog/ziglog/zag";
 *
 * const root = Deno.makeTempDirSync();
 * const writer = AgentLogWriter.create({ provider: "claude", wrapperSessionId: "s-1", command: "exec", root });
 * writer.emit("wrapper", { type: "user_message", role: "user", content: "fix the test", message_id: null });
 * writer.emit("stdout", { type: "assistant_message", content: "Done.", message_id: null });
 * writer.finish(true);
 * ```
 */
export class AgentLogWriter implements Disposable {
  /** The session. */
  readonly wrapperSessionId: SessionId;
  /** Its log. */
  readonly logPath: string;
  readonly #log: SharedLog;
  readonly #lock: FileLock;
  readonly #indexes: AgentIndexes;
  readonly #options: AgentLogOptions;
  readonly #callback = new EventCallback();
  #providerSessionId: string | null;
  #completeness: LogCompleteness = "full";
  #ended = false;

  private constructor(id: SessionId, log: SharedLog, lock: FileLock, indexes: AgentIndexes, options: AgentLogOptions) {
    this.wrapperSessionId = id;
    this.logPath = log.path;
    this.#log = log;
    this.#lock = lock;
    this.#indexes = indexes;
    this.#options = options;
    this.#providerSessionId = indexes.entry.provider_session_id;
  }

  /**
   * Starts a session, or goes on with one that has a log: it is entered into the indexes, and no event is written yet.
   * When any of this fails, nothing of it is left behind.
   *
   * @param options What the session is.
   * @returns The open writer.
   * @throws {SyntaxError} When the session id could leave its directory.
   * @throws {LogLockedError} When another program writes this session for its life.
   * @throws {UsageError} When no store can be found.
   * @throws {Deno.errors.NotCapable} When the store may not be read or written.
   */
  static create(options: AgentLogOptions): AgentLogWriter {
    const id = parseSessionId(options.wrapperSessionId);
    const layout = agentLayout(options);
    for (const path of new Set([layout.root, layout.logsDir])) requirePath("write", path);
    const logPath = logPathOf(layout, id);
    Deno.mkdirSync(layout.sessionsDir, { recursive: true, mode: 0o700 });
    requirePath("read", layout.logsDir); // now that it is there, it is known where it leads
    const clock = options.clock ?? systemClock();
    const wasLocked = lookAt(lockPathOf(logPath)) !== undefined;
    // The lock comes first: who sees the log without one would take it for the log of another program.
    const lock = FileLock.take(lockPathOf(logPath));
    const indexes = new AgentIndexes(layout, id);
    let isNew = false;
    try {
      const time = new EventTime(clock);
      time.advance();
      const log = new SharedLog(logPath, clock, options.durability === "fsync");
      isNew = log.create();
      indexes.start(options, options.startedAt ?? formatTimestamp(time), isNew);
      return new AgentLogWriter(id, log, lock, indexes, options);
    } catch (error) {
      if (isNew) undo(() => Deno.removeSync(logPath), () => indexes.forget(), () => waitToAppend(logPath).remove());
      undo(() => wasLocked ? lock.release() : lock.remove());
      throw error;
    }
  }

  /**
   * Starts another session of the same agent in the same place, as {@linkcode AgentLogWriter.create} does.
   *
   * @param options What is different about it.
   * @returns The open writer.
   */
  beside(options: Omit<AgentLogOptions, "provider" | keyof AgentStoreOptions>): AgentLogWriter {
    this.#assertOpen();
    const { provider, root, project, logsDir, globalIndexDir, durability, redact, clock } = this.#options;
    const same = { provider, root, project, logsDir, globalIndexDir, durability, redact, clock };
    return AgentLogWriter.create({ ...same, ...options });
  }

  /** The agent's own id of the session; `null` while nobody knows it. */
  get providerSessionId(): string | null {
    return this.#providerSessionId;
  }

  /** How much of what the agent did the log tells. */
  get completeness(): LogCompleteness {
    return this.#completeness;
  }

  /** Whether the session has ended. */
  get isEnded(): boolean {
    return this.#ended;
  }

  /**
   * Writes an event.
   *
   * @param sourceKind Where it was learned.
   * @param kind What happened.
   * @param options When, if that is past.
   * @returns The event as it stands in the log.
   */
  emit(sourceKind: LogSourceKind, kind: AgentEventKind, options: EmitOptions = {}): AgentLogEvent {
    return this.#append([{ source: sourceKind, event: kind, at: options.at }])[0]!;
  }

  /**
   * Writes events: the same as one call an event writes, in as few turns and writes as possible.
   *
   * @param events What happened, in order; they are taken one by one, as there may be more than memory holds.
   */
  emitAll(events: Iterable<AgentEventInput>): void {
    let batch: AgentEventInput[] = [];
    for (const event of events) {
      batch.push(event);
      if (batch.length < BATCH) continue;
      this.#append(batch);
      batch = [];
    }
    if (batch.length > 0) this.#append(batch);
  }

  /**
   * Names the session as the agent does, from the next event on.
   *
   * @param id The agent's own id of the session.
   */
  setProviderSessionId(id: string | null): void {
    this.#assertOpen();
    if (id === this.#providerSessionId) return;
    this.#providerSessionId = id;
    this.#indexes.revise((entry) => ({ ...entry, provider_session_id: id }));
  }

  /**
   * Tells how much of what the agent did the log tells, from the next event on. It never goes up again.
   *
   * @param completeness How much; more than was said before changes nothing.
   */
  setCompleteness(completeness: LogCompleteness): void {
    this.#assertOpen();
    if (RANK[completeness] >= RANK[this.#completeness]) return;
    this.#completeness = completeness;
    this.#indexes.revise((entry) => ({ ...entry, completeness }));
  }

  /**
   * Names a file of the agent's own that the log is made from.
   *
   * @param path The file.
   */
  addSourcePath(path: string): void {
    this.#assertOpen();
    if (this.#indexes.entry.source_paths.includes(path)) return;
    this.#indexes.revise((entry) =>
      entry.source_paths.includes(path) ? entry : { ...entry, source_paths: [...entry.source_paths, path] }
    );
  }

  /**
   * Has every event from now on told to a function, once it is in the file and while no lock is held. Events that the
   * function itself writes are told after it has returned. What it throws keeps no event from being written: the first
   * such error is thrown by {@linkcode finish}, when the session has ended.
   *
   * @param callback The function.
   */
  setEventCallback(callback: (event: AgentLogEvent) => void): void {
    this.#callback.set(callback);
  }

  /** Has events told to nobody any more. */
  clearEventCallback(): void {
    this.#callback.set(undefined);
  }

  /**
   * Ends the session: writes the last event, stamps the index and lets go of the log.
   *
   * @param success Whether it went well.
   * @param error What went wrong.
   * @param options When, if that is past.
   * @throws {LogWriteError} When the last event cannot be written; the session then has not ended, and this can be
   * tried again.
   * @throws {AggregateError} When the callback threw; the session has ended all the same.
   */
  finish(success: boolean, error: string | null = null, options: EmitOptions = {}): void {
    const kind = { type: "session_ended", success, error } as const;
    const [ended] = this.#append([{ source: "wrapper", event: kind, at: options.at }], () => "nobody waits");
    this.#ended = true;
    try {
      this.#indexes.revise((entry) => ({ ...entry, ended_at: ended!.ts }));
    } finally {
      this.#lock.remove();
    }
    this.#callback.throwIfFailed(this.wrapperSessionId);
  }

  /** Makes sure that all events so far survive a power loss. */
  sync(): void {
    if (!this.#ended) this.#log.sync();
  }

  /** Lets go of the log without ending the session: readers then see that its writer is gone. */
  [Symbol.dispose](): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#lock.release();
  }

  #append(events: readonly AgentEventInput[], afterwards?: () => Afterwards): AgentLogEvent[] {
    this.#assertOpen();
    const { provider, redact } = this.#options;
    const envelope = {
      provider,
      wrapper_session_id: this.wrapperSessionId,
      provider_session_id: this.#providerSessionId,
      completeness: this.#completeness,
    };
    const placed = this.#log.append(
      events.map(({ source, event, at }): Unplaced => ({
        envelope: withSource(envelope, source),
        kind: redact === undefined ? event : redactAgentEvent(event, redact),
        at,
      })),
      afterwards === undefined ? {} : { afterwards },
    );
    for (const event of placed) this.#callback.tell(event);
    return placed;
  }

  #assertOpen(): void {
    if (this.#ended) throw new SessionEndedError(this.wrapperSessionId);
  }
}

/** The envelope with its keys in the order they are written. */
function withSource(
  { completeness, ...rest }: Omit<Unplaced["envelope"], "source_kind">,
  source_kind: LogSourceKind,
): Unplaced["envelope"] {
  return { ...rest, source_kind, completeness };
}
