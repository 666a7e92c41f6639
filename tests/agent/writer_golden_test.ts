/** What the writer makes of what the Rust writer was told, beside what that one made of it. */

import { assertEquals } from "@std/assert";
import { appendEventToLog } from "../../src/agent/append_event.ts";
import type { AgentOutput } from "../../src/agent/agent_output.ts";
import { AgentLogCoordinator } from "../../src/agent/coordinator.ts";
import { recordAgentOutput, recordPrompt } from "../../src/agent/record.ts";
import { AgentLogWriter } from "../../src/agent/writer.ts";
import { ZAG } from "../../src/codec/zag.ts";
import type { AgentEventKind, AgentLogEvent } from "../../src/codec/zag_events.ts";
import { goldenText } from "../helpers/golden.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { withoutTimes } from "./agents.ts";

/** Where the Rust program wrote. */
const HOME = "/home/user/.zag";

/** A home directory as the Rust program has it. */
class Home extends TempDir {
  readonly logsDir = this.at("projects/p/logs");

  create(wrapperSessionId: string, command = "exec", provider = "claude"): AgentLogWriter {
    const where = { logsDir: this.logsDir, workspacePath: null, providerSessionId: null };
    return AgentLogWriter.create({ provider, wrapperSessionId, command, ...where });
  }

  normalized(name: string): string {
    return withoutTimes(Deno.readTextFileSync(this.at(name)).replaceAll(this.path, HOME));
  }
}

function goldenEvents(path: string): AgentLogEvent[] {
  return goldenText(path).trimEnd().split("\n").map((text) => {
    const decoding = ZAG.decode(text);
    if (decoding.kind !== "event") throw new Error(`Cannot decode "${text}"`);
    return decoding.event;
  });
}

function kindOf({ seq: _seq, ts: _ts, ...event }: AgentLogEvent): AgentEventKind {
  return event;
}

function expected(path: string): string {
  return withoutTimes(goldenText(path).replaceAll('"usage_limit_hit","provider":"claude",', '"usage_limit_hit",'));
}

Deno.test("AgentLogWriter writes the bytes of the golden log and indexes, but for times and paths, when it is told the same", () => {
  using home = new Home();
  const events = goldenEvents("zag/all/w-1.jsonl");
  const options = { provider: "claude", wrapperSessionId: "w-1", command: "exec", workspacePath: "/w" };
  const writer = AgentLogWriter.create({ ...options, logsDir: home.logsDir, globalIndexDir: home.path });
  // The Rust writer gave the number 52 twice, as another program had appended meanwhile.
  const last = events.findIndex(({ seq }) => seq === 52);
  for (const event of events.slice(0, last)) {
    if (event.provider_session_id !== writer.providerSessionId) writer.setProviderSessionId(event.provider_session_id);
    writer.setCompleteness(event.completeness);
    writer.setCompleteness("full");
    writer.emit(event.source_kind, kindOf(event));
  }
  for (const path of ["/src/a", "/src/b", "/src/a"]) writer.addSourcePath(path);
  const log = "projects/p/logs/sessions/w-1.jsonl";
  assertEquals(home.normalized(log), expected("zag/all/w-1.jsonl").split("\n").slice(0, last).join("\n") + "\n");
  appendEventToLog(writer.logPath, kindOf(events[last]!), { provider: "claude" });
  writer.emit("wrapper", kindOf(events[last + 1]!));
  writer.finish(true);
  const rest = home.normalized(log).split("\n").slice(last);
  const numbered = expected("zag/all/w-1.jsonl").split("\n").slice(last)
    .map((line, at) => line.replace(/"seq":\d+/, `"seq":${52 + at}`));
  assertEquals(rest, numbered);
  assertEquals(home.normalized("projects/p/logs/index.json"), expected("zag/all/index.json"));
  assertEquals(home.normalized("sessions_index.json"), expected("zag/all/sessions_index.json"));

  const resumed = AgentLogWriter.create({
    ...{ provider: "codex", wrapperSessionId: "w-1", command: "resume", providerSessionId: "prov-2" },
    ...{ workspacePath: null, logsDir: home.logsDir },
  });
  resumed.emit("wrapper", { type: "stderr", message: "resumed" });
  resumed.finish(false, "boom");
  const added = expected("zag/resume/w-1.jsonl").trimEnd().split("\n").slice(-2)
    .map((line, at) => line.replace(/"seq":\d+/, `"seq":${55 + at}`));
  assertEquals(home.normalized(log).trimEnd().split("\n").slice(-2), added);
  assertEquals(home.normalized("projects/p/logs/index.json"), expected("zag/resume/index.json"));
  assertEquals(home.normalized("sessions_index.json"), expected("zag/resume/sessions_index.json"));
});

/** What the Rust function was given when it wrote the golden log. */
const OUTPUT: AgentOutput = {
  agent: "claude",
  session_id: "prov-9",
  events: [
    { type: "init", model: "m", tools: ["t"], working_directory: "/w", metadata: {} },
    { type: "user_message", content: [{ type: "text", text: "u" }] },
    {
      type: "assistant_message",
      content: [{ type: "text", text: "t" }, { type: "tool_use", id: "1", name: "Read", input: { p: 1 } }],
      usage: null,
    },
    { type: "tool_execution", tool_name: "Read", tool_id: "1", input: {}, result: { success: true, output: "o" } },
    { type: "permission_request", tool_name: "X", description: "d", granted: true },
    { type: "turn_complete", stop_reason: "end_turn", turn_index: 0, usage: null },
    { type: "error", message: "e", details: null },
    { type: "result", success: true, message: null, duration_ms: 5, num_turns: 1 },
    { type: "usage_limit_detected", provider: "claude", scope: "session", reset_at: null, raw: null },
  ],
  total_cost_usd: 0.5,
  usage: { input_tokens: 1, output_tokens: 2, cache_read_tokens: null },
};

function withoutIncident(text: string): string {
  return text.replace(/"incident_id":"[0-9a-f-]{36}"/, '"incident_id":"<id>"');
}

Deno.test("recordAgentOutput() writes the bytes of the golden log but for times and ids", () => {
  using home = new Home();
  const writer = home.create("w-4");
  recordAgentOutput(writer, OUTPUT);
  writer.finish(true);
  const log = withoutIncident(home.normalized("projects/p/logs/sessions/w-4.jsonl"));
  assertEquals(log, withoutIncident(expected("zag/agent-output/w-4.jsonl")));
  const golden = JSON.parse(expected("zag/agent-output/index.json"));
  assertEquals(JSON.parse(home.normalized("projects/p/logs/index.json")).sessions, golden.sessions.slice(-1));
});

Deno.test("recordAgentOutput() keeps what it does not understand as a warning, and a cost without tokens as usage", () => {
  using home = new Home();
  const writer = home.create("w-5");
  const events = [{ type: "telepathy", x: 1 }] as unknown as AgentOutput["events"];
  recordAgentOutput(writer, { agent: "x", session_id: "unknown", events, total_cost_usd: 2, usage: null });
  recordAgentOutput(writer, { agent: "x", session_id: "", events: [], total_cost_usd: null });
  const [warning, usage, ...rest] = goldenlessEvents(writer.logPath);
  assertEquals([warning!.provider_session_id, rest], [null, []]);
  assertEquals(kindOnly(warning!), {
    type: "parse_warning",
    message: "Unknown event telepathy",
    raw: '{"type":"telepathy","x":1}',
  });
  assertEquals(kindOnly(usage!), { type: "usage", input_tokens: 0, output_tokens: 0, total_cost_usd: 2 });
  writer.finish(true);
});

Deno.test("recordPrompt() writes a prompt as it is, and none that is blank", () => {
  using home = new Home();
  const writer = home.create("w-6");
  for (const prompt of [" do it ", "", " \n\t", null, undefined]) recordPrompt(writer, prompt);
  const events = goldenlessEvents(writer.logPath);
  assertEquals(events.map(kindOnly), [{ type: "user_message", role: "user", content: " do it ", message_id: null }]);
  writer.finish(true);
});

function goldenlessEvents(logPath: string): AgentLogEvent[] {
  return Deno.readTextFileSync(logPath).trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** What an event tells, without what every event carries. */
function kindOnly(event: AgentLogEvent): Record<string, unknown> {
  const { seq: _1, ts: _2, provider: _3, wrapper_session_id: _4, provider_session_id: _5, ...rest } = event;
  const { source_kind: _6, completeness: _7, ...kind } = rest;
  return kind;
}

Deno.test("AgentLogCoordinator writes the bytes of the golden log but for times, when a session has no adapter", async () => {
  using home = new Home();
  const where = { logsDir: home.logsDir, provider: "claude", command: "exec" };
  const session = AgentLogCoordinator.start({ ...where, wrapperSessionId: "w-2", heartbeatSeconds: 0.02 });
  session.writer.emit("wrapper", { type: "stderr", message: "x" });
  while (Deno.readTextFileSync(session.writer.logPath).split("\n").length < 4) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await session.finish(false, "e");
  const lines = home.normalized("projects/p/logs/sessions/w-2.jsonl").trimEnd().split("\n");
  const golden = expected("zag/coordinator/w-2.jsonl").trimEnd().split("\n");
  assertEquals([...lines.slice(0, 3), lines.at(-1)!.replace(/"seq":\d+/, '"seq":4')], golden);
});

Deno.test("appendEventToLog() writes the bytes of the golden log but for times, when it begins the log", () => {
  using home = new Home();
  const path = home.at("sessions/x.jsonl");
  const options = { provider: "claude", wrapperSessionId: "wid" };
  appendEventToLog(path, { type: "session_result", result: "r" }, options);
  appendEventToLog(path, { type: "session_result", result: "r2" }, options);
  assertEquals(home.normalized("sessions/x.jsonl"), expected("zag/append-new/x.jsonl"));
  assertEquals([...Deno.readDirSync(home.at("sessions"))].map(({ name }) => name), ["x.jsonl"]);
});
