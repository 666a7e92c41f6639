/** Looking through logs: bytes are searched first, and only lines that may fit are decoded. */

import { decodeBlock } from "../codec/decode_block.ts";
import type { Decoded, LineDialect } from "../codec/dialect.ts";
import { type Block, NEWLINE } from "../codec/lines.ts";
import { blocksBackward, blocksForward } from "./blocks.ts";
import { openFile } from "./open_file.ts";
import type { ReadOptions } from "./read.ts";

/** Finds lines that may fit, in text that was not parsed. It may find too many lines, never too few. */
export interface LinePrefilter {
  /**
   * Begins to look through a text.
   *
   * @param text Whole lines. Bytes that are not UTF-8 are replaced in it.
   * @returns Gives a place of the next line that may fit, at or behind another place; `Infinity` when there is none.
   */
  over(text: string): (from: number) => number;
}

/** How a log is looked through. */
export interface ScanOptions extends ReadOptions {
  /** Which lines are decoded; all of them when left out. */
  readonly prefilter?: LinePrefilter | undefined;
  /** Whether to start at the end. The blocks then come in the order of their reading, their lines in that of the log. */
  readonly backwards?: boolean | undefined;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Looks through a log.
 *
 * @param path The log.
 * @param dialect Its wire format.
 * @param options Which lines, and in which order.
 * @returns The decoded lines of each block, often none: so that a caller can stop between two blocks.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export function* scan<Event>(
  path: string,
  dialect: LineDialect<Event>,
  options: ScanOptions = {},
): Generator<Decoded<Event>[], void, void> {
  using file = openFile(path);
  const { from = 0, to = file.statSync().size, prefilter, backwards = false } = options;
  for (const block of backwards ? blocksBackward(file, from, to) : blocksForward(file, from, to)) {
    yield prefilter === undefined ? decodeBlock(dialect, block) : sift(dialect, block, prefilter);
  }
}

/**
 * Looks through a log from its end for the last lines that fit: the cost depends on how far back they stand, not on how
 * long the log is.
 *
 * @param path The log.
 * @param dialect Its wire format.
 * @param filter Which lines fit.
 * @param count How many are enough.
 * @returns Up to `count` lines, in the order of the log.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export function scanLast<Event>(
  path: string,
  dialect: LineDialect<Event>,
  filter: { readonly prefilter: LinePrefilter | undefined; matches(line: Decoded<Event>): boolean },
  count: number,
): Decoded<Event>[] {
  const batches: Decoded<Event>[][] = [];
  let missing = count;
  if (missing <= 0) return [];
  for (const lines of scan(path, dialect, { prefilter: filter.prefilter, backwards: true })) {
    const fitting = lines.filter((line) => filter.matches(line)).slice(-missing);
    batches.unshift(fitting);
    missing -= fitting.length;
    if (missing === 0) break;
  }
  return batches.flat();
}

/** Decodes the lines of a block that may fit; neighbours among them at once. */
function sift<Event>(dialect: LineDialect<Event>, block: Block, prefilter: LinePrefilter): Decoded<Event>[] {
  const text = utf8.decode(block.bytes);
  const next = prefilter.over(text);
  const place = new Place(text, block.bytes);
  const found: Decoded<Event>[] = [];
  for (let at = next(0); at !== Infinity;) {
    const start = place.advance(text.lastIndexOf("\n", at) + 1);
    let end: number;
    do {
      end = text.indexOf("\n", at) + 1 || text.length;
      at = next(end);
    } while (at !== Infinity && text.indexOf("\n", end) >= at);
    const bytes = block.bytes.subarray(start, place.advance(end));
    found.push(...decodeBlock(dialect, { offset: block.offset + start, bytes }));
  }
  return found;
}

/** Keeps a place in a text and the same place in its bytes. */
class Place {
  readonly #text: string;
  readonly #bytes: Uint8Array;
  readonly #isAscii: boolean;
  #at = 0;
  #byte = 0;

  constructor(text: string, bytes: Uint8Array) {
    this.#text = text;
    this.#bytes = bytes;
    this.#isAscii = text.length === bytes.length;
  }

  /** Goes on to the beginning of a line, or to the end; returns where that is in the bytes. */
  advance(to: number): number {
    if (this.#isAscii) return to;
    while (this.#at < to) {
      this.#at = this.#text.indexOf("\n", this.#at) + 1 || this.#text.length;
      this.#byte = this.#bytes.indexOf(NEWLINE, this.#byte) + 1 || this.#bytes.length;
    }
    return this.#byte;
  }
}
