/** Durations, times and sizes as people write them on a command line. */

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** Powers of 1000, and of 1024 with an `i`. */
const SIZE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

const DURATION = /^(?:\s*\d+(?:\.\d+)?\s*(?:ms|[smhdw]))+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)\s*(ms|[smhdw])/g;
const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:Z|([+-])(\d\d):(\d\d))?)?$/i;
const SIZE = /^(\d+(?:\.\d+)?)\s*(?:([kmgt]i?)b?|b)?$/i;

/**
 * Reads a duration: `500ms`, `15m`, `2h`, `7d`, `1h30m`, `1.5h`.
 *
 * @param text Numbers with a unit each: `ms`, `s`, `m`, `h`, `d` or `w`.
 * @returns Milliseconds.
 * @throws {SyntaxError} When it is no duration.
 */
export function parseDuration(text: string): number {
  const ms = durationOf(text);
  if (ms !== undefined) return ms;
  throw new SyntaxError(
    `Cannot read duration "${text}": expected numbers with a unit each, such as 90s, 15m, 2h or 7d`,
  );
}

/**
 * Reads a point in time: how long ago it was, a date, or a date and a time. Without an offset it is in UTC.
 *
 * @param text A duration as {@linkcode parseDuration} reads it, `2026-11-21`, or RFC 3339 (`2026-11-21T14:00:00Z`).
 * @param now Milliseconds since the epoch, which a duration counts back from.
 * @returns Milliseconds since the epoch.
 * @throws {SyntaxError} When it is no time.
 */
export function parseTime(text: string, now: number): number {
  const age = durationOf(text);
  const time = age === undefined ? timeOf(text) : now - age;
  if (time !== undefined) return time;
  throw new SyntaxError(
    `Cannot read time "${text}": expected how long ago (15m, 2h, 7d), a date (2026-11-21) ` +
      "or an RFC 3339 time (2026-11-21T14:00:00Z)",
  );
}

/**
 * Reads a size: `500`, `64kB`, `10MB`, `1.5GiB`. Units with an `i` are powers of 1024, others of 1000; case does not
 * matter, and the `B` may be left out.
 *
 * @param text A number, and perhaps a unit.
 * @returns Bytes, a whole number.
 * @throws {SyntaxError} When it is no size.
 */
export function parseSize(text: string): number {
  const [, number, unit = "b"] = SIZE.exec(text.trim()) ?? [];
  const bytes = number === undefined ? NaN : Math.round(Number(number) * SIZE_UNITS[unit.toLowerCase()]!);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new SyntaxError(
    `Cannot read size "${text}": expected bytes, or a number with a unit such as 64kB, 10MB or 2GiB`,
  );
}

/**
 * Writes a size with about two digits that matter: `340 B`, `1.2 kB`, `45 MB`.
 *
 * @param bytes Bytes.
 * @returns The text; its units are powers of 1000.
 */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // What would round up to 1000 belongs to the next unit.
  for (; unit < UNIT_NAMES.length - 1 && Math.round(value) >= 1000; unit++) value /= 1000;
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNIT_NAMES[unit]}`;
}

const UNIT_NAMES = ["B", "kB", "MB", "GB", "TB"] as const;

function durationOf(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let ms = 0;
  for (const [, number, unit] of text.matchAll(DURATION_PART)) ms += Number(number) * DURATION_UNITS[unit!]!;
  return Number.isSafeInteger(Math.round(ms)) ? Math.round(ms) : undefined;
}

function timeOf(text: string): number | undefined {
  const found = TIME.exec(text.trim());
  if (found === null) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((digits) => Number(digits ?? 0));
  const milliseconds = Number((found[7] ?? "").slice(0, 3).padEnd(3, "0"));
  const date = new Date(0);
  date.setUTCFullYear(year!, month! - 1, day!);
  // A month or a day that does not exist would silently become another one.
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day!) return undefined;
  if (hour! > 23 || minute! > 59 || second! > 60) return undefined;
  const sign = found[8] === "-" ? 1 : -1;
  const offset = sign * (Number(found[9] ?? 0) * 60 + Number(found[10] ?? 0)) * 60_000;
  return date.getTime() + ((hour! * 60 + minute!) * 60 + second!) * 1000 + milliseconds + offset;
}

/**
 * Writes a count in few characters: `999`, `1.2K`, `3.4M`.
 *
 * @param count The count.
 * @returns The text.
 */
export function formatCount(count: number | bigint): string {
  return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(count);
}
