/** The lines of a log so far. */

import { decodeBlock } from "../codec/decode_block.ts";
import type { Decoded, LineDialect } from "../codec/dialect.ts";
import { type Block, linesOf, LineSplitter } from "../codec/lines.ts";
import { blocksForward } from "./blocks.ts";
import { openFile } from "./open_file.ts";
import { requirePath } from "./permission.ts";
import { readFully } from "./read_fully.ts";

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
  requirePath("read", path);
  using file = openFile(path);
  const { from = 0, to = (await file.stat()).size } = options;
  let turn = 0;
  for (const block of blocksForward(file, from, to, CHUNK)) {
    yield block;
    // A synchronous read costs a tenth of an asynchronous one; now and then a call of that kind lets others have their turn.
    if (++turn % SYNC_READS === 0) await file.stat();
  }
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
  using file = openFile(path);
  return lastLines(file, dialect, enough);
}

/**
 * Reads the last lines of an open log, as {@linkcode readBackUntil} does.
 *
 * @param file The log.
 * @param dialect Its wire format.
 * @param enough Tells whether these lines, the last of the file in order, are enough.
 * @returns The lines that were enough, or all lines of the log.
 */
export function lastLines<Event>(
  file: Deno.FsFile,
  dialect: LineDialect<Event>,
  enough: (lines: readonly Decoded<Event>[]) => boolean,
): Decoded<Event>[] {
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
 * @returns The event, or `undefined` when the log holds none.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export function readFirst<Event>(path: string, dialect: LineDialect<Event>): Event | undefined {
  using file = openFile(path);
  return firstEvent(file, dialect);
}

/**
 * Finds the first event of an open log. It is nearly always the first line, and no more than that is decoded.
 *
 * @param file The log.
 * @param dialect Its wire format.
 * @returns The event, or `undefined` when the log holds none.
 */
export function firstEvent<Event>(file: Deno.FsFile, dialect: LineDialect<Event>): Event | undefined {
  const splitter = new LineSplitter();
  let chunk = FIRST_WINDOW;
  for (let from = 0;; chunk = CHUNK) {
    const bytes = readFully(file, from, chunk);
    from += bytes.length;
    const block = bytes.length === 0 ? splitter.flush() : splitter.push(bytes);
    const first = block === undefined ? undefined : firstOf(block, dialect);
    if (first !== undefined || bytes.length === 0) return first;
  }
}

function firstOf<Event>(block: Block, dialect: LineDialect<Event>): Event | undefined {
  for (const { offset, length } of linesOf(block)) {
    const start = offset - block.offset;
    const [line] = decodeBlock(dialect, { offset, bytes: block.bytes.subarray(start, start + length) });
    if (line?.kind === "event") return line.event;
  }
  return undefined;
}
