/** Taking turns at a log that no single program owns. */

import { FileLock } from "./file_lock.ts";

/**
 * The lock that programs take in turn to append to a log. It says nothing about whether the session goes on.
 *
 * @param logPath The log.
 * @returns The path.
 */
export function appendLockPathOf(logPath: string): string {
  return `${logPath.replace(/\.jsonl$/, "")}.append`;
}

/**
 * Waits for the turn to append to a log. Whoever has it may remove the lock with the file: those who wait notice.
 *
 * @param logPath The log.
 * @returns The lock.
 */
export function waitToAppend(logPath: string): FileLock {
  return FileLock.wait(appendLockPathOf(logPath));
}

/**
 * Takes the turn to append to a log that nobody else should want to write.
 *
 * @param logPath The log.
 * @returns The lock.
 * @throws {LogLockedError} When another program has it.
 */
export function takeAppendLock(logPath: string): FileLock {
  return FileLock.take(appendLockPathOf(logPath));
}
