/** Takes secrets out of what a command prints. */

import type { Redact } from "./redactor.ts";

/** A run of text that holds neither a line break nor the marks of a colour. */
// deno-lint-ignore no-control-regex
const PLAIN_RUN = /(\x1b\[[\d;]*m)|[^\n\x1b]+/g;

/** A string of JSON, and the colon behind it where it is a key. */
const JSON_STRING = /("[^"\\\n]*(?:\\.[^"\\\n]*)*")(\s*:)?/g;

/**
 * Takes secrets out of lines of text, which may be coloured.
 *
 * @param text The lines.
 * @param redact Takes them out of a text.
 * @returns The lines.
 */
export function redactLines(text: string, redact: Redact): string {
  return text.replace(PLAIN_RUN, (run, color) => color === undefined ? redact(run) : run);
}

/**
 * Takes secrets out of JSON, which stays JSON; what holds none stays as it is, byte for byte.
 *
 * @param json JSON values, one a line.
 * @param redact Takes them out of a text.
 * @returns The values.
 */
export function redactJson(json: string, redact: Redact): string {
  return json.replace(JSON_STRING, (written, string: string, colon?: string) => {
    if (colon !== undefined) return written;
    const text: string = JSON.parse(string);
    const left = redact(text);
    return left === text ? written : JSON.stringify(left);
  });
}
