import { assertEquals } from "@std/assert";
import { decodeBlock } from "../../src/codec/decode_block.ts";
import { ZIG } from "../../src/codec/zig.ts";
import type { SessionEventKind, SessionLogEvent } from "../../src/codec/zig_events.ts";
import { RunFold, type RunSummary, type StepSummary, summarize } from "../../src/query/summary.ts";
import { golden, goldenBytes } from "../helpers/golden.ts";

/** Events that follow each other by a second. */
function events(...kinds: readonly SessionEventKind[]): SessionLogEvent[] {
  return kinds.map((kind, at) => {
    const ts = `2026-11-21T01:51:${String(at).padStart(2, "0")}.000000001+00:00`;
    return { seq: at + 1, ts, zig_session_id: "s", ...kind };
  });
}

function fold(...kinds: readonly SessionEventKind[]): RunSummary {
  const fold = new RunFold();
  for (const event of events(...kinds)) fold.addEvent(event);
  return fold.summary();
}

function stepOf(run: RunSummary, name: string): StepSummary {
  const step = run.tiers.flatMap(({ steps }) => steps).find((step) => step.name === name);
  if (step === undefined) throw new Error(`there is no step ${name}`);
  return step;
}

const STARTED: SessionEventKind = {
  type: "zig_session_started",
  workflow_name: "nightly",
  workflow_path: "/w.jsonc",
  workspace_path: "/store",
  cwd: "/src",
  prompt: "please",
  tier_count: 2,
};

function tier(tier_index: number | bigint, ...step_names: string[]): SessionEventKind {
  return { type: "tier_started", tier_index, step_names };
}

function start(step_name: string, tier_index = 0): SessionEventKind {
  const how = { zag_session_id: "", zag_command: "exec", model: "m", prompt_preview: "make" };
  return { type: "step_started", step_name, tier_index, ...how };
}

function output(step_name: string, line: string, stream: "stdout" | "stderr" = "stdout"): SessionEventKind {
  return { type: "step_output", step_name, stream, line };
}

function complete(step_name: string, duration_ms: number | bigint = 1234): SessionEventKind {
  return { type: "step_completed", step_name, exit_code: 0, duration_ms, saved_vars: ["v"] };
}

function fail(step_name: string, attempt: number, exit_code: number | null = 3): SessionEventKind {
  return { type: "step_failed", step_name, exit_code, attempt, error: `oops ${attempt}` };
}

Deno.test("summarize() knows the run when its events are complete", () => {
  const run = fold(STARTED, tier(0, "a"), { type: "heartbeat", interval_secs: 10 }, {
    type: "zig_session_ended",
    status: "success",
    duration_ms: 18446744073709551615n,
  });
  assertEquals(run, {
    sessionId: "s",
    workflowName: "nightly",
    workflowPath: "/w.jsonc",
    cwd: "/src",
    prompt: "please",
    tierCount: 2,
    startedAt: "2026-11-21T01:51:00.000000001+00:00",
    lastEventAt: "2026-11-21T01:51:03.000000001+00:00",
    endedAt: "2026-11-21T01:51:03.000000001+00:00",
    status: "success",
    durationMs: 18446744073709551615n,
    tiers: [{ index: 0, startedAt: "2026-11-21T01:51:01.000000001+00:00", steps: [stepOf(run, "a")] }],
    events: 4,
    heartbeats: 1,
    unknown: new Map(),
    malformed: 0,
    damage: [],
    torn: null,
  });
});

Deno.test("summarize() follows a step from its tier to its end", () => {
  const kinds = [STARTED, tier(0, "a"), start("a"), output("a", "x"), output("a", "y", "stderr"), complete("a")];
  const states = kinds.map((_, at) =>
    fold(...kinds.slice(0, at + 1)).tiers.flatMap(({ steps }) => steps).map(({ state }) => state)[0]
  );
  assertEquals(states, [undefined, "waiting", "running", "running", "running", "success"]);
  assertEquals(stepOf(fold(...kinds), "a"), {
    name: "a",
    tierIndex: 0,
    state: "success",
    startedAt: "2026-11-21T01:51:02.000000001+00:00",
    endedAt: "2026-11-21T01:51:05.000000001+00:00",
    durationMs: 1234,
    attempts: 1,
    failures: [],
    exitCode: 0,
    error: null,
    reason: null,
    savedVars: ["v"],
    zagSessionId: null,
    agentSessions: [],
    zagCommand: "exec",
    model: "m",
    promptPreview: "make",
    definition: '["exec","m","make"]',
    stdoutLines: 1,
    stderrLines: 1,
    tail: [{ stream: "stdout", line: "x" }, { stream: "stderr", line: "y" }],
  });
});

Deno.test("summarize() counts attempts, and remembers why they failed, when a step is retried", () => {
  const failing = [start("a"), fail("a", 1), start("a"), fail("a", 2, null)];
  const failed = stepOf(fold(...failing), "a");
  assertEquals(failed.state, "failure");
  assertEquals(failed.attempts, 2);
  assertEquals(failed.exitCode, null);
  assertEquals(failed.error, "oops 2");
  assertEquals(failed.durationMs, 3000);
  const definition = '["exec","m","make"]';
  assertEquals(failed.failures, [
    { attempt: 1, exitCode: 3, error: "oops 1", definition, durationMs: 1000 },
    { attempt: 2, exitCode: null, error: "oops 2", definition, durationMs: 1000 },
  ]);
  const running = stepOf(fold(...failing, start("a")), "a");
  assertEquals([running.state, running.attempts, running.error, running.endedAt], ["running", 3, null, null]);
  const saved = stepOf(fold(...failing, start("a"), complete("a")), "a");
  assertEquals([saved.state, saved.attempts, saved.failures.length, saved.error], ["success", 3, 2, null]);
});

Deno.test("summarize() lists the agent sessions of all attempts of a step", () => {
  const attempt = (zag_session_id: string): SessionEventKind => ({ ...start("a"), zag_session_id } as SessionEventKind);
  const step = stepOf(fold(attempt("one"), fail("a", 1), attempt("two"), fail("a", 2), attempt("")), "a");
  assertEquals([step.agentSessions, step.zagSessionId], [["one", "two"], null]);
});

Deno.test("summarize() counts attempts by their ends when no event tells of their beginnings", () => {
  assertEquals(stepOf(fold(fail("a", 1), fail("a", 2), complete("a")), "a").attempts, 3);
});

Deno.test("summarize() knows why a step was skipped", () => {
  const step = stepOf(fold(tier(1, "b"), { type: "step_skipped", step_name: "b", reason: "a failed" }), "b");
  assertEquals([step.state, step.reason, step.attempts, step.tierIndex], ["skipped", "a failed", 0, 1]);
});

Deno.test("summarize() puts a step where it started, and one that no tier claims last", () => {
  const run = fold(output("lost", "x"), tier(0, "a", "b"), start("b", 7), tier(18446744073709551615n));
  assertEquals(
    run.tiers.map(({ index, steps }) => [index, steps.map(({ name }) => name)]),
    [[0, ["a"]], [7, ["b"]], [18446744073709551615n, []], [null, ["lost"]]],
  );
  assertEquals(stepOf(run, "lost").state, "running");
});

Deno.test("summarize() keeps the last ten lines of a step, and of a long line its beginning", () => {
  const lines = Array.from({ length: 1000 }, (_, at) => output("a", `line ${at}`));
  const step = stepOf(fold(...lines, output("a", "x".repeat(1_000_000), "stderr")), "a");
  assertEquals([step.stdoutLines, step.stderrLines], [1000, 1]);
  assertEquals(step.tail.length, 10);
  assertEquals(step.tail[0], { stream: "stdout", line: "line 991" });
  assertEquals(step.tail[9], { stream: "stderr", line: `${"x".repeat(2000)}…` });
});

Deno.test("summarize() counts what is damaged or unknown, with the places of the first ten", () => {
  const unknown = '{"seq":1,"ts":"t","zig_session_id":"s","type":"later"}\n';
  const text = `${unknown}${"bad\n".repeat(12)}${unknown}{"seq`;
  const run = summarize(decodeBlock(ZIG, { offset: 0, bytes: new TextEncoder().encode(text) }));
  assertEquals(run.unknown, new Map([["later", 2]]));
  assertEquals(run.malformed, 12);
  assertEquals(run.damage.map(({ offset }) => offset), Array.from({ length: 10 }, (_, at) => unknown.length + 4 * at));
  assertEquals(run.torn?.offset, 2 * unknown.length + 48);
  assertEquals(run.events, 0);
  assertEquals(run.sessionId, null);
});

for (const path of golden("zig", /[0-9a-f-]{36}\.jsonl$/)) {
  Deno.test(`summarize() takes every event of ${path}`, () => {
    const lines = decodeBlock(ZIG, { offset: 0, bytes: goldenBytes(path) });
    const run = summarize(lines);
    assertEquals([run.events, run.malformed, run.torn], [lines.length, 0, null]);
    const names = run.tiers.flatMap(({ steps }) => steps).map(({ name }) => name);
    assertEquals(names.length, new Set(names).size);
  });
}
