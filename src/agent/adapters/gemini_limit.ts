/** Finds out from what Gemini CLI says that its maker refuses more work for now. */

import { formatTimestamp, parseTimestamp } from "../../codec/timestamp.ts";
import type { UsageLimitHit } from "../../codec/zag_events.ts";

const REFUSAL =
  /\[API Error:.*?\bcode"?\s*:\s*429|RESOURCE_EXHAUSTED|RATE_LIMIT_EXCEEDED|you've hit the api rate limit/is;
const RETRY_DELAY = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/;

/**
 * Looks for a refusal in what the agent said of itself.
 *
 * @param text What it said.
 * @param incident The id that the refusal gets.
 * @param at When, RFC 3339; the time of a retry counts from then.
 * @returns The event; `undefined` when it is none.
 */
export function geminiLimit(text: string, incident: string, at: string | null): UsageLimitHit | undefined {
  if (!REFUSAL.test(text)) return undefined;
  const delay = RETRY_DELAY.exec(text)?.[1];
  const from = parseTimestamp(at ?? "");
  const reset = delay === undefined || from === undefined ? undefined : from.seconds * 1000 + Number(delay) * 1000;
  return {
    type: "usage_limit_hit",
    provider: "gemini",
    scope: /per ?day/i.test(text) ? "daily" : /per ?week/i.test(text) ? "weekly" : "session",
    ...(reset !== undefined && { reset_at: timestampOf(reset) }),
    fallback_used: false,
    incident_id: incident,
    raw: text,
  };
}

function timestampOf(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return formatTimestamp({ seconds, nanos: Math.round(milliseconds - seconds * 1000) * 1_000_000 });
}
