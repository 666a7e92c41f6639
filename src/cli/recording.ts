/** What the commands that record have in common. */

import type { SessionStatus } from "../codec/zig_events.ts";
import { formatDuration } from "../query/duration.ts";
import { Recorder } from "../runner/recorder.ts";
import { SignalRelay } from "../runner/signal_relay.ts";
import { SessionCoordinator } from "../session/coordinator.ts";
import type { SessionOptions } from "../session/session_options.ts";
import { SessionWriter } from "../session/writer.ts";
import { ExitCode } from "./exit_code.ts";
import type { Host } from "./host.ts";
import { LiveOutput } from "./live_output.ts";
import { ProgressLine } from "./progress_line.ts";
import { relaySignals } from "./relay_signals.ts";

/** How a command that records came out. */
export interface RecordingEnd {
  /** How the session ended. */
  readonly status: SessionStatus;
  /** Why it failed. */
  readonly reason?: string | undefined;
  /** The exit code, where neither a signal nor lost data makes it another. */
  readonly exitCode: number;
  /** Says nothing when all is well. */
  readonly quiet: boolean;
}

/** A session that a command records, with all that it shows meanwhile. */
export class Recording implements Disposable {
  /** Data for others. */
  readonly stdout: LiveOutput;
  /** Talk. */
  readonly stderr: LiveOutput;
  /** What is going on; makes room by itself for what is written to the other two. */
  readonly progress: ProgressLine;
  /** The signals that this program is given. */
  readonly signals: SignalRelay = new SignalRelay();
  /** Writes the log. */
  readonly recorder: Recorder;
  readonly #relay: Disposable;
  readonly #session: SessionCoordinator;
  readonly #root: string | undefined;
  #isShown = true;

  private constructor(host: Host, options: SessionOptions) {
    this.progress = new ProgressLine(host.stderr);
    const before = (): void => this.progress.clear();
    this.stderr = new LiveOutput(host.stderr, { before, onFailure: () => this.#isShown = false });
    this.stdout = new LiveOutput(host.stdout, { before, onFailure: (error) => this.#hidden(error) });
    this.#root = options.root;
    this.#relay = relaySignals(host, this.signals);
    try {
      this.#session = SessionCoordinator.start(SessionWriter.create(options));
    } catch (error) {
      this.#relay[Symbol.dispose]();
      throw error;
    }
    this.recorder = new Recorder(this.#session, (error) => {
      this.say(`DATA IS LOST: ${messageOf(error)}; everything goes on, but the log is incomplete`);
    });
  }

  /**
   * Starts to record.
   *
   * @param host The outside world.
   * @param options What the session is.
   * @returns The recording.
   */
  static start(host: Host, options: SessionOptions): Recording {
    return new Recording(host, { ...options, cwd: host.cwd() });
  }

  /** The session. */
  get sessionId(): string {
    return this.#session.writer.sessionId;
  }

  /** Its log. */
  get logPath(): string {
    return this.#session.writer.logPath;
  }

  /** Milliseconds since it began. */
  get elapsedMs(): number {
    return this.#session.writer.elapsedMs;
  }

  /**
   * Says something on standard error.
   *
   * @param message A line.
   */
  say(message: string): void {
    this.stderr.write(`ziglog: ${message}\n`);
  }

  /**
   * Ends the session and says how.
   *
   * @param end How it came out.
   * @returns The exit code: that of a signal, or what the end says, or else that data was lost.
   */
  finish({ status, reason, exitCode, quiet }: RecordingEnd): number {
    const took = formatDuration(this.elapsedMs);
    this.recorder.finish(status);
    const isWhole = this.#isShown && !this.recorder.isIncomplete;
    const code = this.signals.exitCode ?? (exitCode === ExitCode.ok && !isWhole ? ExitCode.io : exitCode);
    if (quiet && code === ExitCode.ok) return code;
    const reasons = [this.signals.first ?? reason, this.recorder.isIncomplete ? "log incomplete" : undefined];
    const why = reasons.filter((each) => each !== undefined).join(", ");
    const where = this.#root === undefined ? "" : ` --root ${this.#root}`;
    this.say(`${status}${why && ` (${why})`} after ${took}: ziglog show${where} ${this.sessionId}`);
    return code;
  }

  /** Ends the session as a failure, unless it was finished. */
  [Symbol.dispose](): void {
    this.progress[Symbol.dispose]();
    this.recorder[Symbol.dispose]();
    this.#relay[Symbol.dispose]();
  }

  #hidden(error: unknown): void {
    this.#isShown = false;
    this.say(`standard output takes no more, only the log does: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
