import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Block, type Line, linesOf, LineSplitter } from "../../src/codec/lines.ts";
import { anyCut } from "../helpers/arbitraries.ts";

const utf8 = new TextEncoder();

/** The lines that chunks make, and where the unfinished rest begins. */
function split(chunks: readonly Uint8Array<ArrayBuffer>[], offset: number): Line[] {
  const splitter = new LineSplitter(offset);
  const lines: Line[] = [];
  let given = offset;
  const take = (block: Block | undefined): void => {
    if (block === undefined) return;
    assertEquals(splitter.offset, block.offset + block.bytes.length);
    lines.push(...linesOf(block));
  };
  for (const chunk of chunks) {
    take(splitter.push(chunk));
    given += chunk.length;
    assertEquals(splitter.offset + splitter.pendingLength, given);
    // Whatever is whole is handed over.
    const end = chunk.lastIndexOf(0x0a) + 1;
    if (end > 0) assertEquals(splitter.pendingLength, chunk.length - end);
  }
  take(splitter.flush());
  assertEquals([splitter.offset, splitter.pendingLength], [given, 0]);
  assertEquals(splitter.flush(), undefined);
  return lines;
}

/** Bytes in which newlines, white space and pieces of characters are common. */
const anyBytes: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.array(
  fc.oneof(
    fc.constantFrom("\n", "\n", "\n", "\r\n", " ", "\t", "a", "å", "😀", "\u0085", "\u2028", "\ufeff", "\0").map((
      text,
    ) => Array.from(utf8.encode(text))),
    fc.uint8Array({ maxLength: 2 }).map((bytes) => Array.from(bytes)),
  ),
  { maxLength: 30 },
).map((pieces) => Uint8Array.from(pieces.flat()));

Deno.test("LineSplitter gives the same lines at the same offsets wherever the bytes are cut", () => {
  fc.assert(
    fc.property(anyCut(anyBytes), fc.nat(1e9), ({ bytes, chunks }, offset) => {
      assertEquals(split(chunks, offset), split([bytes], offset));
      assertEquals(split(Array.from(bytes, (byte) => Uint8Array.of(byte)), offset), split([bytes], offset));
    }),
    { numRuns: 500 },
  );
});

Deno.test("LineSplitter.push() keeps no hold of a chunk when the caller uses its buffer again", () => {
  const splitter = new LineSplitter();
  const buffer = utf8.encode("begin");
  splitter.push(buffer);
  buffer.fill(0x78);
  assertEquals(new TextDecoder().decode(splitter.push(utf8.encode(" end\n"))?.bytes), "begin end\n");
});

Deno.test("linesOf() finds the lines that lie between newlines and hold more than white space, whatever the bytes", () => {
  const white =
    /^[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;
  fc.assert(fc.property(anyBytes, (bytes) => {
    const latin1 = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    let offset = 0;
    const expected: Line[] = [];
    for (const piece of latin1.split(/(?<=\n)/)) {
      const stored = bytes.subarray(offset, offset + piece.length);
      let text: string | undefined;
      try {
        text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(stored).replaceAll(white, "");
      } catch {
        text = undefined;
      }
      if (text !== "") expected.push({ offset, length: piece.length, text });
      offset += piece.length;
    }
    assertEquals(Array.from(linesOf({ offset: 0, bytes })), expected);
  }));
});

Deno.test("linesOf() tells a U+FFFD that was written from bytes that are not UTF-8, also where these are as many", () => {
  const lines = ["\xef\xbf\xbd", "a\xef\xbf\xbdb", "\xf0\x9f\x98", "\xff", "\xef\xbf\xbd\xff", "ok"];
  const bytes = Uint8Array.from(lines.join("\n"), (unit) => unit.charCodeAt(0));
  assertEquals(
    Array.from(linesOf({ offset: 0, bytes }), ({ text }) => text),
    ["\ufffd", "a\ufffdb", undefined, undefined, undefined, "ok"],
  );
});

Deno.test("linesOf() takes CRLF, Unicode white space and blank lines as the Rust reader does", () => {
  const text = "\u2028\u00a0a\u3000\u0085\r\n\r\n \t\n\ufeffb\nc\rd\n\u0085\ne";
  assertEquals(
    Array.from(linesOf({ offset: 10, bytes: utf8.encode(text) }), ({ text }) => text),
    ["a", "\ufeffb", "c\rd", "e"],
  );
});

/** Bytes that are copied while one line comes in so many chunks. */
function bytesCopied(chunks: number): number {
  const { set, slice } = Uint8Array.prototype;
  let copied = 0;
  const chunk = new Uint8Array(64).fill(0x61);
  try {
    Uint8Array.prototype.set = function (source: ArrayLike<number>, offset?: number): void {
      copied += source.length;
      set.call(this, source, offset);
    };
    Uint8Array.prototype.slice = function (start?: number, end?: number): Uint8Array<ArrayBuffer> {
      const piece = slice.call(this, start, end);
      copied += piece.length;
      return piece;
    };
    const splitter = new LineSplitter();
    for (let at = 0; at < chunks; at++) splitter.push(chunk);
    const block = splitter.push(Uint8Array.of(0x0a));
    assertEquals(block?.bytes.length, 64 * chunks + 1);
  } finally {
    Object.assign(Uint8Array.prototype, { set, slice });
  }
  return copied;
}

Deno.test("LineSplitter copies each byte of one huge line no more often when there are eight times as many", () => {
  const [once, eight] = [bytesCopied(500), bytesCopied(4000)];
  assert(once >= 64 * 500, `${once} bytes were seen to be copied`);
  assert(eight < 8.1 * once, `${eight} bytes were copied for eight times the line, ${once} for the line`);
});
