/** Output lines of very different sizes, the same for whoever asks. */

const SHORTEST = 80;
const LONGEST = 200_000;

/**
 * Makes an output line from its number: 80 bytes to 200 kB, small ones more often.
 *
 * @param number The number.
 * @returns The text; it begins with the number.
 */
export function mixedLine(number: number): string {
  const fraction = (Math.imul(number, 0x9e3779b1) >>> 0) / 2 ** 32;
  const length = Math.round(SHORTEST * (LONGEST / SHORTEST) ** fraction);
  return `${number}:`.padEnd(length, `${number % 10}`);
}
