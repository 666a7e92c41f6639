/** Waiting for a file to change. */

import { basename } from "../deps/path.ts";
import { isGranted } from "./permission.ts";

/**
 * Wakes whoever waits when files of a directory change, or when a time has passed. The system may lose
 * notifications, or refuse to give any: the time is what can be relied on.
 */
export class Waker implements Disposable {
  readonly #watcher: Deno.FsWatcher | undefined;
  #changed = false;
  #wake: (() => void) | undefined;

  /**
   * @param directory The directory to watch; its subdirectories are not watched.
   * @param name Beginning of the names of the files that matter.
   */
  constructor(directory: string, name: string) {
    this.#watcher = openWatcher(directory);
    if (this.#watcher !== undefined) this.#pump(this.#watcher, name);
  }

  /** Whether changes are noticed at all; without, only the time wakes. */
  get isWatching(): boolean {
    return this.#watcher !== undefined;
  }

  /**
   * Waits for a change; one that came since the last wait counts.
   *
   * @param milliseconds The longest wait.
   * @param signal Ends the wait.
   */
  async wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (!this.#changed && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        signal?.addEventListener("abort", resolve as () => void, { once: true });
        this.#wake = () => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", resolve as () => void);
          resolve();
        };
      });
      this.#wake?.(); // however the wait ended, nothing of it stays behind
      this.#wake = undefined;
    }
    this.#changed = false;
  }

  /** Stops watching. */
  [Symbol.dispose](): void {
    this.#watcher?.close();
  }

  async #pump(watcher: Deno.FsWatcher, name: string): Promise<void> {
    try {
      for await (const { paths, flag } of watcher) {
        // After a rescan nobody knows what was missed.
        if (flag !== "rescan" && !paths.some((path) => basename(path).startsWith(name))) continue;
        this.#changed = true;
        this.#wake?.();
      }
    } catch {
      // The system tells nothing any more: the time still wakes.
    }
  }
}

function openWatcher(directory: string): Deno.FsWatcher | undefined {
  if (!isGranted({ name: "read", path: directory })) return undefined;
  try {
    return Deno.watchFs(directory, { recursive: false });
  } catch {
    return undefined; // the system has no watch left, or the file system has none
  }
}
