/** Other processes that hold locks. */

import { spawnFixture } from "./fixture.ts";

/** A process that holds a lock as long as it is let. */
export class LockHolder implements AsyncDisposable {
  /** What it said when it had the lock, or could not get it. */
  readonly said: string;
  readonly #child: Deno.ChildProcess;
  readonly #errors: Promise<string>;

  private constructor(child: Deno.ChildProcess, errors: Promise<string>, said: string) {
    this.#child = child;
    this.#errors = errors;
    this.said = said;
  }

  /**
   * Starts one and waits until it has said whether it has the lock.
   *
   * @param path The lock file.
   * @returns The process.
   */
  static async start(path: string): Promise<LockHolder> {
    const child = spawnFixture("hold_lock.ts", { args: [path], stdin: "piped" });
    const errors = new Response(child.stderr).text();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const said = (await reader.read()).value ?? await errors;
    await reader.cancel();
    return new LockHolder(child, errors, said.trim());
  }

  /** Kills it, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#gone();
  }

  /** Lets it free the lock and go. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#child.stdin.close();
    } catch {
      // It is gone already.
    }
    await this.#gone();
  }

  async #gone(): Promise<void> {
    await this.#child.status;
    await this.#errors;
  }
}

/**
 * Runs something as a runtime would that cannot try a lock without waiting for it.
 *
 * @param body What to run.
 * @returns What it returns.
 */
export function withoutTryLock<T>(body: () => T): T {
  const names = ["tryLockSync", "tryLock"] as const;
  const prototype = Deno.FsFile.prototype;
  const kept = names.map((name) => [name, Object.getOwnPropertyDescriptor(prototype, name)!] as const);
  try {
    for (const name of names) Reflect.deleteProperty(prototype, name);
    return body();
  } finally {
    for (const [name, descriptor] of kept) Object.defineProperty(prototype, name, descriptor);
  }
}
