/** What dead writers left behind is repaired, and nothing else is touched. */

import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { SessionNotFoundError } from "../../src/errors.ts";
import { appendEvent, startSession } from "../../src/session/session_appender.ts";
import { rebuildIndexes } from "../../src/maintenance/rebuild_indexes.ts";
import {
  type RepairOptions,
  repairSession,
  repairStore,
  type StoreRepair,
} from "../../src/maintenance/repair_store.ts";
import { listSessions } from "../../src/session/sessions.ts";
import { verifySession } from "../../src/maintenance/verify_session.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { age, contentOf, record, TORN } from "../helpers/recorded.ts";
import { needs } from "../helpers/skip.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const LATER = Date.parse("2100-01-01");

function repairAll(root: string, options: RepairOptions = {}): Promise<StoreRepair[]> {
  return Array.fromAsync(repairStore({ root, project: root, ...options }));
}

/** What was done, in short. */
function doneBy(repairs: readonly StoreRepair[]): string[] {
  return repairs.flatMap((item) => {
    if (item.kind === "log") return item.repair.actions.map(({ kind }) => kind as string);
    return item.kind === "index" ? item.rebuild.differences.map(({ kind }) => kind) : [item.kind];
  });
}

function besides(logPath: string, suffix: string): string[] {
  const directory = logPath.slice(0, logPath.lastIndexOf("/"));
  return [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) => name.includes(suffix))
    .map((name) => `${directory}/${name}`);
}

Deno.test("repairSession() moves an unfinished line away and ends the session where its last event stands", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const { id, logPath } = record(root, "torn");
  const whole = Deno.readTextFileSync(logPath).slice(0, -TORN.length);
  const { ts: first } = JSON.parse(whole.split("\n")[0]!);
  const { ts: last } = JSON.parse(whole.split("\n").at(-2)!);
  const now = LATER + 5;
  const { log, indexes } = await repairSession(id.slice(0, 8), { root, project: root, now });

  const [kept, ...others] = besides(logPath, ".torn-");
  assertEquals(others, []);
  assertMatch(kept!, /\.jsonl\.torn-\d{8}T\d{9}Z$/);
  assertEquals(Deno.readTextFileSync(kept!), TORN);
  if (Deno.build.os !== "windows") assertEquals(Deno.statSync(kept!).mode! & 0o777, 0o600);

  const text = Deno.readTextFileSync(logPath);
  assert(text.startsWith(whole) && text.endsWith("\n"));
  const ms = Math.floor(Date.parse(last) - Date.parse(first));
  const end = JSON.parse(text.slice(whole.length));
  assert(Math.abs(end.duration_ms - ms) <= 1);
  assertEquals(Object.entries({ ...end, duration_ms: 0 }), [
    ["seq", 5],
    ["ts", last],
    ["zig_session_id", id],
    ["type", "zig_session_ended"],
    ["status", "failure"],
    ["duration_ms", 0],
    ["repaired_at", "2100-01-01T00:00:00.005+00:00"],
    ["repair_reason", "its writer had died"],
  ]);
  assertEquals([log.state, log.untouched, ...log.actions.map(({ kind }) => kind)], [
    "crashed",
    null,
    "move_torn_tail",
    "end_session",
  ]);
  assertEquals(indexes.map(({ differences }) => differences.map(({ kind }) => kind)), [["end_missing"], [
    "end_missing",
  ]]);
  assertEquals([...besides(logPath, ".lock"), ...besides(logPath, ".append")], []);

  const { findings, damage, state } = await verifySession(logPath);
  assertEquals([damage, state, ...findings.map(({ kind }) => kind)], [0, "failure", "repaired"]);
  const [row] = listSessions({ root, project: root });
  assertEquals([row?.state, row?.endedAt], ["failure", last]);
});

Deno.test("repairSession() changes nothing when it is run again", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const { id, logPath } = record(root, "torn");
  await repairSession(id, { root });
  age(5, logPath, `${root}/sessions_index.json`);
  const before = [contentOf(root), Deno.statSync(logPath).mtime, Deno.statSync(`${root}/sessions_index.json`).mtime];
  const { log, indexes } = await repairSession(id, { root });
  assertEquals([log.untouched, log.actions, indexes], [null, [], []]);
  const after = [contentOf(root), Deno.statSync(logPath).mtime, Deno.statSync(`${root}/sessions_index.json`).mtime];
  assertEquals(after, before);
});

Deno.test("repairSession() says what it would do, and does nothing, in a dry run", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const { id } = record(root, "torn");
  const before = contentOf(root);
  const dry = await repairSession(id, { root, dryRun: true, now: LATER });
  assertEquals(contentOf(root), before);
  const { log } = await repairSession(id, { root, now: LATER });
  assertEquals(dry.log, log);
});

Deno.test("repairSession() never touches a session that goes on", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const owned = record(root, "live");
  Deno.writeTextFileSync(owned.logPath, '{"half', { append: true });
  const shared = startSession({ workflowName: "script", workflowPath: "", tierCount: 1, root, project: root });
  Deno.writeTextFileSync(shared.logPath, '{"half', { append: true });
  const before = contentOf(root);
  for (const id of [owned.id, shared.sessionId]) {
    const { log } = await repairSession(id, { root, stale: true });
    assertEquals([log.state, log.untouched, log.actions], ["running", "it is running", []]);
  }
  assertEquals(doneBy(await repairAll(root, { stale: true })), []);
  assertEquals(contentOf(root), before);
  owned.writer[Symbol.dispose]();
});

Deno.test("repairSession() waits for nobody: a log that somebody is at is not touched", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const { id, logPath } = record(root, "torn");
  using _turn = FileLock.take(logPath.replace(/jsonl$/, "append"));
  const before = contentOf(root);
  const { log } = await repairSession(id, { root });
  assertEquals([log.untouched, log.actions], ["somebody else is at it", []]);
  assertEquals(contentOf(root), before);
});

Deno.test("repairSession() ends a session that has been silent for long only when told to", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const { sessionId, logPath } = startSession({ workflowName: "script", workflowPath: "", tierCount: 1, root });
  appendEvent(sessionId, { type: "heartbeat", interval_secs: 10 }, { root });
  Deno.writeTextFileSync(logPath, '{"half', { append: true });
  const before = contentOf(root);
  const { log } = await repairSession(sessionId, { root, now: LATER });
  assertEquals([log.state, log.actions, contentOf(root)], ["stale", [], before]);
  assertMatch(log.untouched!, /silent/);

  const told = await repairSession(sessionId, { root, now: LATER, stale: true });
  assertEquals(told.log.actions.map(({ kind }) => kind), ["move_torn_tail", "end_session"]);
  const lines = Deno.readTextFileSync(logPath).trimEnd().split("\n");
  const { seq, status, repair_reason } = JSON.parse(lines.at(-1)!);
  assertEquals([lines.length, seq, status, repair_reason], [3, 3, "failure", "its writer had fallen silent"]);
  assertEquals([...besides(logPath, ".lock"), ...besides(logPath, ".append")], []);
});

Deno.test("repairSession() keeps lines that cannot be read, byte for byte", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const { id, logPath } = record(root, "dead");
  const [first, ...rest] = Deno.readTextFileSync(logPath).split("\n");
  const damaged = new TextEncoder().encode([first, "gar\0bage", "", ...rest].join("\n"));
  damaged[damaged.indexOf(0)] = 0xff;
  Deno.writeFileSync(logPath, damaged);
  assertEquals((await repairSession(id, { root })).log.damageLeft, 1);
  assertEquals(Deno.readFileSync(logPath).slice(0, damaged.length), damaged);
  assertEquals((await verifySession(logPath)).findings.map(({ kind }) => kind), [
    "malformed",
    "blank_line",
    "repaired",
  ]);
});

Deno.test("repairSession() keeps the bytes of an unfinished line whatever they are, and never writes over a copy", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const { id, logPath } = record(root, "dead");
  const tail = new Uint8Array(1_000_000).map((_, at) => at % 251 === 10 ? 0 : at % 251);
  Deno.writeFileSync(logPath, tail, { append: true });
  const time = new Date("2026-11-21T01:51:23.456Z");
  Deno.utimeSync(logPath, time, time);
  const taken = `${logPath}.torn-20261121T015123456Z`;
  Deno.writeTextFileSync(taken, "another one");
  await repairSession(id, { root });
  assertEquals(Deno.readTextFileSync(taken), "another one");
  assertEquals(Deno.readFileSync(`${taken}-2`), tail);
});

Deno.test("repairSession() writes the end on a line of its own when only a newline is missing", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const { id, logPath } = record(root, "dead");
  Deno.truncateSync(logPath, Deno.statSync(logPath).size - 1);
  const whole = Deno.readTextFileSync(logPath);
  const { log } = await repairSession(id, { root });
  assertEquals(log.actions.map(({ kind }) => kind), ["end_session"]);
  assert(Deno.readTextFileSync(logPath).startsWith(`${whole}\n{"seq":5,`));
});

Deno.test("repairSession() ends an empty log, and one of damage alone", async () => {
  using dir = new TempDir();
  const root = dir.path;
  for (const content of ["", "garbage\n", '{"torn']) {
    const { id, logPath } = record(root, "dead");
    Deno.writeTextFileSync(logPath, content);
    const { log } = await repairSession(id, { root });
    assertEquals(log.actions.at(-1)?.kind, "end_session");
    const { seq, duration_ms } = JSON.parse(Deno.readTextFileSync(logPath).trimEnd().split("\n").at(-1)!);
    assertEquals([seq, duration_ms, (await verifySession(logPath)).state], [1, 0, "failure"]);
  }
});

Deno.test("repairSession() writes the end that an index still knows", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const { id, logPath } = record(root, "success");
  const lines = Deno.readTextFileSync(logPath).trimEnd().split("\n");
  const { ended_at } = JSON.parse(Deno.readTextFileSync(`${root}/sessions_index.json`)).sessions[0];
  Deno.writeTextFileSync(logPath, lines.slice(0, -1).map((line) => `${line}\n`).join(""));
  const indexes = contentOf(root);
  const { log } = await repairSession(id, { root, now: LATER });
  assertEquals([log.state, ...log.actions.map(({ kind }) => kind)], ["stale", "end_session"]);
  const { ts, status, repair_reason } = JSON.parse(Deno.readTextFileSync(logPath).trimEnd().split("\n").at(-1)!);
  assertEquals([ts, status], [ended_at, "success"]);
  assertMatch(repair_reason, /index/);
  const after = contentOf(root);
  for (const path of Object.keys(after).filter((path) => path.endsWith("index.json"))) {
    assertEquals(after[path], indexes[path]);
  }
});

Deno.test("repairSession() says the same of the end that readers do when it is buried deep under later events", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const { id, logPath } = record(root, "success");
  const beat = (seq: number): string =>
    `{"seq":${seq},"ts":"2100-01-01T00:00:00+00:00","zig_session_id":"${id}","type":"heartbeat","interval_secs":10}\n`;
  Deno.writeTextFileSync(logPath, Array.from({ length: 3000 }, (_, at) => beat(6 + at)).join(""), { append: true });
  Deno.writeTextFileSync(logPath.replace(/jsonl$/, "lock"), "");
  Deno.removeSync(`${root}/sessions_index.json`);
  rebuildIndexes({ root, project: root });
  await repairSession(id, { root });
  const { type, status } = JSON.parse(Deno.readTextFileSync(logPath).trimEnd().split("\n").at(-1)!);
  assertEquals([type, status], ["zig_session_ended", "success"]);
  const again = contentOf(root);
  await repairSession(id, { root });
  assertEquals(contentOf(root), again);
});

Deno.test("repairSession() cuts an unfinished line behind the end, and removes locks of a session that has ended", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const { id, logPath } = record(root, "success");
  const whole = Deno.readTextFileSync(logPath);
  for (const suffix of ["lock", "append"]) Deno.writeTextFileSync(logPath.replace(/jsonl$/, suffix), "");
  const locks = await repairSession(id, { root });
  assertEquals(locks.log.actions.map(({ kind }) => kind), ["remove_locks"]);
  assertEquals([...besides(logPath, ".lock"), ...besides(logPath, ".append")], []);

  Deno.writeTextFileSync(logPath, '{"half', { append: true });
  const tail = await repairSession(id, { root });
  assertEquals(tail.log.actions.map(({ kind }) => kind), ["move_torn_tail"]);
  assertEquals(Deno.readTextFileSync(logPath), whole);
});

Deno.test("repairSession() does not follow a symbolic link out of the store", async () => {
  using dir = new TempDir();
  const root = dir.at("store");
  const { id, logPath } = record(root, "torn");
  const outside = dir.at("outside.jsonl");
  Deno.renameSync(logPath, outside);
  Deno.symlinkSync(outside, logPath);
  const before = Deno.readTextFileSync(outside);
  const { log } = await repairSession(id, { root });
  assertNotEquals(log.untouched, null);
  assertEquals(Deno.readTextFileSync(outside), before);
});

Deno.test("repairSession() throws when there is no such log", async () => {
  using dir = new TempDir();
  record(dir.path, "success");
  await assertRejects(() => repairSession("nothing", { root: dir.path }), SessionNotFoundError);
});

Deno.test("repairStore() repairs all that is dead, in every project, and makes the indexes what the logs say", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const projects = ["a", "b"].map((name) => {
    Deno.mkdirSync(`${root}/${name}/.git`, { recursive: true });
    return `${root}/${name}`;
  });
  const logs = projects.flatMap((project) => [record(root, "dead", { project }), record(root, "torn", { project })]);
  const sound = record(root, "success", { project: projects[0]! });
  const live = record(root, "live", { project: projects[1]! });
  Deno.writeTextFileSync(`${root}/sessions_index.json`, "broken");
  const done = await repairAll(root);
  assertEquals(
    done.flatMap((item) => item.kind === "log" && item.repair.untouched !== null ? [item.repair.sessionId] : []),
    [
      live.id,
    ],
  );
  for (const { logPath } of logs) assertEquals((await verifySession(logPath)).damage, 0);
  const rows = listSessions({ root, project: projects[0]! });
  assertEquals(rows.map(({ state }) => state), ["success", "failure", "failure"]);
  assertEquals((await verifySession(sound.logPath)).findings, []);
  const { sessions } = JSON.parse(Deno.readTextFileSync(`${root}/sessions_index.json`));
  assertEquals(sessions.length, 6);
  assertEquals([...Deno.readDirSync(root)].filter(({ name }) => name.includes(".broken-")).length, 1);
  const before = contentOf(root);
  assertEquals(doneBy(await repairAll(root)), []);
  assertEquals(contentOf(root), before);
  live.writer.ended("success", 1);
});

Deno.test("repairStore() removes what killed programs left, once it is old, and nothing that is held or young", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const { logPath } = record(root, "success");
  const sessions = logPath.slice(0, logPath.lastIndexOf("/"));
  const index = `${sessions.slice(0, -"/sessions".length)}/index.json`;
  const old = [
    `${sessions}/gone.lock`,
    `${sessions}/gone.append`,
    `${logPath}.torn-20260101T000000Z.tmp`,
    `${index}.tmp`,
  ];
  const held = `${sessions}/held.lock`;
  const young = [`${sessions}/new.lock`, `${root}/sessions_index.json.tmp`];
  const others = [`${sessions}/notes.txt`, `${logPath}.torn-20260101T000000Z`, `${sessions}/gone.pin`];
  for (const path of [...old, held, ...young, ...others]) Deno.writeTextFileSync(path, "");
  age(5, ...old, held, ...others);
  using _lock = FileLock.take(held);
  const done = await repairAll(root);
  assertEquals(done.flatMap((item) => item.kind === "leftover" ? [item.path] : []).sort(), old.sort());
  for (const path of [held, ...young, ...others]) assert(Deno.statSync(path).isFile);
  for (const path of old) await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("repairStore() goes on when one log cannot be repaired", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const one = record(root, "torn");
  const two = record(root, "torn");
  const [bad, good] = [one, two].sort((a, b) => a.id < b.id ? -1 : 1);
  Deno.mkdirSync(bad!.logPath.replace(/jsonl$/, "append")); // where the lock should go
  const done = await repairAll(root);
  const failed = done.filter(({ kind }) => kind === "failed");
  assertEquals(failed.map((item) => "sessionId" in item ? item.sessionId : ""), [bad!.id]);
  assertEquals((await verifySession(good!.logPath)).damage, 0);
});

Deno.test("rebuildIndexes() makes indexes again that are gone, to the same content", () => {
  using dir = new TempDir();
  const root = dir.path;
  for (const left of ["success", "failure", "dead"] as const) record(root, left);
  const live = record(root, "live");
  const indexes = Object.keys(contentOf(root)).filter((path) => path.endsWith("index.json"));
  rebuildIndexes({ root, project: root });
  const before = contentOf(root);
  for (const path of indexes) Deno.removeSync(`${root}/${path}`);
  const rebuilt = rebuildIndexes({ root, project: root });
  assertEquals(rebuilt.map(({ exists, differences }) => [exists, differences.length]), [[false, 4], [false, 4]]);
  const times = (text: string): string => text.replaceAll(/\.\d{9}\+/g, "+"); // an end is stamped just after its event
  for (const path of indexes) assertEquals(times(contentOf(root)[path]!), times(before[path]!));
  live.writer.ended("success", 1);
  assertEquals(rebuildIndexes({ root, project: root }), []);
});

Deno.test("rebuildIndexes() looks at this project and the index of all, or at every project", () => {
  using dir = new TempDir();
  const root = dir.path;
  const [here, there] = ["here", "there"].map((name) => {
    Deno.mkdirSync(`${root}/${name}/.git`, { recursive: true });
    record(root, "success", { project: `${root}/${name}` });
    return `${root}/${name}`;
  });
  const indexes = Object.keys(contentOf(root)).filter((path) => path.endsWith("index.json"));
  for (const path of indexes) Deno.removeSync(`${root}/${path}`);
  const paths = (options: { readonly all?: boolean }): string[] =>
    rebuildIndexes({ root, project: here!, dryRun: true, ...options }).map(({ path }) => path.slice(root.length + 1));
  assertEquals(paths({}).length, 2);
  assert(paths({}).includes("sessions_index.json") && !paths({}).some((path) => path.includes(there!)));
  assertEquals(paths({ all: true }).sort(), indexes.sort());
});

Deno.test({
  name: "repairSession() leaves a log that the Rust program still reads",
  ...needs("zig"),
  fn: async () => {
    using dir = new TempDir();
    const home = dir.path;
    const { id } = record(`${home}/.zig`, "torn", { project: "/" });
    await repairSession(id, { root: `${home}/.zig` });
    const { code, stdout } = new Deno.Command("zig", { args: ["listen", id], cwd: home, env: { HOME: home } })
      .outputSync();
    assertEquals(code, 0);
    assertMatch(new TextDecoder().decode(stdout), /zig session ended \(Failure\)/);
  },
});
