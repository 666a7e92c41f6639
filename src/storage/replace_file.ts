/** Files that are replaced as a whole. */

/** Attempts at a rename that another program keeps from happening, as an open file does on Windows. */
const RENAME_ATTEMPTS = 20;
const RENAME_WAIT_MS = 10;

/**
 * Replaces a file at once: a reader sees the old content or the new one, and a crash leaves one of both. The caller
 * holds a lock, so the temporary file beside it has one fixed name; what a crash left of it is overwritten.
 *
 * @param path The file.
 * @param text Its new content.
 */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  try {
    writeSynced(temporary, text);
    rename(temporary, path);
  } catch (error) {
    try {
      Deno.removeSync(temporary);
    } catch {
      // It was never made, or the disk is gone: the first error says more.
    }
    throw error;
  }
}

function writeSynced(path: string, text: string): void {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true, mode: 0o600 });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  file.syncDataSync();
}

function rename(from: string, to: string): void {
  for (let attempt = 1;; attempt++) {
    try {
      return Deno.renameSync(from, to);
    } catch (error) {
      if (Deno.build.os !== "windows" || attempt === RENAME_ATTEMPTS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RENAME_WAIT_MS);
    }
  }
}
