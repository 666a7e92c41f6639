/** The life of a session: heartbeats while it runs, an end whatever happens. */

import { HEARTBEAT_SECONDS } from "../codec/zig.ts";
import type { SessionStatus } from "../codec/zig_events.ts";
import type { SessionWriter } from "./writer.ts";

/** How a session is looked after. */
export interface CoordinatorOptions {
  /** Seconds between two heartbeats. Default 10. */
  readonly heartbeatSeconds?: number | undefined;
}

/**
 * Looks after a session: writes a heartbeat every ten seconds, and ends it as a failure when the program leaves without
 * having said how it ended. The heartbeat never keeps a program alive.
 *
 * A program that is to end its session on a signal as well installs its own listener and calls `finish` in it: a library
 * that listened for signals would keep them from ending the program.
 *
 * @example
 * ```ts
 * import { SessionCoordinator, SessionWriter } from "@ziglog/ziglog";
 *
 * const root = Deno.makeTempDirSync();
 * using session = SessionCoordinator.start(
 *   SessionWriter.create({ workflowName: "nightly", workflowPath: "", tierCount: 0, root }),
 * );
 * session.writer.stepOutput("check", "stdout", "all is well");
 * session.finish("success"); // leaving the block without it would end the session as a failure
 * ```
 */
export class SessionCoordinator implements Disposable, AsyncDisposable {
  /** The writer of the session. */
  readonly writer: SessionWriter;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #onUnload = (): void => this.#abandon();
  #failedHeartbeat: unknown;
  #finished = false;

  private constructor(writer: SessionWriter, heartbeatSeconds: number) {
    this.writer = writer;
    this.#timer = setInterval(() => this.#beat(), heartbeatSeconds * 1000);
    Deno.unrefTimer(this.#timer);
    globalThis.addEventListener("unload", this.#onUnload);
  }

  /**
   * Begins to look after a session that has just been created.
   *
   * @param writer Its writer.
   * @param options See {@linkcode CoordinatorOptions}.
   * @returns The coordinator.
   */
  static start(writer: SessionWriter, options: CoordinatorOptions = {}): SessionCoordinator {
    return new SessionCoordinator(writer, options.heartbeatSeconds ?? HEARTBEAT_SECONDS);
  }

  /**
   * Ends the session. Calling it again does nothing; after an error of the log it tries again.
   *
   * @param status How it ended.
   * @throws {LogWriteError} When the end cannot be written.
   * @throws {AggregateError} When a heartbeat could not be written earlier; the session has ended all the same.
   */
  finish(status: SessionStatus): void {
    if (this.#finished) return;
    clearInterval(this.#timer);
    if (!this.writer.isEnded) this.writer.ended(status, this.writer.elapsedMs);
    this.#finished = true;
    globalThis.removeEventListener("unload", this.#onUnload);
    if (this.#failedHeartbeat === undefined) return;
    const message = `Cannot vouch for the heartbeats of session "${this.writer.sessionId}": one was not written`;
    throw new AggregateError([this.#failedHeartbeat], message, { cause: this.#failedHeartbeat });
  }

  /** Ends the session as a failure, unless it was finished. */
  [Symbol.dispose](): void {
    try {
      this.finish("failure");
    } finally {
      this.writer[Symbol.dispose](); // where the end could not be written, readers shall see that the writer is gone
    }
  }

  /** Ends the session as a failure, unless it was finished. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.try(() => this[Symbol.dispose]());
  }

  #beat(): void {
    try {
      if (!this.writer.isEnded) this.writer.heartbeat();
    } catch (error) {
      this.#failedHeartbeat ??= error;
    }
  }

  /** The program is going: nobody is left who could be told of an error. */
  #abandon(): void {
    try {
      this.finish("failure");
    } catch {
      // The log shows it: it has no end, and its lock is free.
    }
  }
}
