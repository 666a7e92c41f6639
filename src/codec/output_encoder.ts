/** The hot path of the writer: `step_output` lines made from a byte template. */

import { formatSecond, type Instant } from "./timestamp.ts";

/** Bytes that the buffer starts with; it grows for a longer line. */
const INITIAL_SIZE = 64 * 1024;
/** Characters up to which a line is looked through here; `JSON.stringify` is the quicker one with longer lines. */
const LONGEST_CHECKED = 1024;
/** Bytes up to which a batch is given out in a view that is kept: most single lines are shorter. */
const LONGEST_KEPT = 2048;
/** Digits of a fraction of a second, and bytes of what precedes it in the envelope's `ts`. */
const NANO_DIGITS = 9;
const SECOND_LENGTH = 20; // "2026-11-21T01:51:23."
const ZERO = 0x30;
const SPACES = 0x20202020;
/** Bytes that one unit of a string can take in JSON: as much as an escape such as `\u001b`. */
const MOST_BYTES = 6;

const utf8 = new TextEncoder();

/**
 * Encodes output lines of one session into one buffer, byte for byte as `encodeSessionEvent` does. Between two lines of
 * a step only the number, the time and the text change, so everything else is kept as bytes; making the whole line a
 * string and encoding that costs about half as much again.
 */
export class OutputEncoder {
  readonly #sessionId: string;
  #buffer = new Uint8Array(INITIAL_SIZE);
  /** The buffer, four bytes at a time. */
  #words = new Int32Array(this.#buffer.buffer);
  /** Beginnings of the buffer that were given out, by length: another view for each line costs time, and is garbage. */
  #views: (Uint8Array<ArrayBuffer> | undefined)[] = noViews();
  #length = 0;
  /** The line up to the quote before its text; the number and the fraction of the second are overwritten for each line. */
  #template = new Uint8Array(0);
  /** The buffer behind a template at its beginning. */
  #text = this.#buffer;
  /** Whether the buffer begins with the template already, as after the first of many single lines. */
  #placed = false;
  #step = "";
  #stream = "";
  /** Digits that the template has for the number, and the first number that has more. */
  #digits = 0;
  #seqLimit = 0;
  #second = NaN;
  #seqEnd = 0;
  #nanosEnd = 0;

  /** @param sessionId The session that the lines belong to. */
  constructor(sessionId: string) {
    this.#sessionId = sessionId;
  }

  /** Bytes collected so far. */
  get length(): number {
    return this.#length;
  }

  /** Starts a new batch. */
  clear(): void {
    this.#length = 0;
  }

  /**
   * Adds one event.
   *
   * @param seq Its number.
   * @param time Its time; the nanoseconds must not end in three zeros, so that they are written with nine digits.
   * @param stepName The step.
   * @param stream The stream of the step.
   * @param line The text of the line.
   */
  add(seq: number, time: Instant, stepName: string, stream: string, line: string): void {
    if (stepName !== this.#step || stream !== this.#stream || seq >= this.#seqLimit || seq < this.#seqLimit / 10) {
      this.#makeTemplate(stepName, stream, String(seq).length);
    }
    if (time.seconds !== this.#second) this.#setSecond(time.seconds);

    const start = this.#length;
    const template = this.#template;
    this.#reserve(template.length + MOST_BYTES * line.length + 5);
    const buffer = this.#buffer;
    const first = start === 0;
    if (!first || !this.#placed) buffer.set(template, start);
    if (first) this.#placed = true;
    writeDigits(buffer, start + this.#seqEnd, this.#digits, seq);
    writeNanos(buffer, start + this.#nanosEnd, time.nanos);
    let end = this.#encode(
      line,
      start + template.length,
      first ? this.#text : buffer.subarray(start + template.length),
    );
    buffer[end++] = 0x22; // "
    buffer[end++] = 0x7d; // }
    buffer[end++] = 0x0a;
    this.#length = end;
  }

  /**
   * The lines of the batch.
   *
   * @returns A view of the buffer: valid until the next line is added.
   */
  bytes(): Uint8Array<ArrayBuffer> {
    const length = this.#length;
    if (length > LONGEST_KEPT) return this.#buffer.subarray(0, length);
    return this.#views[length] ??= this.#buffer.subarray(0, length);
  }

  /** Puts a text where it belongs, which is `target`; returns where it ends. Lone surrogates become U+FFFD. */
  #encode(line: string, start: number, target: Uint8Array): number {
    const buffer = this.#buffer;
    if (line.length <= LONGEST_CHECKED) {
      // Most lines need no escape: it costs less to look for one afterwards than to make another string before.
      const end = start + utf8.encodeInto(line, target).written;
      if (!hasEscapable(this.#words, start, end)) return end;
    }
    const json = JSON.stringify(line.toWellFormed());
    return start - 1 + utf8.encodeInto(json, buffer.subarray(start - 1)).written - 1;
  }

  #makeTemplate(stepName: string, stream: string, digits: number): void {
    const head = `{"seq":${"0".repeat(digits)}`;
    const time = `${head},"ts":"0000-00-00T00:00:00.000000000`;
    const step = JSON.stringify(stepName.toWellFormed());
    this.#template = utf8.encode(
      `${time}+00:00","zig_session_id":"${this.#sessionId}","type":"step_output","step_name":${step},"stream":"${stream}","line":"`,
    );
    this.#seqEnd = head.length;
    this.#nanosEnd = time.length;
    this.#step = stepName;
    this.#stream = stream;
    this.#digits = digits;
    this.#seqLimit = 10 ** digits;
    this.#second = NaN;
    this.#changed();
  }

  #setSecond(second: number): void {
    utf8.encodeInto(formatSecond(second), this.#template.subarray(this.#nanosEnd - NANO_DIGITS - SECOND_LENGTH));
    this.#second = second;
    this.#changed();
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const grown = new Uint8Array((Math.max(2 * this.#buffer.length, this.#length + more) + 3) & ~3);
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
    this.#words = new Int32Array(grown.buffer);
    this.#views = noViews();
    this.#changed();
  }

  #changed(): void {
    this.#placed = false;
    this.#text = this.#buffer.subarray(this.#template.length);
  }
}

/** With its size said at once: V8 would make a hash table of an array that begins far behind its start. */
function noViews(): undefined[] {
  return new Array(LONGEST_KEPT + 1);
}

/**
 * Tells whether one of the bytes must be escaped in JSON: a control character, a quote or a backslash. It takes four at a
 * time; those before the start and from the end on it takes for spaces.
 */
function hasEscapable(words: Int32Array, start: number, end: number): boolean {
  const before = (1 << (8 * (start & 3))) - 1; // the first byte is the lowest one: no machine that Deno runs on differs
  const behind = -1 << (8 * (end & 3));
  const last = end >> 2;
  let at = start >> 2;
  let word = words[at]! & ~before | SPACES & before;
  let borrowed = 0;
  for (; at < last; word = words[++at]!) borrowed |= borrows(word);
  borrowed |= borrows(word & ~behind | SPACES & behind);
  return (borrowed & 0x80808080) !== 0;
}

/**
 * Subtracts from each byte, so that one that was too little borrows from its highest bit. A byte that has this bit belongs
 * to a character beyond ASCII, and is left out.
 */
function borrows(bytes: number): number {
  const controlOrQuote = (bytes ^ 0x02020202) - 0x21212121; // the one bit makes 0x20 of a quote, and 0x22 of a space
  const backslash = (bytes ^ 0x5c5c5c5c) - 0x01010101;
  return (controlOrQuote | backslash) & ~bytes;
}

function writeDigits(bytes: Uint8Array, end: number, count: number, value: number): void {
  for (let at = end - 1; at >= end - count; at--) {
    const rest = value < 2 ** 31 ? (value / 10) | 0 : Math.floor(value / 10); // the first takes a third of the time
    bytes[at] = ZERO + (value - rest * 10);
    value = rest;
  }
}

/** As `writeDigits` with nine of them, but in threes that need not wait for each other. */
function writeNanos(bytes: Uint8Array, end: number, nanos: number): void {
  const micros = (nanos / 1000) | 0;
  const millis = (micros / 1000) | 0;
  writeThree(bytes, end - 9, millis);
  writeThree(bytes, end - 6, micros - millis * 1000);
  writeThree(bytes, end - 3, nanos - micros * 1000);
}

function writeThree(bytes: Uint8Array, start: number, value: number): void {
  const tens = (value / 10) | 0;
  const hundreds = (value / 100) | 0;
  bytes[start] = ZERO + hundreds;
  bytes[start + 1] = ZERO + (tens - hundreds * 10);
  bytes[start + 2] = ZERO + (value - tens * 10);
}

/**
 * Checks what is to become an output line, as the types do for callers that have them.
 *
 * @param stepName The step.
 * @param stream The stream of the step.
 * @param line The line.
 * @throws {TypeError} When one of them cannot be written.
 */
export function checkOutput(stepName: string, stream: string, line: string): void {
  checkSource(stepName, stream);
  checkLine(line);
}

/**
 * Checks what is to become output lines.
 *
 * @param stepName The step.
 * @param stream The stream of the step.
 * @param lines The lines.
 * @throws {TypeError} When one of them cannot be written.
 */
export function checkOutputs(stepName: string, stream: string, lines: readonly string[]): void {
  checkSource(stepName, stream);
  for (const line of lines) checkLine(line);
}

function checkSource(stepName: string, stream: string): void {
  if (typeof stepName !== "string") throw new TypeError("Cannot write step_output: step_name is not a string");
  if (stream !== "stdout" && stream !== "stderr") {
    throw new TypeError(`Cannot write step_output: stream "${stream}" is not "stdout" or "stderr"`);
  }
}

function checkLine(line: string): void {
  if (typeof line !== "string") throw new TypeError("Cannot write step_output: line is not a string");
}
