/** The hot path of the writer: `step_output` lines made from a byte template. */

import { formatSecond, type Instant } from "./timestamp.ts";

/** Bytes that the buffer starts with; it grows for a longer line. */
const INITIAL_SIZE = 64 * 1024;
/** Digits of a fraction of a second, and bytes of what follows it in the envelope's `ts`. */
const NANO_DIGITS = 9;
const SECOND_LENGTH = 20; // "2026-11-21T01:51:23."
const ZERO = 0x30;

const utf8 = new TextEncoder();

/**
 * Encodes output lines of one session into one buffer, byte for byte as `encodeSessionEvent` does. Between two lines of
 * a step only the number, the time and the text change, so everything else is kept as bytes; making the whole line a
 * string and encoding that costs about half as much again.
 */
export class OutputEncoder {
  readonly #sessionId: string;
  #buffer = new Uint8Array(INITIAL_SIZE);
  #length = 0;
  /** The line up to its text; the number and the fraction of the second in it are overwritten for each line. */
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

    // A string without anything to escape grows by its quotes only; escapes of lone surrogates must not be written.
    let json = JSON.stringify(line);
    if (json.length !== line.length + 2) json = JSON.stringify(line.toWellFormed());

    const start = this.#length;
    const template = this.#template;
    this.#reserve(template.length + 3 * json.length + 2);
    const buffer = this.#buffer;
    const first = start === 0;
    if (!first || !this.#placed) buffer.set(template, start);
    if (first) this.#placed = true;
    writeDigits(buffer, start + this.#seqEnd, this.#digits, seq);
    writeDigits(buffer, start + this.#nanosEnd, NANO_DIGITS, time.nanos);
    let end = start + template.length;
    end += utf8.encodeInto(json, first ? this.#text : buffer.subarray(end)).written;
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
    return this.#buffer.subarray(0, this.#length);
  }

  #makeTemplate(stepName: string, stream: string, digits: number): void {
    const head = `{"seq":${"0".repeat(digits)}`;
    const time = `${head},"ts":"0000-00-00T00:00:00.000000000`;
    const step = JSON.stringify(stepName.toWellFormed());
    this.#template = utf8.encode(
      `${time}+00:00","zig_session_id":"${this.#sessionId}","type":"step_output","step_name":${step},"stream":"${stream}","line":`,
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
    const grown = new Uint8Array(Math.max(2 * this.#buffer.length, this.#length + more));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
    this.#changed();
  }

  #changed(): void {
    this.#placed = false;
    this.#text = this.#buffer.subarray(this.#template.length);
  }
}

function writeDigits(bytes: Uint8Array, end: number, count: number, value: number): void {
  for (let at = end - 1; at >= end - count; at--) {
    const rest = Math.floor(value / 10);
    bytes[at] = ZERO + (value - rest * 10);
    value = rest;
  }
}

/**
 * Checks what is to become output lines, as the types do for callers that have them.
 *
 * @param stepName The step.
 * @param stream The stream of the step.
 * @param lines The lines.
 * @throws {TypeError} When one of them cannot be written.
 */
export function checkOutput(stepName: string, stream: string, lines: readonly string[]): void {
  if (typeof stepName !== "string") throw new TypeError("Cannot write step_output: step_name is not a string");
  if (stream !== "stdout" && stream !== "stderr") {
    throw new TypeError(`Cannot write step_output: stream "${stream}" is not "stdout" or "stderr"`);
  }
  for (const line of lines) {
    if (typeof line !== "string") throw new TypeError("Cannot write step_output: line is not a string");
  }
}
