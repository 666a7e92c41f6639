/** Times of runs, as the Rust program outrig shows them. */

import { formatRunTime, parseRunTime } from "../codec/outrig_time.ts";

/**
 * Writes when a run was started, in UTC.
 *
 * @param time The `started_at` of its record.
 * @returns The text, such as `2026-05-01 14:19:07`; `?` when it is no time.
 */
export function formatStartedAt(time: string): string {
  const instant = parseRunTime(time);
  if (instant === undefined) return "?";
  return formatRunTime({ seconds: instant.seconds, nanos: 0 }).slice(0, -1).replace("T", " ");
}

/**
 * Writes how long a run took: minutes and seconds below an hour, then hours and minutes. Nothing is rounded up.
 *
 * @param ms Milliseconds.
 * @returns The text, such as `0m44s`, `59m59s` or `1h05m`; `?` when it is negative or no number.
 */
export function formatDuration(ms: number): string {
  if (!(ms >= 0 && ms < Infinity)) return "?";
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${two(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
