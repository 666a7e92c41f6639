/** Locks between processes: an advisory lock of the system on a file of its own. */

import { LogLockedError } from "../errors.ts";
import { unlessGone } from "./file_error.ts";
import { NotAFileError, openFile } from "./open_file.ts";
import { isGranted } from "./permission.ts";

/**
 * What a lock file tells: somebody holds it, it is there but free, there is none, or nobody can find out
 * here: the file may not be read, or the runtime is older than Deno 2.7, where a lock could only be waited for.
 */
export type LockState = "held" | "free" | "absent" | "unknown";

/** How long an exclusive lock is tried for: longer than another process needs to look whether it is held. */
const ATTEMPTS = 20;
const ATTEMPT_MS = 5;

/** How often a lock is taken again whose file was removed meanwhile; bounded, as not every file system can tell. */
const MOST_RETRIES = 1000;

/** Bytes that a note has room for. */
const MOST_NOTED = 256;

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
    return FileLock.#open(path, (file) => lockNow(file, path));
  }

  /**
   * Takes a lock that nobody else should hold, if there is one.
   *
   * @param path The lock file; none is made.
   * @returns The lock; `undefined` when there is no such file.
   * @throws {LogLockedError} When another process or another handle holds it.
   */
  static takeExisting(path: string): FileLock | undefined {
    return unlessGone(() => FileLock.#open(path, (file) => lockNow(file, path), false));
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

  static #open(path: string, lock: (file: Deno.FsFile) => void, create = true): FileLock {
    for (let left = MOST_RETRIES;; left--) {
      const file = openFile(path, { read: true, write: true, create, mode: 0o600 });
      try {
        lock(file);
        const taken = new FileLock(path, file);
        if (left === 0 || taken.isInPlace()) return taken;
      } catch (error) {
        file.close();
        throw error;
      }
      file.close(); // it was removed by whoever had it before us
    }
  }

  /**
   * Tells whether the lock still counts: who removes a lock file leaves those who wait for it with a lock on a file that
   * has no name any more. A lock that was just taken counts.
   *
   * @returns `true` while the file that is locked is the one that has its name.
   */
  isInPlace(): boolean {
    try {
      const named = Deno.statSync(this.path);
      const locked = this.#file.statSync();
      return named.dev === locked.dev && named.ino === locked.ino;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  /**
   * Reads what the last who held the lock noted in its file.
   *
   * @returns The note; empty when there is none.
   */
  note(): string {
    const bytes = new Uint8Array(MOST_NOTED);
    this.#file.seekSync(0, Deno.SeekMode.Start);
    return new TextDecoder().decode(bytes.subarray(0, this.#file.readSync(bytes) ?? 0));
  }

  /**
   * Notes something in the lock file, for who holds the lock next.
   *
   * @param text A short note.
   */
  setNote(text: string): void {
    this.#file.truncateSync(0);
    this.#file.seekSync(0, Deno.SeekMode.Start);
    this.#file.writeSync(new TextEncoder().encode(text));
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

/** Locks a file at once, or nearly so: others may be looking whether it is locked. */
function lockNow(file: Deno.FsFile, path: string): void {
  if (file.tryLockSync === undefined) return file.lockSync(true);
  for (let attempt = 0; !file.tryLockSync(true); attempt++) {
    if (attempt === ATTEMPTS) throw new LogLockedError(path);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ATTEMPT_MS);
  }
}

/**
 * Looks whether a lock is held, without keeping it from anybody.
 *
 * @param path The lock file.
 * @returns What it tells.
 */
export function lockState(path: string): LockState {
  if (!isGranted({ name: "read", path })) return "unknown";
  let file: Deno.FsFile;
  try {
    file = openFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "absent";
    if (error instanceof NotAFileError) return "unknown";
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
