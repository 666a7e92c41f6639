import { assert, assertEquals } from "@std/assert";
import { array, assert as check, integer, property, string, tuple } from "fast-check";
import { formatAge, formatDuration, formatTime } from "../../src/query/duration.ts";
import { table, tableOf } from "../../src/query/table.ts";
import { visible } from "../../src/query/visible.ts";
import { expandTabs, fit, pad, splitByWidth, widthOf } from "../../src/query/width.ts";

const cellsOf = (...texts: readonly string[]): { text: string }[] => texts.map((text) => ({ text }));

Deno.test("widthOf() counts columns, not characters", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["", 0],
    ["abc", 3],
    ["größer", 6],
    ["e\u0301", 1],
    ["日本語", 6],
    ["ｗｉｄｅ", 8],
    ["한국", 4],
    ["😀", 2],
    ["👩‍👩‍👧‍👦", 2],
    ["🇩🇪", 2],
    ["❤️", 2],
    ["│├─✓✗○…", 7],
    ["␛[31m", 5],
    ["\u200b", 0],
  ];
  for (const [text, width] of cases) assertEquals(widthOf(text), width, JSON.stringify(text));
});

Deno.test("splitByWidth() breaks between what readers take for characters, and loses none", () => {
  assertEquals(splitByWidth("", 3), [""]);
  assertEquals(splitByWidth("abcdef", 6), ["abcdef"]);
  assertEquals(splitByWidth("abcdef", 4), ["abcd", "ef"]);
  assertEquals(splitByWidth("日本語", 5), ["日本", "語"]);
  assertEquals(splitByWidth("日本", 1), ["日", "本"]);
  assertEquals(splitByWidth("x👩‍👩‍👧‍👦y", 2), ["x", "👩‍👩‍👧‍👦", "y"]);
  assertEquals(splitByWidth("e\u0301e\u0301e", 2), ["e\u0301e\u0301", "e"]);
});

Deno.test("expandTabs() puts spaces where a terminal would", () => {
  assertEquals(expandTabs(""), "");
  assertEquals(expandTabs("a b"), "a b");
  assertEquals(expandTabs("\ta\tb"), "        a       b");
  assertEquals(expandTabs("日本\tx\t\ty"), "日本    x               y");
  assertEquals(expandTabs("12345678\t"), "12345678        ");
});

Deno.test("fit() cuts between what readers take for characters", () => {
  assertEquals(fit("abcdef", 6), "abcdef");
  assertEquals(fit("abcdef", 5), "abcd…");
  assertEquals(fit("日本語", 5), "日本…");
  assertEquals(fit("日本語", 4), "日…");
  assertEquals(fit("x👩‍👩‍👧‍👦y", 2), "x…");
  assertEquals(fit("e\u0301e\u0301e\u0301", 2), "e\u0301…");
});

Deno.test("fit() and pad() give text of the width asked for when given any text that is shown", () => {
  check(
    property(tuple(string({ unit: "grapheme", maxLength: 40 }).map(visible), integer({ min: 1, max: 30 })), (given) => {
      const [text, width] = given;
      assert(widthOf(fit(text, width)) <= width);
      assertEquals(widthOf(pad(fit(text, width), width)), width);
    }),
  );
});

Deno.test("table() aligns its columns by what they hold", () => {
  assertEquals(table([cellsOf("A", "LONG", "C"), cellsOf("日本", "x", "c")]), ["A     LONG  C", "日本  x     c"]);
});

Deno.test("table() shows a tab, which would move the columns behind it", () => {
  assertEquals(table([cellsOf("a\tb", "c")]), ["a␉b  c"]);
});

Deno.test("table() cuts its flexible columns in order, and no further than can be read, when there is not enough room", () => {
  const rows = [cellsOf("id-0123456789", "workflow-of-some-length", "project-of-some-length")];
  assertEquals(table(rows, { width: 62, flexible: [1, 2] }), rows.map((row) => row.map(({ text }) => text).join("  ")));
  assertEquals(table(rows, { width: 50, flexible: [1, 2] }), ["id-0123456789  workflow-o…  project-of-some-length"]);
  assertEquals(table(rows, { width: 40, flexible: [1, 2] }), ["id-0123456789  workflo…  project-of-som…"]);
  assertEquals(table(rows, { width: 10, flexible: [1, 2] }), ["id-0123456789  workflo…  project…"]);
});

Deno.test("table() paints what a cell shows, and not the space around it", () => {
  const paint = (text: string): string => `<${text}>`;
  const rows = [[{ text: "$&", paint }, { text: "b" }], [{ text: "long", paint }, { text: "b", paint }]];
  assertEquals(table(rows), ["<$&>    b", "<long>  <b>"]);
});

Deno.test("table() gives one line a row when given anything", () => {
  check(property(array(tuple(string(), string()).map((texts) => cellsOf(...texts.map(visible)))), (rows) => {
    assertEquals(table(rows, { width: 30, flexible: [0, 1] }).length, rows.length);
  }));
});

Deno.test("tableOf() makes control characters visible, in columns of any characters", () => {
  assertEquals(tableOf([{ texts: ["A", "x\x1b[2J"] }, { texts: ["B", "y\n"] }]), ["A      B", "x␛[2J  y␊"]);
  assertEquals(tableOf([{ texts: ["日本", "x\x1b[2J"] }, { texts: ["B", "y"] }]), ["日本   B", "x␛[2J  y"]);
  assertEquals([tableOf([]), tableOf([{ texts: [] }])], [[], []]);
});

Deno.test("tableOf() tells which line it paints, and takes space from the end of a line only", () => {
  const paint = (text: string, line: number): string => `${line}${text}`;
  const columns = [{ texts: ["A", "long"], paint }, { texts: ["", "b "] }, { texts: ["", ""] }];
  assertEquals(tableOf(columns), ["0A", "1long  b"]);
});

Deno.test("formatDuration() keeps about two digits that matter", () => {
  const cases: readonly (readonly [number | bigint, string])[] = [
    [0, "0 ms"],
    [999, "999 ms"],
    [1000, "1.0 s"],
    [1299, "1.2 s"],
    [9999, "9.9 s"],
    [10_000, "10 s"],
    [59_999, "59 s"],
    [60_000, "1m00s"],
    [184_000, "3m04s"],
    [3_599_999, "59m59s"],
    [3_900_000, "1h05m"],
    [86_399_999, "23h59m"],
    [183_600_000, "2d03h"],
    [18446744073709551615n, "213503982334d14h"],
  ];
  for (const [ms, text] of cases) assertEquals(formatDuration(ms), text);
});

Deno.test("formatAge() tells how long ago it was, and the day when that is long or still to come", () => {
  const now = Date.UTC(2026, 10, 21, 12);
  const cases: readonly (readonly [string, string])[] = [
    ["2026-11-21T12:00:00+00:00", "now"],
    ["2026-11-21T11:59:48.5+00:00", "11s ago"],
    ["2026-11-21T13:55:00+02:00", "5m ago"],
    ["2026-11-21T09:00:00Z", "3h ago"],
    ["2026-11-15T12:00:00Z", "6d ago"],
    ["2026-11-14T12:00:00Z", "2026-11-14"],
    ["2026-11-21T12:00:01Z", "2026-11-21"],
    ["sometime", "sometime"],
  ];
  for (const [time, text] of cases) assertEquals(formatAge(time, now), text);
});

Deno.test("formatTime() writes UTC with the digits asked for, and leaves what is no time", () => {
  assertEquals(formatTime("2026-11-21T03:51:23.758770876+02:00", 3), "2026-11-21T01:51:23.758Z");
  assertEquals(formatTime("2026-11-21T01:51:23.758770876+00:00", 0), "2026-11-21T01:51:23Z");
  assertEquals(formatTime("sometime", 3), "sometime");
});
