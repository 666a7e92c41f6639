import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodePlain } from "../../src/agent/import_encode.ts";
import { encodeAgentEvent } from "../../src/codec/zag.ts";
import type { AgentEventKind, AgentLogEvent } from "../../src/codec/zag_events.ts";
import { anyKey } from "../helpers/arbitraries.ts";

const ENVELOPE = {
  seq: 1,
  ts: "2026-04-02T10:00:00+00:00",
  provider: "copilot",
  wrapper_session_id: "s",
  provider_session_id: null,
  source_kind: "backfill",
  completeness: "full",
} as const;
const HEAD = encodeAgentEvent({ ...ENVELOPE, type: "reasoning", content: "", message_id: null }).split('"type"')[0]!;

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.constantFrom("\ud800", "a\u2028b", "\\ud800", '"'),
);
const textOrNull = fc.option(text);
const key = fc.oneof(anyKey, fc.constantFrom("b", "a", "command", "10", "9", "ä", "𝔘", "\uffee", "__proto__"));
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(1.5, -0, 1e21, 1e-5, 1e-7, 2 ** 53, 12345.678));
const { any } = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, text, number, fc.boolean(), fc.constant(null), tie("list"), tie("object")),
  list: fc.array(tie("any"), { maxLength: 4 }),
  object: fc.dictionary(key, tie("any"), { maxKeys: 5 }),
}));

const events: fc.Arbitrary<AgentEventKind> = fc.oneof(
  fc.record({
    data: any,
    type: fc.constant("tool_result" as const),
    tool_name: textOrNull,
    tool_kind: fc.constantFrom("shell" as const, "other" as const),
    tool_id: textOrNull,
    success: fc.option(fc.boolean()),
    output: textOrNull,
    error: textOrNull,
  }),
  fc.record({ message: text, type: fc.constant("provider_status" as const), data: any }),
  fc.record({ message_id: textOrNull, content: text, type: fc.constant("assistant_message" as const) }),
);

Deno.test("encodePlain() writes what encodeAgentEvent() writes, or leaves it to it", () => {
  fc.assert(
    fc.property(events, (event) => {
      const plain = encodePlain(event);
      if (plain === undefined) return;
      assertEquals(`${HEAD}${plain.slice(1)}`, encodeAgentEvent({ ...ENVELOPE, ...event } as AgentLogEvent));
    }),
    { numRuns: 500 },
  );
});

Deno.test("encodePlain() takes the commonest events", () => {
  const data = { b: 1, a: [{ d: 0.5, c: null }] };
  assertEquals(
    encodePlain({ type: "provider_status", message: "m", data }),
    '{"type":"provider_status","message":"m","data":{"a":[{"c":null,"d":0.5}],"b":1}}',
  );
  const result = {
    tool_name: null,
    tool_kind: "other",
    tool_id: null,
    success: true,
    output: "o",
    error: null,
  } as const;
  assertEquals(
    encodePlain({ type: "tool_result", data: null, ...result }),
    '{"type":"tool_result","tool_name":null,"tool_kind":"other","tool_id":null,"success":true,"output":"o","error":null,"data":null}',
  );
});

Deno.test("encodePlain() leaves alone what it does not know", () => {
  assertEquals(encodePlain({ type: "provider_status", message: "m", data: [0.00001] }), undefined);
  assertEquals(encodePlain({ type: "stderr", message: "m" }), undefined);
  assertEquals(encodePlain({ type: "reasoning", content: "c", message_id: undefined } as never), undefined);
  assertEquals(encodePlain({ type: "reasoning", content: "c", message_id: null, more: 1 } as never), undefined);
});
