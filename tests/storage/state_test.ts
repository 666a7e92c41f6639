import { assertEquals } from "@std/assert";
import { ZIG } from "../../src/codec/zig.ts";
import { Catalog, type SessionEntry } from "../../src/storage/catalog.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { lockPathOf } from "../../src/storage/layout.ts";
import { goldenBytes, goldenText } from "../helpers/golden.ts";
import { LockHolder, withoutTryLock } from "../helpers/lock_holder.ts";
import { ENDED, indexText, logText, projectEntry, STARTED, Store } from "../helpers/sessions.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const START_MS = Date.parse("2026-11-21T01:51:23Z");

/** Makes a log look as if nobody had written to it since it began. */
function age(path: string): string {
  Deno.utimeSync(path, START_MS / 1000, START_MS / 1000);
  return path;
}

function only(store: Store, now?: number): SessionEntry<unknown> {
  const [row, ...more] = new Catalog(store.layout, ZIG).list(now);
  assertEquals(more, []);
  return row!;
}

function stateOf(store: Store, now?: number): [string, number | null] {
  const { state, durationMs } = only(store, now);
  return [state, durationMs];
}

Deno.test("Catalog.list() says running while the lock of a log is held, and crashed once its holder was killed", async () => {
  using dir = new TempDir();
  const store = new Store(dir);
  const log = age(store.log("a"));
  await using holder = await LockHolder.start(lockPathOf(log));
  assertEquals(stateOf(store, START_MS + 3_600_000), ["running", 3_600_000]);
  await holder.kill();
  assertEquals(stateOf(store, START_MS + 3_600_000), ["crashed", 0]);
  assertEquals([only(store).endedAt, only(store).status], [null, null]);
});

Deno.test("Catalog.list() says crashed however fresh the log is when its lock is free", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  FileLock.take(lockPathOf(store.log("a", { output: ["x"] }))).release();
  assertEquals(stateOf(store, START_MS)[0], "crashed");
});

Deno.test("Catalog.list() says how a session ended when its log tells, whatever its lock and its age", () => {
  for (const end of ["success", "failure"] as const) {
    using dir = new TempDir();
    const store = new Store(dir);
    const path = age(store.log("a", { end }));
    const check = (): void => {
      const row = only(store, START_MS + 1e9);
      assertEquals([row.state, row.status, row.endedAt, row.durationMs], [end, end, ENDED, 1500]);
    };
    check();
    const lock = FileLock.take(lockPathOf(path));
    check();
    lock.release();
    check();
    // A line behind the end does not take it back.
    Deno.writeTextFileSync(path, logText("a").replace(/\n$/, ""), { append: true });
    check();
  }
});

Deno.test("Catalog.list() says what the log tells when the index says nothing of an end, and shows it in the entry", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  store.log("a", { end: "failure" });
  store.index(indexText([{ ...projectEntry("a"), label: "kept" }]));
  const row = only(store);
  assertEquals([row.state, row.endedAt, row.status, row.durationMs], ["failure", ENDED, "failure", 1500]);
  assertEquals(row.entry, { ...projectEntry("a", { ended_at: ENDED, status: "failure" }), label: "kept" });
});

Deno.test("Catalog.list() finds the end of a log when many lines stand behind it, and takes no output for one", () => {
  for (const lines of [1, 15, 16, 100, 500]) {
    using dir = new TempDir();
    const store = new Store(dir);
    const output = Array.from({ length: lines }, () => "zig_session_ended"); // said, and not meant
    const behind = logText("a", { output }).split("\n").slice(1).join("\n");
    const path = age(store.log("a", logText("a", { end: "failure" }) + behind));
    const check = (): void => {
      const row = only(store, START_MS + 1e9);
      assertEquals([row.state, row.status, row.endedAt], ["failure", "failure", ENDED], `${lines} lines behind it`);
    };
    check(); // by the log alone
    store.index(indexText([projectEntry("a")]));
    check(); // by the index, and the log
    Deno.writeTextFileSync(path, logText("a") + behind);
    assertEquals(only(store, Date.now() + 1e9).state, "stale");
  }
});

Deno.test("Catalog.list() says what the index tells when the log has lost its end", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  FileLock.take(lockPathOf(store.log("a"))).release();
  store.index(indexText([projectEntry("a", { ended_at: ENDED, status: "success" })]));
  assertEquals(stateOf(store), ["success", 1500]);
});

Deno.test("Catalog.list() says running, then stale, when a log without lock has been silent for three heartbeats", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  age(store.log("a"));
  assertEquals(stateOf(store, START_MS), ["running", 0]);
  assertEquals(stateOf(store, START_MS + 29_999), ["running", 29_999]);
  assertEquals(stateOf(store, START_MS + 31_000), ["stale", 0]);
  // Any sign of life counts: a later event, or a file written later.
  const path = store.log("a", logText("a") + logText("a", { at: "2026-11-21T01:52:23+00:00" }));
  age(path);
  assertEquals(stateOf(store, START_MS + 60_000 + 29_999)[0], "running");
  assertEquals(stateOf(store, START_MS + 60_000 + 31_000), ["stale", 60_000]);
  Deno.utimeSync(path, 0, START_MS / 1000 + 120);
  assertEquals(stateOf(store, START_MS + 120_000 + 29_999)[0], "running");
  assertEquals(stateOf(store, START_MS + 120_000 + 31_000), ["stale", 120_000]);
});

Deno.test("Catalog.list() judges a log by its age when the runtime cannot try a lock", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  FileLock.take(lockPathOf(age(store.log("a")))).release();
  withoutTryLock(() => {
    assertEquals(stateOf(store, START_MS + 10_000)[0], "running");
    assertEquals(stateOf(store, START_MS + 40_000)[0], "stale");
  });
  assertEquals(stateOf(store, START_MS + 10_000)[0], "crashed");
});

Deno.test("Catalog.list() says stale and no duration when the log of a session without end is gone", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  store.index(indexText([projectEntry("a")]));
  assertEquals(stateOf(store), ["stale", null]);
});

Deno.test("Catalog.list() says no duration when nobody can tell when a session began", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  store.index(indexText([projectEntry("a", { started_at: "once upon a time" })]));
  const path = age(store.log("a"));
  assertEquals(stateOf(store, START_MS), ["running", null]);
  FileLock.take(lockPathOf(path)).release();
  assertEquals(stateOf(store, START_MS), ["crashed", null]);
});

Deno.test("Catalog.list() says what it can when a log is empty, torn or damaged from beginning to end", () => {
  for (const text of ["", "{", "damage\n".repeat(1000), logText("a").slice(0, -20)]) {
    using dir = new TempDir();
    const store = new Store(dir);
    const path = age(store.log("a", text));
    assertEquals(only(store, START_MS).state, "running");
    assertEquals(only(store, START_MS + 60_000).state, "stale");
    FileLock.take(lockPathOf(path)).release();
    assertEquals(only(store).state, "crashed");
  }
});

for (
  const [name, id, state] of [
    ["sig-KILL", "8a7aebe2-7875-4b8d-85e7-1e327478b504", "stale"],
    ["crash-drop", "17a5cf94-9e8f-4f71-a572-df5a26055f2d", "failure"],
    ["all", "289aa865-eb73-48c9-a995-6b3245bfcc28", "success"],
  ] as const
) {
  Deno.test(`Catalog.list() says ${state} of the golden session ${name} with its index and without`, () => {
    using dir = new TempDir();
    const store = new Store(dir);
    age(store.log(id, new TextDecoder().decode(goldenBytes(`zig/${name}/${id}.jsonl`))));
    const now = START_MS + 600_000;
    assertEquals(only(store, now).state, state);
    store.index(goldenText(`zig/${name}/index.json`));
    store.globalIndex(goldenText(`zig/${name}/sessions_index.json`));
    assertEquals([only(store, now).state, only(store, now).id], [state, id]);
    assertEquals(only(store, now).logPath, `${store.layout.sessionsDir}/${id}.jsonl`);
    assertEquals(new Catalog(store.layout, ZIG).listAll(now).map((row) => row.state), [state]);
  });
}

Deno.test("Catalog.list() knows the end of every prefix of a log that holds it, and of no shorter one", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  const text = logText("a", { output: ["x"], end: "success" });
  for (let cut = 0; cut <= text.length; cut++) {
    age(store.log("a", text.slice(0, cut)));
    const row = only(store, START_MS);
    assertEquals(row.state, cut >= text.length - 1 ? "success" : "running", `${cut}`);
    if (cut >= text.indexOf("\n")) assertEquals([row.startedAt, row.name], [STARTED, "made up"]);
  }
});
