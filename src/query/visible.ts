/** Recorded text on a terminal: whatever could steer the terminal is shown instead of sent. */

/** C0 but for the tab, DEL, C1, line and paragraph separators, and what overrides the direction of writing. */
// deno-lint-ignore no-control-regex
const STEERING = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

/** The same for a first look: most texts have none of them, and replacing nothing takes much longer. */
const STEERS = new RegExp(STEERING.source);

/**
 * Makes the same characters visible in JSON, which stays JSON of the same meaning.
 *
 * @param json The text of a JSON value.
 * @returns The text with `\\u009b` and the like for them.
 */
export function visibleJson(json: string): string {
  if (!STEERS.test(json)) return json;
  return json.replace(STEERING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * Makes control characters visible: `ESC` becomes `␛`, a newline `␊`; those without a picture become `\x9b` or `\u202e`.
 *
 * @param text Recorded text.
 * @returns Text that takes one line and leaves the terminal as it is; tabs stay.
 */
export function visible(text: string): string {
  if (!STEERS.test(text)) return text;
  return text.replace(STEERING, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    return code < 0x100 ? `\\x${code.toString(16)}` : `\\u${code.toString(16)}`;
  });
}
