import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatTimestamp, parseTimestamp } from "../../src/codec/timestamp.ts";

Deno.test("parseTimestamp() reads what formatTimestamp() writes, to the nanosecond, whatever the moment", () => {
  fc.assert(fc.property(fc.nat(4102444800), fc.nat(999_999_999), (seconds, nanos) => {
    assertEquals(parseTimestamp(formatTimestamp({ seconds, nanos })), { seconds, nanos });
  }));
});

Deno.test("parseTimestamp() takes any offset and fraction when it is given one", () => {
  const seconds = 1795225883;
  for (
    const [text, nanos] of [
      ["2026-11-21T01:51:23Z", 0],
      ["2026-11-21T02:51:23.5+01:00", 500_000_000],
      ["2026-11-20T20:51:23.000000001-05:00", 1],
      ["2026-11-21T01:51:23.1234567899Z", 123_456_789],
    ] as const
  ) assertEquals(parseTimestamp(text), { seconds, nanos }, text);
});

Deno.test("parseTimestamp() answers undefined when the text is no moment", () => {
  for (
    const text of ["", "now", "2026-11-21", "2026-11-21T01:51:23", "2026-13-21T01:51:23Z", " 2026-11-21T01:51:23Z"]
  ) {
    assertEquals(parseTimestamp(text), undefined, text);
  }
});
