/** Finding lines by text that they must hold, before they are parsed. */

import type { LinePrefilter } from "../storage/scan.ts";
import { escapeRegExp } from "./glob.ts";

/**
 * Compiles texts of which a line must hold one to be worth parsing. The texts are looked for as a writer puts them into
 * JSON; a line with any escape that our writers do not write is worth parsing too, because there the same text may
 * look different.
 *
 * @param texts The texts, as they stand in JSON.
 * @param isCaseSensitive Whether upper and lower case differ.
 * @returns The filter.
 */
export function compilePrefilter(texts: readonly string[], isCaseSensitive: boolean): LinePrefilter {
  const pattern = new RegExp(texts.map(escapeRegExp).join("|"), isCaseSensitive ? "gu" : "giu");
  const hasSlash = texts.some((text) => text.includes("/"));
  return {
    over(text: string): (from: number) => number {
      const find = (from: number): number => {
        pattern.lastIndex = from;
        return pattern.test(text) ? pattern.lastIndex - 1 : Infinity;
      };
      let found = find(0);
      let odd = nextOddEscape(text, 0, hasSlash);
      return (from) => {
        if (found < from) found = find(from);
        if (odd < from) odd = nextOddEscape(text, from, hasSlash);
        return Math.min(found, odd);
      };
    },
  };
}

/** Control characters that JSON writes as `\u00xx`; the others have an escape of one letter. */
const CONTROL = /^00(?:0[0-7bef]|1[0-9a-f])$/;

/** The next escape that `JSON.stringify` would not write: `\u0041`, `\u000A`, or `\/` where a slash matters. */
function nextOddEscape(text: string, from: number, hasSlash: boolean): number {
  const unicode = nextEscape(text, "\\u", from, (at) => !CONTROL.test(text.slice(at + 2, at + 6)));
  return hasSlash ? Math.min(unicode, nextEscape(text, "\\/", from, () => true)) : unicode;
}

function nextEscape(text: string, escape: string, from: number, isWanted: (at: number) => boolean): number {
  for (let at = text.indexOf(escape, from); at !== -1; at = text.indexOf(escape, at + 2)) {
    if (isWanted(at) && !isEscaped(text, at)) return at;
  }
  return Infinity;
}

/** Whether the backslash at a place is itself what an escape stands for. */
function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}
