import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { LinePrefixer } from "../../src/cli/line_prefixer.ts";
import { anyCut } from "../helpers/arbitraries.ts";

const anyBytes = fc.array(fc.constantFrom(0x0a, 0x0d, 0x61, 0xc3, 0xbc, 0xff), { maxLength: 40 })
  .map((bytes) => new Uint8Array(bytes));

/** Bytes as text, one character each. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

Deno.test("LinePrefixer.push() gives every line whole and behind its prefix when the bytes are cut anywhere", () => {
  fc.assert(fc.property(anyCut(anyBytes), ({ bytes, chunks }) => {
    const prefixer = new LinePrefixer("p| ");
    const pushed = chunks.map((chunk) => latin1(prefixer.push(chunk)));
    for (const lines of pushed) assertEquals(/^(p\| [^\n]*\n)*$/.test(lines), true);
    const lines = latin1(bytes).split("\n");
    if (lines.at(-1) === "") lines.pop();
    assertEquals(pushed.join("") + latin1(prefixer.flush()), lines.map((line) => `p| ${line}\n`).join(""));
    assertEquals(prefixer.flush().length, 0);
  }));
});

Deno.test("LinePrefixer.push() keeps little in memory when a line does not end", () => {
  const prefixer = new LinePrefixer("p| ");
  let shown = 0;
  for (let count = 0; count < 1000; count++) shown += prefixer.push(new Uint8Array(1000).fill(0x61)).length;
  assertEquals(shown > 900_000, true);
});
