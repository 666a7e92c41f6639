import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatTimestamp, type Instant, millisBetween, parseTimestamp } from "../../src/codec/timestamp.ts";

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

Deno.test("millisBetween() counts whole milliseconds, to the nanosecond, whatever the moments and their digits", () => {
  const anyInstant = fc.record({
    seconds: fc.integer({ min: 1_700_000_000, max: 1_700_000_003 }),
    nanos: fc.oneof(
      fc.nat(999_999_999),
      fc.nat(999).map((ms) => ms * 1_000_000),
      fc.nat(2).map((n) => n + 122_999_999),
    ),
  });
  const nanosOf = ({ seconds, nanos }: Instant): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
  fc.assert(fc.property(anyInstant, anyInstant, (from, to) => {
    const nanos = nanosOf(to) - nanosOf(from);
    const millis = nanos / 1_000_000n - (nanos % 1_000_000n < 0n ? 1n : 0n);
    assertEquals(millisBetween(formatTimestamp(from), formatTimestamp(to)), Number(millis));
  }));
  assertEquals(millisBetween("2026-11-21T01:51:23.000000001+00:00", "2026-11-21T02:51:24.500000000+01:00"), 1499);
  assertEquals(millisBetween("2026-11-21T01:51:23.000000001+00:00", "2026-13-21T02:51:24.500000000+01:00"), undefined);
  assertEquals(millisBetween("now", "2026-11-21T02:51:24.500000000+01:00"), undefined);
});
