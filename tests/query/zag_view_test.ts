import { assert, assertEquals } from "@std/assert";
import type { Decoded } from "../../src/codec/dialect.ts";
import { AGENT_EVENT_TYPES, ZAG } from "../../src/codec/zag.ts";
import type { AgentEventKind, AgentLogEvent } from "../../src/codec/zag_events.ts";
import { compileFilter } from "../../src/query/filter.ts";
import { renderLine } from "../../src/query/render_line.ts";
import { textFieldsOf } from "../../src/query/text_fields.ts";
import { ZAG_VIEW } from "../../src/query/zag_view.ts";
import { goldenText } from "../helpers/golden.ts";

function lineOf(text: string): Exclude<Decoded<AgentLogEvent>, { kind: "malformed" }> {
  const decoding = ZAG.decode(text);
  if (decoding.kind === "malformed") throw new Error(`${text}: ${decoding.reason}`);
  return { ...decoding, offset: 0, length: text.length, text };
}

function event(kind: AgentEventKind): AgentLogEvent {
  return {
    seq: 1,
    ts: "2026-01-01T12:00:00+00:00",
    provider: "claude",
    wrapper_session_id: "w",
    provider_session_id: null,
    source_kind: "wrapper",
    completeness: "full",
    ...kind,
  };
}

function rendered(kind: AgentEventKind): string | undefined {
  return ZAG_VIEW.render(event(kind));
}

const LINES = goldenText("zag/all/w-1.jsonl").trimEnd().split("\n").map(lineOf);

Deno.test("ZAG_VIEW renders every type of event with its mark, but for heartbeats", () => {
  const marks = new Map<string, Set<string>>();
  for (const line of LINES) {
    const text = renderLine(line, ZAG_VIEW);
    const type = String(line.event.type);
    marks.set(type, (marks.get(type) ?? new Set()).add(text?.split(" ")[0] ?? "nothing"));
  }
  assertEquals(AGENT_EVENT_TYPES.filter((type) => !marks.has(type)), []);
  const found = Object.fromEntries([...marks].map(([type, set]) => [type, [...set].join("")]));
  assertEquals(found, {
    session_started: "●",
    user_message: "❯",
    assistant_message: "⏺",
    reasoning: "…",
    tool_call: "⚡",
    tool_result: "✓",
    permission: ">",
    provider_status: ">",
    stderr: "!",
    parse_warning: "?",
    session_cleared: "●",
    session_ended: "●",
    session_result: ">",
    heartbeat: "nothing",
    usage: ">",
    user_event: ">?",
    usage_limit_hit: "?",
    usage_limit_resumed: ">",
    usage_limit_resume_failed: "!",
  });
});

Deno.test("ZAG_VIEW.render() indents all lines but the first, so that none can pass for another event", () => {
  const text = "one\n● session ended\n\n";
  assertEquals(
    rendered({ type: "user_message", role: "user", content: text, message_id: null }),
    "❯ one\n  ● session ended",
  );
  for (const line of LINES) {
    if (line.kind !== "event") continue;
    const forged = Object.entries(line.event).map(([key, value]) =>
      typeof value === "string" && !["type", "ts", "source_kind", "completeness"].includes(key)
        ? [key, "a\n● b"]
        : [key, value]
    );
    const shown = ZAG_VIEW.render(Object.fromEntries(forged) as AgentLogEvent) ?? "";
    for (const row of shown.split("\n").slice(1)) assert(row.startsWith("  "), shown);
  }
});

Deno.test("ZAG_VIEW.render() tells in one line what a tool was called for", () => {
  const call = (input: unknown): string | undefined =>
    rendered({ type: "tool_call", tool_name: "T", tool_id: null, input });
  assertEquals(call(null), "⚡ T");
  assertEquals(call({ timeout: 5, command: "make\n  test" }), "⚡ T: make ⏎ test");
  assertEquals(call({ file_path: "/a", content: "long" }), "⚡ T: /a");
  assertEquals(call({ depth: 2 }), '⚡ T: {"depth":2}');
  assertEquals(call(["a"]), '⚡ T: ["a"]');
  assertEquals(call("text"), "⚡ T: text");
  assertEquals(call("x".repeat(500)), `⚡ T: ${"x".repeat(160)}…`);
});

Deno.test("ZAG_VIEW.render() shows the beginning of what a tool answered, and whether it failed", () => {
  const answer = (success: boolean | null, output: string | null, error: string | null): string | undefined =>
    rendered({ type: "tool_result", tool_name: "T", tool_id: null, success, output, error, data: null });
  assertEquals(answer(true, "a\nb\n", null), "✓ T: a\n  b");
  assertEquals(answer(true, null, null), "✓ T");
  assertEquals(answer(null, null, null), "✓ T");
  assertEquals(answer(null, "out", "bad"), "✗ T: bad");
  assertEquals(answer(false, "out", null), "✗ T: out");
  assertEquals(answer(true, "1\n2\n3\n4\n5\n6", null), "✓ T: 1\n  2\n  3\n  4\n  (2 more lines)");
});

Deno.test("ZAG_VIEW finds texts in what was said, and in all that tools were given and answered", () => {
  const call = event({
    type: "tool_call",
    tool_name: "Edit",
    tool_id: "id",
    input: { path: "/a", edits: [{ old: "x" }] },
  });
  assertEquals(textFieldsOf(lineOf(ZAG.encode(call)), ZAG_VIEW), [
    { name: "tool_name", text: "Edit" },
    { name: "input", text: "x" },
    { name: "input", text: "/a" },
  ]);
  const unknown = '{"seq":1,"ts":"","provider":"p","wrapper_session_id":"w","provider_session_id":null,' +
    '"source_kind":"wrapper","completeness":"full","type":"later","deep":{"a":["gem"]}}';
  assertEquals(textFieldsOf(lineOf(unknown), ZAG_VIEW), [{ name: "deep", text: "gem" }]);
  assertEquals(renderLine(lineOf(unknown), ZAG_VIEW), '? later {"deep":{"a":["gem"]}}');
});

Deno.test("compileFilter() lets no prefilter lose a line of an agent session", () => {
  const bytes = LINES.map(({ text }) => `${text}\n`).join("");
  for (const type of AGENT_EVENT_TYPES) {
    const filter = compileFilter({ types: [type] }, ZAG_VIEW);
    const fitting = LINES.filter((line) => filter.matches(line)).length;
    assert(fitting > 0, type);
    if (filter.prefilter === undefined) continue;
    const next = filter.prefilter.over(bytes);
    let found = 0;
    for (let at = next(0); at !== Infinity; at = next(bytes.indexOf("\n", at) + 1)) found++;
    assert(found >= fitting, type);
  }
});
