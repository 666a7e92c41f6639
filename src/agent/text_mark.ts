/**
 * Makes a number of a text, to remember the text by.
 *
 * @param text The text.
 * @returns A number of 53 bits, which two texts share as good as never.
 */
export function textMark(text: string): number {
  let low = 0x811c9dc5;
  let high = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995);
  }
  return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
}
