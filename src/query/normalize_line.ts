/** Lines without what changes from run to run. */

const UNIT = "(?:ns|[µμu]s|ms|min|minutes?|sec|seconds?|hours?|days?|[smhd])";
const TIME = String.raw`\d+(?:\.\d+)?\s?${UNIT}`;

/** What is replaced, and by what; in this order. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/(?:\/private)?\/var\/folders\/[^\s/]+\/[^\s/]+\/[A-Z](?:\/[\w.+~-]+)?/g, "<temp>"],
  [/(?<![\w./-])(?:\/private|\/var)?\/tmp\/[\w.+~-]+/g, "<temp>"],
  [/(?<!\w)[a-z]:[^\s:"'<>|]*\\Temp\\[\w.+~-]+/gi, "<temp>"],
  [/(?<!\w)[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?!\w)/gi, "<id>"],
  [/(?<!\w)\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?(?!\w)/gi, "<time>"],
  [/(?<!\w)\d{4}-\d\d-\d\d(?!\w)/g, "<time>"],
  [/(?<![\w:])\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?![\w:])/g, "<time>"],
  [/(?<!\w)(?:0x)?(?=[a-f]*\d)[\da-f]{8,}(?!\w)/gi, "<id>"],
  [new RegExp(String.raw`(?<![\w.])${TIME}(?:\s?${TIME})*(?!\w)`, "g"), "<duration>"],
];

/**
 * Replaces what changes from run to run: dates and times of day (`12:30:05`; not `12:30`, which may be a place in a
 * file), durations such as `12ms` and `1m04s`, UUIDs, hexadecimal ids of 8 digits and more, and the temporary part of
 * paths.
 *
 * @param line A line that a step wrote.
 * @returns The line to compare.
 */
export function normalizeLine(line: string): string {
  let text = line;
  for (const [pattern, name] of CHANGING) text = text.replace(pattern, name);
  return text;
}
