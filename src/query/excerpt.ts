/** The part of a text that shows a match. */

import type { TextMatch } from "./filter.ts";

/** A piece of a text. */
export interface Piece {
  /** The text. */
  readonly text: string;
  /** Whether it is what was looked for. */
  readonly isMatch: boolean;
}

/** What stands before a match that is far from the beginning, as a share of the room. */
const LEAD = 1 / 3;

/**
 * Cuts out the line that holds the first match, and of it what there is room for.
 *
 * @param match A text, and where it matches.
 * @param room Characters there are room for; no limit when left out.
 * @returns The pieces, in order; `…` stands for what was left out.
 */
export function excerpt({ text, ranges }: TextMatch, room = Infinity): Piece[] {
  const [first, behind] = ranges[0] ?? [0, 0];
  const lineStart = first === 0 ? 0 : text.lastIndexOf("\n", first - 1) + 1;
  const newline = text.indexOf("\n", Math.max(first, behind - 1));
  const lineEnd = newline === -1 ? text.length : newline;
  let [start, end] = [lineStart, lineEnd];
  if (end - start > room) {
    start = Math.max(lineStart, Math.min(first - Math.floor(room * LEAD), lineEnd - room));
    end = start + room;
    if (isLowSurrogate(text, start)) start++;
    if (isLowSurrogate(text, end)) end--;
  }
  const pieces: Piece[] = [{ text: start > lineStart ? "…" : "", isMatch: false }];
  let at = start;
  for (const [from, to] of ranges) {
    if (to <= at || from >= end) continue;
    pieces.push({ text: text.slice(at, Math.max(at, from)), isMatch: false });
    pieces.push({ text: text.slice(Math.max(at, from), Math.min(to, end)), isMatch: true });
    at = Math.min(to, end);
  }
  pieces.push({ text: text.slice(at, end), isMatch: false }, { text: end < lineEnd ? "…" : "", isMatch: false });
  return pieces.filter((piece) => piece.text !== "");
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code < 0xe000;
}
