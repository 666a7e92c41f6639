/** The lines of a log so far. */

import { decodeBlock } from "../codec/decode_block.ts";
import type { Decoded, LineDialect } from "../codec/dialect.ts";
import { type Block, LineSplitter } from "../codec/lines.ts";

/** Which part of a log is read. */
export interface ReadOptions {
  /** Byte offset to start at: the beginning of a line. Default 0. */
  readonly from?: number | undefined;
  /** Byte offset to stop at. Default: the length of the file when reading starts. */
  readonly to?: number | undefined;
}

/** Bytes taken from the system at a time. More decode no faster, and what a batch leaves behind makes the heap grow. */
const CHUNK = 16 * 1024;

/** Reads after which one is asynchronous: a few milliseconds of work. */
const SYNC_READS = 64;

/** Bytes looked at first from the end of a log: some ten lines. */
const FIRST_WINDOW = 4 * 1024;

/**
 * Reads a log from its beginning or from an offset. The last line may be unfinished: when it is a whole event all the
 * same it is an event, otherwise it is malformed and `torn`.
 *
 * @param path The log.
 * @param dialect Its wire format.
 * @param options Which part.
 * @returns The decoded lines, in batches of whatever one read brought.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export async function* read<Event>(
  path: string,
  dialect: LineDialect<Event>,
  options: ReadOptions = {},
): AsyncGenerator<Decoded<Event>[], void, void> {
  for await (const block of readBlocks(path, options)) yield decodeBlock(dialect, block);
}

/**
 * Reads a log as it is stored, in blocks of whole lines; the last line of the last one may be unfinished.
 *
 * @param path The log.
 * @param options Which part.
 * @returns The blocks; each counts only until the next is asked for.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export async function* readBlocks(path: string, options: ReadOptions = {}): AsyncGenerator<Block, void, void> {
  using file = await Deno.open(path, { read: true });
  const from = options.from ?? 0;
  let left = (options.to ?? (await file.stat()).size) - from;
  await file.seek(from, Deno.SeekMode.Start);
  const splitter = new LineSplitter(from);
  const buffer = new Uint8Array(CHUNK);
  for (let turn = 1; left > 0; turn++) {
    const part = left < CHUNK ? buffer.subarray(0, left) : buffer;
    // A synchronous read costs a tenth of an asynchronous one; now and then one of these lets others have their turn.
    const count = turn % SYNC_READS === 0 ? await file.read(part) : file.readSync(part);
    if (count === null) break;
    left -= count;
    const block = splitter.push(buffer.subarray(0, count));
    if (block !== undefined) yield block;
  }
  const rest = splitter.flush();
  if (rest !== undefined) yield rest;
}

/**
 * Reads the last lines of a log, from its end: the cost does not depend on how long the log is.
 *
 * @param path The log.
 * @param dialect Its wire format.
 * @param enough Tells whether these lines, the last of the file in order, are enough.
 * @returns The lines that were enough, or all lines of the log.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export function readBackUntil<Event>(
  path: string,
  dialect: LineDialect<Event>,
  enough: (lines: readonly Decoded<Event>[]) => boolean,
): Decoded<Event>[] {
  using file = Deno.openSync(path, { read: true });
  const { size } = file.statSync();
  for (let window = FIRST_WINDOW;; window *= 4) {
    const start = Math.max(0, size - window);
    const bytes = readFully(file, start, size - start);
    const firstLine = start === 0 ? 0 : bytes.indexOf(0x0a) + 1;
    const isWholeLine = start === 0 || firstLine > 0;
    const lines = isWholeLine
      ? decodeBlock(dialect, { offset: start + firstLine, bytes: bytes.subarray(firstLine) })
      : [];
    if (start === 0 || enough(lines)) return lines;
  }
}

/**
 * Reads the last lines of a log.
 *
 * @param path The log.
 * @param dialect Its wire format.
 * @param count How many lines, blank ones not counted.
 * @returns Up to `count` lines, in the order of the log.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export function readLast<Event>(path: string, dialect: LineDialect<Event>, count: number): Decoded<Event>[] {
  if (count <= 0) return [];
  return readBackUntil(path, dialect, (lines) => lines.length >= count).slice(-count);
}

/**
 * Finds the first event of a log.
 *
 * @param path The log.
 * @param dialect Its wire format.
 * @returns The event, or `undefined` when the beginning of the log holds none.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export function readFirst<Event>(path: string, dialect: LineDialect<Event>): Event | undefined {
  using file = Deno.openSync(path, { read: true });
  const { size } = file.statSync();
  for (let window = CHUNK;; window *= 4) {
    const bytes = readFully(file, 0, Math.min(size, window));
    const end = bytes.length === size ? size : bytes.lastIndexOf(0x0a) + 1;
    const lines = decodeBlock(dialect, { offset: 0, bytes: bytes.subarray(0, end) });
    const first = lines.find((line) => line.kind === "event");
    if (first !== undefined) return first.event;
    if (lines.length > 0 || bytes.length === size) return undefined;
  }
}

/**
 * Reads part of a file.
 *
 * @param file The file.
 * @param from Where to start.
 * @param length How many bytes.
 * @returns The bytes; fewer when the file ends before.
 */
export function readFully(file: Deno.FsFile, from: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  file.seekSync(from, Deno.SeekMode.Start);
  let at = 0;
  while (at < length) {
    const count = file.readSync(bytes.subarray(at));
    if (count === null) break;
    at += count;
  }
  return bytes.subarray(0, at);
}
