/** A file that only grows, by whole lines. */

import { LogWriteError } from "../errors.ts";
import { openFile } from "./open_file.ts";

/** The part of `Deno.FsFile` that an append file needs; a fake stands in for it where a fault must be staged. */
export type AppendHandle = Pick<Deno.FsFile, "writeSync" | "truncateSync" | "statSync" | "syncDataSync" | "close">;

const NEWLINE = new Uint8Array([0x0a]);

/**
 * An open log. One call writes one or more whole lines, with one system call where the system takes them at once. A
 * write that fails is taken back, so that the log ends in a whole line; where the disk does not even let that happen,
 * the next append starts on a new line.
 */
export class AppendFile implements Disposable {
  /** Where the file is. */
  readonly path: string;
  readonly #file: AppendHandle;
  #length: number;
  #torn: boolean;
  /** Bytes of the current append that the system has taken. */
  #taken = 0;

  private constructor(path: string, file: AppendHandle, length: number, torn: boolean) {
    this.path = path;
    this.#file = file;
    this.#length = length;
    this.#torn = torn;
  }

  /**
   * Creates a log that must not exist yet, readable by its owner only.
   *
   * @param path The file.
   * @returns The open log.
   * @throws {Deno.errors.AlreadyExists} When the file exists.
   */
  static create(path: string): AppendFile {
    const file = Deno.openSync(path, { append: true, createNew: true, mode: 0o600 });
    return new AppendFile(path, file, 0, false);
  }

  /**
   * Opens a log to go on with it. An unfinished last line stays as it is; the next append starts behind it on a line of
   * its own.
   *
   * @param path The file.
   * @returns The open log.
   * @throws {Deno.errors.NotFound} When there is no such file.
   */
  static open(path: string): AppendFile {
    const file = openFile(path, { append: true, read: true });
    try {
      const { size } = file.statSync();
      return new AppendFile(path, file, size, size > 0 && !endsInNewline(file, size));
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Wraps an open file.
   *
   * @param path Its name, for messages.
   * @param file The file, open for appending.
   * @param length Bytes that it holds, the last of them a newline.
   * @returns The log.
   */
  static over(path: string, file: AppendHandle, length: number): AppendFile {
    return new AppendFile(path, file, length, false);
  }

  /** Bytes that the file holds, as far as this program wrote them. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends whole lines.
   *
   * @param bytes The lines, each with its newline.
   * @throws {LogWriteError} When the system does not take them all; the log then ends in a whole line, or the next
   * append starts on a new one.
   */
  append(bytes: Uint8Array): void {
    this.#taken = 0;
    try {
      if (this.#torn) this.#startLine();
      this.#writeAll(bytes);
      this.#length += bytes.length;
    } catch (cause) {
      throw new LogWriteError(this.path, this.#rollBack(this.#taken), cause);
    }
  }

  /** Makes sure that what was appended survives a power loss. */
  sync(): void {
    this.#file.syncDataSync();
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.close();
  }

  #startLine(): void {
    this.#writeAll(NEWLINE);
    this.#length += 1;
    this.#torn = false;
    this.#taken = 0;
  }

  #writeAll(bytes: Uint8Array): void {
    while (this.#taken < bytes.length) {
      const written = this.#file.writeSync(this.#taken === 0 ? bytes : bytes.subarray(this.#taken));
      if (written === 0) throw new Error("the system wrote nothing");
      this.#taken += written;
    }
  }

  /** Cuts a partial line off again, unless somebody else wrote behind it. Returns how many of its bytes stay. */
  #rollBack(written: number): number {
    if (written === 0) return 0;
    try {
      if (this.#file.statSync().size === this.#length + written) {
        this.#file.truncateSync(this.#length);
        return 0;
      }
    } catch {
      // The disk does not let us: the partial line stays, and is reported.
    }
    this.#length += written;
    this.#torn = true;
    return written;
  }
}

function endsInNewline(file: Deno.FsFile, size: number): boolean {
  const last = new Uint8Array(1);
  file.seekSync(size - 1, Deno.SeekMode.Start);
  return file.readSync(last) === 1 && last[0] === 0x0a;
}
