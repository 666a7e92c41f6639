import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeSessionEvent, ZIG } from "../../src/codec/zig.ts";
import { anyEvent, anyExtra, anyText } from "../helpers/arbitraries.ts";
import { golden, goldenText } from "../helpers/golden.ts";

const LINES = golden("zig", /\.jsonl$/)
  .flatMap((path) => goldenText(path).split("\n"))
  .filter((line) => line.length < 2000);

/** Values as they may stand in a line: right ones, and those that only look right once they are parsed. */
const SOURCES = [
  ...[
    "1",
    "10",
    "0",
    "-0",
    "-1",
    "1.0",
    "1e1",
    "1E1",
    "10e0",
    "100e-1",
    "0e5",
    "01",
    "9007199254740992",
    "9007199254740993",
  ],
  ...["18446744073709551615", "18446744073709551616", "-2147483648", "2147483648", "4294967295", "1e400", "NaN"],
  ...[
    '"stdout"',
    '"success"',
    '"heartbeat"',
    '"step_output"',
    '"brand_new"',
    '"\\u0073tdout"',
    '"\\ud800"',
    '"x"',
    '""',
  ],
  ...["null", "true", "[]", '["a"]', '["a","b\\n"]', "[null]", "{}", "[".repeat(127) + "]".repeat(127)],
  ...["1e+21", "1e-7", "0.5", '{"a":{"\\ud800":[9007199254740992]}}', '{"2":0,"1":0}', '{"__proto__":[1,"\\u001b"]}'],
  ...["[".repeat(125) + "]".repeat(125), "[".repeat(100) + "]".repeat(100), '"\u2028"', '"\x7f"', '"\ufeff"', '"\t"'],
];

const KEYS = ["seq", "ts", "zig_session_id", "type", "step_name", "stream", "line", "interval_secs", "duration_ms"];

const member = fc.tuple(
  fc.constantFrom(...KEYS, "status", "exit_code", "attempt", "error", "saved_vars", "x", "s\\u0065q", "constructor"),
  fc.constantFrom("", "", "", " ", "\t "),
  fc.constantFrom(...SOURCES),
).map(([key, space, source]) => `"${key}"${space}:${space}${source}`);

/** A line that is nearly an event: one of a golden log with members added or changed. */
const nearlyEvent = fc.tuple(
  fc.constantFrom(...LINES),
  fc.array(member, { maxLength: 2 }),
  fc.nat(3),
  fc.nat(),
  fc.nat(),
)
  .map(([line, extra, how, at, which]) => {
    const behind = [line.slice(0, -1), ...extra].join(",") + "}";
    if (how === 0) return behind;
    const numbers = Array.from(behind.matchAll(/:(?:-?\d+|null|"[^"\\]*")(?=[,}])/g));
    const found = numbers[at % (numbers.length || 1)];
    if (found === undefined) return behind;
    const source = SOURCES[which % SOURCES.length]!;
    return `${behind.slice(0, found.index)}:${source}${behind.slice(found.index + found[0].length)}`;
  });

/** A line with some of its characters taken out, put in or changed. */
const mutated = fc.tuple(
  fc.constantFrom(...LINES),
  fc.array(fc.tuple(fc.nat(), fc.nat(3), anyText), { minLength: 1, maxLength: 3 }),
).map(([line, edits]) =>
  edits.reduce((text, [at, cut, put]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + put.slice(0, 2) + text.slice(place + cut);
  }, line)
);

/** Text as it comes out of UTF-8. */
const anyLine = fc.oneof(mutated, nearlyEvent, anyText, fc.json()).map((text) => text.toWellFormed());

Deno.test("ZIG.decode() never throws whatever it is given, and what it took for an event can be written again", () => {
  fc.assert(
    fc.property(anyLine, (text) => {
      const decoded = ZIG.decode(text);
      if (decoded.kind === "malformed") return assert(decoded.reason !== "");
      if (decoded.kind === "unknown") return assertEquals(decoded.event["type"], decoded.type);
      const line = encodeSessionEvent(decoded.event);
      const again = ZIG.decode(line);
      assertEquals(again.kind === "event" ? encodeSessionEvent(again.event) : again, line);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("ZIG.decode() says the same of a line when white space keeps it from the short cut", () => {
  fc.assert(
    fc.property(anyLine, (text) => {
      fc.pre(text.startsWith("{"));
      const [plain, spaced] = [ZIG.decode(text), ZIG.decode(`{ ${text.slice(1)}`)];
      assertEquals(plain.kind, spaced.kind, text);
      if (plain.kind !== "malformed" && spaced.kind !== "malformed") assertEquals(plain.event, spaced.event);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("ZIG.decode() refuses an integer with an exponent when something else makes up for its length", () => {
  const line = (seq: string, more: string): string =>
    `{"seq":${seq},"ts":"t","zig_session_id":"s","type":"heartbeat","interval_secs":10${more}}`;
  assertEquals(ZIG.decode(line("1000000000000000", "")).kind, "event");
  assertEquals(ZIG.decode(line("10", " ".repeat(14))).kind, "event");
  for (const more of [" ".repeat(12), ',"seq": 1e15', ',"x":"12345"', ',"ts":"t"   ']) {
    assertEquals(ZIG.decode(line("1e15", more)).kind, "malformed", more);
    assertEquals(ZIG.decode(line(" 1E15", more.slice(0, -1))).kind, "malformed", more);
  }
});

Deno.test("ZIG.decode() keeps an event of an unlisted type whole when it has the envelope", () => {
  fc.assert(fc.property(anyEvent, anyExtra, (event, extra) => {
    const { seq, ts, zig_session_id } = event;
    const line = encodeSessionEvent({ ...extra, ...event }).replace(/"type":"\w+"/, '"type":"brand_new"');
    const decoded = ZIG.decode(line);
    if (decoded.kind !== "unknown") throw new Error(`it is ${decoded.kind}`);
    assertEquals(decoded.type, "brand_new");
    const { seq: seqRead, ts: tsRead, zig_session_id: idRead, ...rest } = decoded.event;
    assertEquals([seqRead, tsRead, idRead], [seq, ts.toWellFormed(), zig_session_id.toWellFormed()]);
    for (const key of Object.keys(extra)) assert(Object.hasOwn(rest, key), `${key} is lost`);
  }));
});

Deno.test("ZIG.decode() refuses a line of an unlisted type when its envelope is not whole", () => {
  const whole = { seq: 1, ts: "t", zig_session_id: "s", type: "brand_new" };
  assertEquals(ZIG.decode(JSON.stringify(whole)).kind, "unknown");
  for (const key of Object.keys(whole)) {
    const { [key]: _left, ...rest } = whole as Record<string, unknown>;
    assertEquals(ZIG.decode(JSON.stringify(rest)).kind, "malformed", key);
    assertEquals(ZIG.decode(JSON.stringify({ ...whole, [key]: null })).kind, "malformed", key);
  }
});

Deno.test("ZIG.decode() does not take inherited names for types or fields when a line uses them", () => {
  for (const type of ["toString", "constructor", "__proto__", "hasOwnProperty"]) {
    assertEquals(ZIG.decode(JSON.stringify({ seq: 1, ts: "", zig_session_id: "", type })).kind, "unknown");
  }
  const line = '{"seq":1,"ts":"","zig_session_id":"","type":"heartbeat","__proto__":{"interval_secs":10}}';
  assertEquals(ZIG.decode(line).kind, "malformed");
});

Deno.test("ZIG.endOf() tells how a session ended when it is given the event that says so, and of no other", () => {
  fc.assert(fc.property(anyEvent, (event) => {
    const expected = event.type === "zig_session_ended" ? { endedAt: event.ts, status: event.status } : undefined;
    assertEquals(ZIG.endOf(event), expected);
    assertEquals(ZIG.timeOf(event), event.ts);
  }));
});
