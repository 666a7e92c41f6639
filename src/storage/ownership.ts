/** Taking over a log whose writer has gone. */

import { takeAppendLock } from "./append_lock.ts";
import { FileLock } from "./file_lock.ts";
import { lockPathOf } from "./layout.ts";
import { lookAt } from "./session_files.ts";

/** The right to change a log that somebody else wrote: nobody else writes it while this is held. */
export class Ownership implements Disposable {
  readonly #owner: FileLock;
  readonly #append: FileLock;
  readonly #keeps: boolean;
  #isOver = false;

  private constructor(owner: FileLock, append: FileLock, keeps: boolean) {
    this.#owner = owner;
    this.#append = append;
    this.#keeps = keeps;
  }

  /**
   * Takes the lock that a writer holds for its life, then the one that is taken in turn to append.
   *
   * @param logPath The log.
   * @returns The right; giving it up leaves the writer's lock as it was found.
   * @throws {LogLockedError} When somebody writes the log, or changes it.
   */
  static take(logPath: string): Ownership {
    const path = lockPathOf(logPath);
    const keeps = lookAt(path) !== undefined;
    const owner = FileLock.take(path);
    try {
      return new Ownership(owner, takeAppendLock(logPath), keeps);
    } catch (error) {
      giveUp(owner, keeps);
      throw error;
    }
  }

  /** Gives the log up for good: it has ended, and its locks are removed. */
  finish(): void {
    this.#isOver = true;
    this.#append.remove();
    this.#owner.remove();
  }

  /** Gives the log up: who looks at it learns what could be learnt before. */
  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#append.remove();
    giveUp(this.#owner, this.#keeps);
  }
}

/** A lock file that is left behind says that its writer died; where there was none, none may stay. */
function giveUp(lock: FileLock, keeps: boolean): void {
  if (keeps) lock.release();
  else lock.remove();
}
