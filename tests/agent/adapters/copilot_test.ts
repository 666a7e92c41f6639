import { assertEquals } from "@std/assert";
import { CopilotFold } from "../../../src/agent/adapters/copilot.ts";
import type { JsonObject } from "../../../src/codec/json.ts";
import type { AgentEventKind } from "../../../src/codec/zag_events.ts";

let count = 0;

/** An event of the agent, with an id of its own. */
function event(type: string, data: JsonObject): JsonObject {
  return { type, data, id: `e${++count}`, timestamp: "2026-04-02T10:00:00.000Z", parentId: null };
}

function fold(records: readonly JsonObject[]): { events: AgentEventKind[]; losses: Record<string, number> } {
  const copilot = new CopilotFold();
  const events = records.flatMap((record) => [...copilot.add(record)]);
  events.push(...copilot.end());
  return { events: events.map(({ event }) => event), losses: Object.fromEntries(copilot.losses) };
}

const status = (message: string, data: JsonObject): AgentEventKind => ({ type: "provider_status", message, data });
const usage = (input: number, output: number, read: number, write: number): AgentEventKind => ({
  type: "usage",
  input_tokens: input,
  output_tokens: output,
  cache_read_tokens: read,
  cache_creation_tokens: write,
});
const says = (outputTokens: number): JsonObject => event("assistant.message", { content: "", outputTokens });
const shutdown = (...usages: readonly (readonly [number, number, number, number])[]): JsonObject =>
  event("session.shutdown", {
    modelMetrics: Object.fromEntries(
      usages.map(([inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens], at) => [`model-${at}`, {
        usage: { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens },
      }]),
    ),
  });

const args = { command: "npm test" };
const request = event("assistant.message", {
  messageId: "a",
  content: "Testing.",
  reasoningText: "First the tests.",
  toolRequests: [{ toolCallId: "t", name: "bash", arguments: args }],
});
const failed = { toolCallId: "t", success: false, error: { message: "exit code 1" } };
const done = { toolCallId: "x", toolName: "create", success: true, result: { content: "line\u2028break" } };

const CASES: readonly {
  readonly name: string;
  readonly records: readonly JsonObject[];
  readonly events: readonly AgentEventKind[];
  readonly losses?: Record<string, number>;
}[] = [
  {
    name: "status events by their names",
    records: [
      event("session.start", { sessionId: "s" }),
      event("session.model_change", {}),
      event("session.truncation", {}),
      event("assistant.turn_start", {}),
      event("assistant.turn_end", {}),
      event("session.info", { message: "Trusted." }),
      event("session.info", {}),
      event("abort", { reason: "user_initiated" }),
      event("a.type.of.tomorrow", { x: 1 }),
    ],
    events: [
      status("Copilot session started", { sessionId: "s" }),
      status("Copilot model changed", {}),
      status("Copilot session truncation", {}),
      status("Copilot assistant turn started", {}),
      status("Copilot assistant turn ended", {}),
      status("Trusted.", { message: "Trusted." }),
      status("Copilot session info", {}),
      status("Copilot event: abort", { reason: "user_initiated" }),
      status("Copilot event: a.type.of.tomorrow", { x: 1 }),
    ],
  },
  {
    name: "a prompt as it was typed, and its attachments as losses",
    records: [{
      ...event("user.message", { content: "Fix it", transformedContent: "<x>Fix it", attachments: [{ type: "file" }] }),
      id: "u",
    }],
    events: [{ type: "user_message", role: "user", content: "Fix it", message_id: "u" }],
    losses: { "attachment file": 1 },
  },
  {
    name: "reasoning, text and tools of a message, each once",
    records: [
      request,
      event("assistant.reasoning", { reasoningId: "r", content: "First the tests." }),
      event("tool.execution_start", { toolCallId: "t", toolName: "bash", arguments: args }),
    ],
    events: [
      { type: "reasoning", content: "First the tests.", message_id: "a" },
      { type: "assistant_message", content: "Testing.", message_id: "a" },
      { type: "tool_call", tool_name: "bash", tool_kind: "shell", tool_id: "t", input: args },
    ],
  },
  {
    name: "results with the names of their tools, and what went wrong",
    records: [
      event("tool.execution_start", { toolCallId: "t", toolName: "view" }),
      event("tool.execution_complete", failed),
      event("tool.execution_complete", done),
    ],
    events: [
      { type: "tool_call", tool_name: "view", tool_kind: "file_read", tool_id: "t", input: null },
      {
        type: "tool_result",
        tool_name: "view",
        tool_kind: "file_read",
        tool_id: "t",
        success: false,
        output: null,
        error: "exit code 1",
        data: failed,
      },
      {
        type: "tool_result",
        tool_name: "create",
        tool_kind: "file_write",
        tool_id: "x",
        success: true,
        output: "line\u2028break",
        error: null,
        data: done,
      },
    ],
  },
  {
    name: "repeated, binary and unreadable events as losses",
    records: [
      { ...event("abort", {}), id: "same" },
      { ...event("abort", {}), id: "same" },
      event("session.binary_asset", { data: "AAAA" }),
      event("assistant.message", { content: "", reasoningOpaque: "x" }),
      { data: {} },
    ],
    events: [status("Copilot event: abort", {})],
    losses: {
      "record repeated": 1,
      "record session.binary_asset": 1,
      "reasoning encrypted": 1,
      "record without type": 1,
    },
  },
  {
    name: "the tokens of a shutdown, of all models",
    records: [says(90), shutdown([1000, 100, 800, 50], [10, 5, 0, 0])],
    events: [
      status("Copilot event: session.shutdown", shutdown([1000, 100, 800, 50], [10, 5, 0, 0]).data as JsonObject),
      usage(1010, 105, 800, 50),
    ],
  },
  {
    name: "the sum of the messages where no shutdown tells",
    records: [says(90), says(7)],
    events: [usage(0, 97, 0, 0)],
  },
];

for (const { name, records, events, losses = {} } of CASES) {
  Deno.test(`CopilotFold.add() tells ${name}`, () => {
    assertEquals(fold(records), { events: [...events], losses });
  });
}

const TOTALS: readonly {
  readonly name: string;
  readonly records: readonly JsonObject[];
  readonly usage: AgentEventKind;
}[] = [
  {
    name: "adds the runs where each shutdown counts its own",
    records: [says(100), shutdown([10, 100, 1, 2]), event("session.resume", {}), says(8), shutdown([20, 8, 3, 4])],
    usage: usage(30, 108, 4, 6),
  },
  {
    name: "takes the last shutdown where it counts all runs",
    records: [says(100), shutdown([10, 100, 1, 2]), event("session.resume", {}), says(8), shutdown([30, 108, 4, 6])],
    usage: usage(30, 108, 4, 6),
  },
  {
    name: "adds the runs where messages tell no tokens",
    records: [shutdown([10, 100, 1, 2]), event("session.resume", {}), shutdown([20, 8, 3, 4])],
    usage: usage(30, 108, 4, 6),
  },
  {
    name: "keeps what a killed run has told",
    records: [says(100), event("session.resume", {}), says(8), shutdown([20, 8, 3, 4]), says(3)],
    usage: usage(20, 111, 3, 4),
  },
  {
    name: "takes the messages where a shutdown has no metrics",
    records: [says(100), event("session.shutdown", { modelMetrics: {} }), event("session.resume", {}), says(8)],
    usage: usage(0, 108, 0, 0),
  },
];

for (const { name, records, usage } of TOTALS) {
  Deno.test(`CopilotFold.end() ${name}`, () => {
    assertEquals(fold(records).events.findLast(({ type }) => type === "usage"), usage);
  });
}

const LIMITS = [
  { type: "session.error", data: { errorType: "rate_limit", errorCode: "rate_limited", message: "in 2 hours" } },
  { type: "error", data: { error: { code: "user_weekly_rate_limited", message: "try again in 5 minutes" } } },
  { type: "model.failed", error: { code: "user_global_rate_limited:pro_plus", message: "later" } },
];

Deno.test("CopilotFold.add() tells of a refusal, however it is written", () => {
  const limits = LIMITS.flatMap((record) =>
    fold([{ ...event("", {}), ...record }]).events.flatMap((each) =>
      each.type === "usage_limit_hit" ? [[each.scope, each.reset_at]] : []
    )
  );
  assertEquals(limits, [
    ["session", "2026-04-02T12:00:00+00:00"],
    ["weekly", "2026-04-02T10:05:00+00:00"],
    ["global", undefined],
  ]);
  const quiet = { type: "tool.execution_complete", data: { error: { code: "rate_limited", message: "" } } };
  assertEquals(fold([{ ...event("", {}), ...quiet }]).events.map(({ type }) => type), ["tool_result"]);
});

Deno.test("CopilotFold.facts tell the session, its directory, model and times", () => {
  const copilot = new CopilotFold();
  copilot.add(event("session.start", { sessionId: "s", selectedModel: "gpt-5", context: { cwd: "/home/ada/shop" } }));
  copilot.add({ ...event("session.model_change", { newModel: "claude-opus-4.6" }), timestamp: "2026-04-02T11:00:00Z" });
  assertEquals(copilot.facts, {
    sessionId: "s",
    cwd: "/home/ada/shop",
    model: "claude-opus-4.6",
    startedAt: "2026-04-02T10:00:00.000Z",
    endedAt: "2026-04-02T11:00:00Z",
    completeness: "full",
  });
  assertEquals(new CopilotFold({ cwd: "/from/workspace.yaml" }).facts.cwd, "/from/workspace.yaml");
});
