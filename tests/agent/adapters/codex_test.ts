import { assertEquals } from "@std/assert";
import { CodexFold } from "../../../src/agent/adapters/codex.ts";
import { listCodexSessions } from "../../../src/agent/adapters/codex_files.ts";
import { codexScaffolding } from "../../../src/agent/adapters/codex_items.ts";
import { codexOutput } from "../../../src/agent/adapters/codex_output.ts";
import type { JsonObject } from "../../../src/codec/json.ts";
import { basename } from "../../../src/deps/path.ts";
import { TempDir } from "../../helpers/temp_dir.ts";
import { CODEX, fixtureFolder, fixtureSession, tell, words } from "../transcripts.ts";

const AT = "2026-08-20T10:00:00.000Z";

function record(type: string, payload: JsonObject, timestamp = AT): JsonObject {
  return { timestamp, type, payload };
}

const event = (type: string, more: JsonObject = {}, at: string = AT): JsonObject =>
  record("event_msg", { type, ...more }, at);
const item = (type: string, more: JsonObject = {}, at: string = AT): JsonObject =>
  record("response_item", { type, ...more }, at);
const message = (role: string, ...texts: string[]): JsonObject =>
  item("message", { role, content: texts.map((text) => ({ type: "input_text", text })) });
const tokens = (input: number, output: number, cached: number): JsonObject => ({
  input_tokens: input,
  output_tokens: output,
  cached_input_tokens: cached,
});
const counted = (total: JsonObject, last: JsonObject = total, at: string = AT): JsonObject =>
  event("token_count", { info: { total_token_usage: total, last_token_usage: last } }, at);

/** An id whose time is some milliseconds after the beginning. */
function idAt(millis: number): string {
  const hex = (Date.parse(AT) + millis).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8000-000000000000`;
}

const timeAt = (millis: number): string => new Date(Date.parse(AT) + millis).toISOString();
const meta = (more: JsonObject): JsonObject => record("session_meta", { id: idAt(0), cwd: "/shop", ...more });
const turn = (millis: number, at?: string): JsonObject =>
  record("turn_context", { turn_id: idAt(millis), model: "m" }, at);

const CASES: readonly {
  readonly name: string;
  readonly records: readonly JsonObject[];
  readonly words: readonly string[];
  readonly losses?: Record<string, number>;
}[] = [
  {
    name: "once what is written twice, whichever comes first",
    records: [
      message("user", "do it"),
      event("user_message", { message: "do it" }),
      event("agent_message", { message: "I do." }),
      message("assistant", "I do."),
      item("reasoning", { summary: [{ type: "summary_text", text: "hm" }] }),
      event("agent_reasoning", { text: "hm" }),
      event("agent_reasoning_raw_content", { text: "deep" }),
    ],
    words: ["user do it", "says I do.", "thinks hm", "thinks deep"],
  },
  {
    name: "twice what is said twice",
    records: [
      message("user", "go on"),
      message("user", "go on"),
      event("user_message", { message: "go on" }),
      event("user_message", { message: "go on" }),
      event("agent_message", { message: "go on" }),
    ],
    words: ["user go on", "user go on", "says go on"],
  },
  {
    name: "no words of the agent's in the user's place",
    records: [
      message("user", "<environment_context>\n<cwd>/shop</cwd>", "do it"),
      message("user", "# AGENTS.md instructions for /shop", "<user_instructions>x", "<turn_aborted>\nx"),
      event("user_message", { message: "<user_instructions>x" }),
      message("developer", "x"),
      message("system", "x"),
    ],
    words: ["user do it"],
    losses: {
      "message environment_context": 1,
      "message AGENTS.md": 1,
      "message user_instructions": 2,
      "message turn_aborted": 1,
      "message developer": 1,
      "message system": 1,
    },
  },
  {
    name: "an image as a loss, with the prompt that it belongs to",
    records: [
      item("message", {
        role: "user",
        content: [
          { type: "input_text", text: "<image name=[Image #1]>" },
          { type: "input_image", image_url: "data:" },
          { type: "input_text", text: "</image>" },
          { type: "input_text", text: "what is it?" },
        ],
      }),
      event("user_message", { message: "what is it?" }),
    ],
    words: ["user what is it?"],
    losses: { "part input_image": 1 },
  },
  {
    name: "thoughts that can be read",
    records: [
      item("reasoning", { summary: [], encrypted_content: "x" }),
      item("reasoning", { summary: [{ type: "summary_text", text: "a" }, { type: "x" }], content: [{ text: "b" }] }),
    ],
    words: ["thinks a", "thinks b"],
    losses: { "item reasoning encrypted": 1, "part x": 1 },
  },
  {
    name: "calls with their results",
    records: [
      item("function_call", { name: "shell", arguments: '{"command":["ls"]}', call_id: "1" }),
      item("function_call_output", { call_id: "1", output: '{"output":"a","metadata":{"exit_code":2}}' }),
      item("custom_tool_call", { name: "apply_patch", input: "*** Begin", call_id: "2" }),
      item("custom_tool_call_output", { call_id: "2", output: "ok" }),
      item("function_call", { name: "find", namespace: "mcp__docs__", arguments: "no json", call_id: "3" }),
      item("function_call_output", {
        call_id: "3",
        output: [{ type: "input_text", text: "a" }, { type: "input_image" }],
      }),
      item("function_call_output", { call_id: "4", output: { content: "refused", success: false } }),
    ],
    words: [
      'calls 1 shell shell {"command":["ls"]}',
      'result 1 shell shell false null a {"exit_code":2}',
      'calls 2 apply_patch file_edit "*** Begin"',
      "result 2 apply_patch file_edit null ok null null",
      'calls 3 mcp__docs__find other "no json"',
      "result 3 mcp__docs__find other null a null null",
      "result 4 null undefined false null refused null",
    ],
    losses: { "part input_image": 1 },
  },
  {
    name: "calls of the agent's own tools by kind",
    records: [
      ...["exec_command", "write_stdin", "view_image", "update_plan", "spawn_agent", "read_file", "grep"].map((name) =>
        item("function_call", { name, arguments: "{}", call_id: name })
      ),
      item("local_shell_call", { call_id: "l", action: { command: ["ls"] } }),
      item("web_search_call", { action: { query: "q" } }),
      item("tool_search_call", { call_id: "s", arguments: { query: "q" } }),
    ],
    words: [
      "calls exec_command exec_command shell {}",
      "calls write_stdin write_stdin shell {}",
      "calls view_image view_image file_read {}",
      "calls update_plan update_plan other {}",
      "calls spawn_agent spawn_agent sub_agent {}",
      "calls read_file read_file file_read {}",
      "calls grep grep search {}",
      'calls l local_shell shell {"command":["ls"]}',
      'calls null web_search web {"query":"q"}',
      'calls s tool_search other {"query":"q"}',
    ],
  },
  {
    name: "the last count of tokens, and no other",
    records: [
      counted(tokens(10, 1, 5)),
      event("token_count", { info: null }),
      counted(tokens(30, 3, 20), tokens(20, 2, 15)),
      event("token_count", { info: { total_token_usage: null } }),
    ],
    words: ["usage 30 3 20 undefined undefined"],
  },
  {
    name: "status, and nothing of what frames a turn",
    records: [
      event("task_started"),
      event("turn_aborted", { reason: "interrupted" }),
      record("compacted", { message: "so far", replacement_history: [{ type: "message", role: "user" }] }),
      event("context_compacted"),
      event("thread_rolled_back", { num_turns: 1 }),
      event("error", { message: "no network" }),
      event("task_complete"),
    ],
    words: [
      "status Codex turn aborted",
      "status Codex context compacted",
      "status Codex turns taken back",
      "status no network",
    ],
  },
  {
    name: "refusals with what is known of the limits",
    records: [
      event("error", { message: "You've hit your usage limit." }),
      event("token_count", {
        info: null,
        rate_limits: {
          primary: { used_percent: 4, window_minutes: 300, resets_at: 1 },
          secondary: { used_percent: 100, window_minutes: 10080, resets_at: 1760000400 },
        },
      }),
      event("token_count", { info: null }),
      event("error", { message: "no", codex_error_info: "usage_limit_exceeded" }, "2026-08-20T10:00:09.000Z"),
    ],
    words: [
      "status You've hit your usage limit.",
      `limit unknown undefined codex:${AT}`,
      "status no",
      "limit weekly 2025-10-09T09:00:00+00:00 codex:2026-08-20T10:00:09.000Z",
    ],
  },
  {
    name: "kinds that it does not know as losses",
    records: [event("x"), item("y"), record("z", {}), { timestamp: AT }, event("exec_command_end")],
    words: [],
    losses: { "event x": 1, "item y": 1, "record z": 1, "record without type": 1, "event exec_command_end": 1 },
  },
  {
    name: "nothing of what a fork has copied, with the turns' names",
    records: [
      meta({ forked_from_id: "p" }),
      record("session_meta", { id: "p" }),
      turn(-60_000),
      message("user", "old"),
      message("assistant", "old"),
      counted(tokens(100, 10, 50)),
      turn(-30_000, timeAt(5000)),
      event("agent_message", { message: "still old, though late" }, timeAt(5000)),
      event("task_started", { turn_id: idAt(7000) }, timeAt(7000)),
      message("user", "new"),
      event("token_count", { info: { total_token_usage: tokens(130, 13, 60) } }),
    ],
    words: ["user new", "usage 30 3 10 undefined undefined"],
    losses: { "record replayed": 7 },
  },
  {
    name: "the prompt of a fork's first turn, though it stands before that",
    records: [
      meta({ forked_from_id: "p" }),
      event("user_message", { message: "old" }),
      turn(-60_000),
      event("user_message", { message: "new" }),
      turn(10),
      message("user", "new"),
    ],
    words: ["user new"],
    losses: { "record replayed": 2 },
  },
  {
    name: "nothing of what a fork has copied, by the time where turns have no names",
    records: [
      meta({ forked_from_id: "p" }),
      message("assistant", "old"),
      event("agent_message", { message: "older" }, timeAt(-90_000)),
      event("user_message", { message: "new" }, timeAt(20)),
      item("message", { role: "assistant", content: [{ type: "output_text", text: "yes" }] }, timeAt(3000)),
    ],
    words: ["user new", "says yes"],
    losses: { "record replayed": 2 },
  },
  {
    name: "no prompt that a fork has copied with its answer",
    records: [
      meta({ forked_from_id: "p" }),
      event("user_message", { message: "old" }),
      message("assistant", "old"),
      event("task_started", { turn_id: idAt(9) }),
    ],
    words: [],
    losses: { "record replayed": 2 },
  },
  {
    name: "the prompt of a fork that ends with it as a loss",
    records: [meta({ forked_from_id: "p" }), event("user_message", { message: "old or new" })],
    words: [],
    losses: { "record replayed": 1 },
  },
  {
    name: "the tokens of a fork without those that it began with, where none are copied",
    records: [
      meta({ source: { subagent: { thread_spawn: { parent_thread_id: "p" } } } }),
      turn(5),
      counted(tokens(1700, 90, 1200), tokens(700, 40, 400)),
      counted(tokens(2500, 110, 1900), tokens(800, 20, 700)),
    ],
    words: ["usage 1500 60 1100 undefined undefined"],
  },
  {
    name: "all of a session that is no fork, whatever its first turn is named",
    records: [meta({}), turn(-60_000), message("user", "do it"), meta({ id: "other" })],
    words: ["user do it"],
    losses: { "record session_meta": 1 },
  },
  {
    name: "records of old versions",
    records: [
      { id: "s", timestamp: AT, instructions: null },
      { record_type: "state" },
      { type: "message", role: "user", content: [{ type: "input_text", text: "Say hello" }] },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Hello." }] },
      { type: "function_call", name: "shell", arguments: "{}", call_id: "1" },
    ],
    words: ["user Say hello", "says Hello.", "calls 1 shell shell {}"],
    losses: { "record without type": 1 },
  },
];

for (const { name, records, words: expected, losses = {} } of CASES) {
  Deno.test(`CodexFold tells ${name}`, () => {
    const fold = new CodexFold();
    const events = records.flatMap((each) => [...fold.add(each)]);
    assertEquals(words([...events, ...fold.end()]), expected);
    assertEquals(Object.fromEntries(fold.losses), losses);
  });
}

Deno.test("CodexFold tells ids, source and time with each event", () => {
  const fold = new CodexFold({ source: "backfill" });
  const content = [{ type: "output_text", text: "hi" }];
  assertEquals(fold.add(item("message", { id: "msg_1", role: "assistant", content })), [
    { source: "backfill", event: { type: "assistant_message", content: "hi", message_id: "msg_1" }, at: AT },
  ]);
});

Deno.test("CodexFold keeps every digit of a call's arguments", () => {
  const [told] = new CodexFold().add(item("function_call", { name: "x", arguments: '{"id":12345678901234567890}' }));
  assertEquals(told?.event.type === "tool_call" && told.event.input, { id: 12345678901234567890n });
});

Deno.test("CodexFold.end() tells nothing twice", () => {
  const fold = new CodexFold();
  fold.add(counted(tokens(1, 1, 1)));
  assertEquals(fold.end().length, 1);
  assertEquals(fold.end(), []);
});

Deno.test("CodexFold knows the session, where it works, its model and its times", () => {
  const fold = new CodexFold();
  fold.add(meta({ id: "own", session_id: "parent", forked_from_id: "parent" }));
  fold.add(record("session_meta", { id: "parent", cwd: "/elsewhere" }));
  fold.add(record("turn_context", { turn_id: idAt(-1), model: "old" }));
  fold.add(record("turn_context", { turn_id: idAt(1), model: "new", cwd: "/elsewhere" }, timeAt(9)));
  assertEquals(fold.facts, {
    sessionId: "own",
    cwd: "/shop",
    model: "new",
    startedAt: AT,
    endedAt: timeAt(9),
    completeness: "full",
  });
});

const OUTPUTS: readonly (readonly [name: string, output: unknown, text: string | null, success: boolean | null])[] = [
  ["a text", "ok", "ok", null],
  ["a command that went well", "Wall time: 1 s\nProcess exited with code 0\nOutput:\na", undefined as never, true],
  ["a command that failed", "Exit code: 3\nWall time: 1 s\nOutput:\na", undefined as never, false],
  [
    "a command that still runs",
    "Process running with session ID 7\nOutput:\nProcess exited with code 0\n",
    undefined as never,
    null,
  ],
  ["a text that only looks like one", "Process exited with code 1", "Process exited with code 1", null],
  ["JSON that is no answer", '{"output":1}', '{"output":1}', null],
  ["JSON without an exit code", '{"output":"a","metadata":{}}', "a", null],
  ["nothing", null, null, null],
];

for (const [name, output, text, success] of OUTPUTS) {
  Deno.test(`codexOutput() reads ${name}`, () => {
    const told = codexOutput(output);
    assertEquals([told.text, told.success], [text === undefined ? output : text, success]);
  });
}

Deno.test("codexScaffolding() leaves what the user may have written", () => {
  for (const text of ["<div>", "<b>x</b>", "# AGENTS.md is missing", "do it", ""]) {
    assertEquals(codexScaffolding(text), undefined);
  }
});

Deno.test("CodexFold reads a damaged session, and knows what it lost", async () => {
  const { events, facts, losses } = await tell("codex", fixtureSession("codex", CODEX.main).path);
  assertEquals(words(events), [
    "user Fix the failing test",
    "thinks **Looking at the test**",
    "says I look at the test.",
    'calls call_1 exec_command shell {"cmd":"deno test","workdir":"/home/ada/shop"}',
    "result call_1 exec_command shell false null Chunk ID: 4f1\nWall time: 0.5120 seconds\nProcess exited with code 1\n" +
    "Original token count: 3\nOutput:\nFAILED\nProcess exited with code 0\n null",
    'calls call_2 apply_patch file_edit "*** Begin Patch\\n*** End Patch"',
    'result call_2 apply_patch file_edit true Success. null {"exit_code":0,"duration_seconds":0.1}',
    'calls null web_search web {"type":"search","query":"deno test"}',
    'calls call_3 local_shell shell {"type":"exec","command":["ls"],"timeout_ms":null,"working_directory":null,' +
    '"env":null,"user":null}',
    "result call_3 local_shell shell null cart.ts null null",
    "status Codex context compacted",
    "user And now commit",
    "status You've hit your usage limit. Try again at Aug 20th, 2026 4:00 PM.",
    "limit session 2026-08-20T12:00:00+00:00 codex:2026-08-20T10:01:02.500Z",
    "status Codex turn aborted",
    "usage 3500 160 2700 undefined undefined",
  ]);
  assertEquals(losses, {
    "message developer": 1,
    "message AGENTS.md": 1,
    "message environment_context": 1,
    "part input_image": 2,
    "item reasoning encrypted": 1,
    "item ghost_snapshot": 1,
    "event an_event_of_tomorrow": 1,
    "record a_record_of_tomorrow": 1,
  });
  assertEquals([facts.sessionId, facts.cwd, facts.model], [CODEX.main, "/home/ada/shop", "gpt-5.4-mini"]);
});

const OTHERS: readonly (readonly [name: string, id: string, words: readonly string[], replayed: number])[] = [
  ["the fork of a session", CODEX.fork, [
    "user Try it another way",
    "says Another way it is.",
    "usage 900 40 600 undefined undefined",
  ], 23],
  ["a sub-agent", CODEX.subAgent, [
    "user Find the bug",
    "says It is in cart.ts.",
    "usage 1500 60 1100 undefined undefined",
  ], 1],
];

for (const [name, id, expected, replayed] of OTHERS) {
  Deno.test(`CodexFold reads ${name}, and only what is its own`, async () => {
    const { events, facts, losses } = await tell("codex", fixtureSession("codex", id).path);
    assertEquals(words(events), expected);
    assertEquals([facts.sessionId, losses], [id, { "record replayed": replayed }]);
  });
}

Deno.test("CodexFold reads a compressed session of an old version", async () => {
  const { events, facts } = await tell("codex", fixtureSession("codex", CODEX.old).path);
  assertEquals(words(events), ["user Say hello", "says Hello."]);
  assertEquals([facts.sessionId, facts.cwd], [CODEX.old, "/home/ada/shop"]);
});

Deno.test("listCodexSessions() finds sessions by day and archived ones, and whose sub-agents they are", () => {
  const parents = listCodexSessions(fixtureFolder("codex")).map(({ path, parentId }) => [basename(path), parentId]);
  assertEquals(parents.sort(), [
    [`rollout-2025-07-01T12-00-00-${CODEX.old}.jsonl.zst`, null],
    [`rollout-2026-08-20T10-00-00-${CODEX.main}.jsonl`, null],
    [`rollout-2026-08-20T10-00-20-${CODEX.subAgent}.jsonl`, CODEX.main],
    [`rollout-2026-08-21T08-00-00-${CODEX.fork}.jsonl`, null],
  ]);
});

Deno.test("listCodexSessions() lists a session once that is there compressed and not, and nothing else", () => {
  using temp = new TempDir();
  temp.write("sessions/2026/01/02/rollout-a.jsonl", "{}");
  temp.write("sessions/2026/01/02/rollout-a.jsonl.zst", "");
  temp.write("sessions/2026/01/02/deep/rollout-b.jsonl", "");
  temp.write("sessions/2026/01/02/other.jsonl", "");
  temp.write("archived_sessions/rollout-c.jsonl.zst", "");
  const names = listCodexSessions(temp.path).map(({ path }) => basename(path));
  assertEquals(names.sort(), ["rollout-a.jsonl", "rollout-c.jsonl.zst"]);
});

Deno.test("listCodexSessions() leaves out what was not written to since", () => {
  const files = listCodexSessions(fixtureFolder("codex"));
  const last = Math.max(...files.map(({ modified }) => modified));
  assertEquals(listCodexSessions(fixtureFolder("codex"), last), files.filter(({ modified }) => modified === last));
  assertEquals(listCodexSessions(fixtureFolder("codex"), last + 1), []);
});
