/** Being woken by the file system. */

/**
 * Calls a function whenever something below some paths changes. The system may lose notifications or give none: the
 * caller looks now and then all the same. Watching keeps a program alive.
 *
 * @param paths Files or directories; those that cannot be watched are passed over.
 * @param wake The function.
 * @returns Ends the watching.
 */
export function watch(paths: readonly string[], wake: () => void): Disposable {
  const watchers = paths.map(openWatcher).filter((watcher) => watcher !== undefined);
  for (const watcher of watchers) pump(watcher, wake);
  return {
    [Symbol.dispose](): void {
      for (const watcher of watchers) watcher.close();
    },
  };
}

function openWatcher(path: string): Deno.FsWatcher | undefined {
  try {
    return Deno.watchFs(path, { recursive: true });
  } catch {
    return undefined; // it is not there yet, or the system has no watch left
  }
}

async function pump(watcher: Deno.FsWatcher, wake: () => void): Promise<void> {
  try {
    for await (const { kind } of watcher) {
      if (kind !== "access") wake();
    }
  } catch {
    // The system tells nothing any more.
  }
}
