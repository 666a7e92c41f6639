import { assert, assertEquals, assertThrows } from "@std/assert";
import { assert as check, constantFrom, integer, property, tuple } from "fast-check";
import { formatDuration } from "../../src/query/duration.ts";
import { formatCount, formatSize, parseDuration, parseSize, parseTime } from "../../src/query/units.ts";

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);

Deno.test("parseDuration() reads numbers with units", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["0s", 0],
    ["500ms", 500],
    ["90s", 90_000],
    ["15m", 900_000],
    ["2h", 7_200_000],
    ["7d", 604_800_000],
    ["1w", 604_800_000],
    ["1.5h", 5_400_000],
    ["1h30m", 5_400_000],
    ["3m04s", 184_000],
    ["1m500ms", 60_500],
    ["340 ms", 340],
    ["1h 30m", 5_400_000],
  ];
  for (const [text, ms] of cases) assertEquals(parseDuration(text), ms, text);
});

Deno.test("parseDuration() throws and names what is expected when it is no duration", () => {
  for (const text of ["", "15", "m", "-5m", "5 minutes", "5y", "1e3s", "5m!", "1..5h", "99999999999999999d"]) {
    const error = assertThrows(() => parseDuration(text), SyntaxError, `"${text}"`);
    assert(error.message.includes("15m"), error.message);
  }
});

Deno.test("parseDuration() reads what formatDuration() writes", () => {
  check(property(integer({ min: 0, max: 10 ** 11 }), (ms) => {
    const read = parseDuration(formatDuration(ms));
    assert(read <= ms && read >= ms * 0.9 - 1, `${ms} became ${read}`);
  }));
});

Deno.test("parseTime() reads how long ago it was", () => {
  assertEquals(parseTime("15m", NOW), NOW - 900_000);
  assertEquals(parseTime("7d", NOW), NOW - 604_800_000);
});

Deno.test("parseTime() reads dates and RFC 3339 times, in UTC unless they have an offset", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["2026-11-21", Date.UTC(2026, 10, 21)],
    ["2026-11-21T14:00", Date.UTC(2026, 10, 21, 14)],
    ["2026-11-21T14:00:05", Date.UTC(2026, 10, 21, 14, 0, 5)],
    ["2026-11-21 14:00:05Z", Date.UTC(2026, 10, 21, 14, 0, 5)],
    ["2026-11-21t14:00:05.1z", Date.UTC(2026, 10, 21, 14, 0, 5, 100)],
    ["2026-11-21T14:00:05.758770876+00:00", Date.UTC(2026, 10, 21, 14, 0, 5, 758)],
    ["2026-11-21T14:00:00+02:30", Date.UTC(2026, 10, 21, 11, 30)],
    ["2026-11-21T14:00:00-02:30", Date.UTC(2026, 10, 21, 16, 30)],
    ["0099-02-28", new Date("0099-02-28T00:00:00Z").getTime()],
    ["2024-02-29", Date.UTC(2024, 1, 29)],
  ];
  for (const [text, time] of cases) assertEquals(parseTime(text, NOW), time, text);
});

Deno.test("parseTime() throws and names what is expected when there is no such time", () => {
  const wrong = ["", "soon", "2026", "2026-13-01", "2026-02-29", "2026-00-10", "2026-11-21T24:00", "2026-11-21T10:60"];
  for (const text of [...wrong, "21.11.2026", "2026-11-21T14", "2026-11-21T14:00:00+2", "15"]) {
    const error = assertThrows(() => parseTime(text, NOW), SyntaxError, `"${text}"`);
    assert(/15m.*2026-11-21.*RFC 3339/.test(error.message), error.message);
  }
});

Deno.test("parseTime() agrees with Date.parse() on every time that Date writes", () => {
  check(property(integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 }), (time) => {
    assertEquals(parseTime(new Date(time).toISOString(), NOW), time);
  }));
});

Deno.test("parseSize() reads bytes and units of 1000 and 1024", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["0", 0],
    ["500", 500],
    ["500B", 500],
    ["64kB", 64_000],
    ["64K", 64_000],
    ["10MB", 10_000_000],
    ["10 mb", 10_000_000],
    ["1.5GiB", 1_610_612_736],
    ["2Ti", 2_199_023_255_552],
  ];
  for (const [text, bytes] of cases) assertEquals(parseSize(text), bytes, text);
});

Deno.test("parseSize() throws and names what is expected when it is no size", () => {
  for (const text of ["", "MB", "-1", "1e3", "10XB", "ten", "1,5MB", "99999999TB", "5iB"]) {
    const error = assertThrows(() => parseSize(text), SyntaxError, `"${text}"`);
    assert(error.message.includes("10MB"), error.message);
  }
});

Deno.test("formatSize() keeps about two digits", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0 B"],
    [340, "340 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [9949, "9.9 kB"],
    [9951, "10 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [45_200_000, "45 MB"],
    [5e15, "5000 TB"],
  ];
  for (const [bytes, text] of cases) assertEquals(formatSize(bytes), text);
});

Deno.test("parseSize() reads what formatSize() writes", () => {
  check(property(tuple(integer({ min: 0, max: 999 }), constantFrom(1, 1e3, 1e6, 1e9, 1e12)), ([number, unit]) => {
    const bytes = number * unit;
    assert(Math.abs(parseSize(formatSize(bytes)) - bytes) <= bytes * 0.05);
  }));
});

Deno.test("formatCount() writes counts in few characters", () => {
  const counts = [0, 999, 1234, 3_400_000, 18446744073709551615n];
  assertEquals(counts.map(formatCount), ["0", "999", "1.2K", "3.4M", "18,446,744.1T"]);
});
