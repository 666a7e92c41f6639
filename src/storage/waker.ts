/** Waiting for a file to change. */

import { listenForChanges } from "./shared_watch.ts";

/**
 * Wakes whoever waits when files of a directory change, or when a time has passed. The system may lose
 * notifications, or refuse to give any: the time is what can be relied on.
 */
export class Waker implements Disposable {
  readonly #leave: (() => void) | undefined;
  #changed = false;
  #wake: (() => void) | undefined;

  /**
   * @param directory The directory to watch; its subdirectories are not watched.
   * @param name Beginning of the names of the files that matter.
   */
  constructor(directory: string, name: string) {
    this.#leave = listenForChanges(directory, (names) => {
      if (names?.some((each) => each.startsWith(name)) === false) return;
      this.#changed = true;
      this.#wake?.();
    });
  }

  /** Whether changes are noticed at all; without, only the time wakes. */
  get isWatching(): boolean {
    return this.#leave !== undefined;
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
    this.#leave?.();
  }
}
