/** Taking over a log whose writer has gone. */

import { appendLockPathOf, takeAppendLock } from "./append_lock.ts";
import { FileLock } from "./file_lock.ts";
import { lockPathOf } from "./layout.ts";

/** The right to change a log that somebody else wrote: nobody else writes it while this is held. */
export class Ownership implements Disposable {
  /** The lock of its writer, where there is one. */
  readonly #owner: FileLock | undefined;
  readonly #append: FileLock;
  /** Whether one of the locks had been there before. */
  readonly foundLocks: boolean;
  #isOver = false;

  private constructor(owner: FileLock | undefined, append: FileLock, foundLocks: boolean) {
    this.#owner = owner;
    this.#append = append;
    this.foundLocks = foundLocks;
  }

  /**
   * Takes the lock that a writer holds for its life, if there is one, then the one that is taken in turn to append.
   *
   * A lock of a writer is never made here: if it stayed behind, it would say of a session that nobody can tell about that
   * its writer has died.
   *
   * @param logPath The log.
   * @returns The right; giving it up leaves the writer's lock as it was found.
   * @throws {LogLockedError} When somebody writes the log, or changes it.
   */
  static take(logPath: string): Ownership {
    const ownerPath = lockPathOf(logPath);
    const locks: FileLock[] = [];
    try {
      const owner = FileLock.takeExisting(ownerPath);
      if (owner !== undefined) locks.push(owner);
      const left = FileLock.takeExisting(appendLockPathOf(logPath));
      const append = left ?? takeAppendLock(logPath);
      locks.push(append);
      // A writer that has come since holds its lock by now; one that comes later has to wait for its turn.
      const late = owner ?? FileLock.takeExisting(ownerPath);
      return new Ownership(late, append, late !== undefined || left !== undefined);
    } catch (error) {
      for (const lock of locks) lock.release();
      throw error;
    }
  }

  /** Gives the log up for good: it has ended, and its locks are removed. */
  finish(): void {
    this.#isOver = true;
    this.#append.remove();
    this.#owner?.remove();
  }

  /** Gives the log up: who looks at it learns what could be learnt before. */
  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#append.remove();
    this.#owner?.release();
  }
}
