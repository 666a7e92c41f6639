import { assert, assertEquals } from "@std/assert";
import { decodeBlock } from "../../src/codec/decode_block.ts";
import { encodeSessionEvent, ZIG } from "../../src/codec/zig.ts";
import { golden, goldenBytes, goldenJson, goldenText } from "../helpers/golden.ts";

interface ReadCase {
  /** 0 when the Rust reader takes the file. */
  readonly rc: number;
  /** What it read, written again. */
  readonly stdout: string;
}

/** Accepted lines with a field that no type lists: the Rust reader drops it, ours keeps it, the last one if it repeats. */
const KEPT: Readonly<Record<string, { readonly read: string; readonly written: string }>> = {
  dup_unknown: { read: '"u":1,"u":2', written: '"u":2' },
  nested_100_unknown: { read: "", written: "" },
};

/** Reads a whole file as the library does and writes its events again, or tells why it cannot. */
function reencode(bytes: Uint8Array<ArrayBuffer>): { lines: string[]; reasons: string[] } {
  const lines: string[] = [];
  const reasons: string[] = [];
  for (const decoded of decodeBlock(ZIG, { offset: 0, bytes })) {
    if (decoded.kind === "event") lines.push(encodeSessionEvent(decoded.event) + "\n");
    else reasons.push(decoded.kind === "unknown" ? `unknown ${decoded.type}` : decoded.reason);
  }
  return { lines, reasons };
}

const cases = goldenJson<Record<string, ReadCase>>("zig/read-cases/_results.json");

for (const [name, { rc, stdout }] of Object.entries(cases)) {
  Deno.test(`ZIG.decode() ${rc === 0 ? "accepts" : "refuses"} ${name} when the Rust reader does`, () => {
    const { lines, reasons } = reencode(goldenBytes(`zig/read-cases/${name}.jsonl`));
    if (rc !== 0) {
      assert(reasons.length > 0, `decoded: ${lines}`);
      return;
    }
    assertEquals(reasons, []);
    if (Object.hasOwn(KEPT, name)) return; // written with more than the Rust reader keeps: below
    assertEquals(lines.join(""), stdout);
  });
}

for (const [name, { read, written }] of Object.entries(KEPT)) {
  Deno.test(`encodeSessionEvent() keeps the field that no type lists when it writes ${name} again`, () => {
    const line = goldenText(`zig/read-cases/${name}.jsonl`).trimEnd();
    assert(line.includes(read));
    const { lines } = reencode(goldenBytes(`zig/read-cases/${name}.jsonl`));
    assertEquals(lines, [line.replace(read, written) + "\n"]);
    // All that the Rust reader kept stands in front of it.
    assert(lines[0]!.startsWith(cases[name]!.stdout.slice(0, -"}\n".length)));
  });
}

Deno.test("ZIG.decode() loses one line when the Rust writer glued another to a torn one", () => {
  const bytes = goldenBytes("zig/enospc-resumed/session.jsonl");
  const { lines, reasons } = reencode(bytes);
  const all = new TextDecoder().decode(bytes).split(/(?<=\n)/);
  assertEquals(reasons.length, 1);
  assertEquals(lines, all.filter((line) => !/.{"seq"/.test(line)));
  assertEquals(lines.length, all.length - 1);
});

for (const path of golden("zig", /[0-9a-f-]{36}\.jsonl$/)) {
  Deno.test(`encodeSessionEvent() writes the bytes of ${path} when given its events`, () => {
    const bytes = goldenBytes(path);
    const { lines, reasons } = reencode(bytes);
    assertEquals(reasons, []);
    assertEquals(lines.join(""), new TextDecoder().decode(bytes));
  });
}
