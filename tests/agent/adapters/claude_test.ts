import { assertEquals } from "@std/assert";
import { ClaudeFold } from "../../../src/agent/adapters/claude.ts";
import { listClaudeSessions } from "../../../src/agent/adapters/claude_files.ts";
import { basename } from "../../../src/deps/path.ts";
import type { JsonObject } from "../../../src/codec/json.ts";
import { CLAUDE, fixtureFolder, fixtureSession, tell, words } from "../transcripts.ts";

let count = 0;

function record(type: string, more: JsonObject): JsonObject {
  return { type, uuid: `u${++count}`, sessionId: "s", cwd: "/shop", timestamp: "2026-08-20T09:00:00.000Z", ...more };
}

const user = (content: unknown, more: JsonObject = {}): JsonObject =>
  record("user", { message: { role: "user", content }, ...more });
const assistant = (id: string, content: unknown, usage?: JsonObject, more: JsonObject = {}): JsonObject =>
  record("assistant", { message: { id, model: "m", content, ...(usage && { usage }) }, ...more });
const text = (text: string): JsonObject => ({ type: "text", text });
const call = (id: string, name: string): JsonObject => ({ type: "tool_use", id, name, input: {} });
const result = (id: string, content: unknown, more: JsonObject = {}): JsonObject => ({
  type: "tool_result",
  tool_use_id: id,
  content,
  ...more,
});
const used = (input: number, output: number, read = 0, write = 0): JsonObject => ({
  input_tokens: input,
  output_tokens: output,
  cache_read_input_tokens: read,
  cache_creation_input_tokens: write,
});

const same = assistant("m", [text("once")]);

const CASES: readonly {
  readonly name: string;
  readonly records: readonly JsonObject[];
  readonly words: readonly string[];
  readonly losses?: Record<string, number>;
}[] = [
  { name: "a prompt", records: [user("do it")], words: ["user do it"] },
  { name: "a prompt in blocks", records: [user([text("do"), text("it")])], words: ["user do\nit"] },
  { name: "a prompt of blanks", records: [user("  "), user([]), user(null)], words: [] },
  {
    name: "what the agent says in the user's place",
    records: [
      user("Caveat: local commands", { isMeta: true }),
      user("<system-reminder>be kind</system-reminder>"),
      user([text("<system-reminder>be kind</system-reminder>"), text("do it")]),
      user("<div> is a tag of mine"),
      user("<command-name>/clear</command-name>"),
    ],
    words: ["user do it", "user <div> is a tag of mine", "user <command-name>/clear</command-name>"],
    losses: { "message meta": 1, "message system-reminder": 2 },
  },
  {
    name: "a compaction and an interruption",
    records: [user("so far", { isCompactSummary: true }), user([text("[Request interrupted by user for tool use]")])],
    words: ["status Claude conversation compacted", "status [Request interrupted by user for tool use]"],
  },
  {
    name: "a result with the tool that it belongs to",
    records: [assistant("m", [call("t", "Read")]), user([result("t", "text")])],
    words: ["calls t Read file_read {}", "result t Read file_read true text null null"],
  },
  {
    name: "a failure, a result of blocks and one of nothing",
    records: [
      user([result("t", "exit 1", { is_error: true })]),
      user([result("u", [text("a"), { type: "image" }, text("b")], { is_error: false })]),
      user([result("v", null)]),
    ],
    words: [
      "result t null undefined false null exit 1 null",
      "result u null undefined true a\nb null null",
      "result v null undefined true null null null",
    ],
    losses: { "block image": 1 },
  },
  {
    name: "a prompt beside a result, and blocks that are neither",
    records: [user([result("t", "done"), text("go on"), { type: "document" }, { x: 1 }])],
    words: ["result t null undefined true done null null", "user go on"],
    losses: { "block document": 1, "block without type": 1 },
  },
  {
    name: "what is noted of a sub-agent, and nothing of files",
    records: [
      user([result("t", "ok")], { toolUseResult: { agentId: "a1", totalTokens: 7, content: [] } }),
      user([result("u", "ok")], { toolUseResult: { file: { content: "ok" } } }),
    ],
    words: [
      'result t null undefined true ok null {"agentId":"a1","totalTokens":7}',
      "result u null undefined true ok null null",
    ],
  },
  {
    name: "thoughts, but not those that are hidden",
    records: [
      assistant("m", [
        { type: "thinking", thinking: "hm" },
        { type: "thinking", thinking: "", signature: "s" },
        { type: "redacted_thinking", data: "x" },
      ]),
    ],
    words: ["thinks hm"],
    losses: { "block thinking hidden": 1, "block redacted_thinking": 1 },
  },
  {
    name: "tools by kind, whatever their age",
    records: [
      assistant(
        "m",
        [
          "Bash",
          "Read",
          "Write",
          "Edit",
          "Glob",
          "Agent",
          "WebFetch",
          "WebSearch",
          "NotebookEdit",
          "Task",
          "MultiEdit",
          "TodoWrite",
          "Skill",
        ].map((name) => call(name, name)),
      ),
      assistant("n", [{ type: "server_tool_use", id: "s", name: "web_search" }]),
    ],
    words: [
      "calls Bash Bash shell {}",
      "calls Read Read file_read {}",
      "calls Write Write file_write {}",
      "calls Edit Edit file_edit {}",
      "calls Glob Glob search {}",
      "calls Agent Agent sub_agent {}",
      "calls WebFetch WebFetch web {}",
      "calls WebSearch WebSearch web {}",
      "calls NotebookEdit NotebookEdit notebook {}",
      "calls Task Task sub_agent {}",
      "calls MultiEdit MultiEdit file_edit {}",
      "calls TodoWrite TodoWrite other {}",
      "calls Skill Skill other {}",
      "calls s web_search web null",
    ],
  },
  {
    name: "a record that is repeated once",
    records: [same, same],
    words: ["says once"],
    losses: { "record repeated": 1 },
  },
  {
    name: "a block that another record of the same response repeats once",
    records: [
      assistant("m", [text("a")]),
      assistant("m", [text("a"), call("t", "Bash")]),
      user([result("t", "ok")]),
      assistant("m", [call("t", "Bash")]),
      assistant("n", [text("a")]),
    ],
    words: ["says a", "calls t Bash shell {}", "result t Bash shell true ok null null", "says a"],
    losses: { "block repeated": 2 },
  },
  {
    name: "the last usage of each response, once",
    records: [
      assistant("m", [], used(10, 1, 100, 5)),
      assistant("m", [], used(10, 50, 100, 5)),
      assistant("n", [], used(20, 7, 200, 0)),
      assistant("m", [], used(10, 60, 100, 5)),
    ],
    words: ["usage 30 67 300 5 undefined"],
  },
  {
    name: "usage without an id by the request, and without that by the record",
    records: [
      record("assistant", { requestId: "r", message: { content: [], usage: used(1, 1) } }),
      record("assistant", { requestId: "r", message: { content: [], usage: used(1, 2) } }),
      record("assistant", { message: { content: [], usage: used(1, 4) } }),
      record("assistant", { message: { content: [], usage: used(1, 8) } }),
    ],
    words: ["usage 3 14 0 0 undefined"],
  },
  {
    name: "costs where they are told, and counts that are none as 0",
    records: [
      assistant("m", [], used(1, 1), { costUSD: 0.25 }),
      assistant("n", [], { input_tokens: -1, output_tokens: "9" }, { costUSD: 0.5 }),
    ],
    words: ["usage 1 1 0 0 0.75"],
  },
  {
    name: "what a fork has copied not at all",
    records: [
      assistant("m", [text("old")], used(9, 9), { forkedFrom: { sessionId: "p", messageUuid: "x" } }),
      assistant("n", [text("new")], used(1, 1)),
    ],
    words: ["says new", "usage 1 1 0 0 undefined"],
    losses: { "record replayed": 1 },
  },
  {
    name: "refusals by scope",
    records: [
      assistant("m", [text("Claude AI weekly usage limit reached|1760000400")]),
      assistant("n", "Claude AI usage limit reached|1760000400"),
      assistant("o", [text("It says: Claude AI usage limit reached|1760000400")]),
    ],
    words: [
      "says Claude AI weekly usage limit reached|1760000400",
      "limit weekly 2025-10-09T09:00:00+00:00 m",
      "says Claude AI usage limit reached|1760000400",
      "limit session 2025-10-09T09:00:00+00:00 n",
      "says It says: Claude AI usage limit reached|1760000400",
    ],
  },
  {
    name: "status, as the original does",
    records: [
      record("system", { subtype: "turn_duration" }),
      record("queue-operation", {}),
      record("last-prompt", {}),
      record("result", { permission_denials: [{ tool_name: "Bash", tool_input: { command: "rm" } }] }),
    ],
    words: [
      "status Claude system event",
      "status queue-operation",
      "status last-prompt",
      'asks Bash {"command":"rm"} false',
      "status Claude result",
    ],
  },
  {
    name: "kinds that it does not know as losses",
    records: [record("progress", {}), record("progress", {}), record("x", {}), { uuid: "no-type" }],
    words: [],
    losses: { "record progress": 2, "record x": 1, "record without type": 1 },
  },
];

for (const { name, records, words: expected, losses = {} } of CASES) {
  Deno.test(`ClaudeFold tells ${name}`, () => {
    const fold = new ClaudeFold();
    const events = records.flatMap((each) => [...fold.add(each)]);
    assertEquals(words([...events, ...fold.end()]), expected);
    assertEquals(Object.fromEntries(fold.losses), losses);
  });
}

Deno.test("ClaudeFold tells ids, source and time with each event", () => {
  const fold = new ClaudeFold({ source: "backfill" });
  const at = "2026-08-20T09:00:00.000Z";
  const message = { type: "assistant_message", content: "hi", message_id: "m" } as const;
  assertEquals(fold.add(assistant("m", [text("hi")])), [{ source: "backfill", event: message, at }]);
  const prompt = user("do it");
  const said = { type: "user_message", role: "user", content: "do it", message_id: prompt.uuid as string } as const;
  assertEquals(fold.add(prompt), [{ source: "backfill", event: said, at }]);
});

Deno.test("ClaudeFold.end() tells nothing twice", () => {
  const fold = new ClaudeFold();
  fold.add(assistant("m", [], used(1, 1)));
  assertEquals(words(fold.end()), ["usage 1 1 0 0 undefined"]);
  assertEquals(fold.end(), []);
  fold.add(assistant("m", [], used(1, 2)));
  assertEquals(words(fold.end()), ["usage 1 2 0 0 undefined"]);
});

Deno.test("ClaudeFold knows the session, where it works, its model and its times", () => {
  const fold = new ClaudeFold();
  fold.add(user("do it", { forkedFrom: { sessionId: "p" }, timestamp: "2026-08-19T00:00:00.000Z" }));
  fold.add(user("do it", { cwd: "/shop/below", timestamp: "2026-08-20T10:00:00.000Z" }));
  fold.add(assistant("m", [], undefined, { timestamp: "2026-08-20T11:00:00.000Z" }));
  fold.add(record("assistant", { message: { model: "<synthetic>" }, timestamp: "2026-08-20T12:00:00.000Z" }));
  assertEquals(fold.facts, {
    sessionId: "s",
    cwd: "/shop",
    model: "m",
    startedAt: "2026-08-20T10:00:00.000Z",
    endedAt: "2026-08-20T12:00:00.000Z",
    completeness: "full",
  });
});

Deno.test("ClaudeFold reads a damaged session, and knows what it lost", async () => {
  const { events, facts, losses } = await tell("claude", fixtureSession("claude", CLAUDE.main).path);
  assertEquals(words(events), [
    "status queue-operation",
    "user Fix the failing test\u2028please",
    "thinks The test of the cart fails.",
    "says I look at the test.",
    'calls toolu_1 Read file_read {"file_path":"/home/ada/shop/cart_test.ts"}',
    "result toolu_1 Read file_read true 1\tassertEquals(total, 3); null null",
    'calls toolu_2 Bash shell {"command":"deno test","description":"Run the tests"}',
    "result toolu_2 Bash shell false null Exit code 1\nFAILED null",
    'calls toolu_3 Task sub_agent {"description":"find the bug","prompt":"Find the bug","subagent_type":"Explore"}',
    "result toolu_3 Task sub_agent true It is in cart.ts.\nLine 4. null " +
    '{"agentId":"a1b2c3d4","status":"completed","totalDurationMs":5200,"totalTokens":4100,"totalToolUseCount":2}',
    "user This is what I see",
    "status Claude system event",
    "status Claude conversation compacted",
    "status [Request interrupted by user]",
    "says Claude AI usage limit reached|1787227200",
    "limit session 2026-08-20T12:00:00+00:00 msg_5",
    "status last-prompt",
    "usage 10 260 38300 1250 undefined",
  ]);
  assertEquals(losses, {
    "line malformed": 2, // one torn in front of zeros, one torn at the end
    "record file-history-snapshot": 1,
    "message local-command-caveat": 1,
    "record progress": 1,
    "block image": 1,
    "message local-command-stdout": 1,
    "record repeated": 1,
    "record a-kind-of-tomorrow": 1,
  });
  assertEquals([facts.sessionId, facts.cwd, facts.model], [CLAUDE.main, "/home/ada/shop", "claude-opus-4-6"]);
});

Deno.test("ClaudeFold reads the fork of a session, and only what is its own", async () => {
  const { events, facts, losses } = await tell("claude", fixtureSession("claude", CLAUDE.fork).path);
  assertEquals(words(events), ["user Try it another way", "says Another way it is.", "usage 4 25 14000 100 undefined"]);
  assertEquals(losses, { "record replayed": 2 });
  assertEquals(facts.sessionId, CLAUDE.fork);
});

for (const id of CLAUDE.subAgents) {
  Deno.test(`ClaudeFold reads the sub-agent ${id} under a name of its own`, async () => {
    const { path, parentId } = fixtureSession("claude", id);
    const { events, facts } = await tell("claude", path);
    assertEquals(words(events), ["user Find the bug", "says It is in cart.ts.", "usage 7 30 500 40 undefined"]);
    assertEquals([facts.sessionId, parentId], [id, CLAUDE.main]);
  });
}

Deno.test("listClaudeSessions() finds sessions and sub-agents, and no spilled output", () => {
  const files = listClaudeSessions(fixtureFolder("claude"));
  assertEquals(files.map(({ path, parentId }) => [basename(path), parentId]).sort(), [
    [`${CLAUDE.main}.jsonl`, null],
    ["agent-9f8e7d6c.jsonl", CLAUDE.main],
    ["agent-a1b2c3d4.jsonl", CLAUDE.main],
    [`${CLAUDE.fork}.jsonl`, null],
  ]);
  for (const { path, size, modified } of files) {
    const info = Deno.statSync(path);
    assertEquals([size, modified], [info.size, info.mtime?.getTime()]);
  }
});

Deno.test("listClaudeSessions() leaves out what was not written to since", () => {
  const files = listClaudeSessions(fixtureFolder("claude"));
  const last = Math.max(...files.map(({ modified }) => modified));
  assertEquals(listClaudeSessions(fixtureFolder("claude"), last), files.filter(({ modified }) => modified === last));
  assertEquals(listClaudeSessions(fixtureFolder("claude"), last + 1), []);
});
