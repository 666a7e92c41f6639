import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Block } from "../../src/codec/lines.ts";
import { blocksBackward, blocksForward } from "../../src/storage/blocks.ts";

const anyLines = fc.array(fc.string({ maxLength: 30, unit: fc.constantFrom("a", "b", "å", "😀") }), { maxLength: 20 });
const anyBytes = fc.tuple(anyLines, fc.boolean())
  .map(([lines, whole]) => new TextEncoder().encode(lines.join("\n") + (whole ? "\n" : "")));

function withFile<T>(bytes: Uint8Array, use: (file: Deno.FsFile) => T): T {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(path, bytes);
    using file = Deno.openSync(path, { read: true });
    return use(file);
  } finally {
    Deno.removeSync(path);
  }
}

/** The blocks with bytes of their own. */
function kept(blocks: Iterable<Block>): Block[] {
  return Array.from(blocks, ({ offset, bytes }) => ({ offset, bytes: bytes.slice() }));
}

function checkBlocks(blocks: readonly Block[], bytes: Uint8Array, from: number, to: number): void {
  let end = from;
  for (const block of blocks) {
    assertEquals(block.offset, end);
    assert(block.bytes.length > 0);
    end += block.bytes.length;
    assertEquals(block.bytes, new Uint8Array(bytes.slice(block.offset, end)));
    if (end < to) assertEquals(block.bytes.at(-1), 0x0a, "a block ends within a line");
  }
  assertEquals(end, to);
}

/** The beginning of a line: behind the newline that is next to some share of the bytes. */
function lineStart(bytes: Uint8Array, share: number): number {
  return bytes.lastIndexOf(0x0a, Math.floor(share * bytes.length)) + 1;
}

for (
  const [name, read, order] of [
    ["blocksForward", blocksForward, (blocks: Block[]) => blocks],
    ["blocksBackward", blocksBackward, (blocks: Block[]) => blocks.reverse()],
  ] as const
) {
  Deno.test(`${name}() hands out every byte once, in whole lines, whatever it takes from the system at a time`, () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(fc.property(anyBytes, share, fc.integer({ min: 1, max: 60 }), (bytes, share, chunk) => {
      withFile(bytes, (file) => {
        const from = lineStart(bytes, share);
        checkBlocks(order(kept(read(file, 0, bytes.length, chunk))), bytes, 0, bytes.length);
        checkBlocks(order(kept(read(file, from, bytes.length, chunk))), bytes, from, bytes.length);
        checkBlocks(order(kept(read(file, 0, from, chunk))), bytes, 0, from);
      });
    }));
  });

  Deno.test(`${name}() reads lines that are longer than what it takes at a time`, () => {
    const bytes = new TextEncoder().encode(`short\n${"x".repeat(1_000_000)}\nshort\n${"y".repeat(700_000)}`);
    withFile(bytes, (file) => {
      checkBlocks(order(kept(read(file, 0, bytes.length))), bytes, 0, bytes.length);
    });
  });
}
