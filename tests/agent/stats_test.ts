import { assert, assertEquals } from "@std/assert";
import { agentStats, type AgentStatsOptions } from "../../src/agent/stats.ts";
import type { AgentEventKind } from "../../src/codec/zag_events.ts";
import { AGENT_STARTED, Shelf, zagLine } from "../sources/shelf.ts";

const NOON = Date.UTC(2026, 0, 1, 12);
const CALL = { type: "tool_call", tool_name: "Bash", tool_kind: "shell", tool_id: "t", input: null } as const;
const RESULT = { type: "tool_result", tool_name: null, tool_id: "t", output: null, error: null, data: null } as const;

/** A store of agent sessions in a home directory. */
class Agents extends Shelf {
  /** Writes a session whose events follow each other by a second. */
  session(id: string, at: number, ...kinds: readonly AgentEventKind[]): string {
    const text = [AGENT_STARTED, ...kinds].map((kind, n) => zagLine(id, n + 1, at + n, kind)).join("");
    return this.write(`.zig/agents/logs/sessions/${id}.jsonl`, text);
  }

  async stats(options: AgentStatsOptions = {}): Promise<unknown[]> {
    const stats = await agentStats({
      root: this.rootOf("agents"),
      project: this.path,
      now: NOON,
      all: true,
      ...options,
    });
    return stats.map(({ provider, sessions, successes }) => [provider, sessions, successes]);
  }
}

const ENDED = { type: "session_ended", success: true, error: null } as const;

Deno.test("agentStats() folds what each session did and used", async () => {
  using agents = new Agents();
  const said = { type: "user_message", role: "user", content: "go", message_id: null } as const;
  const usage = { type: "usage", input_tokens: 10, output_tokens: 20, total_cost_usd: 0.25 } as const;
  const thought = { type: "reasoning", content: "x".repeat(100_000), message_id: null } as const;
  agents.session("one", 0, said, thought, CALL, { ...RESULT, success: false }, usage, ENDED);
  const limit = {
    type: "usage_limit_hit",
    provider: "claude",
    scope: "session",
    fallback_used: false,
    incident_id: "i",
  } as const;
  agents.session("two", 100, { ...AGENT_STARTED, model: "opus" } as AgentEventKind, limit, said, usage, ENDED);
  const [claude] = await agentStats({ root: agents.rootOf("agents"), project: agents.path, all: true, now: NOON });
  assertEquals([claude!.sessions, claude!.turns, claude!.limits, claude!.unfinished], [2, 2, 1, 0]);
  assertEquals([...claude!.tools], [["shell", { calls: 1, failures: 1 }]]);
  assertEquals(claude!.usage, { tokens: { input: 20, output: 40, cacheRead: 0, cacheCreation: 0 }, costUsd: 0.5 });
  assertEquals(claude!.durations, { p50: 5000, p95: 6000, max: 6000 });
  assertEquals(claude!.recent, [6000, 5000]);
  assertEquals(claude!.models.map(({ model }) => model).sort(), ["opus", "sonnet"]);
});

Deno.test("agentStats() looks at the sessions that were asked for", async () => {
  using agents = new Agents();
  agents.session("one", 0, ENDED);
  agents.session("two", 100, ENDED);
  agents.write(
    ".zig/agents/logs/sessions/gem.jsonl",
    zagLine("gem", 1, 200, AGENT_STARTED).replace('"claude"', '"gemini"'),
  );
  assertEquals(await agents.stats(), [["gemini", 1, 0], ["claude", 2, 2]]);
  assertEquals(await agents.stats({ since: NOON + 100_000 }), [["gemini", 1, 0], ["claude", 1, 1]]);
  assertEquals(await agents.stats({ provider: "cl*" }), [["claude", 2, 2]]);
  assertEquals(await agents.stats({ project: "/elsewhere", all: false }), []);
});

Deno.test("agentStats() tells which session it cannot read, and how far it is", async () => {
  using agents = new Agents();
  agents.session("one", 0, ENDED);
  const entry = { wrapper_session_id: "gone", provider: "claude", log_path: agents.at("none.jsonl") };
  const rest = { completeness: "full", ended_at: null, started_at: "2026-01-01T13:00:00+00:00" };
  agents.write(".zig/agents/logs/index.json", JSON.stringify({ sessions: [{ ...entry, ...rest }] }));
  const told: string[] = [];
  const stats = await agents.stats({
    logsDir: agents.at(".zig/agents/logs"),
    all: false,
    onUnreadable: ({ id }, error) => told.push(`${id}: ${error.name}`),
    onProgress: ({ done, sessions }) => told.push(`${done} of ${sessions}`),
  });
  assertEquals(stats, [["claude", 1, 1]]);
  assertEquals(told, ["0 of 2", "1 of 2", "gone: NotFound"]);
});

Deno.test("agentStats() lets timers run while it reads a large log", async () => {
  using agents = new Agents();
  const answer: AgentEventKind = { ...RESULT, success: true, output: "x".repeat(2000) };
  const path = agents.session(
    "big",
    0,
    ...Array.from({ length: 4000 }, (_, n): AgentEventKind[] => [
      { ...CALL, tool_id: `t${n}` },
      { ...answer, tool_id: `t${n}` },
    ]).flat(),
    ENDED,
  );
  assert(Deno.statSync(path).size > 8_000_000);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  assertEquals(await agents.stats(), [["claude", 1, 1]]);
  clearInterval(timer);
  assert(ticks > 0);
});
