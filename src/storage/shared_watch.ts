/** Watches of directories, each shared by all of this process who wait for something in it. */

import { basename } from "../deps/path.ts";
import { isGranted } from "./permission.ts";

/** Gets the names of files that changed; `undefined` when nobody knows which. */
export type ChangeListener = (names: readonly string[] | undefined) => void;

/** The open watches, by their directories. */
const watches = new Map<string, SharedWatch>();

/** A watch of one directory. One for everybody who listens would make each a thread, and wake all of them for each change. */
class SharedWatch {
  readonly listeners: Set<ChangeListener> = new Set();
  readonly #directory: string;
  readonly #watcher: Deno.FsWatcher;

  constructor(directory: string) {
    this.#directory = directory;
    this.#watcher = Deno.watchFs(directory, { recursive: false });
    watches.set(directory, this);
    this.#pump();
  }

  leave(listener: ChangeListener): void {
    if (!this.listeners.delete(listener) || this.listeners.size > 0) return;
    this.#forget();
    this.#watcher.close();
  }

  async #pump(): Promise<void> {
    try {
      for await (const { paths, flag } of this.#watcher) {
        // After a rescan nobody knows what was missed.
        const names = flag === "rescan" ? undefined : paths.map((path) => basename(path));
        for (const listener of this.listeners) listener(names);
      }
    } catch {
      // The system tells nothing any more: whoever listens also looks from time to time.
    }
    this.#forget();
  }

  #forget(): void {
    if (watches.get(this.#directory) === this) watches.delete(this.#directory);
  }
}

/**
 * Listens for changes in a directory.
 *
 * @param directory The directory; its subdirectories are not watched.
 * @param listener Is told of them.
 * @returns Ends the listening; `undefined` when the system refuses to watch.
 */
export function listenForChanges(directory: string, listener: ChangeListener): (() => void) | undefined {
  if (!isGranted({ name: "read", path: directory })) return undefined;
  try {
    const watch = watches.get(directory) ?? new SharedWatch(directory);
    watch.listeners.add(listener);
    return () => watch.leave(listener);
  } catch {
    return undefined; // the system has no watch left, or the file system has none
  }
}
