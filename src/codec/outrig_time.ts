/** Times as the Rust program outrig reads and writes them. */

import type { Instant } from "./timestamp.ts";

const DATE = "(?<year>[+-]\\d{6}|\\d{4})(?<dash>-?)(?<month>\\d\\d)\\k<dash>(?<day>\\d\\d)";
const TIME =
  "(?<hour>\\d\\d)(?:(?<colon>:?)(?<minute>\\d\\d)(?:\\k<colon>(?<second>\\d\\d)(?:[.,](?<fraction>\\d{1,9}))?)?)?";
const OFFSET = "(?:[Zz]|(?<sign>[+-])(?<hours>\\d\\d)(?:(?<mark>:?)(?<minutes>\\d\\d)" +
  "(?:\\k<mark>(?<seconds>\\d\\d)(?:[.,](?<rest>\\d{1,9}))?)?)?)";
const NAME = "[A-Za-z_.][\\w.+-]*";
const ZONE = `(?:\\[!?(?:${NAME}(?:/${NAME})*|[+-](?:[01]\\d|2[0-5])(?::?[0-5]\\d)?)\\])?`;
const NOTES = "(?:\\[[a-z_][a-z0-9_-]*=[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\\])*";
const RUN_TIME = new RegExp(`^${DATE}[Tt ]${TIME}${OFFSET}${ZONE}${NOTES}$`);

/** The first and the last second that the Rust program can tell. */
const FIRST_SECOND = -377_705_023_201;
const LAST_SECOND = 253_402_207_200;

/**
 * Reads a moment in any of the forms of ISO 8601 that the Rust program takes: with `T` or a space, with or without
 * separators and seconds, with `Z` or an offset, with the name of a time zone behind it. A leap second is the one before.
 *
 * @param text The text.
 * @returns The moment; `undefined` when the text is none.
 */
export function parseRunTime(text: string): Instant | undefined {
  const part = RUN_TIME.exec(text)?.groups;
  if (part === undefined || part.year === "-000000") return undefined;
  const [year, month, day] = [Number(part.year), Number(part.month), Number(part.day)];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const [hour, minute, second] = [Number(part.hour), Number(part.minute ?? 0), Number(part.second ?? 0)];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const offset = offsetOf(part);
  if (offset === undefined) return undefined;
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + Math.min(second, 59) - offset;
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return undefined;
  return { seconds, nanos: Number((part.fraction ?? "").padEnd(9, "0")) };
}

/** Seconds east of Greenwich. */
function offsetOf(part: Readonly<Record<string, string | undefined>>): number | undefined {
  const [hours, minutes, seconds] = [Number(part.hours ?? 0), Number(part.minutes ?? 0), Number(part.seconds ?? 0)];
  if (hours > 25 || minutes > 59 || seconds > 59) return undefined;
  const rounded = seconds + (part.rest !== undefined && part.rest >= "5" ? 1 : 0);
  return (part.sign === "-" ? -1 : 1) * (hours * 3600 + minutes * 60 + rounded);
}

/**
 * Writes a moment in UTC with `Z` and no more digits than it has: `2026-05-01T14:19:07.12Z`.
 *
 * @param instant The moment.
 * @returns The text.
 */
export function formatRunTime({ seconds, nanos }: Instant): string {
  const fraction = String(nanos).padStart(9, "0").replace(/0+$/, "");
  return `${new Date(seconds * 1000).toISOString().slice(0, -5)}${fraction && "."}${fraction}Z`;
}
