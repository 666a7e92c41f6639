/** A store is looked over: each thing that can be wrong, with a command that helps. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Diagnosis, quoted } from "../../src/maintenance/diagnosis.ts";
import { examineStore } from "../../src/maintenance/doctor.ts";
import { age, contentOf, record } from "../helpers/recorded.ts";
import { TempDir } from "../helpers/temp_dir.ts";

async function examine(root: string, now?: number): Promise<Record<string, Diagnosis>> {
  const found = await Array.fromAsync(examineStore({ root, project: root, now, settleMs: 0 }));
  return Object.fromEntries(found.map((diagnosis) => [diagnosis.check, diagnosis]));
}

/** A store with one session that ended well, and no rights for others. */
function store(dir: TempDir): { root: string; logPath: string } {
  const root = dir.at("store");
  Deno.mkdirSync(root, { mode: 0o700 });
  return { root, logPath: record(root, "success").logPath };
}

/** Checks that what was done to a store is told of, and nothing else. */
async function assertOnly(root: string, expected: Partial<Diagnosis> & { check: string }, now?: number): Promise<void> {
  const found = await examine(root, now);
  for (const { check, state, message, fix } of Object.values(found)) {
    if (check === expected.check) {
      assertEquals(state, expected.state, `${check}: ${message}`);
      assertEquals(fix, expected.fix ?? null);
    } else assert(state === "ok" || check === "disk space", `${check}: ${message}`);
  }
}

Deno.test("examineStore() finds nothing in a store without fault, and changes nothing", async () => {
  using dir = new TempDir();
  const { root } = store(dir);
  const before = contentOf(root);
  const found = await examine(root);
  assertEquals(Object.keys(found), [
    "store",
    "permissions",
    "logs",
    "crashed sessions",
    "stale sessions",
    "indexes",
    "left-over files",
    "set aside",
    "clock",
    "disk space",
    "locks",
    "notifications",
  ]);
  for (const { check, state, fix } of Object.values(found)) {
    if (check !== "disk space") assertEquals([check, state, fix], [check, "ok", null]);
  }
  assertMatch(found["disk space"]!.message, /^\d+(\.\d)? [kMGTP]?B are free$/);
  assertEquals(contentOf(root), before);
});

Deno.test("examineStore() says what to do where there is no store, and where something is in its place", async () => {
  using dir = new TempDir();
  const none = await examine(dir.at("none"));
  assertEquals([none["store"]?.state, none["store"]?.fix], [
    "warn",
    `ziglog --root ${quoted(dir.at("none"))} run -- true`,
  ]);
  assertEquals(none["logs"], undefined);
  const file = dir.write("it's a file", "");
  const found = await examine(file);
  assertEquals(found["store"]?.state, "bad");
  assertEquals(found["store"]?.fix, `mv '${dir.path}/it'\\''s a file' '${dir.path}/it'\\''s a file.old'`);
});

Deno.test({
  name: "examineStore() finds files that others may read, and the command that it names takes care of them",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using dir = new TempDir();
    const { root, logPath } = store(dir);
    Deno.chmodSync(logPath, 0o644);
    const fix = `chmod -R go= ${quoted(root)}`;
    await assertOnly(root, { check: "permissions", state: "warn", fix });
    assertMatch((await examine(root))["permissions"]!.message, /1 of its files .*\.jsonl \(0644\)$/);
    new Deno.Command("sh", { args: ["-c", fix] }).outputSync();
    assertEquals((await examine(root))["permissions"]?.state, "ok");
  },
});

Deno.test("examineStore() finds logs whose ends are damaged", async () => {
  for (const damage of ["garbage\n", '{"half']) {
    using dir = new TempDir();
    const { root, logPath } = store(dir);
    Deno.writeTextFileSync(logPath, damage, { append: true });
    await assertOnly(root, { check: "logs", state: "bad", fix: `ziglog --root ${quoted(root)} verify --all` });
  }
  using dir = new TempDir();
  const { root, logPath } = store(dir);
  const text = Deno.readTextFileSync(logPath);
  Deno.writeTextFileSync(logPath, text.slice(text.indexOf("\n") + 1));
  assertEquals((await examine(root))["logs"]?.state, "bad");
});

Deno.test("examineStore() takes the half line of a live session for what it is", async () => {
  using dir = new TempDir();
  const { root } = store(dir);
  const live = record(root, "live");
  Deno.writeTextFileSync(live.logPath, '{"half', { append: true });
  await assertOnly(root, { check: "logs", state: "ok" });
  live.writer[Symbol.dispose]();
});

Deno.test("examineStore() finds sessions whose writer died, and sessions that have been silent for long", async () => {
  using dir = new TempDir();
  const { root } = store(dir);
  const { id, logPath } = record(root, "dead");
  await assertOnly(root, {
    check: "crashed sessions",
    state: "warn",
    fix: `ziglog --root ${quoted(root)} repair --all`,
  });
  Deno.removeSync(logPath.replace(/jsonl$/, "lock"));
  age(10, logPath);
  const fix = `ziglog --root ${quoted(root)} repair --stale ${id}`;
  await assertOnly(root, { check: "stale sessions", state: "warn", fix }, Date.now() + 60_000);
});

Deno.test("examineStore() finds indexes that do not say what the logs say, and damaged ones", async () => {
  using dir = new TempDir();
  const { root } = store(dir);
  const fix = `ziglog --root ${quoted(root)} reindex --all`;
  Deno.writeTextFileSync(`${root}/sessions_index.json`, '{"sessions":[]}');
  await assertOnly(root, { check: "indexes", state: "warn", fix });
  Deno.writeTextFileSync(`${root}/sessions_index.json`, '{"sessions":[');
  await assertOnly(root, { check: "indexes", state: "bad", fix });
});

Deno.test("examineStore() finds locks and temporary files that were left, and counts what was set aside", async () => {
  using dir = new TempDir();
  const { root, logPath } = store(dir);
  Deno.writeTextFileSync(logPath.replace(/jsonl$/, "lock"), "");
  Deno.writeTextFileSync(`${root}/sessions_index.json.tmp`, "");
  age(5, `${root}/sessions_index.json.tmp`);
  Deno.writeTextFileSync(`${root}/sessions_index.json.broken-20260101`, "");
  Deno.writeTextFileSync(`${logPath}.torn-20260101T000000Z`, "");
  for (const path of [`${root}/sessions_index.json.broken-20260101`, `${logPath}.torn-20260101T000000Z`]) {
    Deno.chmodSync(path, 0o600);
  }
  for (const path of [`${root}/sessions_index.json.tmp`, logPath.replace(/jsonl$/, "lock")]) {
    Deno.chmodSync(path, 0o600);
  }
  await assertOnly(root, {
    check: "left-over files",
    state: "warn",
    fix: `ziglog --root ${quoted(root)} repair --all`,
  });
  const found = await examine(root);
  assertMatch(found["left-over files"]!.message, /^2 /);
  assertEquals(found["set aside"]?.message, "1 damaged indexes and 1 unfinished lines are kept");
});

Deno.test("examineStore() finds logs that were written in the future", async () => {
  using dir = new TempDir();
  const { root } = store(dir);
  const found = await examine(root, Date.now() - 3_600_000);
  assertEquals([found["clock"]?.state, found["clock"]?.fix], ["warn", "timedatectl set-ntp true"]);
});
