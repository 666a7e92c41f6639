/** Bytes that the buffer starts with; it grows up to a batch and the longest event. */
const INITIAL_SIZE = 16 * 1024;

/** Bytes that one unit of a string can take. */
const MOST_BYTES = 3;

const COMMA = 0x2c;
const NEWLINE = 0x0a;

const utf8 = new TextEncoder();

/** Lines that are gathered as bytes: joining long texts first would copy each of them once more. */
export class ImportLines {
  #buffer = new Uint8Array(INITIAL_SIZE);
  #length = 0;

  /** Bytes gathered so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds a line.
   *
   * @param text A JSON object, or what comes before its last members: one without its brace at the end.
   * @param more The last members, as an object of their own.
   */
  add(text: string, more?: string): void {
    this.#reserve(MOST_BYTES * (text.length + (more?.length ?? 0)) + 1);
    this.#put(text);
    if (more !== undefined) {
      const brace = this.#length;
      this.#put(more);
      this.#buffer[brace] = COMMA;
    }
    this.#buffer[this.#length++] = NEWLINE;
  }

  /**
   * Hands over the lines, and starts anew.
   *
   * @returns Their bytes: valid until the next line is added.
   */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    return bytes;
  }

  #put(text: string): void {
    this.#length += utf8.encodeInto(text, this.#buffer.subarray(this.#length)).written;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#buffer.length, needed));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}
