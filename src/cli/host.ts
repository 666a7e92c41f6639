/**
 * The outside world as the commands see it. Everything that a command reads or writes besides session logs goes through
 * a {@linkcode Host}, so that tests can stand in for it.
 *
 * @module
 */

/** The signals that end a command. */
export type HostSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Where a command reads. */
export interface HostInput {
  /** Whether a person types it. */
  readonly isTerminal: boolean;
  /** The bytes; may be asked for once. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Has a terminal give each key at once and unseen, or whole lines again. */
  setRaw?(raw: boolean): void;
}

/** Where a command writes. */
export interface HostOutput {
  /** Whether a person sees it. */
  readonly isTerminal: boolean;
  /** Columns of the terminal; `undefined` where there is none. Asked anew each time, as windows change. */
  readonly columns: number | undefined;
  /**
   * Writes the whole of it before returning.
   *
   * @param data Text or bytes. One call is at least one system call: join what belongs together.
   * @throws {OutputClosedError} When nobody reads any more.
   */
  write(data: string | Uint8Array<ArrayBuffer>): void;
}

/** The outside world. */
export interface Host {
  /** The arguments after the program's name. */
  readonly args: readonly string[];
  /** Standard input. */
  readonly stdin: HostInput;
  /** Standard output: data. */
  readonly stdout: HostOutput;
  /** Standard error: talk. */
  readonly stderr: HostOutput;
  /** The working directory. */
  cwd(): string;
  /** An environment variable; `undefined` when it is unset, or may not be read. */
  env(name: string): string | undefined;
  /** The time. */
  now(): Date;
  /** Has a function called on a signal, in place of what the signal does by itself. */
  addSignalListener(signal: HostSignal, listener: () => void): void;
  /** Takes a listener back. */
  removeSignalListener(signal: HostSignal, listener: () => void): void;
}

/** The reader of a stream that we write to has gone away: a command then ends quietly. */
export class OutputClosedError extends Error {
  override readonly name = "OutputClosedError";
}

/**
 * Gives the real world.
 *
 * @returns A host over `Deno`.
 */
export function denoHost(): Host {
  return {
    args: Deno.args,
    stdin: {
      isTerminal: Deno.stdin.isTerminal(),
      get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
        return Deno.stdin.readable;
      },
      setRaw(raw: boolean): void {
        Deno.stdin.setRaw(raw, { cbreak: raw && Deno.build.os !== "windows" }); // Ctrl-C stays a signal
      },
    },
    stdout: new DenoOutput(Deno.stdout, "standard output"),
    stderr: new DenoOutput(Deno.stderr, "standard error"),
    cwd: () => Deno.cwd(),
    env(name: string): string | undefined {
      // Asked first, because reading without the right to would ask the person at the terminal.
      const { state } = Deno.permissions.querySync({ name: "env", variable: name });
      return state === "granted" ? Deno.env.get(name) : undefined;
    },
    now: () => new Date(),
    addSignalListener(signal: HostSignal, listener: () => void): void {
      whereKnown(() => Deno.addSignalListener(signal, listener));
    },
    removeSignalListener(signal: HostSignal, listener: () => void): void {
      whereKnown(() => Deno.removeSignalListener(signal, listener));
    },
  };
}

/** Listens to a signal where there is such a thing: Windows has few, and which ones depends on the version of Deno. */
function whereKnown(listen: () => void): void {
  try {
    listen();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** What {@linkcode DenoOutput} writes to. */
export interface ByteSink {
  /** Whether it is a terminal. */
  isTerminal(): boolean;
  /** Writes some of the bytes and tells how many. */
  writeSync(bytes: Uint8Array): number;
}

const utf8 = new TextEncoder();

/** Milliseconds to wait for a full pipe that somebody has set to non-blocking. */
const FULL_PIPE_WAIT_MS = 2;

/** A standard stream that is written whole. */
export class DenoOutput implements HostOutput {
  readonly #sink: ByteSink;
  readonly #name: string;
  /** Whether it is a terminal. */
  readonly isTerminal: boolean;

  /**
   * @param sink The stream.
   * @param name What it is called in errors.
   */
  constructor(sink: ByteSink, name: string) {
    this.#sink = sink;
    this.#name = name;
    this.isTerminal = sink.isTerminal();
  }

  /** Columns of the terminal. */
  get columns(): number | undefined {
    if (!this.isTerminal) return undefined;
    try {
      return Deno.consoleSize().columns || undefined;
    } catch {
      return undefined; // a terminal that has no size, such as a serial line
    }
  }

  /**
   * Writes the whole of it before returning.
   *
   * @param data Text or bytes.
   * @throws {OutputClosedError} When nobody reads any more.
   */
  write(data: string | Uint8Array<ArrayBuffer>): void {
    const bytes = typeof data === "string" ? utf8.encode(data) : data;
    for (let written = 0; written < bytes.length;) {
      try {
        written += this.#sink.writeSync(written === 0 ? bytes : bytes.subarray(written));
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock)) throw this.#failure(error as Error);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_WAIT_MS);
      }
    }
  }

  #failure(error: Error): Error {
    const message = `Cannot write to ${this.#name}: ${error.message}`;
    return error instanceof Deno.errors.BrokenPipe
      ? new OutputClosedError(message, { cause: error })
      : new Error(message, { cause: error });
  }
}
