import { assertEquals } from "@std/assert";
import type { Decoded } from "../../src/codec/dialect.ts";
import { ZAG } from "../../src/codec/zag.ts";
import type { AgentEventEnvelope, AgentEventKind, AgentLogEvent } from "../../src/codec/zag_events.ts";
import { AgentFold, type AgentSummary } from "../../src/query/agent_summary.ts";

function line(text: string): Decoded<AgentLogEvent> {
  const decoding = ZAG.decode(text);
  const place = { offset: 0, length: text.length, text };
  return decoding.kind === "malformed" ? { ...decoding, ...place, torn: false } : { ...decoding, ...place };
}

/** What events come to that follow each other by a second. */
function summaryOf(...events: readonly (AgentEventKind & Partial<AgentEventEnvelope>)[]): AgentSummary {
  const fold = new AgentFold();
  events.forEach((event, at) => {
    fold.add(line(ZAG.encode({
      seq: at + 1,
      ts: `2026-01-01T12:00:0${at}+00:00`,
      provider: "codex",
      wrapper_session_id: "w",
      provider_session_id: null,
      source_kind: "wrapper",
      completeness: "full",
      ...event,
    })));
  });
  return fold.summary();
}

const STARTED: AgentEventKind = {
  type: "session_started",
  command: "run",
  model: "large",
  cwd: "/src",
  resumed: false,
  backfilled: false,
};
const CALL = { type: "tool_call", tool_name: "x", tool_id: null, input: null } as const;
const RESULT = { type: "tool_result", tool_name: null, tool_id: null, output: null, error: null, data: null } as const;
const USAGE = { type: "usage", input_tokens: 10, output_tokens: 5 } as const;

Deno.test("AgentFold knows nothing before the first line", () => {
  const { provider, startedAt, success, usage, turns, tools } = new AgentFold().summary();
  assertEquals([provider, startedAt, success, usage, turns, tools.size], [
    null,
    null,
    null,
    null,
    0,
    0,
  ]);
});

Deno.test("AgentFold tells what ran where, and how it ended", () => {
  const summary = summaryOf(STARTED, { type: "session_ended", success: false, error: "tired" });
  const { provider, model, cwd, command, startedAt, endedAt, success, error } = summary;
  assertEquals([provider, model, cwd, command, startedAt, endedAt, success, error], [
    "codex",
    "large",
    "/src",
    "run",
    "2026-01-01T12:00:00+00:00",
    "2026-01-01T12:00:01+00:00",
    false,
    "tired",
  ]);
});

Deno.test("AgentFold forgets an end when the session is resumed, but not its beginning", () => {
  const summary = summaryOf(
    STARTED,
    { type: "session_ended", success: false, error: "tired" },
    { ...STARTED, model: null, command: "resume" },
    { type: "user_message", role: "user", content: "go on", message_id: null, completeness: "partial" },
  );
  const { startedAt, endedAt, lastEventAt, success, error, model, command, turns, completeness } = summary;
  assertEquals([startedAt, endedAt, lastEventAt, success, error], [
    "2026-01-01T12:00:00+00:00",
    null,
    "2026-01-01T12:00:03+00:00",
    null,
    null,
  ]);
  assertEquals([model, command, turns, completeness], ["large", "resume", 1, "partial"]);
});

Deno.test("AgentFold counts tools by kind, and which of them failed by what joins results to calls", () => {
  const { tools } = summaryOf(
    { ...CALL, tool_kind: "search", tool_id: "a" },
    { ...CALL, tool_kind: "shell", tool_id: "b" },
    { ...CALL, tool_kind: "shell", tool_id: "c" },
    { ...RESULT, tool_id: "b", success: false },
    { ...RESULT, tool_id: "c", success: null, error: "gone" },
    { ...RESULT, tool_id: "a", success: true, error: "a warning" },
    { ...RESULT, tool_id: "nobody knows", success: false },
    { ...RESULT, success: null, tool_kind: "web" },
    CALL,
  );
  assertEquals([...tools], [
    ["shell", { calls: 2, failures: 2 }],
    ["search", { calls: 1, failures: 0 }],
    ["other", { calls: 1, failures: 1 }],
  ]);
});

Deno.test("AgentFold adds up what runs used, and costs where they are told", () => {
  const { usage } = summaryOf(
    { ...USAGE, cache_read_tokens: 7 },
    { ...USAGE, cache_creation_tokens: 1, total_cost_usd: 0.25 },
    { ...USAGE, input_tokens: 18446744073709551615n, total_cost_usd: 0.5 },
  );
  assertEquals(usage, {
    tokens: { input: 18446744073709551635n, output: 15, cacheRead: 7, cacheCreation: 1 },
    costUsd: 0.75,
  });
});

Deno.test("AgentFold takes the last of what the agent's own files tell, as they tell all so far", () => {
  for (const source_kind of ["provider_file", "provider_log", "backfill"] as const) {
    const { usage } = summaryOf(
      { ...USAGE, source_kind },
      { ...USAGE, input_tokens: 100, source_kind },
      { ...USAGE, total_cost_usd: 1 },
    );
    assertEquals([usage?.tokens.input, usage?.tokens.output, usage?.costUsd], [100, 5, null]);
  }
});

Deno.test("AgentFold counts messages, limits, unknown and damaged lines", () => {
  const fold = new AgentFold();
  fold.add(line("garbage"));
  const envelope = '{"seq":1,"ts":"","provider":"p","wrapper_session_id":"w","provider_session_id":null,' +
    '"source_kind":"wrapper","completeness":"full",';
  fold.add(line(`${envelope}"type":"later"}`));
  fold.add(line(`${envelope}"type":"assistant_message","content":"","message_id":null}`));
  fold.add(line(`${envelope}"type":"usage_limit_hit","scope":"weekly","fallback_used":false,"incident_id":"i"}`));
  const { messages, limits, unknown, malformed, events } = fold.summary();
  assertEquals({ messages, limits, unknown, malformed, events }, {
    messages: 1,
    limits: 1,
    unknown: 1,
    malformed: 1,
    events: 2,
  });
});

Deno.test("AgentFold knows what the agent was asked for first", () => {
  const said = { type: "user_message", role: "user", message_id: null } as const;
  assertEquals(summaryOf(STARTED).prompt, null);
  assertEquals(summaryOf(STARTED, { ...said, content: "fix it" }, { ...said, content: "more" }).prompt, "fix it");
});

Deno.test("AgentFold forgets the kinds of calls whose results never come, the oldest first", () => {
  const fold = new AgentFold();
  const add = (event: AgentEventKind): void => {
    fold.add(line(ZAG.encode({
      seq: 1,
      ts: "2026-01-01T12:00:00+00:00",
      provider: "codex",
      wrapper_session_id: "w",
      provider_session_id: null,
      source_kind: "wrapper",
      completeness: "full",
      ...event,
    })));
  };
  for (let at = 0; at <= 1000; at++) add({ ...CALL, tool_id: `t${at}`, tool_kind: "shell" });
  for (const tool_id of ["t0", "t1", "t1000"]) add({ ...RESULT, tool_id, success: false });
  assertEquals(Object.fromEntries(fold.summary().tools), {
    shell: { calls: 1001, failures: 2 },
    other: { calls: 0, failures: 1 },
  });
});
