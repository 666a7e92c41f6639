/** What steps write, in a file a stream: shown to somebody else all the same. */

import { LineSplitter } from "../codec/lines.ts";
import type { OutputStream } from "../codec/zig_events.ts";
import { join } from "../deps/path.ts";
import type { Step } from "../runner/plan.ts";
import type { RunObserver } from "../runner/run_observer.ts";
import type { Redaction } from "../session/redaction.ts";
import { safeNames } from "./safe_names.ts";

/** How what steps write is captured. */
export interface CaptureOptions {
  /** Takes secrets out of it. */
  readonly redact?: Redaction | undefined;
  /** Is told of the first failure; nothing is written after it. */
  readonly onLoss: (error: unknown) => void;
}

const STREAMS: readonly OutputStream[] = ["stdout", "stderr"];

/** Writes what each step of a run writes into files of a directory. */
export class CapturedOutput implements Disposable {
  readonly #directory: string;
  readonly #names: ReadonlyMap<string, string>;
  readonly #options: CaptureOptions;
  readonly #files = new Map<string, CapturedFile>();
  #isComplete = true;

  /**
   * @param directory The directory.
   * @param steps Names of the steps; their files are named after them.
   * @param options How.
   */
  constructor(directory: string, steps: readonly string[], options: CaptureOptions) {
    this.#directory = directory;
    this.#names = safeNames(steps);
    this.#options = options;
  }

  /** Whether nothing was lost. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /**
   * Stands between a run and who is shown it.
   *
   * @param observer Who is shown it.
   * @returns Who is to be shown it instead.
   */
  around(observer: RunObserver): RunObserver {
    return {
      tierStarted: (tierIndex) => observer.tierStarted(tierIndex),
      stepStarted: (step) => {
        this.#attempt(() => STREAMS.forEach((stream) => this.#fileOf(step, stream)));
        observer.stepStarted(step);
      },
      output: (step, stream, chunk) => {
        this.#attempt(() => this.#fileOf(step, stream).write(chunk));
        observer.output(step, stream, chunk);
      },
      outputEnded: (step, stream, cut) => {
        this.#attempt(() => this.#fileOf(step, stream).endAttempt());
        observer.outputEnded(step, stream, cut);
      },
      stepCompleted: (step) => observer.stepCompleted(step),
      stepFailed: (step, attempt, error, retrying) => observer.stepFailed(step, attempt, error, retrying),
      stepSkipped: (step, reason) => observer.stepSkipped(step, reason),
    };
  }

  /** Closes the files. */
  [Symbol.dispose](): void {
    for (const file of this.#files.values()) file[Symbol.dispose]();
    this.#files.clear();
  }

  /** All attempts of a step write into the same files. */
  #fileOf({ name }: Step, stream: OutputStream): CapturedFile {
    const path = join(this.#directory, `${this.#names.get(name)!}.${stream}`);
    const file = this.#files.get(path) ?? new CapturedFile(path, this.#options.redact);
    this.#files.set(path, file);
    return file;
  }

  /** The run goes on when the disk is full; the log of the session is another file. */
  #attempt(action: () => void): void {
    if (!this.#isComplete) return;
    try {
      action();
    } catch (error) {
      this.#isComplete = false;
      this.#options.onLoss(error);
    }
  }
}

/** A file of one stream: byte for byte, or line by line where secrets are taken out. */
class CapturedFile implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #redact: Redaction | undefined;
  readonly #splitter = new LineSplitter();
  #redactLine: ((line: string) => string) | undefined;

  constructor(path: string, redact: Redaction | undefined) {
    this.#file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
    this.#redact = redact;
    this.#redactLine = redact?.inTurn?.() ?? redact;
  }

  write(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#redactLine === undefined) return this.#writeAll(bytes);
    const block = this.#splitter.push(bytes);
    if (block !== undefined) this.#writeRedacted(block.bytes);
  }

  /** Writes a last line that has no newline. */
  endAttempt(): void {
    const rest = this.#splitter.flush();
    if (rest !== undefined) this.#writeRedacted(rest.bytes);
    this.#redactLine = this.#redact?.inTurn?.() ?? this.#redact;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  #writeRedacted(bytes: Uint8Array): void {
    const lines = new TextDecoder().decode(bytes).split("\n").map(this.#redactLine!);
    this.#writeAll(new TextEncoder().encode(lines.join("\n")));
  }

  #writeAll(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
  }
}
