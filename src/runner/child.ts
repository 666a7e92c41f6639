/** Child processes that end when they are told to, together with what they started. */

import type { RunSignal } from "./signal_relay.ts";
import { programOf } from "./command.ts";

/** What to start, and how. */
export interface ChildOptions {
  /** A text for the shell, or a program with its arguments. */
  readonly command: string | readonly string[];
  /** Directory to run in. */
  readonly cwd: string;
  /** Environment variables to add. */
  readonly env: Readonly<Record<string, string>>;
  /** What it reads: nothing, or what we would. */
  readonly stdin: "null" | "inherit";
  /** Whether it gets a process group of its own, so that signals reach all that it starts, and each just once. */
  readonly ownGroup: boolean;
  /** Whether the terminal tells it of a SIGINT by itself. */
  readonly terminalInterrupts: boolean;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
}

/** How a child ended. */
export interface ChildEnd {
  /** Its exit code; `null` when a signal killed it. */
  readonly exitCode: number | null;
  /** The signal that killed it. */
  readonly signal: string | null;
  /** The exit code by which a shell would tell of it: 128 and the number of the signal, when there is one. */
  readonly shellCode: number;
}

/** A running child process with piped output. */
export class Child implements Disposable {
  /** Its standard output. */
  readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Its standard error. */
  readonly stderr: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** How it ended; never rejects. */
  readonly ended: Promise<ChildEnd>;
  readonly #process: Deno.ChildProcess;
  readonly #options: ChildOptions;
  #killTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor(process: Deno.ChildProcess, options: ChildOptions) {
    this.stdout = process.stdout;
    this.stderr = process.stderr;
    this.#process = process;
    this.#options = options;
    this.ended = process.status.then(describeStatus, describeUnknownSignal);
  }

  /**
   * Starts a child.
   *
   * @param options What to start, and how.
   * @returns The running child.
   * @throws {StartError} When the system does not start it.
   */
  static start(options: ChildOptions): Child {
    const { file, args, raw } = programOf(options.command);
    try {
      const process = new Deno.Command(file, {
        args: [...args],
        cwd: options.cwd,
        env: options.env,
        stdin: options.stdin,
        stdout: "piped",
        stderr: "piped",
        detached: options.ownGroup,
        windowsRawArguments: raw,
      }).spawn();
      return new Child(process, options);
    } catch (error) {
      throw new StartError(file, options.cwd, error);
    }
  }

  /**
   * Hands on a signal. The child may take its time with SIGINT, which a person can repeat, but not with the others: who
   * sent those will not wait.
   *
   * @param signal The signal.
   * @param hard Whether to kill it at once.
   */
  interrupt(signal: RunSignal, hard: boolean): void {
    if (hard) return this.#send("SIGKILL");
    if (signal !== "SIGINT") this.#killLater();
    if (signal !== "SIGINT" || !this.#options.terminalInterrupts) this.#send(signal);
  }

  /** Ends it: SIGTERM, and SIGKILL when that does not help. */
  terminate(): void {
    this.#killLater();
    this.#send("SIGTERM");
  }

  /** Tells what the child left behind in its group to end. */
  terminateRest(): void {
    if (this.#options.ownGroup) this.#send("SIGTERM");
  }

  /** Kills it, and all of its group. */
  kill(): void {
    this.#send("SIGKILL");
  }

  /** Stops looking after it. */
  [Symbol.dispose](): void {
    clearTimeout(this.#killTimer);
  }

  #killLater(): void {
    this.#killTimer ??= setTimeout(() => this.#send("SIGKILL"), this.#options.graceMs);
  }

  #send(signal: Deno.Signal): void {
    try {
      if (this.#options.ownGroup) Deno.kill(-this.#process.pid, signal);
      else this.#process.kill(signal);
    } catch {
      // It has ended by itself, or belongs to somebody else by now: either way there is nothing left to do.
    }
  }
}

/** A command could not be started. */
export class StartError extends Error {
  override readonly name = "StartError";
  /** The exit code by which a shell would tell of it. */
  readonly shellCode: number;

  /**
   * @param file The program.
   * @param cwd The directory it was to run in.
   * @param cause What the system said.
   */
  constructor(file: string, cwd: string, cause: unknown) {
    super(`cannot start: ${reasonOf(file, cwd, cause)}`, { cause });
    this.shellCode = cause instanceof Deno.errors.NotFound ? 127 : 126;
  }
}

function reasonOf(file: string, cwd: string, cause: unknown): string {
  const said = cause instanceof Error ? cause.message : String(cause);
  if (/\bcwd is not a directory\b/.test(said)) return `"${cwd}" is not a directory`;
  if (/\bNo such cwd\b/.test(said)) return `no such directory "${cwd}"`;
  if (cause instanceof Deno.errors.NotFound) return `no such program "${file}"`;
  if (cause instanceof Deno.errors.PermissionDenied) return `"${file}" may not be executed`;
  return said.replace(/^Failed to spawn '[^']*': /, "").replace(/ \(os error \d+\)$/, "");
}

function describeStatus({ code, signal }: Deno.CommandStatus): ChildEnd {
  return { exitCode: signal === null ? code : null, signal, shellCode: code };
}

/** The runtime rejects when a signal without a name, such as a real-time one, ended the child. */
function describeUnknownSignal(error: unknown): ChildEnd {
  const number = Number(/\d+/.exec(String(error))?.[0] ?? 0);
  return { exitCode: null, signal: `signal ${number}`, shellCode: 128 + number };
}
