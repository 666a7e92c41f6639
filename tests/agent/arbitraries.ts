/** Events of agent sessions for property tests. */

import fc from "fast-check";
import type { AgentEventKind, AgentLogEvent } from "../../src/codec/zag_events.ts";
import { anyJson, anyText, anyU32, anyU64 } from "../helpers/arbitraries.ts";

const textOrNull = fc.option(anyText);
const toolKind = fc.constantFrom("shell", "file_read", "sub_agent", "other");

type Fields = Record<string, fc.Arbitrary<unknown>>;

/** The fields of each type, and those that may be left out. */
const KINDS: { readonly [Type in AgentEventKind["type"]]: readonly [always: Fields, sometimes?: Fields] } = {
  session_started: [{
    command: anyText,
    model: textOrNull,
    cwd: textOrNull,
    resumed: fc.boolean(),
    backfilled: fc.boolean(),
  }],
  user_message: [{ role: anyText, content: anyText, message_id: textOrNull }],
  assistant_message: [{ content: anyText, message_id: textOrNull }],
  reasoning: [{ content: anyText, message_id: textOrNull }],
  tool_call: [{ tool_name: anyText, tool_id: textOrNull, input: anyJson }, { tool_kind: toolKind }],
  tool_result: [{
    tool_name: textOrNull,
    tool_id: textOrNull,
    success: fc.option(fc.boolean()),
    output: textOrNull,
    error: textOrNull,
    data: anyJson,
  }, { tool_kind: toolKind }],
  permission: [{ tool_name: anyText, description: anyText, granted: fc.boolean() }],
  provider_status: [{ message: anyText, data: anyJson }],
  stderr: [{ message: anyText }],
  parse_warning: [{ message: anyText, raw: textOrNull }],
  session_cleared: [{ old_session_id: textOrNull, new_session_id: textOrNull }],
  session_ended: [{ success: fc.boolean(), error: textOrNull }],
  session_result: [{ result: anyText }],
  heartbeat: [{ interval_secs: fc.option(anyU64) }],
  usage: [{ input_tokens: anyU64, output_tokens: anyU64 }, {
    cache_read_tokens: anyU64,
    cache_creation_tokens: anyU64,
    total_cost_usd: fc.double({ noNaN: true, noDefaultInfinity: true }),
  }],
  user_event: [{ level: anyText, message: anyText }, { data: anyJson.filter((value) => value !== null) }],
  usage_limit_hit: [{ scope: anyText, fallback_used: fc.boolean(), incident_id: anyText }, {
    reset_at: anyText,
    scheduled_resume_at: anyText,
    raw: anyText,
  }],
  usage_limit_resumed: [{ incident_id: anyText, resume_message: anyText, attempt: anyU32 }],
  usage_limit_resume_failed: [{ incident_id: anyText, error: anyText, attempt: anyU32 }],
};

const envelope = fc.record({
  seq: anyU64,
  ts: anyText,
  provider: anyText,
  wrapper_session_id: anyText,
  provider_session_id: textOrNull,
  source_kind: fc.constantFrom("wrapper", "provider_file", "provider_log", "stdout", "stderr", "backfill"),
  completeness: fc.constantFrom("full", "partial", "metadata_only"),
});

/** What an event tells, without what every event carries. */
export const anyAgentKind: fc.Arbitrary<AgentEventKind> = fc.oneof(
  ...Object.entries(KINDS).map(([type, [always, sometimes = {}]]) =>
    fc.tuple(fc.record(always), fc.record(sometimes, { requiredKeys: [] }))
      .map(([fields, more]) => ({ type, ...fields, ...more }) as unknown as AgentEventKind)
  ),
);

/** Any event. */
export const anyAgentEvent: fc.Arbitrary<AgentLogEvent> = fc.tuple(envelope, anyAgentKind)
  .map(([envelope, kind]) => ({ ...envelope, ...kind }) as AgentLogEvent);
