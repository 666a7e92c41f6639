import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeBlock } from "../../src/codec/decode_block.ts";
import type { Decoded, LineDialect } from "../../src/codec/dialect.ts";
import { encodeSessionEvent, ZIG } from "../../src/codec/zig.ts";
import type { SessionLogEvent } from "../../src/codec/zig_events.ts";
import { anyEvent, anyText } from "../helpers/arbitraries.ts";
import { golden, goldenBytes } from "../helpers/golden.ts";

const { readPlain: _readPlain, ...careful } = ZIG;
/** The dialect without its short cut: every line is decoded by itself. */
const CAREFUL: LineDialect<SessionLogEvent> = careful;

const utf8 = new TextEncoder();

function output(seq: number, line: string): string {
  return `{"seq":${seq},"ts":"t","zig_session_id":"s","type":"step_output","step_name":"a","stream":"stdout","line":${
    JSON.stringify(line)
  }}`;
}

/** Lines that the short cut takes, lines that it must not take, and pieces that make JSON only together. */
const PIECES = [
  ...[output(5, "x"), output(12, ""), output(7, "å😀\u2028"), output(8, '"\\'), output(5, "x") + "\r"],
  ...["", " ", "\r", "\x85", "{}", "null", "1", "[", "]", '"', "\\", ",", "{", "}"],
  ...[`${output(1, "x")},${output(2, "x")}`, `${output(1, "x")} ${output(2, "x")}`, output(1, "x").slice(0, -1)],
  ...[`${output(3, "x").slice(0, -1)} `, '"y":2}', '"seq":4}', '{"x":1', output(5, "x").replace(":5", ":5e0")],
  ...[output(5, "x").replace(":5", ":05"), output(5, "x").replace("{", '{"line":"y",'), `${output(5, "x")},`],
  ...[
    output(5, "x").replace(":5", ":9007199254740993"),
    output(5, "x").replace("stdout", "stdin"),
    `,${output(5, "x")}`,
  ],
  ...[output(5, "x").replace('"seq":5,', "").replace("}", ',"seq":5}'), output(5, "xx").replace(":5", ":-0")],
  // Of the same form as others, but for one character or one escape.
  ...[
    output(5, "\x1b[32mok\x1b[0m\t"),
    output(5, "x").replace('"x"', '"\\ud800"'),
    output(5, "x").replace('"x"', '"\t"'),
  ],
  ...[
    output(5, "x").replace('"x"', '"\\ud83d\\ude00"'),
    output(5, "x").replace('"x"', '"\\/"'),
    output(5, "x").replace('"x"', '"\\q"'),
  ],
  ...[
    output(5, "x").replace('"t"', '"\x01"'),
    output(5, "x").replace('"t"', '"\\u0041"'),
    output(5, "x").replace('"a"', '"\\n"'),
  ],
  ...[
    output(5, "x").replace('"a"', '"b"'),
    output(5, "x").replace('"s"', '"other"'),
    output(5, "x").replace("stdout", "stderr"),
  ],
  ...[
    output(5, "x").replace('"x"', '"x" '),
    output(5, "x").replace('"x"', '"x","y":"z"'),
    output(5, "x").replace('"x"', "7"),
  ],
  ...[
    output(5, "x").replace(":5", ":"),
    output(5, "x").replace("step_output", "step_skipped"),
    '{"seq":5,"ts":"t',
    "\ufffd",
  ],
];

/** Lines that make JSON only together, and lines that make too much of it: so that their numbers may be right. */
const TOGETHER: readonly (readonly string[])[] = [
  [`${output(3, "x").slice(0, -1)} `, '"y":2}'],
  [`${output(3, "x,").replace('"ts":', '"ts":   ').slice(0, -3)}`, '"}'],
  ['{"seq":3,"type":"step_output","z":[1', `${output(1, "x")}],"ts":"","zig_session_id":"s","line":""}`],
  [`${output(1, "x")},${output(3, "x")}`],
  [`${output(3, "x")},${output(1, "x")}`],
  [`${output(1, "x")},${output(2, "x")},${output(3, "x")}`],
  [output(3, "x")],
  [output(4, "x")],
];

const anyMisfits = fc.array(fc.constantFrom(...TOGETHER), { maxLength: 5 }).map((lines) =>
  utf8.encode(lines.flat().map((line) => `${line}\n`).join(""))
);

const anyBlock = fc.tuple(
  fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.constant(PIECES[0]!), anyEvent.map(encodeSessionEvent)), {
    maxLength: 8,
  }),
  fc.boolean(),
).map(([lines, whole]) => utf8.encode(lines.join("\n") + (whole ? "\n" : "")));

/** Checks that every line says where it stands, and that nothing but blank lines lies between them. */
function checkPlaces(lines: readonly Decoded<unknown>[], bytes: Uint8Array<ArrayBuffer>, offset: number): void {
  let end = 0;
  for (const line of lines) {
    const start = line.offset - offset;
    assert(start >= end, "lines overlap");
    assertEquals(new TextDecoder().decode(bytes.subarray(end, start)).replaceAll(/[\s\x85]/g, ""), "");
    end = start + line.length;
    const stored = bytes.subarray(start, end);
    assertEquals(stored.indexOf(0x0a), end === bytes.length && stored.at(-1) !== 0x0a ? -1 : line.length - 1);
    if (line.kind === "malformed") assertEquals(line.torn, stored.at(-1) !== 0x0a);
    if (line.text !== "") assert(new TextDecoder("utf-8", { ignoreBOM: true }).decode(stored).includes(line.text));
  }
  assertEquals(new TextDecoder().decode(bytes.subarray(end)).replaceAll(/[\s\x85]/g, ""), "");
}

Deno.test("decodeBlock() says the same of every line as when each is decoded by itself", () => {
  fc.assert(
    fc.property(anyBlock, fc.nat(1e6), (bytes, offset) => {
      const lines = decodeBlock(ZIG, { offset, bytes });
      assertEquals(lines, decodeBlock(CAREFUL, { offset, bytes }));
      checkPlaces(lines, bytes, offset);
    }),
    { numRuns: 2000 },
  );
});

/** A line of output that somebody may have changed a little. */
const anyOutputLine = fc.tuple(
  anyEvent,
  fc.constantFrom("a", "b", "å"),
  anyText,
  fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.oneof(anyText, fc.constantFrom('"', "\\", "}", ",", "0", " "))), {
    maxLength: 1,
  }),
).map(([{ seq, ts, zig_session_id }, step_name, line, edits]) => {
  const envelope = { seq, ts, zig_session_id };
  const text = encodeSessionEvent({ ...envelope, type: "step_output", step_name, stream: "stdout", line });
  return edits.reduce((text, [at, cut, put]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + put.slice(0, 2) + text.slice(place + cut);
  }, text);
});

Deno.test("decodeBlock() says the same of every line of output when one character is not as it should be", () => {
  fc.assert(
    fc.property(fc.array(anyOutputLine, { maxLength: 4 }), (lines) => {
      const bytes = utf8.encode(lines.map((line) => `${line}\n`).join(""));
      assertEquals(decodeBlock(ZIG, { offset: 0, bytes }), decodeBlock(CAREFUL, { offset: 0, bytes }));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("decodeBlock() says the same of every line when values of others stand in their places", () => {
  fc.assert(
    fc.property(anyMisfits, (bytes) => {
      assertEquals(decodeBlock(ZIG, { offset: 0, bytes }), decodeBlock(CAREFUL, { offset: 0, bytes }));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeBlock() says where every line stands and never throws when it is given any bytes", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.array(fc.constantFrom(0x0a, 0x0d, 0x20, 0x7b, 0x7d, 0x22, 0x5c, 0xc3, 0xa5, 0xff, 0xef, 0xbb, 0xbf), {
      maxLength: 40,
    })
      .map((codes) => Uint8Array.from(codes)),
  ).map((bytes) => new Uint8Array(bytes));
  fc.assert(fc.property(bytes, fc.nat(1e6), (bytes, offset) => {
    const lines = decodeBlock(ZIG, { offset, bytes });
    assertEquals(lines, decodeBlock(CAREFUL, { offset, bytes }));
    checkPlaces(lines, bytes, offset);
  }));
});

for (const path of golden("zig", /\.jsonl$/)) {
  Deno.test(`decodeBlock() reads ${path} as when each of its lines is decoded by itself`, () => {
    const block = { offset: 7, bytes: goldenBytes(path) };
    const lines = decodeBlock(ZIG, block);
    assertEquals(lines, decodeBlock(CAREFUL, block));
    if (path !== "zig/read-cases/raw_tab_in_string.jsonl") checkPlaces(lines, block.bytes, 7);
  });
}

Deno.test("decodeBlock() reports an unfinished last line as torn only when it is no whole event", () => {
  const line = output(1, "x");
  const kinds = (text: string): unknown[] =>
    decodeBlock(ZIG, { offset: 0, bytes: utf8.encode(text) }).map((line) =>
      line.kind === "malformed" ? line.torn : line.kind
    );
  assertEquals(kinds(`${line}\n${line}`), ["event", "event"]);
  assertEquals(kinds(`${line}\n${line.slice(0, -1)}`), ["event", true]);
  assertEquals(kinds(`${line}\n${line.slice(0, -1)}\n`), ["event", false]);
});
