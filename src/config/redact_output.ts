/** Takes secrets out of what a command prints. */

/** Takes secrets out of a text. */
type Redact = (text: string) => string;

/** A run of text that holds neither a line break nor the marks of a colour. */
// deno-lint-ignore no-control-regex
const PLAIN_RUN = /(\x1b\[[\d;]*m)|[^\n\x1b]+/g;

/** The key of events that has a line of output. */
const LINE = '"line"';

/** A string of JSON, and the colon behind it where it is a key. */
const JSON_STRING = /("[^"\\\n]*(?:\\.[^"\\\n]*)*")(\s*:)?/g;

/**
 * Takes secrets out of lines of text, which may be coloured.
 *
 * @param text The lines.
 * @param redact Takes them out of the next line, or piece of one.
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
 * @param redactLine Takes them out of the next line of output.
 * @returns The values.
 */
export function redactJson(json: string, redact: Redact, redactLine: Redact = redact): string {
  let key = "";
  return json.replace(JSON_STRING, (written, string: string, colon?: string) => {
    if (colon !== undefined) {
      key = string;
      return written;
    }
    const text: string = JSON.parse(string);
    const left = (key === LINE ? redactLine : redact)(text);
    return left === text ? written : JSON.stringify(left);
  });
}
