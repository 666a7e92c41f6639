/** A stand-in for the outside world. */

import { type Host, type HostOutput, type HostSignal, OutputClosedError } from "../../src/cli/host.ts";
import { main } from "../../src/cli/main.ts";

/** What a faked world is like. */
export interface FakeOptions {
  /** Columns of the terminal; no terminal when left out. */
  readonly columns?: number;
  /** Environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** The time. */
  readonly now?: string;
  /** Writes to standard output that succeed before its reader goes away. */
  readonly writesBeforeClosed?: number;
}

/** Takes what is written, and remembers where one write ended. */
export class FakeOutput implements HostOutput {
  readonly isTerminal: boolean;
  readonly columns: number | undefined;
  readonly writes: string[] = [];
  /** Called after each write. */
  onWrite: (text: string) => void = () => {};
  readonly #most: number;

  constructor(columns: number | undefined, most = Infinity) {
    this.isTerminal = columns !== undefined;
    this.columns = columns;
    this.#most = most;
  }

  /** All that was written. */
  get text(): string {
    return this.writes.join("");
  }

  write(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.writes.length >= this.#most) throw new OutputClosedError("gone");
    const text = typeof data === "string" ? data : new TextDecoder().decode(data);
    this.writes.push(text);
    this.onWrite(text);
  }
}

/** A world in which nothing happens by itself. */
export class FakeHost implements Host {
  readonly args: readonly string[] = [];
  readonly stdin = { isTerminal: false, readable: ReadableStream.from([]) as ReadableStream<Uint8Array<ArrayBuffer>> };
  readonly stdout: FakeOutput;
  readonly stderr: FakeOutput;
  readonly listeners = new Map<HostSignal, Set<() => void>>();
  readonly #options: FakeOptions;

  constructor(options: FakeOptions = {}) {
    this.#options = options;
    this.stdout = new FakeOutput(options.columns, options.writesBeforeClosed);
    this.stderr = new FakeOutput(options.columns);
  }

  cwd(): string {
    return Deno.cwd();
  }

  env(name: string): string | undefined {
    return this.#options.env?.[name];
  }

  now(): Date {
    return this.#options.now === undefined ? new Date() : new Date(this.#options.now);
  }

  addSignalListener(signal: HostSignal, listener: () => void): void {
    const listeners = this.listeners.get(signal) ?? new Set();
    this.listeners.set(signal, listeners.add(listener));
  }

  removeSignalListener(signal: HostSignal, listener: () => void): void {
    this.listeners.get(signal)?.delete(listener);
  }

  /** Sends a signal; tells whether anybody listened. */
  signal(name: HostSignal): boolean {
    const listeners = [...this.listeners.get(name) ?? []];
    listeners.forEach((listener) => listener());
    return listeners.length > 0;
  }
}

/** What a command left behind. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly host: FakeHost;
}

/** Runs the program in a faked world, to its end. */
export async function runMain(args: readonly string[], options: FakeOptions = {}): Promise<Ended> {
  const host = new FakeHost(options);
  const code = await main(args, host);
  return { code, stdout: host.stdout.text, stderr: host.stderr.text, host };
}
