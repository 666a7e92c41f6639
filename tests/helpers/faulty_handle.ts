/** A file that fails when it is told to. */

import type { AppendHandle } from "../../src/storage/append_file.ts";

/** What the file does with one write: the bytes it takes of those it is given, or `full` when it takes none and throws. */
export type Write = number | "full";

/** A file in memory. Each write is served as the next of `writes` says; when there is none, whole. */
export class FaultyHandle implements AppendHandle {
  /** What the file holds. */
  content = "";
  /** What becomes of the writes to come. */
  writes: Write[] = [];
  /** Whether the system lets the file be cut. */
  canTruncate = true;
  /** What another program appends as soon as a write has failed. */
  others = "";
  /** How often the file was made to last. */
  syncs = 0;
  /** Whether it was closed. */
  closed = false;

  /**
   * Takes ASCII, or part of it.
   *
   * @param bytes The bytes.
   * @returns How many it took.
   */
  writeSync(bytes: Uint8Array): number {
    const write = this.writes.shift() ?? bytes.length;
    if (write !== "full") {
      const taken = bytes.subarray(0, write);
      this.content += new TextDecoder().decode(taken);
      return taken.length;
    }
    this.content += this.others;
    this.others = "";
    throw Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
  }

  /**
   * Cuts the file.
   *
   * @param length What it shall be long.
   */
  truncateSync(length = 0): void {
    if (!this.canTruncate) throw new Error("Input/output error");
    this.content = this.content.slice(0, length);
  }

  /**
   * Tells how long the file is.
   *
   * @returns That, and nothing else of what the type promises.
   */
  statSync(): Deno.FileInfo {
    return { size: this.content.length } as Deno.FileInfo;
  }

  /** Counts. */
  syncDataSync(): void {
    this.syncs += 1;
  }

  /** Remembers. */
  close(): void {
    this.closed = true;
  }
}
