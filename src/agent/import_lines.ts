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
   * @param text A JSON object.
   */
  add(text: string): void {
    this.#reserve(MOST_BYTES * text.length + 1);
    this.#put(text);
    this.#buffer[this.#length++] = NEWLINE;
  }

  /**
   * Adds a line of parts.
   *
   * @param head How a JSON object begins, in ASCII.
   * @param middle How it goes on: most lines have the same.
   * @param members Its last members, as an object of their own.
   */
  addParts(head: string, middle: Uint8Array, members: string): void {
    this.#reserve(head.length + middle.length);
    for (let at = 0; at < head.length; at++) this.#buffer[this.#length++] = head.charCodeAt(at);
    this.#buffer.set(middle, this.#length);
    const brace = this.#length += middle.length;
    this.add(members);
    this.#buffer[brace] = COMMA;
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
