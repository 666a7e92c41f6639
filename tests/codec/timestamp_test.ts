import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatSecond, formatTimestamp } from "../../src/codec/timestamp.ts";

const SECOND = 1795225883; // 2026-11-21T01:51:23

for (
  const [nanos, fraction] of [
    [0, ""],
    [1, ".000000001"],
    [999, ".000000999"],
    [1_000, ".000001"],
    [1_001, ".000001001"],
    [999_000, ".000999"],
    [1_000_000, ".001"],
    [500_000_000, ".500"],
    [100_200_000, ".100200"],
    [758_770_876, ".758770876"],
    [999_999_999, ".999999999"],
  ] as const
) {
  Deno.test(`formatTimestamp() writes ${fraction.length || 1} characters of fraction when there are ${nanos} ns`, () => {
    const text = formatTimestamp({ seconds: SECOND, nanos });
    assertEquals(text, `2026-11-21T01:51:23${fraction}+00:00`);
  });
}

Deno.test("formatTimestamp() writes 0, 3, 6 or 9 digits that mean the same moment whatever the moment", () => {
  const nanos = fc.tuple(fc.nat(999_999_999), fc.constantFrom(1, 1000, 1_000_000)).map(([n, unit]) => n - n % unit);
  fc.assert(fc.property(fc.nat(4102444800), nanos, (seconds, nanos) => {
    const text = formatTimestamp({ seconds, nanos });
    const [, second, fraction = ""] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?\+00:00$/.exec(text)!;
    assertEquals(Date.parse(`${second}Z`), seconds * 1000);
    assertEquals(formatSecond(seconds), second);
    assertEquals(Number(fraction.padEnd(9, "0")), nanos);
    assert([0, 3, 6, 9].includes(fraction.length) && !fraction.endsWith("000"), fraction);
  }));
});
