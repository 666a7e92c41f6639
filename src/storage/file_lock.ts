/** Locks between processes: an advisory lock of the system on a file of its own. */

import { LogLockedError } from "../errors.ts";

/**
 * What a lock file tells: somebody holds it, it is there but free, there is none, or this runtime cannot find out
 * (before Deno 2.7 a lock could only be waited for).
 */
export type LockState = "held" | "free" | "absent" | "unknown";

/** How long an exclusive lock is tried for: longer than another process needs to look whether it is held. */
const ATTEMPTS = 20;
const ATTEMPT_MS = 5;

/** A held lock. The system frees it when the process dies. */
export class FileLock implements Disposable {
  /** The lock file. */
  readonly path: string;
  readonly #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Takes a lock that nobody else should hold.
   *
   * @param path The lock file; it is made when there is none.
   * @returns The lock.
   * @throws {LogLockedError} When another process or another handle holds it.
   */
  static take(path: string): FileLock {
    return FileLock.#open(path, (file) => {
      if (file.tryLockSync === undefined) return file.lockSync(true);
      for (let attempt = 0; !file.tryLockSync(true); attempt++) {
        if (attempt === ATTEMPTS) throw new LogLockedError(path);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ATTEMPT_MS);
      }
    });
  }

  /**
   * Waits for a lock.
   *
   * @param path The lock file; it is made when there is none.
   * @returns The lock.
   */
  static wait(path: string): FileLock {
    return FileLock.#open(path, (file) => file.lockSync(true));
  }

  static #open(path: string, lock: (file: Deno.FsFile) => void): FileLock {
    const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
    try {
      lock(file);
      return new FileLock(path, file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Frees the lock and leaves its file. */
  release(): void {
    this.#file.close();
  }

  /** Removes the lock file, then frees the lock: nobody finds the file free in between. */
  remove(): void {
    try {
      Deno.removeSync(this.path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    } finally {
      this.#file.close();
    }
  }

  /** Frees the lock and leaves its file. */
  [Symbol.dispose](): void {
    this.release();
  }
}

/**
 * Looks whether a lock is held, without keeping it from anybody.
 *
 * @param path The lock file.
 * @returns What it tells.
 */
export function lockState(path: string): LockState {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "absent";
    throw error;
  }
  try {
    if (file.tryLockSync === undefined) return "unknown";
    return file.tryLockSync(false) ? "free" : "held"; // shared, so that two who look do not disturb each other
  } catch {
    return "unknown"; // a file system without locks
  } finally {
    file.close();
  }
}
