/** Keeping everybody else from a session that is to be deleted. */

import { ZIG } from "../codec/zig.ts";
import { LogLockedError } from "../errors.ts";
import { takeAppendLock } from "../storage/append_lock.ts";
import { FileLock } from "../storage/file_lock.ts";
import { lockPathOf } from "../storage/layout.ts";
import { livenessOf } from "../storage/liveness.ts";
import { mayRead } from "../storage/permission.ts";
import { lookAt } from "../storage/session_files.ts";
import { isPinned } from "./pins.ts";
import type { PlannedPrune } from "./prune_plan.ts";

/** A session that nobody else writes, repairs, protects or prunes meanwhile. */
export class PruneHold implements Disposable {
  /** The session. */
  readonly planned: PlannedPrune;
  /** The lock of its writer, where there is one, and the one for taking turns. */
  readonly #locks: readonly FileLock[];
  #isOver = false;

  private constructor(planned: PlannedPrune, locks: readonly FileLock[]) {
    this.planned = planned;
    this.#locks = locks;
  }

  /**
   * Takes hold of a session, and makes sure that what was planned still holds.
   *
   * @param planned The session.
   * @returns The hold, or why the session has to stay.
   */
  static take(planned: PlannedPrune): PruneHold | string {
    const { logPath } = planned;
    const locks: FileLock[] = [];
    try {
      const ownLock = lockPathOf(logPath);
      if (lookAt(ownLock)?.isFile) locks.push(FileLock.take(ownLock));
      locks.push(takeAppendLock(logPath));
      const objection = objectionTo(planned, locks.length > 1);
      if (objection === undefined) return new PruneHold(planned, locks);
      free(locks);
      return objection;
    } catch (error) {
      free(locks);
      if (error instanceof LogLockedError) return "it is being written";
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

function objectionTo({ logPath, files }: PlannedPrune, hadLock: boolean): string | undefined {
  const info = lookAt(logPath);
  if (info === undefined) return "it is gone already";
  if (isPinned(logPath)) return "it has been pinned meanwhile";
  const then = files.find(({ kind }) => kind === "log");
  const isSame = info.isSymlink || then?.bytes === info.size && then.modified === (info.mtime?.getTime() ?? 0);
  if (!isSame || info.isDirectory) return "it has changed meanwhile";
  if (!mayRead(logPath)) return "nobody can tell whether it runs: its log may not be read";
  try {
    const { state } = livenessOf(logPath, ZIG, Date.now(), hadLock ? "free" : "absent");
    return state === "running" ? "it is running" : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // a symbolic link that leads nowhere
    throw error;
  }
}
