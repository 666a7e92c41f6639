/** The lines of a log from now on. */

import { decodeBlock } from "../codec/decode_block.ts";
import type { Decoded, LineDialect } from "../codec/dialect.ts";
import { LineSplitter } from "../codec/lines.ts";
import { basename, dirname } from "../deps/path.ts";
import { livenessOf } from "./liveness.ts";
import { Waker } from "./waker.ts";

/**
 * Why following ended: the session ended; its writer died without ending it; it was silent for too long from the
 * beginning; the caller asked for it; or the log was removed.
 */
export type FollowEnd = "ended" | "writer_died" | "stale" | "aborted" | "removed";

/** What following a log brings. */
export type FollowItem<Event> =
  /** New lines, in order, and the byte offset behind them. */
  | { readonly kind: "lines"; readonly lines: readonly Decoded<Event>[]; readonly position: number }
  /** The log begins again: lines seen before may come once more. */
  | { readonly kind: "restarted"; readonly why: "truncated" | "replaced" }
  /** A log without a lock has been silent for this long; said once a silence. */
  | { readonly kind: "silent"; readonly seconds: number }
  /** Always the last item. */
  | { readonly kind: "end"; readonly why: FollowEnd };

/** How a log is followed. */
export interface FollowOptions {
  /** Byte offset to start at: the beginning of a line. Default 0. */
  readonly from?: number | undefined;
  /** Ends the following. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks at the file when nothing is noticed. Default 1000, or 100 where nothing can be. */
  readonly pollMs?: number | undefined;
  /** Whether a log that is stale when the following begins is followed all the same. Default `false`. */
  readonly waitForStale?: boolean | undefined;
}

const CHUNK = 64 * 1024;
const POLL_MS = 1000;
const POLL_MS_UNWATCHED = 100;

/**
 * Follows a log: the lines it has from an offset on, then new ones as they are written. No line is decoded before its
 * newline has arrived.
 *
 * @param path The log.
 * @param dialect Its wire format.
 * @param options See {@linkcode FollowOptions}.
 * @returns Items, of which the last is of kind `end`.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export async function* follow<Event>(
  path: string,
  dialect: LineDialect<Event>,
  options: FollowOptions = {},
): AsyncGenerator<FollowItem<Event>, void, void> {
  const { signal } = options;
  using waker = new Waker(dirname(path), basename(path, ".jsonl"));
  using cursor = new FileCursor(path, options.from ?? 0);
  const pollMs = options.pollMs ?? (waker.isWatching ? POLL_MS : POLL_MS_UNWATCHED);
  let checked = 0;
  let saidSilent = false;
  let caughtUp = false;
  while (!signal?.aborted) {
    const lines = cursor.next(dialect);
    if (lines !== undefined) {
      saidSilent = false;
      const end = lines.findIndex((line) => line.kind === "event" && dialect.endOf(line.event) !== undefined);
      if (end !== -1) {
        const { offset, length } = lines[end]!;
        yield { kind: "lines", lines: lines.slice(0, end + 1), position: offset + length };
        return yield { kind: "end", why: "ended" };
      }
      if (lines.length > 0) yield { kind: "lines", lines, position: cursor.position };
      continue;
    }
    const restarted = cursor.checkFile();
    if (restarted === "removed") return yield { kind: "end", why: "removed" };
    if (restarted !== undefined) {
      yield { kind: "restarted", why: restarted };
      continue;
    }
    if (!caughtUp || Date.now() - checked >= POLL_MS) {
      const { state, end, lastSign } = livenessOf(path, dialect);
      // Whatever was written before the writer went is read before its going is told.
      if (cursor.isBehind()) continue;
      if (end !== undefined) return yield { kind: "end", why: "ended" };
      if (state === "crashed") return yield { kind: "end", why: "writer_died" };
      if (state === "stale" && !caughtUp && !options.waitForStale) return yield { kind: "end", why: "stale" };
      if (state === "stale" && !saidSilent) {
        saidSilent = true;
        yield { kind: "silent", seconds: Math.round((Date.now() - lastSign) / 1000) };
      }
      checked = Date.now();
      caughtUp = true;
    }
    await waker.wait(pollMs, signal);
  }
  yield { kind: "end", why: "aborted" };
}

/** A place in a growing file, which may be cut, or replaced by another of its name. */
class FileCursor implements Disposable {
  readonly #path: string;
  readonly #buffer = new Uint8Array(CHUNK);
  #file: Deno.FsFile;
  #identity: string;
  #splitter: LineSplitter;

  constructor(path: string, from: number) {
    this.#path = path;
    this.#file = Deno.openSync(path, { read: true });
    this.#identity = identityOf(this.#file.statSync());
    this.#splitter = new LineSplitter(from);
    this.#file.seekSync(from, Deno.SeekMode.Start);
  }

  /** Byte offset behind the last whole line. */
  get position(): number {
    return this.#splitter.offset;
  }

  /** The lines that one read completes; `undefined` at the end of the file. */
  next<Event>(dialect: LineDialect<Event>): Decoded<Event>[] | undefined {
    const count = this.#file.readSync(this.#buffer);
    if (count === null || count === 0) return undefined;
    const glued = this.#splitter.pendingLength > 0;
    const start = this.#splitter.offset;
    const block = this.#splitter.push(this.#buffer.subarray(0, count));
    if (block === undefined) return [];
    const lines = decodeBlock(dialect, block);
    if (!glued || lines[0]?.kind !== "malformed") return lines;
    // The beginning of this line was read earlier; its writer may have taken it back and written another since.
    this.#seek(start);
    const again = new LineSplitter(start).push(readExactly(this.#file, block.bytes.length));
    this.#seek(start + (again?.bytes.length ?? 0));
    return again === undefined ? [] : decodeBlock(dialect, again);
  }

  /** Whether the file holds bytes that were not read yet. */
  isBehind(): boolean {
    return this.#file.statSync().size > this.#readOffset;
  }

  /** Looks whether the file is still the one that was opened, and still as long; goes back where it is not. */
  checkFile(): "truncated" | "replaced" | "removed" | undefined {
    let info: Deno.FileInfo;
    try {
      info = Deno.statSync(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "removed";
      throw error;
    }
    if (identityOf(info) !== this.#identity) {
      this.#file.close();
      this.#file = Deno.openSync(this.#path, { read: true });
      this.#identity = identityOf(this.#file.statSync());
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

  [Symbol.dispose](): void {
    this.#file.close();
  }

  get #readOffset(): number {
    return this.#splitter.offset + this.#splitter.pendingLength;
  }

  #seek(offset: number): void {
    this.#splitter = new LineSplitter(offset);
    this.#file.seekSync(offset, Deno.SeekMode.Start);
  }
}

function identityOf(info: Deno.FileInfo): string {
  return `${info.dev}:${info.ino}`;
}

function readExactly(file: Deno.FsFile, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const count = file.readSync(bytes.subarray(at));
    if (count === null) break;
    at += count;
  }
  return bytes.subarray(0, at);
}
