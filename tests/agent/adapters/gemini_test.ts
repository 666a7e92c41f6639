import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { GeminiFold } from "../../../src/agent/adapters/gemini.ts";
import type { TranscriptEvent } from "../../../src/agent/transcript.ts";
import type { JsonObject } from "../../../src/codec/json.ts";

const AT = "2026-08-20T09:12:00.000Z";
const TOKENS = { input: 10, output: 2, cached: 4, thoughts: 3, tool: 1, total: 16 };

/** A short word for each event, so that a table shows what matters. */
function word({ event }: TranscriptEvent): string {
  switch (event.type) {
    case "user_message":
      return `user ${event.content}`;
    case "assistant_message":
      return `says ${event.content}`;
    case "reasoning":
      return `thinks ${event.content}`;
    case "tool_call":
      return `calls ${event.tool_name} ${event.tool_kind} ${event.tool_id}`;
    case "tool_result":
      return `result ${event.tool_id} ${event.success} ${event.output} ${event.error}`;
    case "provider_status":
      return `status ${event.message}`;
    case "usage":
      return `usage ${event.input_tokens} ${event.output_tokens} ${event.cache_read_tokens}`;
    case "usage_limit_hit":
      return `limit ${event.scope} ${event.reset_at}`;
    default:
      return event.type;
  }
}

function fold(records: readonly JsonObject[]): { words: string[]; losses: Record<string, number> } {
  const gemini = new GeminiFold();
  const events = records.flatMap((record) => [...gemini.add(record)]);
  events.push(...gemini.end());
  return { words: events.map(word), losses: Object.fromEntries(gemini.losses) };
}

const user = (id: string, content: unknown, more: JsonObject = {}): JsonObject => ({
  id,
  timestamp: AT,
  type: "user",
  content,
  ...more,
});
const answer = (id: string, content: unknown, more: JsonObject = {}): JsonObject => ({
  id,
  timestamp: AT,
  type: "gemini",
  content,
  ...more,
});
const tool = (status: string, more: JsonObject = {}): JsonObject => ({
  id: "t1",
  name: "run_shell_command",
  args: { command: "ls" },
  status,
  ...more,
});
const output = [{ functionResponse: { id: "t1", name: "run_shell_command", response: { output: "a.txt" } } }];

const CASES: readonly {
  readonly name: string;
  readonly records: readonly JsonObject[];
  readonly words: readonly string[];
  readonly losses?: Record<string, number>;
}[] = [
  {
    name: "a message and its answer",
    records: [user("u", [{ text: "Hi" }]), answer("a", "Hello", { tokens: TOKENS, model: "gemini-2.5-pro" })],
    words: ["user Hi", "says Hello", "status Gemini message metadata", "usage 11 5 4"],
  },
  {
    name: "what was typed rather than what was sent",
    records: [user("u", [{ text: "@a.txt\ncontent of a.txt" }], { displayContent: "@a.txt" })],
    words: ["user @a.txt"],
  },
  {
    name: "an answer that grows before its tokens are known",
    records: [answer("a", "He"), answer("a", "Hello"), answer("a", "Hello", { tokens: TOKENS })],
    words: ["says Hello", "status Gemini message metadata", "usage 11 5 4"],
  },
  {
    name: "an answer without tokens once another message follows",
    records: [answer("a", "Hello"), user("u", "and?")],
    words: ["says Hello", "user and?"],
  },
  {
    name: "an answer without tokens at the end",
    records: [answer("a", "Hello", { model: "m" })],
    words: ["says Hello", "status Gemini message metadata"],
  },
  {
    name: "thoughts by their description, else by their subject",
    records: [answer("a", "", {
      tokens: TOKENS,
      thoughts: [{ subject: "S", description: "D" }, { subject: "S2", description: "" }, {}],
    })],
    words: ["thinks D", "thinks S2", "status Gemini message metadata", "usage 11 5 4"],
    losses: { "thought without text": 1 },
  },
  {
    name: "a tool when it is called, and its result when there is one",
    records: [
      answer("a", "Look", { toolCalls: [tool("executing")] }),
      answer("a", "Look", { toolCalls: [tool("success", { result: output })] }),
      answer("a", "Look", { toolCalls: [tool("success", { result: output })] }),
    ],
    words: ["says Look", "calls run_shell_command shell t1", "result t1 true a.txt null"],
  },
  {
    name: "a tool that failed",
    records: [answer("a", "", {
      toolCalls: [tool("error", { result: [{ functionResponse: { response: { error: "no such file" } } }] })],
    })],
    words: ["calls run_shell_command shell t1", "result t1 false null no such file"],
  },
  {
    name: "a tool that only the model's history tells of",
    records: [{
      $set: {
        messages: [
          answer("a", [{ functionCall: { id: "t1", name: "replace", args: {} } }], { tokens: TOKENS }),
          user("u", output),
        ],
      },
    }],
    words: [
      "status Gemini message metadata",
      "calls replace file_edit t1",
      "result t1 true a.txt null",
      "usage 11 5 4",
    ],
  },
  {
    name: "a rewind, and what was spent before it",
    records: [
      user("u1", "one"),
      answer("a1", "1", { tokens: TOKENS }),
      user("u2", "two"),
      answer("a2", "2", { tokens: TOKENS }),
      { $rewindTo: "u2" },
      user("u3", "three"),
    ],
    words: [
      "user one",
      "says 1",
      "status Gemini message metadata",
      "user two",
      "says 2",
      "status Gemini message metadata",
      "status Gemini conversation rewound",
      "user three",
      "usage 22 10 8",
    ],
  },
  {
    name: "a history that is replaced, without telling it again",
    records: [user("u1", "one"), user("u2", "two"), { $set: { messages: [user("s", "summary"), user("u2", "two")] } }],
    words: ["user one", "user two", "user summary", "status Gemini messages replaced"],
  },
  {
    name: "tokens once a message, the last that it tells",
    records: [
      answer("a", "x", { tokens: TOKENS }),
      answer("a", "x", { tokens: { ...TOKENS, output: 7 } }),
      answer("a", "x", { tokens: { ...TOKENS, output: 7 } }),
    ],
    words: ["says x", "status Gemini message metadata", "status Gemini message metadata", "usage 11 10 4"],
  },
  {
    name: "what the agent tells of itself",
    records: [
      { id: "i", timestamp: AT, type: "info", content: "Cancelled." },
      { id: "e", timestamp: AT, type: "error", content: 'RESOURCE_EXHAUSTED PerDay "retryDelay": "30.5s"' },
      { $set: { summary: "A summary" } },
    ],
    words: [
      "status Cancelled.",
      'status RESOURCE_EXHAUSTED PerDay "retryDelay": "30.5s"',
      "limit daily 2026-08-20T09:12:30.500+00:00",
      "status Gemini session summary",
    ],
  },
  {
    name: "what it cannot tell, as a loss",
    records: [
      user("u", [{ text: "see" }, { inlineData: {} }, { fileData: {} }]),
      user("u", "changed"),
      user("c", "<session_context>\nlong"),
      { id: "x", type: "hologram", content: "?" },
      { $set: { memoryScratchpad: {}, lastUpdated: AT } },
      {},
    ],
    words: ["user see"],
    losses: {
      "part inlineData": 1,
      "part fileData": 1,
      "message changed": 1,
      "message session_context": 1,
      "message hologram": 1,
      "field memoryScratchpad": 1,
      "record without id": 1,
    },
  },
];

for (const { name, records, words, losses = {} } of CASES) {
  Deno.test(`GeminiFold.add() tells ${name}`, () => {
    assertEquals(fold(records), { words: [...words], losses });
  });
}

Deno.test("GeminiFold.add() tells how many messages a rewind takes back: all, where it does not find its message", () => {
  const gemini = new GeminiFold();
  for (const id of ["u1", "u2", "u3"]) gemini.add(user(id, id));
  const cut = (id: string): unknown[] =>
    gemini.add({ $rewindTo: id }).map(({ event }) => event.type === "provider_status" && event.data);
  assertEquals(cut("u3"), [{ message_id: "u3", messages: 1 }]);
  assertEquals(cut("u3"), [{ message_id: "u3", messages: 2 }]);
  assertEquals(cut("u1"), [{ message_id: "u1", messages: 0 }]);
});

Deno.test("GeminiFold.facts tell the session, its directory, model and times", () => {
  const gemini = new GeminiFold({ cwd: "/home/ada/shop" });
  gemini.add({ sessionId: "s", projectHash: "h", startTime: "2026-08-20T09:00:00.000Z", directories: ["/elsewhere"] });
  gemini.add(answer("a", "x", { tokens: TOKENS, model: "gemini-2.5-pro" }));
  gemini.add({ $set: { lastUpdated: "2026-08-20T10:00:00.000Z" } });
  assertEquals(gemini.facts, {
    sessionId: "s",
    cwd: "/home/ada/shop",
    model: "gemini-2.5-pro",
    startedAt: "2026-08-20T09:00:00.000Z",
    endedAt: "2026-08-20T10:00:00.000Z",
    completeness: "full",
  });
});

Deno.test("GeminiFold.add() stamps events with the source that it was given and the time of the record", () => {
  const gemini = new GeminiFold({ source: "backfill" });
  assertEquals(gemini.add(user("u", "Hi")), [{
    source: "backfill",
    event: { type: "user_message", role: "user", content: "Hi", message_id: "u" },
    at: AT,
  }]);
});

Deno.test("GeminiFold.end() may be asked at any time without telling anything twice", () => {
  const records = CASES.flatMap(({ records }, at) =>
    records.map((record) => typeof record.id === "string" ? { ...record, id: `${at}-${record.id}` } : record)
  );
  const lasting = (events: readonly TranscriptEvent[]): string[] =>
    events.filter(({ event }) => event.type === "tool_call" || event.type === "user_message").map(word);
  const whole = new GeminiFold();
  const expected = [...records.flatMap((record) => [...whole.add(record)]), ...whole.end()];
  fc.assert(fc.property(fc.array(fc.nat(records.length - 1), { maxLength: 5 }), (stops) => {
    const gemini = new GeminiFold();
    const events = records.flatMap((
      record,
      at,
    ) => [...gemini.add(record), ...(stops.includes(at) ? gemini.end() : [])]);
    events.push(...gemini.end());
    assertEquals(lasting(events), lasting(expected));
    assertEquals(events.findLast(({ event }) => event.type === "usage")?.event, expected.at(-1)!.event);
  }));
});
