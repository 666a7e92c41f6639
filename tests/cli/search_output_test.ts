import { assert, assertEquals, assertMatch } from "@std/assert";
import { SearchOutput } from "../../src/cli/search_output.ts";
import { PLAIN } from "../../src/cli/style.ts";
import { widthOf } from "../../src/query/width.ts";
import { ZIG_LOG } from "../../src/query/zig_view.ts";
import { FakeHost } from "./fake_host.ts";

function hit(text: string): Parameters<SearchOutput["print"]>[0] {
  const event = {
    seq: 1,
    ts: "2026-01-01T12:00:00+00:00",
    zig_session_id: "aaaaaaaa-1",
    type: "step_output" as const,
    step_name: "a",
    stream: "stdout" as const,
    line: text,
  };
  const session = {
    id: "aaaaaaaa-1",
    name: "w",
    logPath: "/log",
    startedAt: event.ts,
    endedAt: null,
    status: null,
    state: "running",
    durationMs: 1,
    pinned: false,
    entry: {},
  } as const;
  return {
    log: { source: { name: "zig" }, session, logPath: "/log", format: ZIG_LOG },
    line: { kind: "event", event, offset: 0, length: 1, text: JSON.stringify(event) },
    field: "line",
    text,
    ranges: [],
  };
}

/** Long enough for what must not be drawn. */
function wait(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 900));
}

Deno.test("SearchOutput tells how far a search is that takes long, and makes room for hits", async () => {
  const host = new FakeHost({ columns: 80 });
  const output = new SearchOutput(host, { json: false, style: PLAIN });
  output.advance({ done: 3, sessions: 10 });
  output.print(hit("found"));
  assertEquals(host.stdout.text, "", "hits are written together");
  await new Promise<void>((resolve) => host.stderr.onWrite = () => resolve());
  // deno-lint-ignore no-control-regex
  assertMatch(host.stderr.text, /^(\r\x1b\[Ksearching: 3 of 10 sessions, 1 hit)+$/);
  output.advance({ done: 4, sessions: 10 });
  assert(host.stderr.text.endsWith("\r\x1b[K"), "the line is taken away before a hit is written");
  assertEquals(host.stdout.text, "aaaaaaaa 2026-01-01T12:00:00.000Z w/a: found\n");
  output.end();
  const { length } = host.stderr.text;
  await wait();
  assertEquals(host.stderr.text.length, length);
});

Deno.test("SearchOutput says nothing of its progress when it is over soon, or nobody watches", async () => {
  const soon = new FakeHost({ columns: 80 });
  new SearchOutput(soon, { json: false, style: PLAIN }).end();
  const unwatched = new FakeHost();
  const output = new SearchOutput(unwatched, { json: false, style: PLAIN });
  await wait();
  output.end();
  assertEquals([soon.stderr.text, unwatched.stderr.text], ["", ""]);
});

Deno.test("SearchOutput keeps a hit within the terminal's width, and shows what was found", () => {
  for (const around of ["x", "漢", "\t", "\x1b", "é", "👩‍👩‍👧‍👦 "]) {
    for (const columns of [70, 71, 72, 100]) {
      const host = new FakeHost({ columns });
      const output = new SearchOutput(host, { json: false, style: PLAIN });
      const text = `${around.repeat(90)}found${around.repeat(90)}`;
      const start = around.length * 90;
      output.print({ ...hit(text), ranges: [[start, start + 5]] });
      output.end();
      const line = host.stdout.text.slice(0, -1);
      assert(line.includes("found"), line);
      assert(!line.includes("\t") && !line.includes("\x1b"), line);
      assert(widthOf(line) <= columns, `${widthOf(line)} columns of ${columns}: ${line}`);
    }
  }
});

Deno.test("SearchOutput writes hits in few pieces when they come fast", () => {
  const host = new FakeHost();
  const output = new SearchOutput(host, { json: true, style: PLAIN });
  for (let at = 0; at < 1000; at++) output.print(hit(`${at}`));
  output.end();
  assertEquals(
    host.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line).text),
    Array.from({ length: 1000 }, (_, at) => `${at}`),
  );
  assert(host.stdout.writes.length < 50, `${host.stdout.writes.length} writes`);
});
