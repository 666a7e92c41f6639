/** The hot path of the readers: nearly all lines of a log are output, and between their times and texts they are alike. */

import type { EventEnvelope, OutputStream, StepOutput } from "./zig_events.ts";

const HEAD = '{"seq":';
const TIME = ',"ts":"';
/** What stands between the time and the text of a line of output, from the quote behind the one to that before the other. */
const MIDDLE =
  // deno-lint-ignore no-control-regex -- JSON forbids control characters in strings
  /","zig_session_id":"([^"\\\0-\x1f]*)","type":"step_output","step_name":"([^"\\\0-\x1f]*)","stream":"(stdout|stderr)","line":"/y;

/**
 * Reads lines of output of the form that writers give them. What two of them have in common is only compared, and never
 * parsed again; the text is left to `JSON.parse`, escapes and all, which is how it can hold nothing that JSON forbids.
 */
export class PlainOutput {
  /** The middle of the last line of which it was not as before, and what it says. */
  #middle = "\n";
  #sessionId = "";
  #stepName = "";
  #stream: OutputStream = "stdout";

  /**
   * Reads a line that stands in a text.
   *
   * @param text The text.
   * @param start Where the line starts.
   * @param end Where it ends.
   * @returns The event that the full decoder would find there; `undefined` also of some lines that are such events.
   */
  read(text: string, start: number, end: number): EventEnvelope & StepOutput | undefined {
    // Comparing what was cut out is quick; `startsWith` takes ten times as long in a text that came from a decoder.
    if (text.slice(start, start + HEAD.length) !== HEAD) return undefined;
    const digits = start + HEAD.length;
    let at = digits;
    let seq = 0;
    for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(++at)) {
      seq = seq * 10 + (code - 0x30); // in this order: it is exact where the number is
    }
    const hasLeadingZero = text.charCodeAt(digits) === 0x30 && at > digits + 1;
    if (at === digits || hasLeadingZero || seq > Number.MAX_SAFE_INTEGER) return undefined;
    if (text.slice(at, at + TIME.length) !== TIME) return undefined;
    const time = at + TIME.length;
    at = time;
    for (let code = text.charCodeAt(at); code !== 0x22; code = text.charCodeAt(++at)) {
      if (!(code >= 0x20) || code === 0x5c) return undefined; // also when there is no character any more
    }
    const ts = text.slice(time, at);
    if (text.slice(at, at + this.#middle.length) !== this.#middle && !this.#learn(text, at)) return undefined;
    if (text.charCodeAt(end - 2) !== 0x22 || text.charCodeAt(end - 1) !== 0x7d) return undefined;
    const line = parseString(text.slice(at + this.#middle.length - 1, end - 1));
    if (line === undefined) return undefined;
    return {
      seq,
      ts,
      zig_session_id: this.#sessionId,
      type: "step_output",
      step_name: this.#stepName,
      stream: this.#stream,
      line,
    };
  }

  #learn(text: string, at: number): boolean {
    MIDDLE.lastIndex = at;
    const found = MIDDLE.exec(text);
    if (found === null) return false;
    [this.#middle, this.#sessionId, this.#stepName] = found as unknown as [string, string, string];
    this.#stream = found[3] as OutputStream;
    return true;
  }
}

/** A JSON string without lone surrogates; `undefined` when the text is anything else. */
function parseString(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "string" && value.isWellFormed() ? value : undefined;
  } catch {
    return undefined; // what it is, is for the full decoder to say
  }
}
