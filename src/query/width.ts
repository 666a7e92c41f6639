/** Columns that text takes on a terminal. */

/** Characters that take no column of their own. */
const NONE = /[\p{Mark}\p{Default_Ignorable_Code_Point}]/u;

/** Characters that take two: East Asian wide and full-width forms, and emoji. */
const TWO =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{17000}-\u{18d08}\u{1b000}-\u{1b2fb}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Text of which every character takes one column. */
const SIMPLE = /^[\x20-\x7e]*$/;

let segmenter: Intl.Segmenter | undefined;

/** What a reader takes for one character; the segmenter is slow to make and rarely needed. */
function* graphemesOf(text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (const { segment } of segmenter.segment(text)) yield segment;
}

/**
 * Measures text.
 *
 * @param text Text without control characters.
 * @returns The columns that it takes.
 */
export function widthOf(text: string): number {
  if (SIMPLE.test(text)) return text.length;
  let width = 0;
  for (const grapheme of graphemesOf(text)) width += graphemeWidth(grapheme);
  return width;
}

/**
 * Tells whether every character of some texts takes one column and leaves a terminal as it is.
 *
 * @param texts The texts.
 * @returns `true` when they are all of letters, digits, signs and spaces of ASCII.
 */
export function areSimple(texts: readonly string[]): boolean {
  return SIMPLE.test(texts.join(""));
}

/**
 * Shortens text that is too wide.
 *
 * @param text Text without control characters.
 * @param width The columns there are, at least 1.
 * @returns The text, or its beginning with `…`.
 */
export function fit(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let shown = "";
  let left = width - 1;
  for (const grapheme of graphemesOf(text)) {
    left -= graphemeWidth(grapheme);
    if (left < 0) break;
    shown += grapheme;
  }
  return `${shown}…`;
}

/**
 * Breaks text that is too wide, anywhere.
 *
 * @param text Text without control characters.
 * @param width The columns there are, at least 1; a character that is wider than that stands alone.
 * @returns The parts, at least one.
 */
export function splitByWidth(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text];
  const parts: string[] = [];
  let part = "";
  let used = 0;
  for (const grapheme of graphemesOf(text)) {
    const columns = graphemeWidth(grapheme);
    if (part !== "" && used + columns > width) {
      parts.push(part);
      part = "";
      used = 0;
    }
    part += grapheme;
    used += columns;
  }
  return [...parts, part];
}

/** Columns between two tab stops. */
const TAB = 8;

/**
 * Replaces tabs by the spaces that a terminal would show for them at the beginning of a line.
 *
 * @param text Text without other control characters.
 * @returns The text without tabs.
 */
export function expandTabs(text: string): string {
  const [first = "", ...rest] = text.split("\t");
  return rest.reduce((shown, part) => shown + " ".repeat(TAB - widthOf(shown) % TAB) + part, first);
}

/**
 * Fills text up with spaces.
 *
 * @param text Text without control characters.
 * @param width The columns to fill.
 * @returns The text, and spaces behind it.
 */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

function graphemeWidth(grapheme: string): number {
  const first = String.fromCodePoint(grapheme.codePointAt(0)!);
  if (NONE.test(first)) return 0;
  return TWO.test(first) || grapheme.includes("\ufe0f") ? 2 : 1;
}
