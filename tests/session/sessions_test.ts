import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AmbiguousSessionError, SessionNotFoundError } from "../../src/errors.ts";
import {
  findSession,
  followSession,
  listAllSessions,
  listSessions,
  readSessionEvents,
  readSessionLines,
} from "../../src/session/sessions.ts";
import { eventsIn, Studio } from "../helpers/recording.ts";
import { logText, Store } from "../helpers/sessions.ts";
import { TempDir } from "../helpers/temp_dir.ts";

Deno.test("listSessions() and listAllSessions() list what was recorded, newest first, with its state", () => {
  using studio = new Studio();
  assertEquals([listSessions(studio.where), listAllSessions(studio.where)], [[], []]);
  const well = studio.record({ workflowName: "well" });
  well.ended("success", 1);
  studio.record({ workflowName: "badly" }).ended("failure", 1);
  studio.record({ workflowName: "not at all" })[Symbol.dispose]();
  using _going = studio.record({ workflowName: "going on" });
  const expected = [["going on", "running"], ["not at all", "crashed"], ["badly", "failure"], ["well", "success"]];
  assertEquals(listSessions(studio.where).map(({ name, state }) => [name, state]), expected);
  assertEquals(listAllSessions(studio.where).map(({ name, state }) => [name, state]), expected);
  assertEquals(listAllSessions({ ...studio.where, project: studio.dir.at("elsewhere") }).length, 4);
  assertEquals(listSessions({ ...studio.where, project: studio.dir.at("elsewhere") }), []);
});

Deno.test("findSession() finds a session by id, by prefix, as the latest and as the active one", () => {
  using studio = new Studio();
  studio.record().ended("success", 1);
  using active = studio.record();
  const latest = studio.record();
  latest.ended("success", 1);
  const found = [active.sessionId, active.sessionId.slice(0, 12), { kind: "active" }, {
    kind: "id",
    id: active.sessionId,
  }];
  for (const selector of found) assertEquals(findSession(selector as string, studio.where).logPath, active.logPath);
  assertEquals(findSession({ kind: "latest" }, studio.where).logPath, latest.logPath);
});

Deno.test("findSession() throws when no session fits, several do, or what it is given is no id", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  store.log("same-1", { end: "success" });
  store.log("same-2", { end: "success" });
  const where = { root: store.layout.root, project: dir.at("repo") };
  assertThrows(() => findSession("other", where), SessionNotFoundError, "other");
  const error = assertThrows(() => findSession("same", where), AmbiguousSessionError);
  assertEquals([...error.candidates].sort(), ["same-1", "same-2"]);
  for (const id of ["", "../../x", "x".repeat(10_000)]) {
    const { message } = assertThrows(() => findSession(id, where), SyntaxError, "session id");
    assertEquals(message.length < 200, true);
  }
});

Deno.test("readSessionEvents() gives the events one by one or all at once, and passes over damage", async () => {
  using dir = new TempDir();
  const [first, second, last] = logText("a", { output: ["one"], end: "success" }).split("\n");
  const unknown = '{"seq":9,"ts":"","zig_session_id":"","type":"brand_new"}';
  const path = dir.write("a.jsonl", [first, "damage", second, unknown, "", last, '{"torn'].join("\n"));
  const expected = [first, second, last].map((line) => JSON.parse(line!));
  const events = readSessionEvents(path);
  assertEquals(await events.toArray() as unknown[], expected);
  assertEquals(await Array.fromAsync(readSessionEvents(path)) as unknown[], expected);
  const kinds = (await Array.fromAsync(readSessionLines(path))).map((line) => line.kind);
  assertEquals(kinds, ["event", "malformed", "event", "unknown", "event", "malformed"]);
  const from = first!.length + 1;
  assertEquals((await readSessionEvents(path, { from }).toArray()).length, 2);
});

Deno.test("readSessionEvents() fails with NotFound when there is no such log", async () => {
  await assertRejects(() => readSessionEvents("/nowhere/a.jsonl").toArray(), Deno.errors.NotFound);
  await assertRejects(() => Array.fromAsync(readSessionLines("/nowhere/a.jsonl")), Deno.errors.NotFound);
});

Deno.test("followSession() gives what a writer writes as it writes it, and ends with it", async () => {
  using studio = new Studio();
  const writer = studio.record();
  const seen: unknown[] = [];
  let step = 0;
  for await (const item of followSession(writer.logPath)) {
    if (item.kind === "lines") seen.push(...item.lines.map((line) => line.kind === "event" && line.event));
    if (item.kind === "end") assertEquals(item.why, "ended");
    step += 1;
    if (step === 1) writer.stepOutputs("a", "stdout", ["one", "two"]);
    if (step === 2) writer.ended("success", 1);
  }
  assertEquals(seen, eventsIn(writer.logPath));
  assertEquals(seen.length, 4);
});

Deno.test("followSession() tells that the writer has gone when it lets go of a session without an end", async () => {
  using studio = new Studio();
  const writer = studio.record();
  writer[Symbol.dispose]();
  const items = await Array.fromAsync(followSession(writer.logPath));
  assertEquals(items.at(-1), { kind: "end", why: "writer_died" });
});
