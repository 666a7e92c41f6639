import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeBlock } from "../../src/codec/decode_block.ts";
import { AGENT_EVENT_TYPES, encodeAgentEvent, unknownAgentFields, ZAG } from "../../src/codec/zag.ts";
import type { AgentLogEvent } from "../../src/codec/zag_events.ts";
import { parseJson } from "../../src/codec/json.ts";
import { ofType } from "../agent/agents.ts";
import { anyAgentEvent } from "../agent/arbitraries.ts";
import { anyExtra } from "../helpers/arbitraries.ts";
import { golden, goldenBytes } from "../helpers/golden.ts";

const ENVELOPE = '"seq":1,"ts":"t","provider":"claude","wrapper_session_id":"w","provider_session_id":null,' +
  '"source_kind":"wrapper","completeness":"full"';

function line(fields: string): string {
  return `{${ENVELOPE},${fields}}`;
}

function decoded(text: string): AgentLogEvent {
  const decoding = ZAG.decode(text);
  if (decoding.kind !== "event") throw new Error(`Cannot decode "${text}": it is ${JSON.stringify(decoding)}`);
  return decoding.event;
}

function reasonOf(text: string): string | undefined {
  const decoding = ZAG.decode(text);
  return decoding.kind === "malformed" ? decoding.reason : undefined;
}

for (const path of golden("zag", /\.jsonl$/)) {
  Deno.test(`encodeAgentEvent() writes the bytes of ${path} but for the provider that stands there twice`, () => {
    const bytes = goldenBytes(path);
    const text = new TextDecoder().decode(bytes);
    const lines = decodeBlock(ZAG, { offset: 0, bytes }).map((line) => {
      if (line.kind !== "event") throw new Error(`Cannot read "${line.text}": it is ${line.kind}`);
      return `${encodeAgentEvent(line.event)}\n`;
    });
    assert(lines.length > 0);
    assertEquals(lines.join(""), text.replaceAll('"usage_limit_hit","provider":"claude",', '"usage_limit_hit",'));
  });
}

Deno.test("AGENT_EVENT_TYPES names every type that the golden log holds", () => {
  const lines = decodeBlock(ZAG, { offset: 0, bytes: goldenBytes("zag/all/w-1.jsonl") });
  const types = new Set(lines.map((line) => line.kind === "event" ? line.event.type : line.kind));
  assertEquals([...types].sort(), AGENT_EVENT_TYPES.toSorted());
});

Deno.test("ZAG.decode() gives back what encodeAgentEvent() was given, whatever the event holds", () => {
  fc.assert(fc.property(anyAgentEvent, (event) => {
    const text = encodeAgentEvent(event);
    const again = decoded(text);
    assertEquals(encodeAgentEvent(again), text);
    assertEquals(again, parseJson(text));
    assertEquals(ZAG.timeOf(again), event.ts.toWellFormed());
    for (const [key, value] of Object.entries(event)) {
      if (typeof value === "string") {
        assertEquals((again as unknown as Record<string, unknown>)[key], value.toWellFormed());
      }
    }
  }));
});

Deno.test("ZAG.decode() keeps fields that no type lists, and encodeAgentEvent() writes them last", () => {
  fc.assert(fc.property(anyAgentEvent, anyExtra, (event, extra) => {
    const text = encodeAgentEvent({ ...event, ...extra } as AgentLogEvent);
    const again = decoded(text);
    assert(text.startsWith(encodeAgentEvent(event).slice(0, -1)));
    assertEquals(unknownAgentFields(again).toSorted(), Object.keys(extra).sort());
    assertEquals(encodeAgentEvent(again), text);
  }));
});

Deno.test("ZAG.decode() reads usage_limit_hit with its provider once and twice, and fills in what older programs left out", () => {
  const once = decoded(line('"type":"usage_limit_hit","scope":"weekly","incident_id":"i"'));
  const twice = decoded(line('"type":"usage_limit_hit","provider":"claude","scope":"weekly","incident_id":"i"'));
  assertEquals(once, twice);
  assertEquals([once.provider, ofType(once, "usage_limit_hit").fallback_used], ["claude", false]);
  assertEquals(
    reasonOf(line('"type":"stderr","provider":"claude","message":"m"')),
    "field provider stands there twice",
  );
  for (const type of ["usage_limit_resumed", "usage_limit_resume_failed"] as const) {
    const event = decoded(line(`"type":"${type}","incident_id":"i","resume_message":"r","error":"e"`));
    assertEquals(ofType(event, type).attempt, 1);
  }
});

Deno.test("ZAG.decode() reads a missing or null field as nothing where it may be left out, and refuses it elsewhere", () => {
  const bare = decoded(line('"type":"tool_call","tool_name":"Bash"'));
  const nulls = decoded(line('"type":"tool_call","tool_name":"Bash","tool_kind":null,"tool_id":null,"input":null'));
  assertEquals(bare, nulls);
  assertEquals(encodeAgentEvent(bare), line('"type":"tool_call","tool_name":"Bash","tool_id":null,"input":null'));
  assertEquals(reasonOf(line('"type":"tool_call"')), "field tool_name is missing");
  assert(reasonOf(line('"type":"tool_call","tool_name":null')) !== undefined);
  assert(reasonOf(line('"type":"tool_call","tool_name":"Bash","tool_kind":"hammer"')) !== undefined);
  assert(reasonOf(line('"type":"usage_limit_hit","scope":"s","fallback_used":null,"incident_id":"i"')) !== undefined);
  assert(reasonOf(line('"type":"usage","input_tokens":1.0,"output_tokens":2')) !== undefined);
  assert(reasonOf(line('"type":"usage","input_tokens":1,"output_tokens":18446744073709551616')) !== undefined);
});

Deno.test("encodeAgentEvent() writes numbers as the Rust writer does", () => {
  const written = (data: unknown): string => {
    const text = encodeAgentEvent({ ...decoded(line('"type":"user_event","level":"l","message":"m"')), data } as never);
    return text.slice(text.indexOf('"data":') + 7, -1);
  };
  assertEquals(
    written([0, -0, 1, 2 ** 53 - 1, 2 ** 53, 1e16, 1e21, 1e-5, 1.5e-5, 1e-6, 0.1, -2.5, 123456.75, 5e-324, NaN]),
    "[0,-0.0,1,9007199254740991,9007199254740992.0,1e16,1e21,0.00001,0.000015,1e-6,0.1,-2.5,123456.75,5e-324,null]",
  );
  assertEquals(
    written([18446744073709551615n, 18446744073709551616n, -9223372036854775808n, -9223372036854775809n]),
    "[18446744073709551615,1.8446744073709552e19,-9223372036854775808,-9.223372036854776e18]",
  );
  for (const text of ['{"a":[1.0,1,100.0,{"b":2e0}]}', "3.0", "[-1.0]"]) {
    assertEquals(written(parseJson(text)), text === "3.0" ? "3" : text.replace("2e0", "2.0"));
    const whole = line(`"type":"user_event","level":"l","message":"m","data":${text.replace("2e0", "2.0")}`);
    assertEquals(encodeAgentEvent(decoded(whole)), whole);
  }
  const usage = decoded(line('"type":"usage","input_tokens":1,"output_tokens":2,"total_cost_usd":3'));
  assert(encodeAgentEvent(usage).endsWith('"total_cost_usd":3.0}'));
});

Deno.test("encodeAgentEvent() orders the keys of free values by their bytes and leaves out what is undefined", () => {
  const input = { "\uffff": 1, "😀": 2, b: undefined, a: { z: 1, y: [{ d: 1, c: 2 }] }, B: 3, "": 4, ab: 5 };
  const event = { ...decoded(line('"type":"tool_call","tool_name":"x"')), input } as AgentLogEvent;
  assert(
    encodeAgentEvent(event).endsWith('"input":{"":4,"B":3,"a":{"y":[{"c":2,"d":1}],"z":1},"ab":5,"\uffff":1,"😀":2}}'),
  );
});

Deno.test("encodeAgentEvent() writes what the reader takes when a value is nested deeper than the reader goes", () => {
  let input: unknown = 1;
  for (let depth = 0; depth < 300; depth++) input = depth % 2 === 0 ? [input] : { a: input };
  const event = { ...decoded(line('"type":"tool_call","tool_name":"x"')), input } as AgentLogEvent;
  const text = encodeAgentEvent(event);
  let inner: unknown = (decoded(text) as { input: unknown }).input;
  let depth = 0;
  for (; typeof inner === "object"; depth++) inner = Object.values(inner!)[0];
  assertEquals(depth, 126);
  assertEquals(typeof inner, "string");
  assertEquals(encodeAgentEvent(decoded(text)), text);
});

Deno.test("encodeAgentEvent() refuses a field that is missing or holds what it must not", () => {
  const event = decoded(line('"type":"tool_call","tool_name":"x"'));
  const bad = [
    { seq: -1 },
    { source_kind: "elsewhere" },
    { completeness: null },
    { tool_name: undefined },
    { tool_kind: null },
    { type: "unheard_of" },
  ];
  for (const change of bad) {
    const refused = (() => {
      try {
        return encodeAgentEvent({ ...event, ...change } as never);
      } catch (error) {
        return error instanceof TypeError;
      }
    })();
    assertEquals(refused, true, JSON.stringify(change));
  }
});

Deno.test("ZAG.endOf() and ZAG.begins() tell the last event and the first one of a run", () => {
  const ended = (success: boolean): AgentLogEvent => decoded(line(`"type":"session_ended","success":${success}`));
  assertEquals(ZAG.endOf(ended(true)), { endedAt: "t", status: "success" });
  assertEquals(ZAG.endOf(ended(false)), { endedAt: "t", status: "failure" });
  const started = decoded(line('"type":"session_started","command":"run","resumed":false,"backfilled":false'));
  assertEquals([ZAG.endOf(started), ZAG.begins!(started), ZAG.begins!(ended(true))], [undefined, true, false]);
});
