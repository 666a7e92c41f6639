import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseSessionId } from "../../src/session_id.ts";
import type { FollowAllItem } from "../../src/storage/follow_all.ts";
import { ListenCursor } from "../../src/storage/listen_cursor.ts";
import { SKEW_MS } from "../../src/storage/store_follower.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";

const NOW = Date.UTC(2026, 10, 21, 12);

function log(id: string): { id: ReturnType<typeof parseSessionId>; logPath: string } {
  return { id: parseSessionId(id), logPath: `/logs/${id}.jsonl` };
}

function lines(id: string, position: number): FollowAllItem<unknown> {
  return { kind: "lines", log: log(id), lines: [], position };
}

function closed(
  id: string,
  position: number,
  at: number,
  why: "ended" | "writer_died" = "ended",
): FollowAllItem<unknown> {
  return { kind: "closed", log: log(id), why, position, at };
}

/** What a file says after a cursor has taken these items. */
function after(path: string, items: readonly FollowAllItem<unknown>[], now = NOW): unknown {
  {
    using cursor = ListenCursor.open(path, now);
    for (const item of items) cursor.advance(item);
  }
  return JSON.parse(Deno.readTextFileSync(path));
}

Deno.test("ListenCursor.open() makes a file that says since when sessions matter", () => {
  using dir = new TempDir();
  using cursor = ListenCursor.open(dir.at("cursor"), NOW);
  assertEquals(JSON.parse(Deno.readTextFileSync(dir.at("cursor"))), {
    since: "2026-11-21T12:00:00.000Z",
    sessions: {},
  });
  assertEquals([cursor.since, cursor.positions.size], [NOW, 0]);
});

Deno.test("ListenCursor keeps positions for whoever opens it next, and leaves nothing else behind", () => {
  using dir = new TempDir();
  const path = dir.at("cursor");
  const opened: FollowAllItem<unknown> = { kind: "opened", log: log("b"), position: 7 };
  const said = after(path, [lines("a", 10), lines("a", 20), opened, lines("c", 9), {
    kind: "restarted",
    log: log("c"),
    why: "truncated",
  }]);
  assertEquals(said, { since: "2026-11-21T12:00:00.000Z", sessions: { a: 20, b: 7, c: 0 } });
  assertEquals(tree(dir.path), ["cursor"]);
  using cursor = ListenCursor.open(path, NOW + 5000);
  assertEquals([cursor.since, [...cursor.positions]], [NOW, [["a", 20], ["b", 7], ["c", 0]]]);
});

Deno.test("ListenCursor forgets sessions that had ended before all was delivered, and keeps the others", () => {
  using dir = new TempDir();
  const items: FollowAllItem<unknown>[] = [
    ...[lines("running", 1), lines("ended", 2), lines("late", 3), lines("dead", 4), lines("again", 5)],
    ...[closed("ended", 2, NOW + 1000), closed("late", 3, NOW + 9000), closed("dead", 4, NOW + 1000, "writer_died")],
    ...[closed("again", 5, NOW + 1000), lines("again", 6), { kind: "idle" as const, at: NOW + 5000 }],
  ];
  assertEquals(after(dir.at("cursor"), items), {
    since: "2026-11-21T12:00:05.000Z",
    sessions: { running: 1, late: 3, dead: 4, again: 6 },
  });
});

Deno.test("ListenCursor keeps sessions that ended so shortly before that clocks can tell otherwise", () => {
  using dir = new TempDir();
  const ends = [NOW - SKEW_MS - 1, NOW - SKEW_MS, NOW - 1];
  const items = ends.flatMap((end, at) => [lines(`s${at}`, at + 1), closed(`s${at}`, at + 1, end)]);
  assertEquals(after(dir.at("cursor"), [...items, { kind: "idle", at: NOW }]), {
    since: "2026-11-21T12:00:00.000Z",
    sessions: { s1: 2, s2: 3 },
  });
});

Deno.test("ListenCursor forgets sessions whose logs are gone", () => {
  using dir = new TempDir();
  const path = dir.write("cursor", '{"since":"2026-11-21T12:00:00Z","sessions":{"there":5,"gone":5,"removed":5}}');
  const removed: FollowAllItem<unknown> = { kind: "closed", log: log("removed"), why: "removed", position: 5, at: NOW };
  const said = after(path, [closed("there", 5, NOW - 1, "writer_died"), removed, { kind: "idle", at: NOW + 1 }]);
  assertEquals(said, { since: "2026-11-21T12:00:00.001Z", sessions: { there: 5 } });
});

Deno.test("ListenCursor.open() throws when another follower uses the file", () => {
  using dir = new TempDir();
  using _cursor = ListenCursor.open(dir.at("cursor"), NOW);
  const error = assertThrows(() => ListenCursor.open(dir.at("cursor"), NOW));
  assert(error instanceof Error && error.message.endsWith("another follower uses it"), String(error));
});

Deno.test("ListenCursor.open() throws and says what is expected when the file holds something else", () => {
  const cases = [
    "",
    "[]",
    "{}",
    '{"since":"2026-11-21T12:00:00Z"}',
    '{"since":"soon","sessions":{}}',
    '{"since":"2026-11-21T12:00:00Z","sessions":{"a":-1}}',
    '{"since":"2026-11-21T12:00:00Z","sessions":{"a":"5"}}',
    '{"since":"2026-11-21T12:00:00Z","sessions":[]}',
  ];
  using dir = new TempDir();
  for (const text of cases) {
    const path = dir.write("cursor", text);
    const error = assertThrows(() => ListenCursor.open(path, NOW), SyntaxError, `Cannot read cursor "${path}": `, text);
    assert(/expected|JSON/.test(error.message), error.message);
    assertEquals(Deno.readTextFileSync(path), text, "the file is left as it was");
    assertEquals(tree(dir.path), ["cursor"]);
  }
});
