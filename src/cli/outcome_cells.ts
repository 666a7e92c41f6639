/** How often something went well and how long it took, in a table and as JSON. */

import type { JsonObject } from "../codec/json.ts";
import { formatDuration } from "../query/duration.ts";
import type { Durations, Outcomes } from "../query/outcomes.ts";
import type { Cell } from "../query/table.ts";
import type { Style } from "./style.ts";

/**
 * Writes which part went well.
 *
 * @param rate The part, 0 to 1; `null` where nothing ended.
 * @param style How to mark it.
 * @returns The cell. It is rounded down: 100% means all of them.
 */
export function successCell(rate: number | null, style: Style): Cell {
  if (rate === null) return { text: "-" };
  return { text: `${Math.floor(rate * 100)}%`, paint: rate < 1 ? style.red : style.green };
}

/**
 * Writes how long something took.
 *
 * @param durations How long.
 * @returns Cells for the median, the 95th percentile and the longest.
 */
export function durationCells({ p50, p95, max }: Durations): Cell[] {
  return [p50, p95, max].map((ms) => ({ text: ms === null ? "-" : formatDuration(ms) }));
}

/**
 * Makes the JSON of how often something went well, and how long it took.
 *
 * @param outcomes What is known.
 * @returns The fields.
 */
export function outcomesJson({ successes, failures, successRate, durations, recent }: Outcomes): JsonObject {
  return { successes, failures, success_rate: successRate, duration_ms: { ...durations }, recent_ms: [...recent] };
}
