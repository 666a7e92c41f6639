import { assertEquals } from "@std/assert";
import type { SessionEventKind } from "../../src/codec/zig_events.ts";
import { sparkline } from "../../src/query/outcomes.ts";
import { RunStats, type WorkflowStats } from "../../src/query/stats.ts";
import { RunFold, type RunSummary } from "../../src/query/summary.ts";
import type { ModelUsage } from "../../src/query/usage.ts";
import { complete, ended, fail, start, tier } from "../cli/store.ts";

function run(...kinds: readonly SessionEventKind[]): RunSummary {
  const fold = new RunFold();
  kinds.forEach((kind, at) => {
    fold.addEvent({ seq: at + 1, ts: "2026-01-01T12:00:00+00:00", zig_session_id: "s", ...kind });
  });
  return fold.summary();
}

function begin(prompt_preview: string): SessionEventKind {
  return { ...start("a"), prompt_preview } as SessionEventKind;
}

function statsOf(...runs: readonly RunSummary[]): WorkflowStats {
  const stats = new RunStats();
  for (const each of runs) stats.add("w", each.status ?? "crashed", each);
  return stats.stats().workflows[0]!;
}

Deno.test("RunStats counts runs by how they ended, and takes the durations of those that went well", () => {
  const stats = new RunStats();
  for (let ms = 1; ms <= 20; ms++) stats.add("w", "success", run(ended("success", ms * 100)));
  stats.add("w", "failure", run(ended("failure", 99_999)));
  stats.add("w", "crashed", run());
  stats.add("w", "running", run());
  stats.add("w", "stale", run());
  stats.add("other", "running", run());
  const [other, w] = stats.stats().workflows;
  assertEquals([other!.name, other!.successRate, other!.durations.p50], ["other", null, null]);
  assertEquals([w!.runs, w!.successes, w!.failures, w!.unfinished, w!.successRate], [24, 20, 2, 2, 20 / 22]);
  assertEquals(w!.durations, { p50: 1000, p95: 1900, max: 2000 });
});

Deno.test("RunStats tells workflows of one name apart by their projects, where they have any", () => {
  const stats = new RunStats();
  stats.add("w", "success", run(start("a"), fail("a"), ended()), { project: "here" });
  stats.add("w", "failure", run(start("b"), ended("failure")), { project: "there" });
  stats.add("w", "success", run(ended()));
  stats.add("w", "success", run(start("a"), complete("a"), ended()), { project: "here" });
  assertEquals(stats.stats().workflows.map(({ project, runs, steps }) => [project, runs, steps.length]), [
    ["here", 2, 1],
    [null, 1, 0],
    ["there", 1, 1],
  ]);
});

Deno.test("RunStats counts a step as flaky when it passes after it failed with the same definition", () => {
  const failed = run(begin("make"), fail("a"), ended("failure"));
  const passed = run(begin("make"), complete("a"), ended());
  const changed = run(begin("make -k"), complete("a"), ended());
  const retried = run(begin("make"), fail("a"), begin("make"), complete("a"), ended());
  assertEquals(statsOf(failed, passed, passed).steps[0]!.flaky, 1);
  assertEquals(statsOf(failed, changed, passed).steps[0]!.flaky, 0);
  assertEquals(statsOf(passed, failed).steps[0]!.flaky, 0);
  const { retries, steps: [step] } = statsOf(retried);
  assertEquals([retries, step!.retries, step!.flaky, step!.successes, step!.failures], [1, 1, 1, 1, 0]);
});

Deno.test("RunStats takes no step for flaky that was changed between two attempts of one run", () => {
  const failed = run(begin("make"), fail("a"), ended("failure"));
  const changed = run(begin("make"), fail("a"), begin("make -k"), complete("a"), ended());
  const model = run(
    begin("make"),
    fail("a"),
    { ...begin("make"), model: "m" } as SessionEventKind,
    complete("a"),
    ended(),
  );
  const back = run(begin("make"), fail("a"), begin("make -k"), fail("a", 2), begin("make"), complete("a"), ended());
  const unknown = run(fail("a"), complete("a"), ended());
  for (const each of [changed, model, back]) assertEquals(statsOf(each).steps[0]!.flaky, 0);
  assertEquals(statsOf(failed, changed).steps[0]!.flaky, 0);
  assertEquals(statsOf(unknown).steps[0]!.flaky, 1);
});

Deno.test("RunStats puts the slowest step first, and leaves out what never began", () => {
  const one = run(tier(0, "fast", "slow", "never"), complete("fast", 10), complete("slow", 1000), ended());
  assertEquals(statsOf(one).steps.map(({ name }) => name), ["slow", "fast"]);
});

Deno.test("sparkline() draws in proportion to the largest", () => {
  assertEquals(sparkline([0, 50, 100]), "▁▅█");
  assertEquals(sparkline([]), "");
  assertEquals(sparkline([0]), "▁");
});

Deno.test("RunStats adds up what the agents of a step used, in all attempts and runs, as far as anybody knows", () => {
  const attempt = (zag_session_id: string): SessionEventKind => ({ ...start("a"), zag_session_id } as SessionEventKind);
  const usage = (input: number, costUsd: number | null): ModelUsage => ({
    tokens: { input, output: 1, cacheRead: 2, cacheCreation: 3 },
    costUsd,
  });
  const usages = new Map([["one", usage(10, null)], ["two", usage(20, 0.5)], ["three", usage(40, 0.25)]]);
  const stats = new RunStats();
  stats.add("w", "success", run(attempt("one"), fail("a"), attempt("two"), complete("a"), ended()), { usages });
  stats.add("w", "success", run(attempt("three"), complete("a"), attempt("lost"), complete("a"), ended()), { usages });
  stats.add("plain", "success", run(start("a"), complete("a"), ended()), { usages });
  const [plain, w] = stats.stats().workflows;
  const sum = { tokens: { input: 70, output: 3, cacheRead: 6, cacheCreation: 9 }, costUsd: 0.75 };
  assertEquals([w!.usage, w!.steps[0]!.usage], [sum, sum]);
  assertEquals([plain!.usage, plain!.steps[0]!.usage], [null, null]);
});
