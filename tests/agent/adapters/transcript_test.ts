import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { readTranscriptLine } from "../../../src/agent/transcript_line.ts";
import { LossCounter, sumLosses } from "../../../src/agent/transcript_losses.ts";
import { TranscriptReader, type TranscriptReaderOptions } from "../../../src/agent/transcript_reader.ts";
import type { JsonObject } from "../../../src/codec/json.ts";
import { anyText, isParsable } from "../../helpers/arbitraries.ts";
import { TempDir } from "../../helpers/temp_dir.ts";
import { CODEX, fixtureSession } from "../transcripts.ts";

const utf8 = new TextEncoder();

interface Read {
  readonly records: readonly JsonObject[];
  readonly losses: Record<string, number>;
  readonly bytes: number;
}

async function read(path: string, options?: TranscriptReaderOptions): Promise<Read> {
  const reader = new TranscriptReader(path, options);
  const records: JsonObject[] = [];
  for await (const batch of reader.batches()) records.push(...batch);
  return { records, losses: Object.fromEntries(reader.losses), bytes: reader.bytesRead };
}

const A = '{"uuid":"a"}';
const B = '{"uuid":"b","in":{"uuid":"not a record of its own"}}';
const a = { uuid: "a" };
const b = { uuid: "b", in: { uuid: "not a record of its own" } };

const LINES: readonly (readonly [name: string, text: string, records: readonly JsonObject[], loss?: string])[] = [
  ["a record", A, [a]],
  ["two records that are fused", A + B, [a, b]],
  ["records that are fused with a blank", `${A} ${A} `, [a, a]],
  ["a record behind zeros", `\0\0\0${A}`, [a]],
  ["records around zeros", `${A}\0\0${B}\0`, [a, b]],
  ["a record behind a byte order mark", `\ufeff${A}`, [a]],
  ["nothing but zeros", "\0\0\0", []],
  ["a raw line separator in a text", '{"uuid":"\u2028\u2029"}', [{ uuid: "\u2028\u2029" }]],
  ["a record behind the beginning of another", `{"uuid":"x","message":{"role":"us${B}`, [b], "line malformed"],
  ["a record in front of the beginning of another", `${A}{"uuid":"x","mess`, [a], "line malformed"],
  ["a record behind garbage", `garbage ${A}`, [a], "line malformed"],
  ["parts of a record that is lost", '"x":{"type":"text","text":"a"}}', [], "line malformed"],
  ["a brace, a quote and a backslash in a text", '{"uuid":"{\\"}\\\\"}{"uuid":"}"}', [{ uuid: '{"}\\' }, {
    uuid: "}",
  }]],
  ["a list", "[1]", [], "line malformed"],
  ["null", "null", [], "line malformed"],
  ["the beginning of a record", '{"uuid":"a', [], "line malformed"],
  ["a record without any known field", '{"x":1}', [{ x: 1 }]],
];

for (const [name, text, records, loss = null] of LINES) {
  Deno.test(`readTranscriptLine() reads ${name}`, () => {
    assertEquals(readTranscriptLine(text), { records, loss });
  });
}

Deno.test("readTranscriptLine() comes to an end with a line of braces only", () => {
  assertEquals(readTranscriptLine('{"a":'.repeat(50_000)).loss, "line malformed");
});

Deno.test("TranscriptReader.batches() reads what a crash has left", async () => {
  using temp = new TempDir();
  const bytes = [
    ...utf8.encode(`${A}\r\n\n\0\0\0\n${A}${B}\n{"uuid":"`),
    0xff,
    ...utf8.encode(`"}\nrubbish\n{"uuid":"a"`),
  ];
  const path = temp.write("t.jsonl", new Uint8Array(bytes));
  assertEquals(await read(path), {
    records: [a, a, b, { uuid: "\ufffd" }],
    losses: { "line with bytes replaced": 1, "line malformed": 2 },
    bytes: bytes.length,
  });
});

Deno.test("TranscriptReader.batches() reads a part", async () => {
  using temp = new TempDir();
  const path = temp.write("t.jsonl", `${A}\n${B}\n${A}\n`);
  const from = A.length + 1;
  const read1 = await read(path, { from, to: from + B.length + 1 });
  assertEquals(read1, { records: [b], losses: {}, bytes: B.length + 1 });
});

Deno.test("TranscriptReader.batches() reads a compressed transcript", async () => {
  const { path, size } = fixtureSession("codex", CODEX.old);
  const { records, losses, bytes } = await read(path);
  assertEquals(records.map(({ type, id, record_type }) => type ?? record_type ?? id), [
    CODEX.old,
    "state",
    "message",
    "message",
    "message",
  ]);
  assertEquals({ losses, bytes }, { losses: {}, bytes: size });
});

/** A text in a frame of its own, as it is: at most 255 bytes. */
function packed(text: string): Uint8Array {
  const bytes = utf8.encode(text);
  const header = bytes.length << 3 | 1;
  return new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x20, bytes.length, header & 0xff, header >> 8, 0, ...bytes]);
}

Deno.test("TranscriptReader.batches() reads all frames, and the last line without its newline", async () => {
  using temp = new TempDir();
  const bytes = new Uint8Array([...packed(`${A}\n{"uu`), ...packed(`id":"b"}\n${A}`)]);
  const { records, losses } = await read(temp.write("t.jsonl.zst", bytes));
  assertEquals({ records, losses }, { records: [a, { uuid: "b" }, a], losses: {} });
});

Deno.test("TranscriptReader.batches() counts the damage of a compressed transcript", async () => {
  using temp = new TempDir();
  const packed = Deno.readFileSync(fixtureSession("codex", CODEX.old).path);
  const path = temp.write("t.jsonl.zst", packed.slice(0, packed.length - 20));
  assertEquals((await read(path)).losses["file damaged"], 1);
});

Deno.test("TranscriptReader.batches() rejects when there is no file", async () => {
  using temp = new TempDir();
  await assertRejects(() => read(temp.at("no.jsonl")), Deno.errors.NotFound);
});

Deno.test({
  name: "TranscriptReader.batches() names the flag that it lacks",
  permissions: { read: false },
  fn: async () => {
    await assertRejects(() => read("/no/such.jsonl"), Deno.errors.NotCapable, "run with --allow-read=/no/such.jsonl");
  },
});

const anyRecord = fc.record({ uuid: anyText, message: fc.jsonValue() })
  .filter((record) => isParsable(JSON.stringify(record)));
const anyLines = fc.array(fc.tuple(anyRecord, fc.constantFrom("\n", "\r\n", "", " ", "\0\0", "\n\n")), {
  maxLength: 12,
});

/** Records as JSON would give them back. */
function plain(records: readonly JsonObject[]): unknown {
  return JSON.parse(JSON.stringify(records));
}

Deno.test("TranscriptReader.batches() gives the records whatever stands between them", async () => {
  using temp = new TempDir();
  await fc.assert(fc.asyncProperty(anyLines, async (lines) => {
    const text = lines.map(([record, gap]) => JSON.stringify(record) + gap).join("");
    const { records, losses } = await read(temp.write("t.jsonl", text));
    assertEquals(records, plain(lines.map(([record]) => record)));
    assertEquals(losses, {});
  }));
});

Deno.test("TranscriptReader.batches() gives all whole records of a file that is cut anywhere", async () => {
  using temp = new TempDir();
  await fc.assert(fc.asyncProperty(fc.array(anyRecord, { minLength: 1, maxLength: 8 }), fc.nat(), async (all, at) => {
    const bytes = utf8.encode(all.map((record) => JSON.stringify(record) + "\n").join(""));
    const cut = bytes.subarray(0, at % (bytes.length + 1));
    const { records } = await read(temp.write("t.jsonl", cut));
    const whole = cut.filter((byte) => byte === 0x0a).length;
    assertEquals(records.slice(0, whole), plain(all.slice(0, whole)));
    assertEquals(records.length <= whole + 1, true);
  }));
});

Deno.test("sumLosses() adds up by kind", () => {
  const counter = new LossCounter();
  counter.add("record x");
  counter.add("record x", 2);
  counter.add("record y", 0);
  assertEquals(
    sumLosses(counter.report, new Map([["record x", 1], ["block z", 5]])),
    new Map([["record x", 4], ["block z", 5]]),
  );
});
