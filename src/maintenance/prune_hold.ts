/** Keeping everybody else from a session that is to be deleted. */

import { basename } from "../deps/path.ts";
import { LogLockedError } from "../errors.ts";
import { takeAppendLock } from "../storage/append_lock.ts";
import { FileLock } from "../storage/file_lock.ts";
import { lockPathOf } from "../storage/layout.ts";
import { livenessOf } from "../storage/liveness.ts";
import { mayRead } from "../storage/permission.ts";
import { lookAt, pinPathOf } from "../storage/session_files.ts";
import type { PlannedPrune } from "./prune_plan.ts";
import { STORE_FORMATS } from "./stores.ts";

const WRITTEN = "it is being written";

/** A session that nobody else writes, repairs, protects or prunes meanwhile. */
export class PruneHold implements Disposable {
  /** The session. */
  readonly planned: PlannedPrune;
  /** The lock for taking turns, and the one of its writer, where there is one. */
  readonly #locks: FileLock[];
  #isOver = false;

  private constructor(planned: PlannedPrune, turn: FileLock) {
    this.planned = planned;
    this.#locks = [turn];
  }

  /**
   * Takes the lock for taking turns: nobody appends to the session, protects it, or goes on with it from then on.
   *
   * @param planned The session.
   * @returns The hold, or why the session has to stay.
   */
  static take(planned: PlannedPrune): PruneHold | string {
    try {
      return new PruneHold(planned, takeAppendLock(planned.logPath));
    } catch (error) {
      if (error instanceof LogLockedError) return WRITTEN;
      throw error;
    }
  }

  /**
   * Takes the lock of the writer, where there is one, and makes sure that what was planned still holds.
   *
   * @param names The names of the files beside the log, as they are since the hold was taken.
   * @returns Why the session has to stay; `undefined` when it may go.
   */
  secure(names: ReadonlySet<string>): string | undefined {
    const { planned } = this;
    try {
      const isLocked = names.has(basename(lockPathOf(planned.logPath)));
      if (isLocked && lookAt(lockPathOf(planned.logPath))?.isFile) {
        const own = FileLock.takeExisting(lockPathOf(planned.logPath));
        if (own !== undefined) this.#locks.push(own);
      }
      if (names.has(basename(pinPathOf(planned.logPath)))) return "it has been pinned meanwhile";
      return objectionTo(planned, this.#locks.length > 1);
    } catch (error) {
      if (error instanceof LogLockedError) return WRITTEN;
      throw error;
    }
  }

  /** Lets go of a session that is gone, and removes its locks. */
  finish(): void {
    this.#isOver = true;
    using freeing = new DisposableStack(); // each of them, whatever becomes of the others
    for (const lock of this.#locks) freeing.defer(() => lock.remove());
  }

  /** Lets go of a session that stays; nothing happens to one that is gone. */
  [Symbol.dispose](): void {
    if (!this.#isOver) free(this.#locks);
  }
}

/** The lock of a writer stays, as it tells that the writer died; that for taking turns is made anew by whoever needs it. */
function free(locks: readonly FileLock[]): void {
  using freeing = new DisposableStack();
  for (const lock of locks) freeing.defer(() => lock.path.endsWith(".lock") ? lock.release() : lock.remove());
}

function objectionTo({ source, logPath, files }: PlannedPrune, hadLock: boolean): string | undefined {
  const info = lookAt(logPath);
  if (info === undefined) return "it is gone already";
  const then = files.find(({ kind }) => kind === "log");
  const isSame = info.isSymlink || then?.bytes === info.size && then.modified === (info.mtime?.getTime() ?? 0);
  if (!isSame || info.isDirectory) return "it has changed meanwhile";
  if (!mayRead(logPath)) return "nobody can tell whether it runs: its log may not be read";
  try {
    const { dialect } = STORE_FORMATS[source];
    const { state } = livenessOf(logPath, dialect, Date.now(), hadLock ? "free" : "absent");
    return state === "running" ? "it is running" : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // a symbolic link that leads nowhere
    throw error;
  }
}
