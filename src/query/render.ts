/** The text view of a zig session, event by event, as the original `listen` prints it. */

import { MAX_U64, type U64 } from "../codec/json.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";

/**
 * Writes an event as text.
 *
 * @param event The event.
 * @returns The text without a last newline; `undefined` for an event that has nothing to say.
 */
export function renderEvent(event: SessionLogEvent): string | undefined {
  switch (event.type) {
    case "zig_session_started": {
      const { workflow_name, tier_count } = event;
      return `▶ zig session started: ${workflow_name} (${tier_count} ${tier_count === 1 ? "tier" : "tiers"})`;
    }
    case "tier_started":
      return `── tier ${placeOf(event.tier_index)} (${event.step_names.join(", ")})`;
    case "step_started": {
      const model = event.model === null ? "" : ` model=${event.model}`;
      return `  running step '${event.step_name}' (zag ${event.zag_command}${model}, session=${event.zag_session_id})...`;
    }
    case "step_output":
      return `[${event.step_name}] ${event.line}`;
    case "step_completed": {
      const saved = event.saved_vars.length === 0 ? "" : ` (saved: ${event.saved_vars.join(", ")})`;
      return `  completed '${event.step_name}' in ${event.duration_ms}ms${saved}`;
    }
    case "step_failed":
      return `  step '${event.step_name}' failed (attempt ${event.attempt}): ${event.error}`;
    case "step_skipped":
      return `  skipping '${event.step_name}' (${event.reason})`;
    case "heartbeat":
      return undefined;
    case "zig_session_ended": {
      const status = event.status === "success" ? "Success" : "Failure";
      return `■ zig session ended (${status}) in ${event.duration_ms}ms`;
    }
  }
}

/**
 * Counts a tier's place from 1; wraps around at 64 bits, as in the original.
 *
 * @param tierIndex The place, from 0.
 * @returns The place, from 1.
 */
export function placeOf(tierIndex: U64): U64 {
  const next = BigInt(tierIndex) + 1n;
  if (next > MAX_U64) return 0;
  return typeof tierIndex === "number" && tierIndex < Number.MAX_SAFE_INTEGER ? tierIndex + 1 : next;
}
