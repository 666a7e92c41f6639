/** Recording that never stops what is recorded. */

import type { OutputStream, SessionStatus } from "../codec/zig_events.ts";
import { LogWriteError } from "../errors.ts";
import type { SessionCoordinator } from "../session/coordinator.ts";
import type { SessionWriter } from "../session/writer.ts";

const NEWLINE = 0x0a;

/**
 * Records a run. When the log cannot be written, as on a full disk, the run goes on: the first failure is told at once,
 * every event after it is tried anew, and the log shows the gap in its numbers.
 */
export class Recorder implements Disposable {
  readonly #session: SessionCoordinator;
  readonly #onLoss: (error: unknown) => void;
  #failure: unknown;

  /**
   * @param session The session that is written.
   * @param onLoss Is told of the first event that could not be written.
   */
  constructor(session: SessionCoordinator, onLoss: (error: unknown) => void) {
    this.#session = session;
    this.#onLoss = onLoss;
  }

  /** Whether the log lacks something. */
  get isIncomplete(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * Writes an event, or tells that it is lost.
   *
   * @param emit Writes it.
   */
  record(emit: (writer: SessionWriter) => void): void {
    try {
      emit(this.#session.writer);
    } catch (error) {
      this.lost(error);
    }
  }

  /**
   * Takes note that something could not be written.
   *
   * @param error Why.
   * @throws What it was given, when it does not say that the log cannot be written: that is a mistake in the program.
   */
  lost(error: unknown): void {
    if (!(error instanceof LogWriteError)) throw error;
    this.#tell(error);
  }

  /**
   * Opens an output stream of a step.
   *
   * @param step The step.
   * @param stream Which of its streams.
   * @returns Where its bytes go.
   */
  output(step: string, stream: OutputStream): RecordedOutput {
    return new RecordedOutput(this, () => this.#session.writer.outputStream(step, stream).getWriter());
  }

  /**
   * Ends the session.
   *
   * @param status How it ended.
   */
  finish(status: SessionStatus): void {
    try {
      this.#session.finish(status);
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Ends the session as a failure, unless it was finished, and lets go of the log. */
  [Symbol.dispose](): void {
    this.finish("failure");
    this.#session.writer[Symbol.dispose]();
  }

  #tell(error: unknown): void {
    const first = this.#failure === undefined;
    this.#failure ??= error;
    if (first) this.#onLoss(error);
  }
}

/** Records the bytes of one output stream, line by line. */
export class RecordedOutput {
  readonly #recorder: Recorder;
  readonly #open: () => WritableStreamDefaultWriter<Uint8Array>;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;

  /**
   * @param recorder Is told of what is lost.
   * @param open Opens the stream; once more after a failure, at the beginning of a line.
   */
  constructor(recorder: Recorder, open: () => WritableStreamDefaultWriter<Uint8Array>) {
    this.#recorder = recorder;
    this.#open = open;
    this.#writer = open();
  }

  /**
   * Records bytes. When this is done, every line that they complete is in the log.
   *
   * @param chunk The bytes.
   */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.#writer === undefined) {
      // What comes first is the rest of a line whose beginning is lost.
      chunk = chunk.subarray(chunk.indexOf(NEWLINE) + 1 || chunk.length);
      if (chunk.length === 0) return;
      this.#writer = this.#open();
    }
    await this.#try(this.#writer.write(chunk));
    if (this.#writer === undefined && chunk.at(-1) === NEWLINE) this.#writer = this.#open();
  }

  /** Records a last line that has no newline. */
  async close(): Promise<void> {
    if (this.#writer !== undefined) await this.#try(this.#writer.close());
  }

  async #try(action: Promise<void>): Promise<void> {
    try {
      await action;
    } catch (error) {
      this.#writer?.closed.catch(() => {}); // the same error once more
      this.#writer = undefined;
      this.#recorder.lost(error);
    }
  }
}
