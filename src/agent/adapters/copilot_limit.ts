/** Finds out from an event of Copilot CLI that its maker refuses more work for now. */

import { isJsonObject, type JsonObject, stringifyJson } from "../../codec/json.ts";
import { formatTimestamp, parseTimestamp } from "../../codec/timestamp.ts";
import type { UsageLimitHit } from "../../codec/zag_events.ts";

/** Codes of refusals; some have a suffix after a colon. */
const SCOPES: Readonly<Record<string, string>> = {
  rate_limited: "session",
  user_weekly_rate_limited: "weekly",
  user_global_rate_limited: "global",
  user_model_rate_limited: "session",
  integration_rate_limited: "global",
};

const RESET = /\bin (\d+)\s*(h(?:ou)?r|m(?:in(?:ute)?)|s(?:ec(?:ond)?))s?\b/i;
const SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/**
 * Looks for a refusal in an event.
 *
 * @param record The event.
 * @param at When, RFC 3339; the time of the next try counts from then.
 * @returns What it tells; `undefined` when it is none.
 */
export function copilotLimit(record: JsonObject, at: string | null): UsageLimitHit | undefined {
  const { type } = record;
  if (typeof type === "string" && type !== "model.failed" && !type.includes("error")) return undefined;
  const data = isJsonObject(record.data) ? record.data : {};
  const error = [data.error, record.error, { ...data, code: data.errorCode }].find(isJsonObject)!;
  const code = typeof error.code === "string" ? error.code.replace(/:.*$/s, "") : "";
  if (!Object.hasOwn(SCOPES, code)) return undefined;
  const [, count, unit] = RESET.exec(String(error.message)) ?? [];
  const from = parseTimestamp(at ?? "");
  return {
    type: "usage_limit_hit",
    provider: "copilot",
    scope: SCOPES[code]!,
    ...(unit !== undefined && from !== undefined && {
      reset_at: formatTimestamp({ ...from, seconds: from.seconds + Number(count) * SECONDS[unit[0]!.toLowerCase()]! }),
    }),
    fallback_used: false,
    incident_id: typeof record.id === "string" ? record.id : `copilot:${at}`,
    raw: stringifyJson(error),
  };
}
