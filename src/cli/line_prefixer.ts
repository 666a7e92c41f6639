const NEWLINE = 0x0a;

/** Bytes of an unfinished line after which it is shown all the same. */
const LONGEST_PENDING = 64 * 1024;

/** Puts a prefix before each line of a stream of bytes, and lets only whole lines through. */
export class LinePrefixer {
  readonly #prefix: Uint8Array;
  #pending: Uint8Array<ArrayBuffer> = new Uint8Array();

  /** @param prefix What stands before each line. */
  constructor(prefix: string) {
    this.#prefix = new TextEncoder().encode(prefix);
  }

  /**
   * Takes the next bytes.
   *
   * @param chunk The bytes.
   * @returns The lines that are whole now, with their prefixes; empty when none is.
   */
  push(chunk: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const bytes = concat(this.#pending, chunk);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    this.#pending = bytes.slice(end);
    const whole = this.#prefixed(bytes.subarray(0, end));
    return this.#pending.length < LONGEST_PENDING ? whole : concat(whole, this.flush());
  }

  /**
   * Gives the unfinished line, and finishes it.
   *
   * @returns The line with its prefix and a newline; empty when there is none.
   */
  flush(): Uint8Array<ArrayBuffer> {
    if (this.#pending.length === 0) return this.#pending;
    const line = this.#prefixed(concat(this.#pending, new Uint8Array([NEWLINE])));
    this.#pending = new Uint8Array();
    return line;
  }

  #prefixed(lines: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    let count = 0;
    for (let at = 0; at < lines.length; at = lines.indexOf(NEWLINE, at) + 1) count++;
    const prefixed = new Uint8Array(lines.length + count * this.#prefix.length);
    let to = 0;
    for (let at = 0; at < lines.length;) {
      const next = lines.indexOf(NEWLINE, at) + 1;
      prefixed.set(this.#prefix, to);
      prefixed.set(lines.subarray(at, next), to + this.#prefix.length);
      to += this.#prefix.length + next - at;
      at = next;
    }
    return prefixed;
  }
}

function concat(first: Uint8Array<ArrayBuffer>, second: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
