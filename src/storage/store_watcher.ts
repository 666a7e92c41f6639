/** Waiting for any log of a store to change. */

import { basename } from "../deps/path.ts";

/** What has changed since the last wait. */
export interface StoreChanges {
  /** Names of logs that were made, written or removed. */
  readonly names: ReadonlySet<string>;
  /** Whether other changes may have been missed, so that everything is to be looked at. */
  readonly mayBeMore: boolean;
}

/**
 * Watches directories, one watch for each. As for a single log, the system may lose notifications or refuse to give any:
 * whoever waits looks at everything now and then.
 */
export class StoreWatcher implements Disposable {
  #directories: readonly string[] = [];
  #watcher: Deno.FsWatcher | undefined;
  #names = new Set<string>();
  #mayBeMore = true;
  #wake: (() => void) | undefined;

  /** Whether changes are noticed at all; without, only the time wakes. */
  get isWatching(): boolean {
    return this.#watcher !== undefined;
  }

  /**
   * Watches these directories from now on. What was not noticed before is to be looked for after this.
   *
   * @param directories The directories, all of them there; those below them are not watched.
   */
  watch(directories: readonly string[]): void {
    const isSame = directories.length === this.#directories.length &&
      directories.every((directory, at) => directory === this.#directories[at]);
    if (isSame && this.#watcher !== undefined) return;
    this.#watcher?.close();
    this.#directories = directories;
    this.#watcher = directories.length === 0 ? undefined : openWatcher(directories);
    if (this.#watcher !== undefined) this.#pump(this.#watcher);
  }

  /**
   * Waits for a change; those that came since the last wait count.
   *
   * @param milliseconds The longest wait.
   * @param signal Ends the wait.
   * @returns What has changed.
   */
  async wait(milliseconds: number, signal?: AbortSignal): Promise<StoreChanges> {
    if (this.#names.size === 0 && !this.#mayBeMore && !signal?.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, milliseconds);
      const onAbort = (): void => resolve();
      signal?.addEventListener("abort", onAbort);
      this.#wake = resolve;
      await promise;
      this.#wake = undefined;
      signal?.removeEventListener("abort", onAbort);
      clearTimeout(timer);
    }
    const changes = { names: this.#names, mayBeMore: this.#mayBeMore };
    this.#names = new Set();
    this.#mayBeMore = false;
    return changes;
  }

  /** Stops watching. */
  [Symbol.dispose](): void {
    this.#watcher?.close();
  }

  async #pump(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { kind, paths, flag } of watcher) {
        for (const path of paths) {
          if (path.endsWith(".jsonl")) this.#names.add(basename(path));
          // Besides logs, only a new directory matters: that of a project, or one on the way to its logs.
          else if (kind === "create" && isDirectory(path)) this.#mayBeMore = true;
        }
        if (flag === "rescan") this.#mayBeMore = true;
        if (this.#names.size > 0 || this.#mayBeMore) this.#wake?.();
      }
    } catch {
      // The system tells nothing any more: the time still wakes.
    }
    if (this.#watcher === watcher) this.#watcher = undefined;
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function openWatcher(directories: readonly string[]): Deno.FsWatcher | undefined {
  try {
    return Deno.watchFs([...directories], { recursive: false });
  } catch {
    return undefined; // the system has no watch left, or the file system has none
  }
}
