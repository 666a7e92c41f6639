/** Watches of directories, each shared by all of this process who wait for something in it. */

import { basename } from "../deps/path.ts";
import { isGranted } from "./permission.ts";

/** Gets the names of files that changed; `undefined` when nobody knows which. */
export type ChangeListener = (names: readonly string[] | undefined) => void;

/** The open watches, by the identity of the directory: another one may come to stand under the same path. */
const watches = new Map<string, SharedWatch>();

/** A watch of one directory. One for everybody who listens would make each a thread, and wake all of them for each change. */
class SharedWatch {
  readonly listeners: Set<ChangeListener> = new Set();
  readonly #identity: string;
  readonly #watcher: Deno.FsWatcher;

  constructor(identity: string, watcher: Deno.FsWatcher) {
    this.#identity = identity;
    this.#watcher = watcher;
    watches.set(identity, this);
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
    if (watches.get(this.#identity) === this) watches.delete(this.#identity);
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
    const { dev, ino } = Deno.statSync(directory);
    // Where the system does not tell directories apart, nobody shares.
    const identity = ino ? `${dev}:${ino}` : crypto.randomUUID();
    const watch = watches.get(identity) ?? new SharedWatch(identity, Deno.watchFs(directory, { recursive: false }));
    watch.listeners.add(listener);
    return () => watch.leave(listener);
  } catch {
    return undefined; // the system has no watch left, or the file system has none
  }
}
