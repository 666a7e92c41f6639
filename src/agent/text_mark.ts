import { isWhiteSpace } from "../codec/lines.ts";

/**
 * Makes a number of a text, to remember the text by.
 *
 * @param text The text.
 * @param ignoresSpace Whether white space makes no difference.
 * @returns A number of 53 bits, which two texts share as good as never.
 */
export function textMark(text: string, ignoresSpace = false): number {
  let low = 0x811c9dc5;
  let high = ignoresSpace ? 0 : text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (ignoresSpace && isWhiteSpace(unit)) continue;
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995);
  }
  return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
}
