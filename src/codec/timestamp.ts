/** Times as the Rust programs write them. */

/** A moment: whole seconds since the epoch, and nanoseconds within the second. */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

/**
 * Writes a moment as RFC 3339 in UTC with the offset `+00:00` and 0, 3, 6 or 9 digits, as chrono's `to_rfc3339` does.
 *
 * @param instant The moment.
 * @returns The text, such as `2026-11-21T01:51:23.758770876+00:00`.
 */
export function formatTimestamp({ seconds, nanos }: Instant): string {
  let fraction = String(nanos).padStart(9, "0");
  while (fraction.endsWith("000")) fraction = fraction.slice(0, -3);
  return `${formatSecond(seconds)}${fraction && "."}${fraction}+00:00`;
}

/**
 * Writes a whole second, without fraction and offset.
 *
 * @param seconds Seconds since the epoch.
 * @returns The text, such as `2026-11-21T01:51:23`.
 */
export function formatSecond(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Reads a moment without losing its nanoseconds.
 *
 * @param text RFC 3339, with any offset and fraction.
 * @returns The moment; `undefined` when the text is none.
 */
export function parseTimestamp(text: string): Instant | undefined {
  const [, time, fraction = "", offset] = TIMESTAMP.exec(text) ?? [];
  const seconds = Date.parse(`${time}${offset}`) / 1000;
  return Number.isNaN(seconds) ? undefined : { seconds, nanos: Number(fraction.padEnd(9, "0")) };
}

/** Characters of a time as the Rust programs nearly always write it, up to its milliseconds, its nanoseconds, its end. */
const [TO_MILLIS, TO_NANOS, TO_END] = [23, 29, 35];

/**
 * Tells how much time lies between two moments.
 *
 * @param from The first, RFC 3339.
 * @param to The second, RFC 3339.
 * @returns Whole milliseconds, less than 0 when the second is earlier; `undefined` when one of the texts is no moment.
 */
export function millisBetween(from: string, to: string): number | undefined {
  if (isUsual(from) && isUsual(to)) {
    const borrowed = to.slice(TO_MILLIS, TO_NANOS) < from.slice(TO_MILLIS, TO_NANOS) ? 1 : 0;
    const millis = Date.parse(to) - Date.parse(from) - borrowed;
    if (!Number.isNaN(millis)) return millis;
  }
  const [start, end] = [parseTimestamp(from), parseTimestamp(to)];
  if (start === undefined || end === undefined) return undefined;
  return Math.floor((end.seconds - start.seconds) * 1000 + (end.nanos - start.nanos) / 1e6);
}

function isUsual(time: string): boolean {
  return time.length === TO_END && time[10] === "T" && time[19] === "." && time[TO_NANOS] === "+";
}
