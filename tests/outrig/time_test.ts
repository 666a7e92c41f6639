/** Times, durations and ids as the Rust program shows and writes them. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatRunTime, parseRunTime } from "../../src/codec/outrig_time.ts";
import { formatDuration, formatStartedAt } from "../../src/outrig/format.ts";
import { isRunId, newRunId, parseRunId } from "../../src/outrig/run_id.ts";
import { goldenText } from "../helpers/golden.ts";

/** The lines of one part of what the Rust program printed. */
function probed(part: string): string[][] {
  const [, text = ""] = goldenText("outrig/probe-output.txt").split(`--- ${part}\n`);
  return text.split("\n---")[0]!.split("\n").map((line) => line.split(" -> "));
}

/** How the Rust program reads a text: the time, or `undefined` where it does not. */
function normalized(text: string): string | undefined {
  const instant = parseRunTime(text);
  return instant && formatRunTime(instant);
}

Deno.test("formatRunTime() and formatStartedAt() write what the Rust program does when given nanoseconds", () => {
  const lines = probed("timestamps").filter(([from]) => /^\d+$/.test(from!));
  assertEquals(lines.length, 9);
  for (const [from, to] of lines) {
    const [time, shown] = to!.split(" | ");
    const all = BigInt(from!);
    const text = formatRunTime({ seconds: Number(all / 1_000_000_000n), nanos: Number(all % 1_000_000_000n) });
    assertEquals([text, formatStartedAt(text)], [time!, shown!]);
  }
});

Deno.test("parseRunTime() reads what the Rust program reads and nothing else when given texts", () => {
  const lines = probed("timestamps").filter(([from]) => !/^\d+$/.test(from!));
  assertEquals(lines.length, 16);
  for (const [from, to] of lines) assertEquals(normalized(from!), to!.startsWith("ERROR") ? undefined : to, from);
});

// What the program makes of them was seen in its listings.
const READ: Readonly<Record<string, string>> = {
  "2026-05-01T14Z": "2026-05-01T14:00:00Z",
  "2026-05-01T141907Z": "2026-05-01T14:19:07Z",
  "2026-05-01T14:19:07+0230": "2026-05-01T11:49:07Z",
  "2026-05-01T14:19:07+02:30:15": "2026-05-01T11:48:52Z",
  "2026-05-01T14:19:07+02:30:15.5": "2026-05-01T11:48:51Z",
  "2026-05-01T14:19:07+25:59": "2026-04-30T12:20:07Z",
  "+002026-05-01T14:19:07Z": "2026-05-01T14:19:07Z",
  "-000001-05-01T14:19:07Z": "-000001-05-01T14:19:07Z",
  "0000-01-01T00:00:00Z": "0000-01-01T00:00:00Z",
  "0042-01-01T00:00:00Z": "0042-01-01T00:00:00Z",
  "9999-12-30T22:00:00Z": "9999-12-30T22:00:00Z",
  "-009999-01-02T01:59:59Z": "-009999-01-02T01:59:59Z",
  "2024-02-29T00:00:00Z": "2024-02-29T00:00:00Z",
  "1969-12-31T23:59:59.5Z": "1969-12-31T23:59:59.5Z",
  "2026-05-01T14:19:07Z[!UTC][u-ca=iso8601]": "2026-05-01T14:19:07Z",
  "2026-05-01T14:19:07Z[foo=bar]": "2026-05-01T14:19:07Z",
};
for (const [text, time] of Object.entries(READ)) {
  Deno.test(`parseRunTime() reads ${time} when given ${text}`, () => assertEquals(normalized(text), time));
}

const NONE = [
  "2026-05-01Z",
  "2026-05-01T24:00:00Z",
  "2026-05-01T23:60:00Z",
  "2026-05-01T23:59:61Z",
  "2026-02-29T00:00:00Z",
  "2026-04-31T00:00:00Z",
  "2026-00-01T00:00:00Z",
  "-000000-05-01T14:19:07Z",
  "9999-12-30T22:00:01Z",
  "-009999-01-02T01:59:58Z",
  "2026-0501T14:19:07Z",
  "2026-05-01T14:1907Z",
  "2026-05-01T14:19:07.Z",
  "2026-05-01T14:19.5Z",
  "2026-05-01T14:19:07 Z",
  " 2026-05-01T14:19:07Z",
  "2026-05-01T14:19:07Z\n",
  "2026-05-01T14:19:07+26:00",
  "2026-05-01T14:19:07+02:3015",
  "2026-05-01T14:19:07Z[UTC][UTC]",
  "2026-05-01T14:19:07Z[!foo=bar]",
  "2026-05-01T14:19:07Z[2x]",
  "2026-05-01T14:19:07Z[Europe/2x]",
  "2026-05-01T14:19:07Z[Europe/]",
  "2026-05-01T14:19:07Z[",
];
for (const text of NONE) {
  Deno.test(`parseRunTime() finds no time when given ${JSON.stringify(text)}`, () => {
    assertEquals(parseRunTime(text), undefined);
  });
}

Deno.test("parseRunTime() gives back the moment that formatRunTime() wrote whatever the moment", () => {
  const seconds = fc.integer({ min: -377_705_023_201, max: 253_402_207_199 });
  fc.assert(fc.property(seconds, fc.nat(999_999_999), (seconds, nanos) => {
    const text = formatRunTime({ seconds, nanos });
    assertEquals(parseRunTime(text), { seconds, nanos });
    assert(!/\.\d*0Z$|\.Z$/.test(text), text);
  }));
});

Deno.test("formatDuration() writes what the Rust program does when given whole seconds", () => {
  const lines = probed("durations");
  assertEquals(lines.length, 8);
  for (const [seconds, text] of lines) assertEquals(formatDuration(Number(seconds) * 1000), text);
});

Deno.test("formatDuration() and formatStartedAt() write a question mark when there is nothing to show", () => {
  assertEquals([-1, NaN, Infinity].map(formatDuration), ["?", "?", "?"]);
  assertEquals(formatDuration(59_999), "0m59s");
  assertEquals(["", "soon"].map(formatStartedAt), ["?", "?"]);
});

Deno.test("newRunId() draws an id of the time and four hexadecimal digits when asked", () => {
  for (const [id] of probed("ids")) assertMatch(id!, /^\d{8}T\d{6}-[0-9a-f]{4}$/);
  const ids = Array.from({ length: 200 }, () => newRunId(Date.UTC(2026, 4, 1, 14, 19, 7, 999)));
  for (const id of ids) assertMatch(id, /^20260501T141907-[0-9a-f]{4}$/);
  assert(new Set(ids).size > 150);
  assertMatch(newRunId(), /^20\d{6}T\d{6}-[0-9a-f]{4}$/);
});

Deno.test("parseRunId() takes names and throws SyntaxError when an id could leave the store", () => {
  for (const id of ["20260501T141907-ab12", "a", "A.b_c-1"]) assertEquals(parseRunId(id), id as typeof id & string);
  for (
    const id of ["", ".", "..", "../x", "a/b", "a\\b", "/etc", "a\nb", "a\0", ".tmp", "-x", "a..b", "x".repeat(200)]
  ) {
    assertEquals(isRunId(id), false, id);
    assertThrows(() => parseRunId(id), SyntaxError, "Cannot use run id");
  }
});
