/** What checking and repairing needs to know of the logs of agents. */

import { unknownAgentFields, ZAG } from "../codec/zag.ts";
import type { AgentLogEvent } from "../codec/zag_events.ts";
import { type LogRules, repairFields } from "./log_rules.ts";

/** The rules of the zag dialect. */
export const ZAG_RULES: LogRules<AgentLogEvent> = {
  dialect: ZAG,
  sessionField: "wrapper_session_id",
  startType: "session_started",
  isOneRun: false,
  leastSeq: 0, // so begins a log that another program than its writer made
  unknownFields: unknownAgentFields,
  endEvent: (end) => ({
    seq: end.seq,
    ts: end.ts,
    provider: end.last?.provider ?? end.name,
    wrapper_session_id: end.sessionId,
    provider_session_id: end.last?.provider_session_id ?? null,
    source_kind: "wrapper",
    completeness: end.last?.completeness ?? "full",
    type: "session_ended",
    success: end.status === "success",
    error: end.status === "success" ? null : end.reason,
    ...repairFields(end),
  }),
};
