import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ImportLines } from "../../src/agent/import_lines.ts";

const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.nat(40_000).map((length) => "a€".repeat(length)));
const line = fc.record({
  seq: fc.nat(),
  envelope: text,
  members: fc.record({ type: text, more: text }),
  isWhole: fc.boolean(),
});

Deno.test("ImportLines gathers the lines that were added, whole or in parts", () => {
  const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder("utf-8", { ignoreBOM: true }) };
  const lines = new ImportLines();
  fc.assert(
    fc.property(fc.array(line), (all) => {
      for (const { seq, envelope, members, isWhole } of all) {
        const middle = `"envelope":${JSON.stringify(envelope)}`;
        if (isWhole) lines.add(JSON.stringify({ seq, envelope, ...members }));
        else lines.addParts(`{"seq":${seq},`, utf8.encoder.encode(middle), JSON.stringify(members));
      }
      const expected = all.map(({ seq, envelope, members }) => `${JSON.stringify({ seq, envelope, ...members })}\n`);
      const bytes = utf8.encoder.encode(expected.join(""));
      assertEquals(lines.length, bytes.length);
      assertEquals(utf8.decoder.decode(lines.take()), expected.join(""));
      assertEquals(lines.length, 0);
    }),
    { numRuns: 50 },
  );
});
