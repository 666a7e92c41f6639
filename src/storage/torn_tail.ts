/** Taking an unfinished last line out of a log. */

import { dirname } from "../deps/path.ts";
import { areSameBytes } from "./bytes.ts";
import { unlessGone } from "./file_error.ts";
import { readFully } from "./read_fully.ts";
import { replaceFile } from "./replace_file.ts";

/** What is cut off a log, and where it goes. */
export interface TornTail {
  /** The log. */
  readonly logPath: string;
  /** Byte offset of the unfinished line. */
  readonly offset: number;
  /** Its bytes, to the end of the log. */
  readonly length: number;
  /** The file that keeps them. */
  readonly keptAt: string;
}

/**
 * Tells where the unfinished line of a log would be kept. The name comes from the time when the log was written last, so
 * that whoever finishes the work of another, who died over it, finds what that one did.
 *
 * @param logPath The log, which nobody writes.
 * @param offset Byte offset of the unfinished line.
 * @returns The tail.
 */
export function tornTail(logPath: string, offset: number): TornTail {
  const { size, mtime } = Deno.statSync(logPath);
  const time = (mtime ?? new Date(0)).toISOString().replaceAll(/[-:.]/g, "");
  const bytes = bytesOf(logPath, offset, size - offset);
  let keptAt = `${logPath}.torn-${time}`;
  for (let number = 2; !isFreeFor(bytes, keptAt); number++) keptAt = `${logPath}.torn-${time}-${number}`;
  return { logPath, offset, length: size - offset, keptAt };
}

/**
 * Moves an unfinished line out of its log: it is copied, and the copy is on the disk, before the log is cut.
 *
 * @param tail The line.
 */
export function moveTornTail({ logPath, offset, length, keptAt }: TornTail): void {
  const bytes = bytesOf(logPath, offset, length);
  if (!isKept(bytes, keptAt)) replaceFile(keptAt, bytes);
  syncDirectory(dirname(keptAt));
  using file = Deno.openSync(logPath, { write: true });
  file.truncateSync(offset);
  file.syncSync();
}

function bytesOf(logPath: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
  using file = Deno.openSync(logPath, { read: true });
  return readFully(file, offset, length);
}

/** Whether a file of that name can be the copy: there is none, or it is one already. */
function isFreeFor(bytes: Uint8Array, path: string): boolean {
  return contentOf(path) === undefined || isKept(bytes, path);
}

function isKept(bytes: Uint8Array, path: string): boolean {
  const kept = contentOf(path);
  return kept !== undefined && areSameBytes(kept, bytes);
}

function contentOf(path: string): Uint8Array | undefined {
  return unlessGone(() => Deno.readFileSync(path));
}

/** Makes a rename survive a power loss, where the system has a way to. */
function syncDirectory(path: string): void {
  try {
    using directory = Deno.openSync(path, { read: true });
    directory.syncSync();
  } catch {
    // Windows opens no directories; there the file itself has been synced.
  }
}
