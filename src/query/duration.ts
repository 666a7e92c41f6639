/** Times for people. */

import type { U64 } from "../codec/json.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Writes a duration with about two digits that matter: `340 ms`, `1.2 s`, `45 s`, `3m04s`, `1h05m`, `2d03h`.
 *
 * @param ms Milliseconds.
 * @returns The text.
 */
export function formatDuration(ms: U64): string {
  const whole = Number(ms);
  if (whole < SECOND) return `${Math.round(whole)} ms`;
  if (whole < 10 * SECOND) return `${(Math.floor(whole / 100) / 10).toFixed(1)} s`;
  if (whole < MINUTE) return `${Math.floor(whole / SECOND)} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}m${two(Math.floor(whole % MINUTE / SECOND))}s`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)}h${two(Math.floor(whole % HOUR / MINUTE))}m`;
  return `${Math.floor(whole / DAY)}d${two(Math.floor(whole % DAY / HOUR))}h`;
}

/**
 * Writes how long ago something was: `now`, `12s ago`, `5m ago`, `3h ago`, `6d ago`, and the day when it is longer.
 *
 * @param time When it was, RFC 3339.
 * @param now Milliseconds since the epoch.
 * @returns The text; the time as it stands when it is no time.
 */
export function formatAge(time: string, now: number): string {
  const at = Date.parse(time);
  if (Number.isNaN(at)) return time;
  const age = now - at;
  if (age < 0 || age >= 7 * DAY) return new Date(at).toISOString().slice(0, 10);
  if (age < SECOND) return "now";
  if (age < MINUTE) return `${Math.floor(age / SECOND)}s ago`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)}m ago`;
  return age < DAY ? `${Math.floor(age / HOUR)}h ago` : `${Math.floor(age / DAY)}d ago`;
}

/**
 * Writes a time in UTC.
 *
 * @param time RFC 3339, with any offset and fraction.
 * @param digits Digits of the fraction: 0 or 3.
 * @returns RFC 3339 with `Z`; the time as it stands when it is no time.
 */
export function formatTime(time: string, digits: 0 | 3): string {
  const at = Date.parse(time);
  // As this program and the Rust programs write it: what is asked for stands there.
  if (digits === 0 && time[19] === "." && time.endsWith("+00:00") && at >= 0) return `${time.slice(0, 19)}Z`;
  if (Number.isNaN(at)) return time;
  const text = new Date(at).toISOString();
  return digits === 3 ? text : `${text.slice(0, -5)}Z`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
