/** Printing a log of a run, and going on while it grows. */

import { stringifyJson } from "../codec/json.ts";
import { LineSplitter } from "../codec/lines.ts";
import { basename, dirname } from "../deps/path.ts";
import { SessionNotFoundError } from "../errors.ts";
import { hasEnded, type Run } from "../outrig/run.ts";
import type { RunLog } from "../outrig/run_logs.ts";
import { runStatus } from "../outrig/run_state.ts";
import { RunStore } from "../outrig/run_store.ts";
import { visible, visibleJson } from "../query/visible.ts";
import { Waker } from "../storage/waker.ts";
import { ExitCode } from "./exit_code.ts";
import type { Host } from "./host.ts";
import { Interruption } from "./interruption.ts";

/** How a log is printed. */
export interface PrintRunLogOptions {
  /** Whether to go on until the run has ended. */
  readonly follow: boolean;
  /** One JSON object a line instead of the text. */
  readonly json: boolean;
  /** Control characters as they are, on a terminal too. */
  readonly raw: boolean;
}

const CHUNK = 64 * 1024;

/** Reads after which signals get their turn. */
const SYNC_READS = 64;

/** Milliseconds between two looks at the record. */
const POLL_MS = 250;

/**
 * Prints a log of a run.
 *
 * @param host Where to.
 * @param root Directory of the store.
 * @param run The run.
 * @param log Its log.
 * @param options How.
 * @returns The exit code.
 */
export async function printRunLog(
  host: Host,
  root: string,
  run: Run,
  log: RunLog,
  options: PrintRunLogOptions,
): Promise<number> {
  using interruption = options.follow ? new Interruption(host) : undefined;
  using waker = options.follow ? new Waker(dirname(log.path), basename(log.path)) : undefined;
  using file = new LogFile(log.path, new LogOutput(host, log.name, options));
  let isStale = options.follow && runStatus(run, host.now().getTime()).state === "stale" && !hasEnded(run.record);
  for (let isOver = false; !isOver && !interruption?.signal.aborted;) {
    // The record is looked at first: what was written before the end is read after it.
    isOver = !options.follow || isStale || isGone(root, run);
    const hasGrown = await file.print(interruption?.signal);
    if (isOver) break;
    isStale &&= !hasGrown;
    await waker?.wait(POLL_MS, interruption?.signal);
  }
  file.end();
  if (interruption?.exitCode !== undefined) return interruption.exitCode;
  if (!isStale) return ExitCode.ok;
  host.stderr.write(`ziglog: run ${visible(run.id)} has been silent for long: nobody can tell whether it still runs\n`);
  return ExitCode.incomplete;
}

/** Whether a run has ended, or was removed. */
function isGone(root: string, { id }: Run): boolean {
  try {
    return hasEnded(new RunStore(root).getById(id).record);
  } catch (error) {
    if (error instanceof SessionNotFoundError) return true;
    throw error;
  }
}

/** A log that may grow. */
class LogFile implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #output: LogOutput;
  readonly #buffer = new Uint8Array(CHUNK);
  #offset = 0;

  constructor(path: string, output: LogOutput) {
    this.#file = Deno.openSync(path, { read: true });
    this.#output = output;
  }

  /** Prints what is there by now; tells whether there was anything. */
  async print(signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#file.statSync().size < this.#offset) {
      this.#output.restart();
      this.#offset = this.#file.seekSync(0, Deno.SeekMode.Start);
    }
    const start = this.#offset;
    for (let turn = 1; !signal?.aborted; turn++) {
      const count = this.#file.readSync(this.#buffer);
      if (count === null) break;
      this.#offset += count;
      this.#output.take(this.#buffer.subarray(0, count));
      if (turn % SYNC_READS === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return this.#offset > start;
  }

  /** Prints a last line that has no newline. */
  end(): void {
    this.#output.end();
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Prints bytes as they come, or line by line where they must be looked at. */
class LogOutput {
  readonly #host: Host;
  readonly #show: ((line: string) => string) | undefined;
  #splitter = new LineSplitter();

  constructor(host: Host, name: string, { json, raw }: PrintRunLogOptions) {
    const isShown = host.stdout.isTerminal && !raw;
    const showJson: (text: string) => string = isShown ? visibleJson : String;
    this.#host = host;
    this.#show = json ? (line) => showJson(stringifyJson({ name, line })) : isShown ? visible : undefined;
  }

  take(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#show === undefined) return this.#host.stdout.write(bytes);
    const block = this.#splitter.push(bytes);
    if (block !== undefined) this.#print(block.bytes);
  }

  restart(): void {
    this.end();
    this.#splitter = new LineSplitter();
    this.#host.stderr.write("the log was truncated: from its beginning again\n");
  }

  end(): void {
    const rest = this.#splitter.flush();
    if (rest !== undefined) this.#print(rest.bytes);
  }

  /** What is not UTF-8 is replaced. */
  #print(bytes: Uint8Array): void {
    const lines = new TextDecoder().decode(bytes).replace(/\n$/, "").split("\n");
    this.#host.stdout.write(lines.map((line) => `${this.#show!(line)}\n`).join(""));
  }
}
