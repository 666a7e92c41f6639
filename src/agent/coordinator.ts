/** The life of an agent session: what its agent writes down, heartbeats, and an end whatever happens. */

import { AGENT_HEARTBEAT_SECONDS } from "../codec/zag.ts";
import type { AgentLogEvent } from "../codec/zag_events.ts";
import type { LiveLogAdapter } from "./adapter.ts";
import type { AgentLogOptions } from "./agent_options.ts";
import { watch } from "./watch.ts";
import { AgentLogWriter } from "./writer.ts";

/** What an agent session is, and how it is looked after. */
export interface AgentCoordinatorOptions extends AgentLogOptions {
  /** Tells what the agent itself writes down; without, there are only heartbeats. */
  readonly adapter?: LiveLogAdapter | undefined;
  /** Told every event from the first; see {@linkcode AgentLogWriter.setEventCallback}. */
  readonly eventCallback?: ((event: AgentLogEvent) => void) | undefined;
  /** Milliseconds between two looks of the adapter. Default 250. */
  readonly pollMs?: number | undefined;
  /** Whether the adapter also looks when one of its paths changes. That keeps the program alive until the session ends. */
  readonly watch?: boolean | undefined;
  /** Seconds between two heartbeats. Default 10. */
  readonly heartbeatSeconds?: number | undefined;
}

const POLL_MS = 250;

/**
 * Looks after an agent session: writes its first event, has an adapter tell what the agent itself writes down, writes a
 * heartbeat every ten seconds, and ends the session as a failure when the program leaves without having said how it
 * ended. Nothing of it keeps a program alive, unless it is to be woken by the file system.
 *
 * @example
 * ```ts
 * import { AgentLogCoordinator, recordPrompt } from "@ziglog/ziglog/zag";
 *
 * const root = Deno.makeTempDirSync();
 * await using session = AgentLogCoordinator.start({
 *   provider: "claude",
 *   wrapperSessionId: crypto.randomUUID(),
 *   command: "exec",
 *   root,
 * });
 * recordPrompt(session.writer, "fix the test");
 * await session.finish(true); // leaving the block without it would end the session as a failure
 * ```
 */
export class AgentLogCoordinator implements Disposable, AsyncDisposable {
  /** The writer of the session. */
  readonly writer: AgentLogWriter;
  readonly #adapter: LiveLogAdapter | undefined;
  readonly #timers: readonly ReturnType<typeof setInterval>[];
  readonly #watching: Disposable | undefined;
  readonly #onUnload = (): void => this.#abandon();
  readonly #errors: unknown[] = [];
  #polling: Promise<void> | undefined;
  #pollAgain = false;
  #isStopped = false;
  #isFinalized = false;
  #isFinished = false;

  private constructor(writer: AgentLogWriter, options: AgentCoordinatorOptions) {
    this.writer = writer;
    this.#adapter = options.adapter;
    const beat = setInterval(() => this.#beat(), (options.heartbeatSeconds ?? AGENT_HEARTBEAT_SECONDS) * 1000);
    const timers = [beat];
    if (options.adapter !== undefined) timers.push(setInterval(() => this.#look(), options.pollMs ?? POLL_MS));
    for (const timer of timers) Deno.unrefTimer(timer);
    this.#timers = timers;
    const paths = options.watch ? options.adapter?.watchPaths ?? [] : [];
    this.#watching = paths.length === 0 ? undefined : watch(paths, () => this.#look());
    globalThis.addEventListener("unload", this.#onUnload);
  }

  /**
   * Starts a session, or goes on with one that has a log, and looks after it.
   *
   * @param options What the session is.
   * @returns The coordinator.
   * @throws {SyntaxError} When the session id could leave its directory.
   * @throws {LogLockedError} When another program writes this session for its life.
   * @throws {LogWriteError} When the first event cannot be written.
   */
  static start(options: AgentCoordinatorOptions): AgentLogCoordinator {
    const writer = AgentLogWriter.create(options);
    try {
      if (options.eventCallback !== undefined) writer.setEventCallback(options.eventCallback);
      writer.emit(options.backfilled ? "backfill" : "wrapper", {
        type: "session_started",
        command: options.command,
        model: options.model ?? null,
        cwd: options.workspacePath ?? null,
        resumed: options.resumed ?? false,
        backfilled: options.backfilled ?? false,
      });
      return new AgentLogCoordinator(writer, options);
    } catch (error) {
      writer[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Has the adapter tell what is left, then ends the session. Calling it again does nothing; after an error of the log
   * it tries again.
   *
   * @param success Whether it went well.
   * @param error What went wrong.
   * @throws {LogWriteError} When the end cannot be written.
   * @throws {AggregateError} When the adapter, a heartbeat or the callback failed; the session has ended all the same.
   */
  async finish(success: boolean, error: string | null = null): Promise<void> {
    if (this.#isFinished) return;
    this.#stop();
    await this.#finalize();
    this.#end(success, error);
    if (this.#errors.length === 0) return;
    const message = `Cannot vouch for the log of session "${this.writer.wrapperSessionId}": not all could be recorded`;
    throw new AggregateError(this.#errors, message, { cause: this.#errors[0] });
  }

  /** Ends the session as a failure, unless it was finished. What the adapter has not told yet is lost. */
  [Symbol.dispose](): void {
    if (this.#isFinished) return;
    this.#stop();
    try {
      this.#end(false, null);
    } finally {
      this.writer[Symbol.dispose](); // where the end could not be written, readers shall see that the writer is gone
      if (!this.#isFinalized) this.#adapter?.[Symbol.dispose]?.();
    }
  }

  /** Has the adapter tell what is left and ends the session as a failure, unless it was finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.finish(false);
    } finally {
      this.writer[Symbol.dispose]();
    }
  }

  #stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#watching?.[Symbol.dispose]();
  }

  #end(success: boolean, error: string | null): void {
    if (this.#isFinished) return; // while the adapter was waited for
    try {
      if (!this.writer.isEnded) this.writer.finish(success, error);
    } catch (thrown) {
      if (!this.writer.isEnded) throw thrown;
      this.#errors.push(thrown);
    }
    this.#isFinished = true;
    globalThis.removeEventListener("unload", this.#onUnload);
  }

  /** Lets the adapter look, unless it is looking: then once more when it is done. */
  #look(): void {
    if (this.#isStopped) return;
    if (this.#polling !== undefined) {
      this.#pollAgain = true;
      return;
    }
    this.#polling = this.#guard(() => this.#adapter?.poll(this.writer)).then(() => {
      this.#polling = undefined;
      if (!this.#pollAgain) return;
      this.#pollAgain = false;
      this.#look();
    });
  }

  async #finalize(): Promise<void> {
    await this.#polling;
    if (this.#isFinalized || this.writer.isEnded || this.#adapter === undefined) return;
    this.#isFinalized = true;
    const adapter = this.#adapter;
    await this.#guard(() => adapter.finalize ? adapter.finalize(this.writer) : adapter.poll(this.writer));
  }

  /** What goes wrong with one look may go well with the next: it is told at the end, and the first error says most. */
  async #guard(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.writer.isEnded && this.#errors.length === 0) this.#errors.push(error);
    }
  }

  #beat(): void {
    if (this.writer.isEnded) return;
    try {
      this.writer.emit("wrapper", { type: "heartbeat", interval_secs: AGENT_HEARTBEAT_SECONDS });
    } catch (error) {
      if (this.#errors.length === 0) this.#errors.push(error);
    }
  }

  /** The program is going: nobody is left who could be told of an error. */
  #abandon(): void {
    try {
      this[Symbol.dispose]();
    } catch {
      // The log shows it: it has no end, and its lock is free.
    }
  }
}
