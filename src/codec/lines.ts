/**
 * Bytes to lines. Lines end at byte 0x0A and nowhere else, and nothing is decoded before its newline has arrived.
 *
 * @module
 */

/** Whole lines of a file that follow each other, each with its newline. */
export interface Block {
  /** Where the first byte stands in the file. */
  readonly offset: number;
  /** The bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** One line of a file, white space around it removed. */
export interface Line {
  /** Where its first byte stands in the file. */
  readonly offset: number;
  /** Bytes it takes in the file, with its newline. */
  readonly length: number;
  /** The text, or `undefined` when the bytes are not UTF-8. */
  readonly text: string | undefined;
}

/** The byte that ends a line. */
export const NEWLINE = 0x0a;
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** Cuts a growing stream of bytes into blocks of whole lines; what has no newline yet waits for the rest. */
export class LineSplitter {
  #offset: number;
  #pending: Uint8Array<ArrayBuffer>[] = [];
  #pendingLength = 0;

  /** @param offset Where the first byte to come stands in the file. */
  constructor(offset = 0) {
    this.#offset = offset;
  }

  /** Where the first byte stands that no block has held yet. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes of the unfinished line. */
  get pendingLength(): number {
    return this.#pendingLength;
  }

  /**
   * Takes the next bytes.
   *
   * @param chunk The bytes. The caller may use the buffer again once it is done with the block that comes back.
   * @returns The lines that are whole now, or `undefined` when none is.
   */
  push(chunk: Uint8Array<ArrayBuffer>): Block | undefined {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      this.#keep(chunk);
      return undefined;
    }
    const bytes = this.#joined(chunk.subarray(0, end));
    const block = { offset: this.#offset, bytes };
    this.#offset += bytes.length;
    if (end < chunk.length) this.#keep(chunk.subarray(end));
    return block;
  }

  /**
   * Hands over the unfinished line, as at the end of a file.
   *
   * @returns Its bytes, or `undefined` when there is none.
   */
  flush(): Block | undefined {
    if (this.#pendingLength === 0) return undefined;
    const block = { offset: this.#offset, bytes: this.#joined(new Uint8Array()) };
    this.#offset += block.bytes.length;
    return block;
  }

  #keep(bytes: Uint8Array<ArrayBuffer>): void {
    this.#pending.push(bytes.slice());
    this.#pendingLength += bytes.length;
  }

  /** The pending bytes and these as one; the pieces of a huge line are joined once, when it is whole. */
  #joined(last: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (this.#pendingLength === 0) return last;
    const bytes = new Uint8Array(this.#pendingLength + last.length);
    let at = 0;
    for (const piece of this.#pending) {
      bytes.set(piece, at);
      at += piece.length;
    }
    bytes.set(last, at);
    this.#pending = [];
    this.#pendingLength = 0;
    return bytes;
  }
}

/**
 * Cuts a block into its lines.
 *
 * @param block Whole lines; the last may lack its newline, as at the end of a file.
 * @returns The lines that hold more than white space, in order.
 */
export function* linesOf(block: Block): Generator<Line> {
  const { bytes } = block;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    const text = decodeUtf8(bytes.subarray(start, end));
    const trimmed = text === undefined ? undefined : trimLikeRust(text);
    if (trimmed !== "") yield { offset: block.offset + start, length: end - start, text: trimmed };
    start = end;
  }
}

/**
 * Decodes UTF-8, keeping a byte order mark. A strict decoder takes five times as long, and its errors much longer still;
 * so only the replacements of a lenient one are looked into, because they may have been in the bytes.
 *
 * @param bytes The bytes.
 * @returns The text, or `undefined` when the bytes are not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const text = lenient.decode(bytes);
  return !text.includes("\ufffd") || isEncodingOf(text, bytes) ? text : undefined;
}

function isEncodingOf(text: string, bytes: Uint8Array): boolean {
  const encoded = encoder.encode(text);
  return encoded.length === bytes.length && encoded.every((byte, at) => byte === bytes[at]);
}

/**
 * Removes Unicode white space at both ends. Unlike `String.prototype.trim` it leaves U+FEFF, which is not white space for
 * Unicode, and removes U+0085, which is.
 *
 * @param text The text.
 * @returns The text without it.
 */
export function trimLikeRust(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/**
 * Tells whether a character is white space for Unicode.
 *
 * @param code Its code.
 * @returns `true` when it is.
 */
export function isWhiteSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || code >= 0x09 && code <= 0x0d;
  return code === 0x85 || code === 0xa0 || code === 0x1680 || code >= 0x2000 && code <= 0x200a || code === 0x2028 ||
    code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000;
}
