import { assertEquals } from "@std/assert";
import { ZIG } from "../../src/codec/zig.ts";
import type { Decoded } from "../../src/codec/dialect.ts";
import type { SessionEventKind, SessionLogEvent } from "../../src/codec/zig_events.ts";
import { diffRuns } from "../../src/query/diff.ts";
import { diffOutput } from "../../src/query/diff_output.ts";
import { normalizeLine } from "../../src/query/normalize_line.ts";
import { RunFold, type RunSummary } from "../../src/query/summary.ts";
import { complete, ended, fail, output, start, started, tier } from "../cli/store.ts";

type Line = Decoded<SessionLogEvent>;

function events(kinds: readonly SessionEventKind[]): SessionLogEvent[] {
  return kinds.map((kind, at) => ({
    seq: at + 1,
    ts: "2026-01-01T12:00:00+00:00",
    zig_session_id: "5e551017",
    ...kind,
  }));
}

function run(...kinds: readonly SessionEventKind[]): RunSummary {
  const fold = new RunFold();
  events([started("w"), ...kinds]).forEach((event) => fold.addEvent(event));
  return fold.summary();
}

/** The events in batches of so many. */
async function* batches(kinds: readonly SessionEventKind[], size = 2): AsyncGenerator<Line[]> {
  const lines = events(kinds).map((event): Line => {
    const text = ZIG.encode(event);
    return { kind: "event", offset: 0, length: text.length + 1, text, event };
  });
  for (let at = 0; at < lines.length; at += size) yield await Promise.resolve(lines.slice(at, at + size));
}

function step(name: string, duration: number): SessionEventKind[] {
  return [start(name), complete(name, duration)];
}

Deno.test("normalizeLine() replaces times, durations, ids and temporary paths", () => {
  const cases = [
    ["at 2026-01-01T12:00:00.123Z ok", "at <time> ok"],
    ["2026-01-01 12:00:00,5 INFO", "<time> INFO"],
    ["12:30:05.25 done", "<time> done"],
    ["took 12ms", "took <duration>"],
    ["ok (1.2s)", "ok (<duration>)"],
    ["ran 1m04s, then 3 seconds", "ran <duration>, then <duration>"],
    ["run 289aa865-eb73-48c9-a995-6b3245bfcc28", "run <id>"],
    ["commit 3f2a9c01d, 0xdeadbe0f", "commit <id>, <id>"],
    ["open /tmp/x.Ab12/src/a.ts", "open <temp>/src/a.ts"],
  ];
  for (const [line, expected] of cases) assertEquals(normalizeLine(line!), expected);
});

Deno.test("normalizeLine() leaves alone what may tell runs apart", () => {
  for (
    const line of [
      "a.ts:12:34",
      "exit code 3",
      "12 tests",
      "version 1.2.3",
      "facade",
      "deadbeef",
      "src/tmp/x",
      "5 mice",
    ]
  ) {
    assertEquals(normalizeLine(line), line);
  }
});

Deno.test("diffRuns() finds steps added and dropped, flips and another end", () => {
  const a = run(tier(0, "old", "build", "test"), ...step("build", 10), ...step("test", 10), ended("success"));
  const b = run(tier(0, "build", "test", "new"), ...step("build", 10), start("test"), fail("test"), ended("failure"));
  assertEquals(diffRuns(a, b), {
    status: { a: "success", b: "failure" },
    added: ["new"],
    dropped: ["old"],
    flips: [{ step: "test", a: "success", b: "failure" }],
    slower: [],
  });
});

Deno.test("diffRuns() reports a step as slower from 20 % and 100 ms on", () => {
  const slower = (a: number, b: number): number => diffRuns(run(...step("s", a)), run(...step("s", b))).slower.length;
  assertEquals([slower(1000, 1200), slower(1000, 1199), slower(100, 200), slower(100, 199)], [1, 0, 1, 0]);
  assertEquals([slower(0, 100), slower(1200, 1000), slower(10_000, 11_000)], [1, 0, 0]);
});

Deno.test("diffOutput() finds the first difference of each step and stream, however the streams are interleaved", async () => {
  const a = [
    output("x", "1"),
    output("x", "2 in 5ms"),
    output("x", "3"),
    output("y", "same"),
    output("x", "e", "stderr"),
  ];
  const b = [
    output("x", "e", "stderr"),
    output("y", "same"),
    output("x", "1"),
    output("x", "2 in 7ms"),
    output("x", "III"),
  ];
  for (const size of [1, 2, 5]) {
    assertEquals(await diffOutput(batches(a, size), batches(b, size)), {
      differences: [{ step: "x", stream: "stdout", line: 3, a: "3", b: "III" }],
      uncompared: [],
    });
  }
});

Deno.test("diffOutput() shows what one run wrote beyond the other", async () => {
  const longer = [output("x", "1"), output("x", "2"), output("x", "3")];
  const shorter = longer.slice(0, 1);
  const { differences: [more] } = await diffOutput(batches(shorter), batches(longer));
  assertEquals(more, { step: "x", stream: "stdout", line: 2, a: null, b: "2" });
  const { differences: [less] } = await diffOutput(batches(longer), batches(shorter));
  assertEquals(less, { step: "x", stream: "stdout", line: 2, a: "2", b: null });
});

Deno.test("diffOutput() gives up the stream that is furthest ahead when too much waits", async () => {
  const many = Array.from({ length: 50 }, (_, at) => output("x", `${at}`));
  const a = [...many, output("y", "a")];
  const b = [output("y", "b"), ...many];
  assertEquals(await diffOutput(batches(a, 51), batches(b, 51), { pending: 500 }), {
    differences: [{ step: "y", stream: "stdout", line: 1, a: "a", b: "b" }],
    uncompared: [{ step: "x", stream: "stdout", lines: 1 }],
  });
  const alone = await diffOutput(batches(many, 51), batches([]), { pending: 500 });
  assertEquals(alone, { differences: [{ step: "x", stream: "stdout", line: 1, a: "0", b: null }], uncompared: [] });
  const ended = await diffOutput(batches(many, 51), batches(many.slice(0, 1)), { pending: 500 });
  assertEquals(ended, { differences: [], uncompared: [{ step: "x", stream: "stdout", lines: 1 }] });
});
