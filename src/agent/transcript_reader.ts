/** The records of a transcript, in constant memory. */

import { decodeBlock } from "../codec/decode_block.ts";
import type { JsonObject } from "../codec/json.ts";
import { type Block, decodeUtf8, LineSplitter, trimLikeRust } from "../codec/lines.ts";
import { blocksForward } from "../storage/blocks.ts";
import { requirePath } from "../storage/permission.ts";
import type { LossReport } from "./transcript.ts";
import { readTranscriptLine, TRANSCRIPT, type TranscriptLine } from "./transcript_line.ts";
import { LossCounter } from "./transcript_losses.ts";

/** Which part of a transcript is read. */
export interface TranscriptReaderOptions {
  /** Byte offset to start at: the beginning of a line. Default 0. A compressed transcript is read from its beginning. */
  readonly from?: number | undefined;
  /** Byte offset to stop at. Default: the length of the file when reading starts. */
  readonly to?: number | undefined;
}

/** Bytes taken from the system at a time; more are not read any faster. */
const CHUNK = 64 * 1024;

/** Blocks after which others have their turn: less than a tenth of a second of work. */
const BLOCKS_A_TURN = 256;

/**
 * Reads the records of a transcript: of a file with a JSON object a line, compressed when its name ends in `.zst`.
 * Nothing stops it: what cannot be read is counted. The unfinished last line of a file counts like any other.
 */
export class TranscriptReader {
  readonly #path: string;
  readonly #options: TranscriptReaderOptions;
  readonly #losses = new LossCounter();
  #bytesRead = 0;

  /**
   * @param path The transcript.
   * @param options Which part of it.
   */
  constructor(path: string, options: TranscriptReaderOptions = {}) {
    this.#path = path;
    this.#options = options;
  }

  /** Bytes of the file that were read so far. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** What was passed over so far: `line malformed`, `line with bytes replaced`, `file damaged`. */
  get losses(): LossReport {
    return this.#losses.report;
  }

  /**
   * Reads the transcript, once.
   *
   * @returns The records, in batches of whatever a few reads brought.
   * @throws {Deno.errors.NotFound} When there is no such file.
   * @throws {Deno.errors.NotCapable} When it may not be read; the message names the flag.
   */
  async *batches(): AsyncGenerator<JsonObject[], void, void> {
    requirePath("read", this.#path);
    using file = Deno.openSync(this.#path, { read: true });
    if (this.#path.endsWith(".zst")) {
      for await (const block of this.#unpacked(file)) yield this.#recordsOf(block);
      return;
    }
    const { from = 0, to = file.statSync().size } = this.#options;
    let turn = 0;
    for (const block of blocksForward(file, from, to, CHUNK)) {
      this.#bytesRead = block.offset + block.bytes.length - from;
      yield this.#recordsOf(block);
      if (++turn % BLOCKS_A_TURN === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  #recordsOf(block: Block): JsonObject[] {
    const all: JsonObject[] = [];
    for (const { records, loss } of linesOf(block)) {
      if (loss !== null) this.#losses.add(loss);
      for (const record of records) all.push(record);
    }
    return all;
  }

  async *#unpacked(file: Deno.FsFile): AsyncGenerator<Block, void, void> {
    const { Decompress } = await import("../deps/zstd.ts");
    let blocks: Block[] = [];
    const splitter = new LineSplitter();
    const unpacking = new Decompress((bytes) => {
      const block = splitter.push(new Uint8Array(bytes));
      if (block !== undefined) blocks.push(block);
    });
    const buffer = new Uint8Array(CHUNK);
    for (let count: number | null = 0; count !== null;) {
      count = await file.read(buffer);
      this.#bytesRead += count ?? 0;
      try {
        unpacking.push(buffer.slice(0, count ?? 0), count === null);
      } catch {
        this.#losses.add("file damaged"); // what came before is told all the same
        count = null;
      }
      yield* blocks;
      blocks = [];
    }
    const rest = splitter.flush();
    if (rest !== undefined) yield rest;
  }
}

/** The lines of a block. Nobody wants to know where they stand, and to find that out takes a tenth of the time. */
function* linesOf(block: Block): Generator<TranscriptLine, void, void> {
  const text = decodeUtf8(block.bytes);
  if (text === undefined) {
    for (const line of decodeBlock(TRANSCRIPT, block)) if (line.kind === "event") yield line.event; // there is no other
    return;
  }
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const line = trimLikeRust(text.slice(start, end));
    if (line !== "") yield readTranscriptLine(line);
    start = end + 1;
  }
}
