import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { eventFromJson, eventFromPairs, STEP_EVENT_TYPES } from "../../src/codec/event_input.ts";
import { stringifyJson } from "../../src/codec/json.ts";
import { fieldsOf, SESSION_EVENT_TYPES } from "../../src/codec/zig.ts";
import { anyEvent } from "../helpers/arbitraries.ts";

function failure(act: () => unknown): string {
  return assertThrows(act, SyntaxError).message;
}

Deno.test("fieldsOf() lists the fields of a type in their order when asked, without those of every event", () => {
  assertEquals(Object.keys(fieldsOf("step_output")), ["step_name", "stream", "line"]);
  for (const type of SESSION_EVENT_TYPES) {
    for (const common of ["seq", "ts", "zig_session_id", "type"]) {
      assertEquals(Object.hasOwn(fieldsOf(type), common), false);
    }
  }
});

Deno.test("STEP_EVENT_TYPES holds every type but the first and the last of a session", () => {
  const missing = SESSION_EVENT_TYPES.filter((type) => !(STEP_EVENT_TYPES as readonly string[]).includes(type));
  assertEquals(missing, ["zig_session_started", "zig_session_ended"]);
});

const PAIRS: readonly (readonly [type: string, pairs: readonly string[], event: unknown])[] = [
  ["step_output", ["step_name=build", "line=a=b c"], {
    type: "step_output",
    step_name: "build",
    stream: "stdout",
    line: "a=b c",
  }],
  ["step_output", ["stream=stderr", "line=", "step_name=null"], {
    type: "step_output",
    step_name: "null",
    stream: "stderr",
    line: "",
  }],
  ["step_started", ["step_name=build", "prompt_preview=make"], {
    type: "step_started",
    step_name: "build",
    tier_index: 0,
    zag_session_id: "",
    zag_command: "exec",
    model: null,
    prompt_preview: "make",
  }],
  ["step_started", ["step_name=1", "tier_index=18446744073709551615", "model=null"], {
    type: "step_started",
    step_name: "1",
    tier_index: 18446744073709551615n,
    zag_session_id: "",
    zag_command: "exec",
    model: null,
    prompt_preview: "",
  }],
  ["step_completed", ["step_name=a", "duration_ms=007", "exit_code=-1"], {
    type: "step_completed",
    step_name: "a",
    exit_code: -1,
    duration_ms: 7,
    saved_vars: [],
  }],
  ["step_completed", ["step_name=a", "duration_ms=0", "saved_vars=x", 'saved_vars=["y","z"]'], {
    type: "step_completed",
    step_name: "a",
    exit_code: 0,
    duration_ms: 0,
    saved_vars: ["x", "y", "z"],
  }],
  ["step_failed", ["step_name=a", "error=no"], {
    type: "step_failed",
    step_name: "a",
    exit_code: null,
    attempt: 1,
    error: "no",
  }],
  ["tier_started", ["tier_index=1", "step_names="], { type: "tier_started", tier_index: 1, step_names: [] }],
  ["heartbeat", [], { type: "heartbeat", interval_secs: 10 }],
];

for (const [type, pairs, event] of PAIRS) {
  Deno.test(`eventFromPairs() types each field when given ${type} ${pairs.join(" ")}`, () => {
    assertEquals<unknown>(eventFromPairs(type, pairs), event);
  });
}

const WRONG: readonly (readonly [type: string, pairs: readonly string[], message: RegExp])[] = [
  ["output", [], /"output".*no such event.*expected one of tier_started, step_started, step_output/],
  ["__proto__", [], /no such event/],
  ["zig_session_started", [], /"ziglog start" writes it/],
  ["zig_session_ended", ["status=success"], /"ziglog end" writes it/],
  ["step_output", ["step_name=a", "lines=b"], /field lines is unknown; its fields are step_name, stream, line$/],
  ["step_output", ["seq=1"], /field seq is filled in by itself; its fields are/],
  ["step_output", ["__proto__=1"], /field __proto__ is unknown/],
  ["step_output", ["type=heartbeat"], /field type is unknown/],
  ["step_output", ["step_name"], /"step_name": expected key=value, such as step_name=text/],
  ["tier_started", ["=x"], /"=x": expected key=value, such as tier_index=1/],
  ["step_output", ["step_name=a"], /field line is missing, expected a string/],
  ["step_output", ["step_name=a", "step_name=b"], /step_name is given twice/],
  ["step_output", ["step_name=a", "line=b", "stream=out"], /stream is "out", expected "stdout" or "stderr"/],
  ["step_completed", ["step_name=a", "duration_ms=fast"], /duration_ms is "fast", expected an integer from 0/],
  ["step_completed", ["step_name=a", "duration_ms=-1"], /duration_ms is -1, expected an integer from 0/],
  ["step_completed", ["step_name=a", "duration_ms=1.0"], /duration_ms is "1.0", expected/],
  ["step_completed", ["step_name=a", "duration_ms="], /duration_ms is "", expected/],
  ["step_completed", ["step_name=a", "duration_ms=1", "exit_code=2147483648"], /exit_code is 2147483648, expected/],
  ["step_completed", ["step_name=a", "duration_ms=1", "exit_code=null"], /exit_code is "null", expected an integer/],
  ["step_completed", ["step_name=a", "duration_ms=1", "saved_vars=[1]"], /saved_vars is "\[1\]", expected a list/],
  ["step_completed", ["step_name=a", "duration_ms=1", "saved_vars=[a"], /saved_vars is "\[a", expected a list/],
];

for (const [type, pairs, message] of WRONG) {
  Deno.test(`eventFromPairs() says what is expected when given ${type} ${pairs.join(" ")}`, () => {
    assertEquals(
      message.test(failure(() => eventFromPairs(type, pairs))),
      true,
      failure(() => eventFromPairs(type, pairs)),
    );
  });
}

Deno.test("eventFromJson() gives back any event of a step or tier when its common fields are left out", () => {
  const events = anyEvent.filter(({ type }) => (STEP_EVENT_TYPES as readonly string[]).includes(type));
  fc.assert(fc.property(events, ({ seq: _seq, ts: _ts, zig_session_id: _id, ...kind }) => {
    const text = stringifyJson(kind);
    assertEquals(
      stringifyJson(JSON.parse(stringifyJson(eventFromJson(text)))),
      stringifyJson(JSON.parse(sorted(text))),
    );
  }));
});

/** The same object with its fields in the order of the format. */
function sorted(text: string): string {
  const kind = JSON.parse(text);
  return JSON.stringify(kind, ["type", ...Object.keys(fieldsOf(kind.type))]);
}

Deno.test("eventFromJson() fills in what is left out as eventFromPairs() does", () => {
  assertEquals(
    eventFromJson('{"step_name":"a","line":"b","type":"step_output"}'),
    eventFromPairs("step_output", ["step_name=a", "line=b"]),
  );
});

for (
  const [text, message] of [
    ["", /it is not JSON/],
    ["{", /it is not JSON/],
    ["[]", /expected a JSON object/],
    ["null", /expected a JSON object/],
    ["{}", /"type" is missing, expected one of tier_started/],
    ['{"type":1}', /"type" is missing/],
    ['{"type":"toString"}', /no such event/],
    ['{"type":"heartbeat","ts":"x"}', /field ts is filled in by itself/],
    ['{"type":"heartbeat","__proto__":1}', /field __proto__ is unknown/],
    ['{"type":"heartbeat","interval_secs":"1"}', /interval_secs is "1", expected an integer/],
    ['{"type":"heartbeat","interval_secs":null}', /interval_secs is null, expected an integer/],
    ['{"type":"tier_started","tier_index":0,"step_names":"a"}', /step_names is "a", expected a list of strings/],
    ['{"type":"step_output","step_name":"\\ud800","line":""}', /lone surrogate/],
  ] as const
) {
  Deno.test(`eventFromJson() says what is expected when given ${text}`, () => {
    assertEquals(message.test(failure(() => eventFromJson(text))), true, failure(() => eventFromJson(text)));
  });
}
