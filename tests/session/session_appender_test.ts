import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import type { StepEventKind } from "../../src/codec/event_input.ts";
import type { Decoded } from "../../src/codec/dialect.ts";
import { encodeSessionEvent } from "../../src/codec/zig.ts";
import type { SessionLogEvent } from "../../src/codec/zig_events.ts";
import { LogLockedError, LogWriteError, SessionEndedError, SessionNotFoundError } from "../../src/errors.ts";
import { appendEvent, appendEvents, endSession, startSession } from "../../src/session/session_appender.ts";
import { followSession, openCatalog, readSessionEvents, readSessionLines } from "../../src/session/sessions.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { appendLockPathOf } from "../../src/storage/append_lock.ts";
import { lockPathOf } from "../../src/storage/layout.ts";
import { spawnFixture } from "../helpers/fixture.ts";

const HOUR = 3_600_000;

/** A store of its own, and how to name it. */
function store(): { root: string; options: { root: string; project: string } } & Disposable {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  return {
    root,
    options: { root, project: root },
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

function output(line: string, stepName = "step"): StepEventKind {
  return { type: "step_output", step_name: stepName, stream: "stdout", line };
}

const WORKFLOW = { workflowName: "script", workflowPath: "", tierCount: 1 };

function names(logPath: string): string[] {
  return [...Deno.readDirSync(logPath.replace(/\/[^/]*$/, ""))].map(({ name }) => name).sort();
}

Deno.test("startSession() writes the first event and both index entries when it starts a session", async () => {
  using at = store();
  const { sessionId, logPath } = startSession({ ...WORKFLOW, prompt: "go", cwd: "/x", ...at.options });
  const [first, ...more] = await readSessionEvents(logPath).toArray();
  assertEquals(more, []);
  const { ts: _ts, ...told } = first!;
  assertEquals<unknown>(told, {
    seq: 1,
    zig_session_id: sessionId,
    type: "zig_session_started",
    workflow_name: "script",
    workflow_path: "",
    workspace_path: openCatalog(at.options).layout.projectDir,
    cwd: "/x",
    prompt: "go",
    tier_count: 1,
  });
  const catalog = openCatalog(at.options);
  assertEquals(catalog.projectIndex.load().entries.map((entry) => entry.zig_session_id), [sessionId]);
  assertEquals(catalog.globalIndex.load().entries.map((entry) => entry.log_path), [logPath]);
  assertEquals(names(logPath), [`${sessionId}.jsonl`]);
});

Deno.test("startSession() leaves nothing behind when the session cannot be entered into an index", () => {
  using at = store();
  const { layout } = openCatalog(at.options);
  Deno.mkdirSync(`${layout.indexPath}.lock`, { recursive: true }); // where the lock of the index would be
  assertThrows(() => startSession({ ...WORKFLOW, ...at.options }));
  assertEquals([...Deno.readDirSync(layout.sessionsDir)], []);
});

Deno.test("startSession() writes nothing when the first event cannot be written", () => {
  using at = store();
  assertThrows(() => startSession({ ...WORKFLOW, tierCount: -1, ...at.options }), TypeError, "tier_count");
  assertEquals([...Deno.readDirSync(at.root)], []);
});

Deno.test("appendEvent() numbers the events and fills in their envelope when it is called again and again", async () => {
  using at = store();
  const { sessionId, logPath } = startSession({ ...WORKFLOW, ...at.options });
  const appended = [1, 2, 3].map((number) => appendEvent(sessionId, output(`line ${number}`), at.options));
  assertEquals(appended.map(({ seq }) => seq), [2, 3, 4]);
  const events = await readSessionEvents(logPath).toArray();
  assertEquals(events.slice(1), appended);
  assertEquals(Deno.readTextFileSync(logPath), events.map((event) => encodeSessionEvent(event) + "\n").join(""));
  const times = events.map(({ ts }) => ts);
  assertEquals(times, [...new Set(times)].sort());
});

Deno.test("appendEvent() finds the session when given the beginning of its id from another project", () => {
  using at = store();
  const { sessionId } = startSession({ ...WORKFLOW, ...at.options });
  const elsewhere = { root: at.root, project: `${at.root}/elsewhere` };
  assertEquals(appendEvent(sessionId.slice(0, 8), output("x"), elsewhere).zig_session_id, sessionId);
});

Deno.test("appendEvent() never lets the time run backwards when the clock does", () => {
  using at = store();
  const clock = (): number => Date.UTC(2026, 0, 2);
  const { sessionId } = startSession({ ...WORKFLOW, clock, ...at.options });
  const late = appendEvent(sessionId, output("x"), { ...at.options, clock });
  const early = appendEvent(sessionId, output("y"), { ...at.options, clock: () => clock() - HOUR });
  assert(early.ts > late.ts, `${early.ts} after ${late.ts}`);
});

Deno.test("appendEvent() gives an event a new envelope when it had one of another session", () => {
  using at = store();
  const { sessionId } = startSession({ ...WORKFLOW, ...at.options });
  const { seq, ts, zig_session_id } = appendEvent(
    sessionId,
    { ...output("x"), ...{ seq: 99, ts: "then", zig_session_id: "other" } },
    at.options,
  );
  assertEquals([seq, ts === "then", zig_session_id], [2, false, sessionId]);
});

Deno.test("appendEvents() writes none of the events when one of them cannot be written", () => {
  using at = store();
  const { sessionId, logPath } = startSession({ ...WORKFLOW, ...at.options });
  const before = Deno.readTextFileSync(logPath);
  const wrong = { ...output("x"), stream: "out" } as unknown as StepEventKind;
  assertThrows(() => appendEvents(sessionId, [output("x"), wrong], at.options), TypeError, "stream");
  const end = { type: "zig_session_ended", status: "success", duration_ms: 1 } as unknown as StepEventKind;
  assertThrows(() => appendEvents(sessionId, [output("x"), end], at.options), TypeError, "zig_session_ended");
  assertEquals(Deno.readTextFileSync(logPath), before);
  assertEquals(appendEvent(sessionId, output("x"), at.options).seq, 2);
});

Deno.test("appendEvent() starts on a line of its own when the last line is torn", async () => {
  using at = store();
  const { sessionId, logPath } = startSession({ ...WORKFLOW, ...at.options });
  Deno.writeTextFileSync(logPath, '{"seq":2,"ts":"20', { append: true });
  assertEquals(appendEvent(sessionId, output("x"), at.options).seq, 2);
  const lines = await Array.fromAsync(readSessionLines(logPath));
  assertEquals(lines.map(({ kind }) => kind), ["event", "malformed", "event"]);
});

Deno.test("appendEvent() goes on behind the greatest number when the last lines hold damage and unknown events", () => {
  using at = store();
  const { sessionId, logPath } = startSession({ ...WORKFLOW, ...at.options });
  const stranger = { seq: 41, ts: "2026-01-01T00:00:00+00:00", zig_session_id: sessionId, type: "step_paused" };
  const noise = `${JSON.stringify(stranger)}\n${"not JSON\n".repeat(5000)}`;
  Deno.writeTextFileSync(logPath, noise, { append: true });
  assertEquals(appendEvent(sessionId, output("x"), at.options).seq, 42);
});

Deno.test("appendEvent() counts beyond 2^53 without loss when a log does", () => {
  using at = store();
  const { sessionId, logPath } = startSession({ ...WORKFLOW, ...at.options });
  const last = { seq: 0, ts: "x", zig_session_id: sessionId, type: "heartbeat", interval_secs: 1 };
  const text = JSON.stringify(last).replace('"seq":0', '"seq":9007199254740992');
  Deno.writeTextFileSync(logPath, `${text}\n`, { append: true });
  assertEquals(appendEvent(sessionId, output("x"), at.options).seq, 9007199254740993n);
});

Deno.test("appendEvent() reads no more than the end of a log when it is long", () => {
  using at = store();
  const { sessionId, logPath } = startSession({ ...WORKFLOW, ...at.options });
  const line = encodeSessionEvent(appendEvent(sessionId, output("x".repeat(900)), at.options)) + "\n";
  Deno.writeTextFileSync(logPath, line.repeat(20_000), { append: true });
  const { readSync } = Deno.FsFile.prototype;
  let read = 0;
  Deno.FsFile.prototype.readSync = function (buffer: Uint8Array): number | null {
    const count = readSync.call(this, buffer);
    read += count ?? 0;
    return count;
  };
  try {
    appendEvent(sessionId, output("x"), at.options);
  } finally {
    Deno.FsFile.prototype.readSync = readSync;
  }
  assert(read > 0 && read < 100_000, `read ${read} bytes`);
});

Deno.test("appendEvent() says so when there is no such session, and leaves no file", () => {
  using at = store();
  const { sessionId, logPath } = startSession({ ...WORKFLOW, ...at.options });
  assertThrows(() => appendEvent("nothing", output("x"), at.options), SessionNotFoundError, '"nothing"');
  assertThrows(() => appendEvent("../x", output("x"), at.options), SyntaxError);
  Deno.removeSync(logPath);
  assertThrows(() => appendEvent(sessionId, output("x"), at.options), SessionNotFoundError);
  assertEquals(names(logPath), []);
});

Deno.test("appendEvent() refuses a session that a program owns", () => {
  using at = store();
  const writer = SessionWriter.create({ ...WORKFLOW, ...at.options });
  assertThrows(
    () => appendEvent(writer.sessionId, output("x"), at.options),
    LogLockedError,
    lockPathOf(writer.logPath),
  );
  assertThrows(() => endSession(writer.sessionId, "success", at.options), LogLockedError);
  writer.ended("success", 1);
  assertThrows(() => appendEvent(writer.sessionId, output("x"), at.options), SessionEndedError);
  assertEquals(names(writer.logPath), [`${writer.sessionId}.jsonl`]);
});

Deno.test("endSession() ends the log and both entries, lasting from the first event till then", async () => {
  using at = store();
  const start = Date.UTC(2026, 0, 2);
  const { sessionId, logPath } = startSession({ ...WORKFLOW, clock: () => start, ...at.options });
  appendEvent(sessionId, output("x"), at.options);
  const catalog = openCatalog(at.options);
  assertEquals(names(logPath), [`${sessionId}.append`, `${sessionId}.jsonl`]);

  const ended = endSession(sessionId, "failure", { ...at.options, clock: () => start + HOUR });
  assert(ended.type === "zig_session_ended" && ended.status === "failure");
  assertEquals((await readSessionEvents(logPath).toArray()).at(-1), ended);
  for (const [entry] of [catalog.projectIndex.load().entries, catalog.globalIndex.load().entries]) {
    assertEquals([entry!.status, entry!.ended_at], ["failure", ended.ts]);
  }
  assertEquals(names(logPath), [`${sessionId}.jsonl`]);
});

Deno.test("endSession() counts the milliseconds since the first event when it ends a session", () => {
  using at = store();
  const start = Date.UTC(2026, 0, 2);
  const { sessionId } = startSession({ ...WORKFLOW, clock: () => start, ...at.options });
  const ended = endSession(sessionId, "success", { ...at.options, clock: () => start + HOUR });
  assertEquals(ended.type === "zig_session_ended" && ended.duration_ms, HOUR);
});

Deno.test("endSession() makes the entries again when another program lost them", () => {
  using at = store();
  const { sessionId } = startSession({ ...WORKFLOW, ...at.options });
  const catalog = openCatalog(at.options);
  catalog.projectIndex.update(() => []);
  catalog.globalIndex.update(() => []);
  endSession(sessionId, "success", at.options);
  for (const [entry] of [catalog.projectIndex.load().entries, catalog.globalIndex.load().entries]) {
    assertEquals([entry!.zig_session_id, entry!.workflow_name, entry!.status], [sessionId, "script", "success"]);
  }
});

Deno.test("endSession() refuses a session that has ended, and the log stays as it is", () => {
  using at = store();
  const { sessionId, logPath } = startSession({ ...WORKFLOW, ...at.options });
  endSession(sessionId, "success", at.options);
  const text = Deno.readTextFileSync(logPath);
  assertThrows(() => endSession(sessionId, "failure", at.options), SessionEndedError, sessionId);
  assertThrows(() => appendEvent(sessionId, output("x"), at.options), SessionEndedError, sessionId);
  assertEquals(Deno.readTextFileSync(logPath), text);
});

Deno.test("openCatalog() shows a session of scripts as running, then stale, then ended", () => {
  using at = store();
  const now = Date.now();
  const { sessionId } = startSession({ ...WORKFLOW, ...at.options });
  appendEvent(sessionId, output("x"), at.options);
  const catalog = openCatalog(at.options);
  const stateIn = (ms: number): string => catalog.list(now + ms)[0]!.state;
  assertEquals([stateIn(0), stateIn(HOUR)], ["running", "stale"]);
  appendEvent(sessionId, { type: "heartbeat", interval_secs: 10 }, at.options);
  assertEquals(stateIn(0), "running");
  endSession(sessionId, "failure", at.options);
  assertEquals([stateIn(0), stateIn(HOUR)], ["failure", "failure"]);
});

Deno.test("appendEvent() takes the log back to its last whole line when the disk is full", () => {
  using at = store();
  const { sessionId, logPath } = startSession({ ...WORKFLOW, ...at.options });
  const before = Deno.readTextFileSync(logPath);
  const { writeSync } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.writeSync = function (bytes: Uint8Array): number {
    if (bytes.length < 10) throw Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
    return writeSync.call(this, bytes.subarray(0, bytes.length - 5));
  };
  try {
    const error = assertThrows(() => appendEvent(sessionId, output("x".repeat(50)), at.options), LogWriteError);
    assertEquals(error.code, "ENOSPC");
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
  }
  assertEquals(Deno.readTextFileSync(logPath), before);
  assertEquals(appendEvent(sessionId, output("y"), at.options).seq, 2);
});

Deno.test("appendEvent() waits for its turn, and notices when the lock was removed meanwhile", async () => {
  using at = store();
  const { sessionId, logPath } = startSession({ ...WORKFLOW, ...at.options });
  const held = FileLock.take(appendLockPathOf(logPath));
  const args = [at.root, at.root, sessionId, "step", "1"];
  const waiting = [1, 2, 3].map(() => spawnFixture("appender.ts", { args, stdin: "null" }));
  const readers = waiting.map((child) => child.stdout.pipeThrough(new TextDecoderStream()).getReader());
  for (const reader of readers) assertMatch((await reader.read()).value!, /^ready\n/);
  await settle();
  Deno.removeSync(held.path);
  const successor = FileLock.take(held.path);
  held.release();
  await settle(); // those who waited have a lock on nothing now
  assertEquals(Deno.readTextFileSync(logPath).split("\n").length, 2);
  successor.remove();
  for (const child of waiting) assertEquals((await child.status).code, 0);
  for (const reader of readers) await reader.cancel();
  for (const child of waiting) await child.stderr.cancel();
  assertEquals((await readSessionEvents(logPath).toArray()).map(({ seq }) => seq), [1, 2, 3, 4]);
});

/** Gives other processes the time to do what they must not. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}

const PROCESSES = 20;
const EVENTS = 25;

Deno.test("appendEvent() gives each event its own number when 20 processes append 25 each, and a follower sees all", async () => {
  using at = store();
  const { sessionId, logPath } = startSession({ ...WORKFLOW, ...at.options });
  const seen: Decoded<SessionLogEvent>[] = [];
  const following = (async (): Promise<string> => {
    for await (const item of followSession(logPath)) {
      if (item.kind === "lines") seen.push(...item.lines);
      if (item.kind === "end") return item.why;
      if (item.kind === "restarted") return item.why;
    }
    return "never";
  })();
  const racers = Array.from({ length: PROCESSES }, (_, number) => {
    const args = [at.root, at.root, sessionId, `step ${number}`, String(EVENTS)];
    return spawnFixture("appender.ts", { args, stdin: "piped" });
  });
  for (const { stdin } of racers) await stdin.close();
  const numbers: number[] = [];
  for (const racer of racers) {
    const { code, stdout, stderr } = await racer.output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const own = new TextDecoder().decode(stdout).trim().split("\n").slice(1).map(Number);
    assertEquals(own, own.toSorted((a, b) => a - b));
    numbers.push(...own);
  }
  endSession(sessionId, "success", at.options);
  assertEquals(await following, "ended");

  const total = PROCESSES * EVENTS;
  assertEquals(numbers.sort((a, b) => a - b), Array.from({ length: total }, (_, at) => at + 2));
  const lines = await Array.fromAsync(readSessionLines(logPath));
  assertEquals(seen.map(({ text }) => text), lines.map(({ text }) => text));
  const events = lines.map((line) => line.kind === "event" ? line.event : undefined);
  assertEquals(events.map((event) => event?.seq), Array.from({ length: total + 2 }, (_, at) => at + 1));
  const times = events.map((event) => event!.ts);
  assertEquals(times, times.toSorted());
  for (let number = 0; number < PROCESSES; number++) {
    const own = events.filter((event) => event?.type === "step_output" && event.step_name === `step ${number}`);
    assertEquals(own.map((event) => event?.type === "step_output" && event.line), inOrder(EVENTS));
  }
  assertEquals(names(logPath), [`${sessionId}.jsonl`]);
});

function inOrder(count: number): string[] {
  return Array.from({ length: count }, (_, at) => String(at + 1));
}
