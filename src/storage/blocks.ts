/** The bytes of a log in blocks of whole lines, forwards or backwards. */

import { type Block, NEWLINE } from "../codec/lines.ts";
import { openFile } from "./open_file.ts";
import { readFully } from "./read_fully.ts";

/** Bytes taken from the system at a time. */
const CHUNK = 256 * 1024;

/** Bytes taken first from the end of a file: what is looked for often stands near it. */
const FIRST_CHUNK = 16 * 1024;

/**
 * Reads part of a file forwards.
 *
 * @param file The file.
 * @param from Where to start: the beginning of a line.
 * @param to Where to stop.
 * @param chunk Bytes to take from the system at a time.
 * @returns Whole lines, at last perhaps an unfinished one. A block may be used until the next one is asked for.
 */
export function* blocksForward(
  file: Deno.FsFile,
  from: number,
  to: number,
  chunk: number = CHUNK,
): Generator<Block, void, void> {
  let buffer = new Uint8Array(Math.min(chunk, Math.max(1, to - from)));
  let offset = from;
  let held = 0;
  file.seekSync(from, Deno.SeekMode.Start);
  while (offset + held < to) {
    if (held === buffer.length) buffer = grown(buffer);
    // No more at a time where a long line made the buffer grow: what is decoded at once should stay little.
    const room = buffer.subarray(held, Math.min(held + chunk, to - offset));
    const count = file.readSync(room);
    if (count === null || count === 0) break;
    const end = room.subarray(0, count).lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      held += count;
      continue;
    }
    const whole = held + end;
    yield { offset, bytes: buffer.subarray(0, whole) };
    buffer.copyWithin(0, whole, held + count);
    offset += whole;
    held += count - whole;
  }
  if (held > 0) yield { offset, bytes: buffer.subarray(0, held) };
}

/**
 * Reads part of a file backwards.
 *
 * @param file The file.
 * @param from Where to stop: the beginning of a line.
 * @param to Where to start: the end of a line, or of the file.
 * @param chunk Bytes to take from the system at a time; fewer at first.
 * @returns Whole lines; the first block may end with an unfinished one, and each block stands before the last one.
 */
export function* blocksBackward(
  file: Deno.FsFile,
  from: number,
  to: number,
  chunk: number = CHUNK,
): Generator<Block, void, void> {
  let end = to;
  let size = Math.min(FIRST_CHUNK, chunk);
  while (end > from) {
    const start = Math.max(from, end - size);
    const bytes = readFully(file, start, end - start);
    const cut = start === from ? 0 : bytes.indexOf(NEWLINE) + 1;
    const isPartOfLine = start > from && (cut === 0 || cut === bytes.length);
    if (!isPartOfLine) {
      yield { offset: start + cut, bytes: bytes.subarray(cut) };
      end = start + cut;
    }
    size = isPartOfLine ? size * 2 : chunk;
  }
}

/**
 * Finds the beginning of a line.
 *
 * @param path The file.
 * @param offset A byte offset.
 * @returns The last beginning of a line that is not behind the offset, nor behind the end of the file.
 * @throws {Deno.errors.NotFound} When there is no such file.
 */
export function lineStart(path: string, offset: number): number {
  using file = openFile(path);
  for (const block of blocksBackward(file, 0, Math.min(offset, file.statSync().size))) {
    return block.offset + block.bytes.lastIndexOf(NEWLINE) + 1;
  }
  return 0;
}

function grown(buffer: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(buffer.length * 2);
  larger.set(buffer);
  return larger;
}
