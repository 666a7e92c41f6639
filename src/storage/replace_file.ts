/** Files that are replaced as a whole. */

import { areSameBytes, writeFully } from "./bytes.ts";
import { openFile } from "./open_file.ts";
import { readFully } from "./read_fully.ts";
import { renameFile } from "./rename_file.ts";

/**
 * Replaces a file at once: a reader sees the old content or the new one, and a crash leaves one of both. The caller
 * holds a lock, so the temporary file beside it has one fixed name; what a crash left of it is overwritten.
 *
 * @param path The file.
 * @param content Its new content.
 */
export function replaceFile(path: string, content: string | Uint8Array<ArrayBuffer>): void {
  replaceBy(path, (temporary) => {
    using file = openFile(temporary, { write: true, create: true, truncate: true, mode: 0o600 });
    writeFully(file, typeof content === "string" ? utf8.encode(content) : content);
    file.syncDataSync();
  });
}

/**
 * Replaces the end of a file, as a whole like {@linkcode replaceFile}; the system copies what stays. It does not wait for
 * the disk: after a power loss the file may be damaged, so this is for what can be made again.
 *
 * @param path The file.
 * @param from Where the end that is replaced starts.
 * @param old The end as it was read.
 * @param text The new end.
 * @returns Whether it was replaced; `false` when somebody who knows no locks changed the file meanwhile.
 */
export function replaceFileTail(path: string, from: number, old: Uint8Array, text: string): boolean {
  try {
    replaceBy(path, (temporary) => {
      Deno.copyFileSync(path, temporary);
      using file = openFile(temporary, { read: true, write: true });
      if (!endsIn(file, from, old)) throw new ChangedError();
      file.truncateSync(from);
      file.seekSync(from, Deno.SeekMode.Start);
      writeFully(file, utf8.encode(text));
    });
    return true;
  } catch (error) {
    if (error instanceof ChangedError) return false;
    throw error;
  }
}

/** The file is not what it was. */
class ChangedError extends Error {}

function endsIn(file: Deno.FsFile, from: number, end: Uint8Array): boolean {
  const found = readFully(file, from, end.length + 1);
  return areSameBytes(found, end);
}

const utf8 = new TextEncoder();

function replaceBy(path: string, write: (temporary: string) => void): void {
  const temporary = `${path}.tmp`;
  try {
    write(temporary);
    renameFile(temporary, path);
  } catch (error) {
    try {
      Deno.removeSync(temporary);
    } catch {
      // It was never made, or the disk is gone: the first error says more.
    }
    throw error;
  }
}
