import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeBlock } from "../../src/codec/decode_block.ts";
import type { Decoded } from "../../src/codec/dialect.ts";
import { encodeSessionEvent, ZIG } from "../../src/codec/zig.ts";
import type { SessionLogEvent } from "../../src/codec/zig_events.ts";
import { read, readFirst, readLast, type ReadOptions } from "../../src/storage/read.ts";
import { anyEvent } from "../helpers/arbitraries.ts";
import { golden, goldenBytes, goldenText } from "../helpers/golden.ts";
import { logText } from "../helpers/sessions.ts";
import { TempDir } from "../helpers/temp_dir.ts";

type Line = Decoded<SessionLogEvent>;

const utf8 = new TextEncoder();

async function readAll(path: string, options?: ReadOptions): Promise<Line[]> {
  return (await Array.fromAsync(read(path, ZIG, options))).flat();
}

/** A log with good lines, long ones, damage and blank ones; its last line may be unfinished. */
const anyLog: fc.Arbitrary<string> = fc.tuple(
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: anyEvent.map(encodeSessionEvent) },
      fc.constantFrom("", " \r", "{}", "torn {", '{"seq":1,"ts":"","zig_session_id":"","type":"brand_new"}'),
      fc.tuple(fc.constantFrom(4000, 20_000, 70_000), fc.nat(200)).map(([size, more]) => "x".repeat(size + more)),
    ),
    { maxLength: 30 },
  ),
  fc.boolean(),
).map(([lines, whole]) => lines.join("\n") + (whole ? "\n" : ""));

for (const path of golden("zig", /\.jsonl$/)) {
  Deno.test(`read() gives the lines of ${path} when it is read from a file`, async () => {
    using dir = new TempDir();
    const bytes = goldenBytes(path);
    const lines = decodeBlock(ZIG, { offset: 0, bytes });
    assertEquals(await readAll(dir.write("a.jsonl", bytes)), lines);
    assertEquals(readLast(dir.at("a.jsonl"), ZIG, 1000), lines);
  });
}

Deno.test("read() gives the same lines as when the whole log is decoded at once, whatever the log", async () => {
  using dir = new TempDir();
  await fc.assert(
    fc.asyncProperty(anyLog, async (text) => {
      const expected = decodeBlock(ZIG, { offset: 0, bytes: utf8.encode(text) });
      assertEquals(await readAll(dir.write("a.jsonl", text)), expected);
    }),
    { numRuns: 100 },
  );
});

Deno.test("read() gives the rest of the lines when it starts at the offset of one and stops at that of another", async () => {
  using dir = new TempDir();
  await fc.assert(
    fc.asyncProperty(anyLog, fc.nat(), fc.nat(), async (text, a, b) => {
      const path = dir.write("a.jsonl", text);
      const all = await readAll(path);
      const offsets = [0, ...all.map((line) => line.offset), utf8.encode(text).length];
      const [from, to] = [offsets[a % offsets.length]!, offsets[b % offsets.length]!];
      assertEquals(await readAll(path, { from }), all.filter((line) => line.offset >= from));
      assertEquals(
        await readAll(path, { from, to }),
        all.filter((line) => line.offset >= from && line.offset + line.length <= to),
      );
    }),
    { numRuns: 100 },
  );
});

Deno.test("readLast() gives the tail of what read() gives whatever the log and however many lines", async () => {
  using dir = new TempDir();
  await fc.assert(
    fc.asyncProperty(anyLog, fc.nat(35), async (text, count) => {
      const path = dir.write("a.jsonl", text);
      const all = await readAll(path);
      assertEquals(readLast(path, ZIG, count), all.slice(Math.max(0, all.length - count)));
      assertEquals(readLast(path, ZIG, Infinity), all);
    }),
    { numRuns: 150 },
  );
});

Deno.test("readFirst() gives the first event however much damage and however many blank lines stand before it", async () => {
  using dir = new TempDir();
  await fc.assert(
    fc.asyncProperty(anyLog, async (text) => {
      const path = dir.write("a.jsonl", text);
      const first = (await readAll(path)).find((line) => line.kind === "event");
      assertEquals(readFirst(path, ZIG), first?.event);
    }),
    { numRuns: 100 },
  );
  const event = logText("a", {});
  const expected = ZIG.decode(event.trim());
  for (
    const before of [
      "",
      "\n\n \r\n",
      "damage\n",
      "\n".repeat(200_000),
      "damage\n".repeat(20_000),
      "x".repeat(1e6) + "\n",
    ]
  ) {
    const found = readFirst(dir.write("a.jsonl", before + event), ZIG);
    assertEquals({ kind: "event", event: found }, expected as unknown);
  }
  assertEquals(readFirst(dir.write("a.jsonl", event.trim()), ZIG)?.seq, 1);
});

Deno.test("read(), readLast() and readFirst() find nothing when the file is empty, and throw when there is none", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", "");
  assertEquals([await readAll(path), readLast(path, ZIG, 5), readFirst(path, ZIG)], [[], [], undefined]);
  assertEquals(await readAll(path, { from: 10 }), []);
  assertEquals(await readAll(path, { to: 10 }), []);
  await assertRejects(() => readAll(dir.at("b.jsonl")), Deno.errors.NotFound);
  assertThrows(() => readLast(dir.at("b.jsonl"), ZIG, 1), Deno.errors.NotFound);
  assertThrows(() => readFirst(dir.at("b.jsonl"), ZIG), Deno.errors.NotFound);
});

Deno.test("read() and readLast() give a line of several megabytes whole, and the lines around it", async () => {
  using dir = new TempDir();
  const huge = "å".repeat(2_000_000);
  const text = logText("a", { output: ["before", huge, "after"], end: "success" });
  const path = dir.write("a.jsonl", text);
  const expected = decodeBlock(ZIG, { offset: 0, bytes: utf8.encode(text) });
  assertEquals(expected.length, 5);
  for (const lines of [await readAll(path), readLast(path, ZIG, 5)]) {
    assertEquals(
      lines.map(({ offset, length, kind }) => [offset, length, kind]),
      expected.map(({ offset, length, kind }) => [offset, length, kind]),
    );
    const line = lines[2]!;
    assert(line.kind === "event" && line.event.type === "step_output" && line.event.line === huge);
  }
});

Deno.test("read() stops at the length the file had when it began, though more is written meanwhile", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", logText("a", { output: Array.from({ length: 2000 }, () => "x".repeat(100)) }));
  const { size } = Deno.statSync(path);
  const lines: Line[] = [];
  for await (const batch of read(path, ZIG)) {
    if (lines.length === 0) Deno.writeTextFileSync(path, logText("b"), { append: true });
    lines.push(...batch);
  }
  assertEquals(lines.length, 2001);
  assertEquals(lines.at(-1)!.offset + lines.at(-1)!.length, size);
});

Deno.test("read() loses no whole event when a log is cut at any byte, and tells the torn line apart", async () => {
  using dir = new TempDir();
  const text = goldenText("zig/crash-drop/17a5cf94-9e8f-4f71-a572-df5a26055f2d.jsonl");
  const bytes = utf8.encode(text);
  const whole = decodeBlock(ZIG, { offset: 0, bytes });
  for (let cut = 0; cut <= bytes.length; cut++) {
    const path = dir.write("a.jsonl", bytes.subarray(0, cut));
    const lines = await readAll(path);
    // Without its newline the last event is whole all the same.
    const expected = whole.filter(({ offset, length }) => offset + length - 1 <= cut);
    const events = lines.filter((line) => line.kind === "event");
    assertEquals(
      events.map(({ event }) => event),
      expected.map((line) => (line as { event: unknown }).event),
      `${cut}`,
    );
    const damage = lines.slice(events.length);
    const end = expected.reduce((end, { offset, length }) => Math.max(end, Math.min(cut, offset + length)), 0);
    assertEquals(damage.map((line) => line.kind === "malformed" && line.torn && line.offset), end < cut ? [end] : []);
    assertEquals(readLast(path, ZIG, 9), lines);
  }
});
