import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { decodeIndex, encodeIndex } from "../../src/codec/index_text.ts";
import type { SessionLogIndexEntry } from "../../src/codec/zig_index.ts";
import { ZIG_GLOBAL_INDEX, ZIG_PROJECT_INDEX } from "../../src/codec/zig_index.ts";
import { anyExtra, anyWellFormed } from "../helpers/arbitraries.ts";
import { golden, goldenJson, goldenText } from "../helpers/golden.ts";

const EMPTY = '{\n  "sessions": []\n}';

/** Texts that the Rust programs read as empty, of which ours still gets this many entries. */
const SAVED: Readonly<Record<string, number>> = { one_bad_of_two: 1, dup_key: 1 };

/** Texts that ours takes for whole, though the Rust programs do not: nothing of them is lost. */
const FINE: readonly string[] = ["dup_key"];

for (
  const [name, { stdout }] of Object.entries(
    goldenJson<Record<string, { readonly stdout: string }>>("zig/index-cases/_results.json"),
  )
) {
  const isRead = stdout !== EMPTY;
  Deno.test(`decodeIndex() ${isRead ? "reads" : "reports"} ${name} when the Rust programs ${isRead ? "do" : "take it for empty"}`, () => {
    const { entries, rest, damage } = decodeIndex(ZIG_PROJECT_INDEX, goldenText(`zig/index-cases/${name}.json`));
    if (isRead) {
      assertEquals(damage, undefined);
      assertEquals(encodeIndex(ZIG_PROJECT_INDEX, entries), stdout);
      assertEquals(Object.keys(rest), name === "unknown_top" ? ["version"] : []);
    } else {
      assertEquals(entries.length, SAVED[name] ?? 0);
      if (!FINE.includes(name)) assertNotEquals(damage, undefined);
    }
  });
}

for (const path of golden("zig", /(?<!cases\/.*)(?:index\.json|before-end\.json)$/)) {
  Deno.test(`encodeIndex() writes the bytes of ${path} when given its entries`, () => {
    const schema = path.includes("sessions_index") ? ZIG_GLOBAL_INDEX : ZIG_PROJECT_INDEX;
    const text = goldenText(path);
    // Each schema has its own type of entry; both are the same to what follows.
    const { entries, rest, damage } = decodeIndex(schema as typeof ZIG_PROJECT_INDEX, text);
    assertEquals(damage, undefined);
    assertEquals(encodeIndex(schema as typeof ZIG_PROJECT_INDEX, entries, rest), text);
  });
}

const anyEntry: fc.Arbitrary<SessionLogIndexEntry> = fc.record({
  zig_session_id: anyWellFormed,
  workflow_name: anyWellFormed,
  workflow_path: anyWellFormed,
  log_path: anyWellFormed,
  started_at: anyWellFormed,
  ended_at: fc.option(anyWellFormed),
  status: fc.option(fc.constantFrom("success" as const, "failure" as const)),
  workspace_path: fc.option(anyWellFormed),
});

Deno.test("decodeIndex() gives back entries and unlisted fields when it is given what encodeIndex() wrote", () => {
  const entries = fc.array(fc.tuple(anyEntry, anyExtra).map(([entry, extra]) => ({ ...extra, ...entry })), {
    maxLength: 3,
  });
  fc.assert(fc.property(entries, anyExtra, (entries, rest) => {
    const text = encodeIndex(ZIG_PROJECT_INDEX, entries, rest);
    assertEquals(decodeIndex(ZIG_PROJECT_INDEX, text), { entries, rest, damage: undefined });
    assertEquals(text.startsWith('{\n  "sessions": ['), true);
    assertEquals(encodeIndex(ZIG_PROJECT_INDEX, decodeIndex(ZIG_PROJECT_INDEX, text).entries, rest), text);
  }));
});

Deno.test("decodeIndex() never throws and what it got can be written whatever part of the text is damaged", () => {
  const text = goldenText("zig/two-sessions/index.json");
  const edit = fc.tuple(fc.nat(text.length), fc.nat(9), fc.oneof(fc.json(), anyWellFormed));
  fc.assert(
    fc.property(edit, ([at, cut, put]) => {
      const { entries, damage } = decodeIndex(ZIG_PROJECT_INDEX, text.slice(0, at) + put + text.slice(at + cut));
      assertNotEquals(damage, "");
      const again = decodeIndex(ZIG_PROJECT_INDEX, encodeIndex(ZIG_PROJECT_INDEX, entries));
      assertEquals(again, { entries, rest: {}, damage: undefined });
    }),
    { numRuns: 500 },
  );
});

Deno.test("decodeIndex() keeps the entries around a damaged one when it can tell them apart", () => {
  const { sessions } = goldenJson<{ sessions: SessionLogIndexEntry[] }>("zig/two-sessions/index.json");
  const [first, second] = sessions as [SessionLogIndexEntry, SessionLogIndexEntry];
  for (const bad of [null, 7, "x", [], {}, { ...first, status: "odd" }, { ...first, log_path: 1 }]) {
    const { entries, damage } = decodeIndex(ZIG_PROJECT_INDEX, JSON.stringify({ sessions: [first, bad, second] }));
    assertEquals(entries, [first, second]);
    assertEquals(damage?.startsWith("entry 2: "), true);
  }
});

Deno.test("decodeIndex() and encodeIndex() keep long integers and mend lone surrogates, wherever they stand", () => {
  const [entry] = decodeIndex(ZIG_PROJECT_INDEX, goldenText("zig/all/index.json")).entries;
  const text = (more: string): string => `{"sessions": [${JSON.stringify(entry).replace(/}$/, more)}]}`;
  const kept = decodeIndex(ZIG_PROJECT_INDEX, text(', "big": 12345678901234567890}'));
  assertEquals((kept.entries[0] as unknown as { big: unknown }).big, 12345678901234567890n);
  assertEquals(/"big": 12345678901234567890\n/.test(encodeIndex(ZIG_PROJECT_INDEX, kept.entries)), true);
  const rest = decodeIndex(ZIG_PROJECT_INDEX, '{"sessions": [], "version": 12345678901234567890}');
  assertEquals(rest.rest, { version: 12345678901234567890n });
  assertEquals(decodeIndex(ZIG_PROJECT_INDEX, text(', "note": "12345678901234567890"}')).damage, undefined);
  assertNotEquals(decodeIndex(ZIG_PROJECT_INDEX, text(', "note": "\\ud800"}')).damage, undefined);
  const name = encodeIndex(ZIG_PROJECT_INDEX, [{ ...entry!, workflow_name: "a\ud800\\u" }]);
  assertEquals(name.includes('"workflow_name": "a\ufffd\\\\u"'), true);
});
