import { assertEquals } from "@std/assert";
import { AgentStats, type CountedSession, sumTools } from "../../src/query/agent_stats.ts";
import { AgentFold, type AgentSummary } from "../../src/query/agent_summary.ts";
import type { SessionState } from "../../src/storage/liveness.ts";

const NOTHING = new AgentFold().summary();

function session(state: SessionState, durationMs: number | null, summary: Partial<AgentSummary> = {}): CountedSession {
  return { state, durationMs, summary: { ...NOTHING, ...summary } };
}

function used(input: number, costUsd: number | null): AgentSummary["usage"] {
  return { tokens: { input, output: 2, cacheRead: 3, cacheCreation: 4 }, costUsd };
}

Deno.test("AgentStats counts sessions by how they ended, and takes the durations of those that went well", () => {
  const stats = new AgentStats();
  for (let ms = 1; ms <= 20; ms++) stats.add("claude", session("success", ms * 100));
  stats.add("claude", session("failure", 99_999));
  stats.add("claude", session("crashed", 1));
  stats.add("claude", session("running", 1));
  stats.add("claude", session("stale", null));
  stats.add("claude", session("stale", 1));
  const [claude] = stats.stats();
  assertEquals(
    [claude!.sessions, claude!.successes, claude!.failures, claude!.unfinished, claude!.successRate],
    [25, 20, 2, 3, 20 / 22],
  );
  assertEquals(claude!.durations, { p50: 1000, p95: 1900, max: 2000 });
  assertEquals(claude!.recent.length, 20);
});

Deno.test("AgentStats adds up what was done and used, by agent and by model", () => {
  const stats = new AgentStats();
  const tools = new Map([["shell", { calls: 3, failures: 1 }]] as const);
  const work = { turns: 2, messages: 3, limits: 1, tools };
  stats.add("claude", session("success", 10, { model: "small", ...work, usage: used(10, 0.5) }));
  stats.add("claude", session("success", 20, { model: "large", ...work, usage: used(100, null) }));
  stats.add("claude", session("failure", 30, { model: "large", ...work }));
  const [{ models: [large, small], ...claude }] = stats.stats() as [ReturnType<AgentStats["stats"]>[0]];
  assertEquals([claude.turns, claude.messages, claude.limits], [6, 9, 3]);
  assertEquals([...claude.tools], [["shell", { calls: 9, failures: 3 }]]);
  assertEquals(claude.usage, { tokens: { input: 110, output: 4, cacheRead: 6, cacheCreation: 8 }, costUsd: 0.5 });
  assertEquals([large!.model, large!.sessions, large!.successRate, large!.usage], ["large", 2, 0.5, used(100, null)]);
  assertEquals([small!.model, small!.sessions, small!.turns], ["small", 1, 2]);
});

Deno.test("AgentStats puts the agent first that was run last, and knows sessions that tell no model", () => {
  const stats = new AgentStats();
  for (const provider of ["claude", "codex", "claude"]) stats.add(provider, session("success", null));
  stats.add("gemini", session("running", null));
  stats.add("claude", session("success", null));
  const told = stats.stats().map(({ provider, sessions, models, usage, successRate }) => {
    return [provider, sessions, models.map(({ model }) => model), usage, successRate];
  });
  assertEquals(told, [["claude", 3, [null], null, 1], ["gemini", 1, [null], null, null], [
    "codex",
    1,
    [null],
    null,
    1,
  ]]);
});

Deno.test("sumTools() puts the tool first that was called most in all", () => {
  const one = new Map([["shell", { calls: 2, failures: 0 }], ["web", { calls: 1, failures: 1 }]] as const);
  const other = new Map([["web", { calls: 2, failures: 1 }]] as const);
  assertEquals([...sumTools([one, other])], [["web", { calls: 3, failures: 2 }], ["shell", { calls: 2, failures: 0 }]]);
  assertEquals([...one.keys()], ["shell", "web"]);
});
