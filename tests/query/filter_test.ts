import { assert, assertEquals } from "@std/assert";
import type { Decoded } from "../../src/codec/dialect.ts";
import { ZIG } from "../../src/codec/zig.ts";
import type { SessionEventKind, SessionLogEvent } from "../../src/codec/zig_events.ts";
import { compileFilter, type EventFilterSpec } from "../../src/query/filter.ts";
import { ZIG_VIEW } from "../../src/query/zig_view.ts";

function decoded(text: string): Decoded<SessionLogEvent> {
  const decoding = ZIG.decode(text);
  const place = { offset: 0, length: text.length, text };
  return decoding.kind === "malformed" ? { ...decoding, ...place, torn: true } : { ...decoding, ...place };
}

function event(
  seq: number,
  kind: SessionEventKind,
  ts = `2026-11-21T12:00:${String(seq).padStart(2, "0")}+00:00`,
): string {
  return ZIG.encode({ seq, ts, zig_session_id: "s", ...kind });
}

const LINES = [
  event(1, {
    type: "zig_session_started",
    workflow_name: "nightly",
    workflow_path: "/flows/nightly.zug",
    workspace_path: "/store",
    cwd: "/home/ada",
    prompt: "check the\nwhole thing",
    tier_count: 1,
  }),
  event(2, { type: "tier_started", tier_index: 0, step_names: ["build", "lint"] }),
  event(3, {
    type: "step_started",
    step_name: "build",
    tier_index: 0,
    zag_session_id: "agent-7",
    zag_command: "exec",
    model: "large",
    prompt_preview: "make all",
  }),
  event(4, { type: "step_output", step_name: "build", stream: "stdout", line: "compiling" }),
  event(5, { type: "step_output", step_name: "lint", stream: "stderr", line: 'unused "é"' }),
  event(6, { type: "heartbeat", interval_secs: 10 }),
  event(7, { type: "step_failed", step_name: "build", exit_code: 2, attempt: 1, error: "no rule to make target" }),
  event(8, { type: "step_completed", step_name: "build", exit_code: 0, duration_ms: 5, saved_vars: ["version"] }),
  event(9, { type: "step_skipped", step_name: "lint", reason: "not today" }),
  '{"seq":10,"ts":"2026-11-21T12:00:10Z","zig_session_id":"s","type":"future","step_name":"build","deep":{"a":["gem"]}}',
  '{"seq":11,"ts":"2026-11-21T12:00:11+00:00","zig_session_id":"s","type":"step_output","line":"half a ge',
  event(12, { type: "zig_session_ended", status: "success", duration_ms: 12 }, "some time"),
];

/** The numbers of the lines that fit. */
function fitting(spec: EventFilterSpec): number[] {
  const filter = compileFilter(spec, ZIG_VIEW);
  return LINES.flatMap((line, at) => filter.matches(decoded(line)) ? [at + 1] : []);
}

const AT = (seconds: number): number => Date.UTC(2026, 10, 21, 12, 0, seconds);

Deno.test("compileFilter() lets every line pass when nothing is asked for, damaged ones too", () => {
  assertEquals(fitting({}), LINES.map((_, at) => at + 1));
  assertEquals(fitting({ types: [] }).length, LINES.length);
});

Deno.test("compileFilter() keeps types, known and unknown ones", () => {
  assertEquals(fitting({ types: ["step_output"] }), [4, 5]);
  assertEquals(fitting({ types: ["step_failed", "future"] }), [7, 10]);
  assertEquals(fitting({ types: ["never"] }), []);
});

Deno.test("compileFilter() keeps what is about a step or a stream", () => {
  assertEquals(fitting({ step: "build" }), [3, 4, 7, 8, 10]);
  assertEquals(fitting({ stream: "stderr" }), [5]);
  assertEquals(fitting({ step: "build", stream: "stderr" }), []);
});

Deno.test("compileFilter() keeps what lies between two numbers, neither included", () => {
  assertEquals(fitting({ afterSeq: 3, beforeSeq: 6 }), [4, 5]);
  assertEquals(fitting({ afterSeq: 9n }), [10, 12]);
});

Deno.test("compileFilter() keeps what was written from a time on and before another", () => {
  assertEquals(fitting({ since: AT(8) }), [8, 9, 10]);
  assertEquals(fitting({ since: AT(2), until: AT(4) }), [2, 3]);
});

Deno.test("compileFilter() compares 64-bit numbers without loss", () => {
  const filter = compileFilter({ afterSeq: 9007199254740992n }, ZIG_VIEW);
  const line = (seq: string): Decoded<SessionLogEvent> => decoded(LINES[5]!.replace('"seq":6', `"seq":${seq}`));
  assert(filter.matches(line("9007199254740993")));
  assert(!filter.matches(line("9007199254740992")));
});

Deno.test("compileFilter() looks for text in output, errors, reasons, prompts and names", () => {
  const cases: readonly (readonly [text: string, lines: readonly number[]])[] = [
    ["NIGHTLY", [1]],
    ["/home/ada", [1]],
    ["whole thing", [1]],
    ["build", [2, 3, 10]], // not each line of the step, but every text of an unknown type
    ["agent-7", [3]],
    ["make", [3, 7]],
    ["compil", [4]],
    ['"é"', [5]],
    ["version", [8]],
    ["today", [9]],
    ["ge", [3, 7, 10, 11]],
    ["step_output", [11]], // only a damaged line is searched as it is stored
    ["2026", [11]],
    ["/store", []],
  ];
  for (const [text, lines] of cases) assertEquals(fitting({ text: { text } }), lines, text);
});

Deno.test("compileFilter() wants everything that is asked for at once", () => {
  assertEquals(fitting({ text: { text: "make" }, types: ["step_failed"], step: "build", afterSeq: 6 }), [7]);
  assertEquals(fitting({ text: { text: "make" }, types: ["step_failed"], step: "lint" }), []);
  assertEquals(fitting({ text: { text: "ge" }, since: AT(0) }), [3, 7, 10]);
});

Deno.test("EventFilter.locate() finds the text that fits and where", () => {
  const filter = compileFilter({ text: { text: "ge" } }, ZIG_VIEW);
  const locate = (at: number): unknown => filter.locate(decoded(LINES[at - 1]!));
  assertEquals(locate(3), { field: "zag_session_id", text: "agent-7", ranges: [[1, 3]] });
  assertEquals(locate(10), { field: "deep", text: "gem", ranges: [[0, 2]] });
  const stored = LINES[10]!;
  assertEquals(locate(11), { field: null, text: stored, ranges: [[stored.length - 2, stored.length]] });
  assertEquals(locate(4), undefined);
  assertEquals(compileFilter({}, ZIG_VIEW).locate(decoded(LINES[3]!)), undefined);
});
