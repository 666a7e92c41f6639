/** Finds out from an error of Codex that its maker refuses more work for now. */

import { isJsonObject, type JsonObject } from "../../codec/json.ts";
import { formatTimestamp } from "../../codec/timestamp.ts";
import type { UsageLimitHit } from "../../codec/zag_events.ts";

const REFUSAL = /\byou(?:'ve|’ve| have)? (?:hit|reached) (?:your |the )?usage limit|usage limit reset/i;
const MINUTES_A_DAY = 24 * 60;

/** What is limited, by how long the limit runs. */
function scopeOf(minutes: unknown): string {
  if (typeof minutes !== "number") return "unknown";
  if (minutes < MINUTES_A_DAY) return "session";
  return minutes < 2 * MINUTES_A_DAY ? "daily" : "weekly";
}

/**
 * Looks for a refusal in an error.
 *
 * @param payload The event that tells of the error.
 * @param rateLimits What was last known of the limits.
 * @param id An id of the error.
 * @returns What it tells; `undefined` when it is none.
 */
export function codexLimit(payload: JsonObject, rateLimits: unknown, id: string): UsageLimitHit | undefined {
  const raw = typeof payload.message === "string" ? payload.message : "";
  if (payload.codex_error_info !== "usage_limit_exceeded" && !REFUSAL.test(raw)) return undefined;
  const limits = isJsonObject(rateLimits) ? [rateLimits.primary, rateLimits.secondary].filter(isJsonObject) : [];
  const used = limits.find(({ used_percent }) => Number(used_percent) >= 100);
  const seconds = used?.resets_at;
  return {
    type: "usage_limit_hit",
    provider: "codex",
    scope: scopeOf(used?.window_minutes),
    ...(Number.isSafeInteger(seconds) && { reset_at: formatTimestamp({ seconds: seconds as number, nanos: 0 }) }),
    fallback_used: false,
    incident_id: id,
    raw,
  };
}
