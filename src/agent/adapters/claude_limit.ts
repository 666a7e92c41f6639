/** Finds out from a message of Claude Code that its maker refuses more work for now. */

import { formatTimestamp } from "../../codec/timestamp.ts";
import type { UsageLimitHit } from "../../codec/zag_events.ts";

const REFUSAL = /^Claude AI (?:(weekly|global) )?usage limit reached\|(\d{1,11})/;

/**
 * Looks for a refusal in what the agent says.
 *
 * @param text The message.
 * @param id An id of the message.
 * @returns What it tells; `undefined` when it is none.
 */
export function claudeLimit(text: string, id: string): UsageLimitHit | undefined {
  const [raw, scope = "session", seconds] = REFUSAL.exec(text) ?? [];
  if (raw === undefined) return undefined;
  return {
    type: "usage_limit_hit",
    provider: "claude",
    scope,
    reset_at: formatTimestamp({ seconds: Number(seconds), nanos: 0 }),
    fallback_used: false,
    incident_id: id,
    raw,
  };
}
