import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { lineStream } from "../../src/session/line_stream.ts";
import { anyCut } from "../helpers/arbitraries.ts";

const utf8 = new TextEncoder();

/** Writes chunks to a stream, and what it makes of them. */
async function linesOf(chunks: readonly Uint8Array[]): Promise<{ lines: string[]; batches: number[] }> {
  const lines: string[] = [];
  const batches: number[] = [];
  await ReadableStream.from(chunks).pipeTo(lineStream((taken) => {
    lines.push(...taken);
    batches.push(taken.length);
  }));
  return { lines, batches };
}

/** What the lines of some bytes are, said in another way. */
function reference(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== 0x0a) continue;
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start, at));
    if (at < bytes.length) lines.push(text.replace(/\r$/, ""));
    else if (text !== "") lines.push(text);
    start = at + 1;
  }
  return lines;
}

const anyBytes: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.array(
  fc.oneof(
    fc.constantFrom("\n", "\r\n", "\r", "a", " ", "å", "日本", "😀", "\u2028", "\u0085", "\ufeff", "\0", "\x1b[31m")
      .map((text) => Array.from(utf8.encode(text))),
    fc.uint8Array({ maxLength: 3 }).map((bytes) => Array.from(bytes)),
  ),
  { maxLength: 20 },
).map((pieces) => Uint8Array.from(pieces.flat()));

Deno.test("lineStream() gives the same lines wherever the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(anyCut(anyBytes), async ({ bytes, chunks }) => {
      assertEquals((await linesOf(chunks)).lines, reference(bytes));
    }),
    { numRuns: 400 },
  );
});

Deno.test("lineStream() gives the same lines when a text is cut at each of its bytes", async () => {
  const bytes = utf8.encode("å😀\r\nzwei\r\n\r\n\ufeffdrei\rvier\n\nlast");
  const expected = ["å😀", "zwei", "", "\ufeffdrei\rvier", "", "last"];
  for (let cut = 0; cut <= bytes.length; cut++) {
    assertEquals((await linesOf([bytes.subarray(0, cut), bytes.subarray(cut)])).lines, expected, `${cut}`);
  }
  assertEquals((await linesOf(Array.from(bytes, (byte) => Uint8Array.of(byte)))).lines, expected);
});

for (
  const [text, lines] of [
    ["", []],
    ["\n", [""]],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["a\r\n", ["a"]],
    ["a\r\nb\r\n", ["a", "b"]],
    ["a\r", ["a\r"]],
    ["a\n\n", ["a", ""]],
    ["a\r\r\n", ["a\r"]],
  ] as const
) {
  Deno.test(`lineStream() gives ${lines.length} lines when it is written ${JSON.stringify(text)}`, async () => {
    assertEquals((await linesOf([utf8.encode(text)])).lines, lines);
  });
}

Deno.test("lineStream() replaces bytes that are not UTF-8 when they stand before a newline or at the end", async () => {
  const { lines } = await linesOf([Uint8Array.of(0xe6, 0x97), Uint8Array.of(0x0a, 0xff, 0x61, 0x0a, 0xf0, 0x9f)]);
  assertEquals(lines, ["\ufffd", "\ufffda", "\ufffd"]);
});

Deno.test("lineStream() gives all lines of a chunk at once when a chunk holds many", async () => {
  assertEquals((await linesOf([utf8.encode("a\nb\nc"), utf8.encode("\nd\n")])).batches, [2, 2]);
});

/** Lines around the length of what is made text at a time, with characters and ends that must not be cut. */
const anyLongLine: fc.Arbitrary<string> = fc.tuple(
  fc.constantFrom("a", "å", "😀"),
  fc.oneof(fc.nat(20), fc.integer({ min: 10_200, max: 10_280 }), fc.nat(30_000)),
  fc.constantFrom("", "\r", "\r\r"),
).map(([character, length, end]) => character.repeat(length) + end);

Deno.test("lineStream() gives the same lines when they are longer than what is made text at a time", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyLongLine, { maxLength: 12 }), async (lines) => {
      const bytes = utf8.encode(lines.join("\n"));
      assertEquals((await linesOf([bytes])).lines, reference(bytes));
    }),
    { numRuns: 100 },
  );
});

Deno.test("lineStream() makes a hundred lines text at a time when a chunk holds thousands", async () => {
  const { lines, batches } = await linesOf([utf8.encode(`${"x".repeat(79)}\n`.repeat(1290))]);
  assertEquals(lines, Array(1290).fill("x".repeat(79)));
  assertEquals(batches, [...Array(10).fill(128), 10]);
});

Deno.test("lineStream() fails when its lines cannot be taken", async () => {
  const stream = lineStream(() => {
    throw new RangeError("no room");
  });
  await assertRejects(() => ReadableStream.from([utf8.encode("a\n")]).pipeTo(stream), RangeError);
});

Deno.test("lineStream() gives a line that does not end in pieces, and keeps every character of it", async () => {
  const chunk = utf8.encode("å😀".repeat(100_000));
  const chunks = Array.from({ length: 40 }, (_, at) => [chunk.subarray(0, at + 1), chunk.subarray(at + 1)]).flat();
  const { lines } = await linesOf([...chunks, utf8.encode("\nnext\n")]);
  assertEquals(lines.length > 2 && lines.length < 10, true);
  assertEquals([lines.slice(0, -1).join("") === "å😀".repeat(4_000_000), lines.at(-1)], [true, "next"]);
});
