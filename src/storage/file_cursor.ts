/** A place in a growing file. */

import { decodeBlock } from "../codec/decode_block.ts";
import type { Decoded, LineDialect } from "../codec/dialect.ts";
import { LineSplitter } from "../codec/lines.ts";
import { areSameBytes } from "./bytes.ts";
import { unlessGone } from "./file_error.ts";
import { openFile } from "./open_file.ts";
import { readFully } from "./read_fully.ts";

const CHUNK = 64 * 1024;

/** A place in a growing file, which may be cut, or replaced by another of its name. */
export class FileCursor implements Disposable {
  readonly #path: string;
  readonly #buffer = new Uint8Array(CHUNK);
  #file: Deno.FsFile;
  #identity: string;
  #splitter: LineSplitter;

  /**
   * @param path The file.
   * @param from Byte offset to start at: the beginning of a line.
   */
  constructor(path: string, from: number) {
    this.#path = path;
    this.#file = openFile(path);
    this.#identity = identityOf(this.#file.statSync());
    this.#splitter = new LineSplitter(from);
    this.#file.seekSync(from, Deno.SeekMode.Start);
  }

  /** Byte offset behind the last whole line. */
  get position(): number {
    return this.#splitter.offset;
  }

  /**
   * Reads on.
   *
   * @param dialect The wire format.
   * @returns The lines that one read completes; `undefined` at the end of the file.
   */
  next<Event>(dialect: LineDialect<Event>): Decoded<Event>[] | undefined {
    const count = this.#file.readSync(this.#buffer);
    if (count === null || count === 0) return undefined;
    const start = this.#splitter.offset;
    const held = this.#splitter.pendingLength;
    const block = this.#splitter.push(this.#buffer.subarray(0, count));
    if (block === undefined) return [];
    if (held === 0 || this.#stillHolds(start, block.bytes.subarray(0, held))) return decodeBlock(dialect, block);
    // The beginning of this line was read earlier, and its writer has taken it back since and written another.
    this.#seek(start);
    return [];
  }

  /**
   * Takes the unfinished last line.
   *
   * @param dialect The wire format.
   * @returns The line, if it is whole all the same.
   */
  takeRest<Event>(dialect: LineDialect<Event>): Decoded<Event>[] {
    const offset = this.#splitter.offset;
    const bytes = readFully(this.#file, offset, this.#splitter.pendingLength);
    this.#seek(offset + bytes.length);
    return decodeBlock(dialect, { offset, bytes }).filter((line) => line.kind !== "malformed");
  }

  /**
   * Tells whether the file holds bytes that were not read yet.
   *
   * @returns `true` when it does.
   */
  isBehind(): boolean {
    return this.#file.statSync().size > this.#readOffset;
  }

  /**
   * Looks whether the file is still the one that was opened, and still as long; goes back where it is not.
   *
   * @returns What has changed.
   */
  checkFile(): "grown" | "truncated" | "replaced" | "removed" | undefined {
    const info = unlessGone(() => Deno.statSync(this.#path));
    if (this.isBehind()) return "grown"; // also when the file has gone: what it held is read first
    if (info === undefined) return "removed";
    if (identityOf(info) !== this.#identity) {
      const file = unlessGone(() => openFile(this.#path));
      if (file === undefined) return "removed";
      this.#file.close();
      this.#file = file;
      this.#identity = identityOf(file.statSync());
      this.#seek(0);
      return "replaced";
    }
    if (info.size >= this.#readOffset) return undefined;
    if (info.size >= this.#splitter.offset) { // only the unfinished line was taken back
      this.#seek(this.#splitter.offset);
      return undefined;
    }
    this.#seek(0);
    return "truncated";
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }

  get #readOffset(): number {
    return this.#splitter.offset + this.#splitter.pendingLength;
  }

  #stillHolds(offset: number, bytes: Uint8Array): boolean {
    const now = readFully(this.#file, offset, bytes.length);
    this.#file.seekSync(this.#readOffset, Deno.SeekMode.Start);
    return areSameBytes(now, bytes);
  }

  #seek(offset: number): void {
    this.#splitter = new LineSplitter(offset);
    this.#file.seekSync(offset, Deno.SeekMode.Start);
  }
}

function identityOf(info: Deno.FileInfo): string {
  return `${info.dev}:${info.ino}`;
}
