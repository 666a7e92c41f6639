/** Bringing a log up to another one that it is the beginning of. */

import { dirname } from "../deps/path.ts";
import { LogLockedError } from "../errors.ts";
import { areSameBytes, writeFully } from "../storage/bytes.ts";
import { unlessGone } from "../storage/file_error.ts";
import { Ownership } from "../storage/ownership.ts";
import { readFully } from "../storage/read_fully.ts";

/** What a copy lacks: it is not there, it is there in part, it lacks nothing, it is something else, or it is written. */
export type CopyState = "imported" | "completed" | "unchanged" | "recorded" | "busy";

/** Bytes that are compared and copied at once. */
const PIECE = 1024 * 1024;

/**
 * Tells what a copy lacks.
 *
 * @param source The log.
 * @param path The copy.
 * @returns What copying would do.
 */
export function lookAtCopy(source: Deno.FsFile, path: string): CopyState {
  const { size } = source.statSync();
  const copied = sizeOf(path);
  if (copied === undefined) return "imported";
  if (copied > size || !isBeginning(path, source, copied)) return "recorded";
  return copied === size ? "unchanged" : "completed";
}

/**
 * Copies what is lacking, while nobody else appends to the copy. Killed at any moment, it leaves nothing that the next
 * time does not put right.
 *
 * @param source The log.
 * @param path The copy.
 * @returns What was done.
 */
export function copyLog(source: Deno.FsFile, path: string): CopyState {
  if (lookAtCopy(source, path) === "recorded") return "recorded";
  Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    using _ownership = Ownership.take(path); // what a kill left of its locks goes with it
    const state = lookAtCopy(source, path); // it may have changed until the turn came
    if (state === "completed") copy(source, sizeOf(path)!, path);
    if (state === "imported") {
      const temporary = `${path}.tmp`; // a log is there as a whole, or not at all
      copy(source, 0, temporary);
      Deno.renameSync(temporary, path);
    }
    return state;
  } catch (error) {
    if (error instanceof LogLockedError) return "busy";
    throw error;
  }
}

function sizeOf(path: string): number | undefined {
  return unlessGone(() => Deno.statSync(path).size);
}

function isBeginning(path: string, whole: Deno.FsFile, length: number): boolean {
  using beginning = Deno.openSync(path, { read: true });
  for (let at = 0; at < length; at += PIECE) {
    const size = Math.min(PIECE, length - at);
    if (!areSameBytes(readFully(whole, at, size), readFully(beginning, at, size))) return false;
  }
  return true;
}

function copy(source: Deno.FsFile, offset: number, to: string): void {
  using target = Deno.openSync(to, {
    write: true,
    create: true,
    append: offset > 0,
    truncate: offset === 0,
    mode: 0o600,
  });
  const { size } = source.statSync();
  for (let at = offset; at < size;) {
    const piece = readFully(source, at, Math.min(PIECE, size - at));
    if (piece.length === 0) break; // cut off meanwhile
    writeFully(target, piece);
    at += piece.length;
  }
}
