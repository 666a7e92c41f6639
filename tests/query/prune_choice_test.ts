import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { choosePrunes, type PruneLimits, type PruneRow } from "../../src/query/prune_choice.ts";

const NOW = 1000;

interface Named extends PruneRow {
  readonly name: string;
}

/** Rows named a, b, c…, newest first, ten milliseconds apart, of ten bytes each. */
function rows(...changes: readonly Partial<PruneRow>[]): Named[] {
  return changes.map((change, at) => ({
    name: "abcdefgh"[at]!,
    group: "w",
    lastSign: NOW - 10 * at,
    bytes: 10,
    mustStay: false,
    ...change,
  }));
}

const FIVE = rows({}, {}, {}, {}, {});
const PINNED_LAST = rows({}, {}, {}, {}, { mustStay: true });
const TWO_GROUPS = rows({}, { group: "x" }, {}, { group: "x" }, {});

const CASES: readonly (readonly [what: string, rows: readonly Named[], limits: PruneLimits, chosen: string])[] = [
  ["everything when there is no limit", FIVE, {}, "a:selected b:selected c:selected d:selected e:selected"],
  ["what is older", FIVE, { olderThanMs: 25 }, "d:older e:older"],
  ["nothing that is just as old", FIVE, { olderThanMs: 40 }, ""],
  ["all but the last", FIVE, { keepLast: 3 }, "d:surplus e:surplus"],
  [
    "everything when none of the last is to stay",
    FIVE,
    { keepLast: 0 },
    "a:surplus b:surplus c:surplus d:surplus e:surplus",
  ],
  ["the oldest until the rest fits", FIVE, { maxBytes: 35 }, "d:size e:size"],
  ["nothing when all fits", FIVE, { maxBytes: 50 }, ""],
  ["everything when nothing may stay", FIVE, { maxBytes: 0 }, "a:size b:size c:size d:size e:size"],
  ["what is older and what is too large", FIVE, { olderThanMs: 35, maxBytes: 20 }, "c:size d:size e:older"],
  ["no more for the size than its age leaves", FIVE, { olderThanMs: 15, maxBytes: 30 }, "c:older d:older e:older"],
  ["what is older but none of the last", FIVE, { olderThanMs: 0, keepLast: 3 }, "d:older e:older"],
  ["what is too large but none of the last", FIVE, { maxBytes: 0, keepLast: 4 }, "e:size"],
  ["nothing that must stay", PINNED_LAST, {}, "a:selected b:selected c:selected d:selected"],
  ["others for the size of what must stay", PINNED_LAST, { maxBytes: 30 }, "c:size d:size"],
  ["all but the last, which count what must stay", PINNED_LAST, { keepLast: 4 }, ""],
  ["all but the last of each workflow", TWO_GROUPS, { keepLast: 1 }, "c:surplus d:surplus e:surplus"],
  ["nothing for its age when nobody can tell it", rows({ lastSign: NaN }), { olderThanMs: 0 }, ""],
  ["nothing when there is nothing", [], { maxBytes: 0 }, ""],
];

for (const [what, given, limits, chosen] of CASES) {
  Deno.test(`choosePrunes() chooses ${what}`, () => {
    const names = choosePrunes(given, limits, NOW).map(({ row, reason }) => `${row.name}:${reason}`);
    assertEquals(names.join(" "), chosen);
  });
}

const anyRow = fc.record({
  group: fc.constantFrom("v", "w", "x"),
  lastSign: fc.oneof(fc.nat(NOW), fc.constant(NaN)),
  bytes: fc.nat(100),
  mustStay: fc.boolean(),
});
const anyLimits = fc.record({
  olderThanMs: fc.option(fc.nat(NOW), { nil: undefined }),
  keepLast: fc.option(fc.nat(5), { nil: undefined }),
  maxBytes: fc.option(fc.nat(1000), { nil: undefined }),
});

Deno.test("choosePrunes() spares what must stay and the last of each workflow, and needs a reason, whatever it is given", () => {
  fc.assert(fc.property(fc.array(anyRow, { maxLength: 20 }), anyLimits, (given, limits) => {
    const chosen = choosePrunes(given, limits, NOW);
    const gone = new Set(chosen.map(({ row }) => row));
    for (const { row, reason } of chosen) {
      assertEquals(row.mustStay, false);
      const newer = given.filter(({ group }) => group === row.group).indexOf(row);
      assertEquals(newer >= (limits.keepLast ?? 0), true);
      if (reason === "older") assertEquals(NOW - row.lastSign > limits.olderThanMs!, true);
    }
    if (limits.maxBytes === undefined) return;
    const left = given.filter((row) => !gone.has(row));
    const size = left.reduce((sum, { bytes }) => sum + bytes, 0);
    const mayGo = left.filter((row) =>
      !row.mustStay && given.filter(({ group }) => group === row.group).indexOf(row) >= (limits.keepLast ?? 0)
    );
    assertEquals(size <= limits.maxBytes || mayGo.length === 0, true);
  }));
});
