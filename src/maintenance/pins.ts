/** Protecting sessions from being pruned. */

import { SessionNotFoundError } from "../errors.ts";
import type { SessionId } from "../session_id.ts";
import { waitToAppend } from "../storage/append_lock.ts";
import { type LocatedLog, locateLog } from "../storage/locate.ts";
import { openFile } from "../storage/open_file.ts";
import { requirePath } from "../storage/permission.ts";
import { lookAt, pinPathOf } from "../storage/session_files.ts";
import { openStore, type StoreOptions } from "./stores.ts";

/**
 * Protects a session: it is never pruned, until {@linkcode unpinSession} is called. A session may be protected twice.
 *
 * @param sessionId The session, or the unambiguous beginning of its id.
 * @param options Which store.
 * @returns The full id.
 * @throws {SessionNotFoundError} When there is no such log.
 * @throws {AmbiguousSessionError} When the beginning fits several.
 */
export function pinSession(sessionId: string, options: StoreOptions = {}): SessionId {
  const log = logToChange(sessionId, options);
  // Whoever prunes holds the same lock from its last look at the mark until the log is gone.
  const turn = waitToAppend(log.logPath);
  try {
    if (lookAt(log.logPath) === undefined) {
      throw new SessionNotFoundError(`Cannot pin session "${log.id}": its log is gone`);
    }
    openFile(pinPathOf(log.logPath), { write: true, create: true, mode: 0o600 }).close();
    return log.id;
  } finally {
    turn.remove();
  }
}

/**
 * Takes back the protection of a session; nothing happens when it has none.
 *
 * @param sessionId The session, or the unambiguous beginning of its id.
 * @param options Which store.
 * @returns The full id.
 * @throws {SessionNotFoundError} When there is no such log.
 * @throws {AmbiguousSessionError} When the beginning fits several.
 */
export function unpinSession(sessionId: string, options: StoreOptions = {}): SessionId {
  const log = logToChange(sessionId, options);
  try {
    Deno.removeSync(pinPathOf(log.logPath));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return log.id;
}

/**
 * Tells whether a session is protected.
 *
 * @param logPath Its log.
 * @returns `true` when it is.
 */
export function isPinned(logPath: string): boolean {
  return lookAt(pinPathOf(logPath)) !== undefined;
}

function logToChange(sessionId: string, options: StoreOptions): LocatedLog {
  const { layout } = openStore(options);
  requirePath("write", layout.root);
  return locateLog(layout, sessionId);
}
