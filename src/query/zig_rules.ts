/** What checking and repairing needs to know of the logs of workflows. */

import { unknownFields, ZIG } from "../codec/zig.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import { type LogRules, repairFields, type StepNews } from "./log_rules.ts";

function stepOf(event: SessionLogEvent): StepNews | undefined {
  switch (event.type) {
    case "step_started":
      return { name: event.step_name, news: "started" };
    case "step_completed":
      return { name: event.step_name, news: "completed" };
    case "step_failed":
      return { name: event.step_name, news: "failed" };
    default:
      return undefined;
  }
}

/** The rules of the zig dialect. */
export const ZIG_RULES: LogRules<SessionLogEvent> = {
  dialect: ZIG,
  sessionField: "zig_session_id",
  startType: "zig_session_started",
  isOneRun: true,
  leastSeq: 1,
  unknownFields,
  stepOf,
  endEvent: (end) => ({
    seq: end.seq,
    ts: end.ts,
    zig_session_id: end.sessionId,
    type: "zig_session_ended",
    status: end.status,
    duration_ms: end.durationMs,
    ...repairFields(end),
  }),
};
