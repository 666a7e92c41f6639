import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { appendEventToLog } from "../../src/agent/append_event.ts";
import { loadGlobalIndex, loadIndex } from "../../src/agent/indexes.ts";
import { listAgentSessions } from "../../src/agent/sessions.ts";
import { AgentLogWriter } from "../../src/agent/writer.ts";
import type { AgentEventKind, AgentLogEvent } from "../../src/codec/zag_events.ts";
import { LogLockedError, LogWriteError, SessionEndedError } from "../../src/errors.ts";
import { tree } from "../helpers/temp_dir.ts";
import { agentEventsIn, agentOutline, AgentStore, ofType } from "./agents.ts";
import { anyAgentKind } from "./arbitraries.ts";

const CLAUDE = { provider: "claude" };

function said(message: string): AgentEventKind {
  return { type: "stderr", message };
}

Deno.test("AgentLogWriter.emit() returns the event as it stands in the log, whatever it holds", () => {
  using store = new AgentStore();
  const writer = store.open("s");
  const events: AgentLogEvent[] = [];
  fc.assert(fc.property(anyAgentKind, (kind) => void events.push(writer.emit("stdout", kind))));
  const read = agentEventsIn(writer.logPath);
  assertEquals(read.map(({ seq }) => seq), events.map((_, at) => at + 1));
  assertEquals(read.map(({ ts, seq, type }) => [ts, seq, type]), events.map(({ ts, seq, type }) => [ts, seq, type]));
  const times = read.map(({ ts }) => ts);
  assertEquals(times, times.toSorted());
  assertEquals(new Set(times).size, times.length);
  writer.finish(true);
});

Deno.test("AgentLogWriter.emitAll() writes what emit() would, and hardly more often than it must", () => {
  using store = new AgentStore();
  const writer = store.open("s");
  const { writeSync } = Deno.FsFile.prototype;
  let writes = 0;
  try {
    Deno.FsFile.prototype.writeSync = function (bytes: Uint8Array): number {
      writes++;
      return writeSync.call(this, bytes);
    };
    writer.emitAll(range(1000).map((message) => ({ source: "backfill", event: said(message) })));
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
  }
  assertEquals(agentEventsIn(writer.logPath).map((event) => event.type === "stderr" && event.message), range(1000));
  assert(writes <= 20, `${writes} writes`);
  writer.finish(true);
});

function range(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${at}`);
}

Deno.test("AgentLogWriter.emit() writes the time that it is told, in UTC, and never an earlier one than before", () => {
  using store = new AgentStore();
  const writer = store.open("s", { clock: () => Date.parse("2026-06-01T00:00:00Z") });
  const at = [
    "2026-05-01T12:00:00.123Z",
    "2026-05-01T14:00:01.5+02:00",
    "2026-05-01T11:00:00Z",
    "no time",
    "2026-05-01T13:00:00Z",
    null,
  ];
  assertEquals(at.map((time) => writer.emit("backfill", said(""), { at: time }).ts), [
    "2026-05-01T12:00:00.123+00:00",
    "2026-05-01T12:00:01.500+00:00",
    "2026-05-01T12:00:01.500+00:00",
    "2026-06-01T00:00:00.000000001+00:00",
    "2026-06-01T00:00:00.000000001+00:00",
    "2026-06-01T00:00:00.000000002+00:00",
  ]);
  writer.finish(true);
});

Deno.test("AgentLogWriter.create() refuses an id that could leave its directory, and makes nothing", () => {
  using store = new AgentStore();
  for (const id of ["../x", "", "a/b", "..", "a\0", "x".repeat(200)]) {
    assertThrows(() => store.open(id), SyntaxError);
    assertThrows(() => appendEventToLog(store.logOf("x"), said(""), { ...CLAUDE, wrapperSessionId: id }), SyntaxError);
  }
  assertEquals(tree(store.path), []);
});

Deno.test("AgentLogWriter.create() goes on with a session that has a log: numbers, times, entry", () => {
  using store = new AgentStore();
  const first = store.open("s", { providerSessionId: "p", workspacePath: "/w", sourcePaths: ["/a"] });
  const last = first.emit("wrapper", said("one"));
  first.finish(true);
  const [ended] = loadIndex(store.logsDir).sessions;
  assert(ended!.ended_at !== null);

  const second = store.open("s", { command: "resume", sourcePaths: ["/b", "/a"], clock: () => 0 });
  const [running] = loadIndex(store.logsDir).sessions;
  assertEquals(running, { ...ended!, ended_at: null, command: "resume", source_paths: ["/a", "/b"] });
  const next = second.emit("wrapper", said("two"));
  assertEquals(next.provider_session_id, "p");
  assert(next.ts > last.ts);
  second.finish(false, "boom");
  assertEquals(agentOutline(second.logPath), ["1 stderr", "2 session_ended", "3 stderr", "4 session_ended"]);
  assertEquals(loadIndex(store.logsDir).sessions.length, 1);
  assertEquals(loadGlobalIndex(store.where.root).sessions.length, 1);
  assertEquals(tree(store.logsDir).filter((name) => name.startsWith("sessions/")), ["sessions/s.jsonl"]);
});

Deno.test("AgentLogWriter.create() starts on a line of its own when the log ends in a torn one, and loses nothing", () => {
  for (const torn of ['{"seq":3,"ts":"2026', '{"seq":9', "x", '{"seq":2,"ts":"t"}', "\xe4".repeat(9000)]) {
    using store = new AgentStore();
    const first = store.open("s");
    first.emit("wrapper", said("one"));
    first.emit("wrapper", said("two"));
    first[Symbol.dispose]();
    const before = Deno.readTextFileSync(first.logPath);
    Deno.writeTextFileSync(first.logPath, torn, { append: true });
    appendEventToLog(first.logPath, said("three"), CLAUDE);
    const second = store.open("s");
    second.emit("wrapper", said("four"));
    second.finish(true);
    const text = Deno.readTextFileSync(first.logPath);
    assert(text.startsWith(`${before}${torn}\n{"seq":3,`), text);
    const seqs = text.slice(before.length + torn.length + 1).trimEnd().split("\n").map((line) => JSON.parse(line).seq);
    assertEquals(seqs, [3, 4, 5]);
  }
});

Deno.test("AgentLogWriter.emit() goes on behind the greatest number, not the last one, when another program repeats one", () => {
  using store = new AgentStore();
  const writer = store.open("s");
  const event = writer.emit("wrapper", said("one"));
  for (const seq of [7, 7, 3, 18446744073709551613n]) {
    const line = JSON.stringify(event).replace('"seq":1', `"seq":${seq}`);
    Deno.writeTextFileSync(writer.logPath, `${line}\n`, { append: true });
    const { seq: next } = writer.emit("wrapper", said("next"));
    assert(next > seq && next > 7, `${next}`);
  }
  writer[Symbol.dispose]();
  const lines = [9, 4].map((seq) => `${JSON.stringify({ ...event, seq })}\n`);
  Deno.writeTextFileSync(writer.logPath, lines.join(""));
  const again = store.open("s");
  assertEquals(again.emit("wrapper", said("next")).seq, 10);
  again.finish(true);
});

Deno.test("AgentLogWriter.setCompleteness() only goes down, and is stamped on every later event and in the index", () => {
  using store = new AgentStore();
  const writer = store.open("s");
  const steps = ["full", "partial", "full", "metadata_only", "partial", "full"] as const;
  const stamped = steps.map((completeness) => {
    writer.setCompleteness(completeness);
    assertEquals(loadIndex(store.logsDir).sessions[0]!.completeness, writer.completeness);
    return writer.emit("wrapper", said("")).completeness;
  });
  assertEquals(stamped, ["full", "partial", "partial", "metadata_only", "metadata_only", "metadata_only"]);
  writer.finish(true);
});

Deno.test("AgentLogWriter stamps the agent's own id on later events, and keeps id and source paths in the index", () => {
  using store = new AgentStore();
  const writer = store.open("s");
  writer.emit("wrapper", said(""));
  writer.setProviderSessionId("p-1");
  for (const path of ["/b", "/a", "/b"]) writer.addSourcePath(path);
  writer.emit("wrapper", said(""));
  assertEquals(agentEventsIn(writer.logPath).map((event) => event.provider_session_id), [null, "p-1"]);
  const [entry] = loadIndex(store.logsDir).sessions;
  assertEquals([entry!.provider_session_id, entry!.source_paths, writer.providerSessionId], [
    "p-1",
    ["/b", "/a"],
    "p-1",
  ]);
  writer.finish(true);
});

Deno.test("AgentLogWriter keeps its entry when another program lost it", () => {
  using store = new AgentStore();
  const writer = store.open("s", { sourcePaths: ["/a"] });
  Deno.writeTextFileSync(`${store.logsDir}/index.json`, '{\n  "sessions": []\n}');
  writer.setProviderSessionId("p");
  writer.finish(true);
  const [entry] = loadIndex(store.logsDir).sessions;
  assertEquals([entry!.provider_session_id, entry!.source_paths], ["p", ["/a"]]);
  assert(entry!.ended_at !== null);
});

Deno.test("AgentLogWriter makes a damaged index again from the logs and keeps what only the index knew", () => {
  using store = new AgentStore();
  for (const id of ["a", "b"]) {
    const writer = store.open(id, { sourcePaths: [`/${id}`], providerSessionId: `p-${id}` });
    writer.emit("wrapper", {
      ...{ type: "session_started", command: "exec", model: null, cwd: "/w" },
      ...{ resumed: false, backfilled: false },
    });
    writer.finish(true);
  }
  const path = `${store.logsDir}/index.json`;
  const broken = Deno.readTextFileSync(path).replace('"provider": "claude"', '"provider": 7');
  Deno.writeTextFileSync(path, broken);
  store.open("c").finish(true);
  const { sessions } = loadIndex(store.logsDir);
  assertEquals(sessions.map((entry) => entry.wrapper_session_id), ["a", "b", "c"]);
  assertEquals(sessions.map((entry) => entry.source_paths), [[], ["/b"], []]);
  assertEquals([sessions[0]!.provider_session_id, sessions[0]!.workspace_path], ["p-a", "/w"]);
  assert(sessions.every((entry) => entry.ended_at !== null && entry.provider === "claude"));
  const aside = [...Deno.readDirSync(store.logsDir)].find(({ name }) => name.startsWith("index.json.broken-"));
  assertEquals(Deno.readTextFileSync(`${store.logsDir}/${aside!.name}`), broken);
});

Deno.test("AgentLogWriter.setEventCallback() tells each event once it is in the file, and none from within another's telling", () => {
  using store = new AgentStore();
  const writer = store.open("s");
  const told: string[] = [];
  let depth = 0;
  writer.setEventCallback((event) => {
    assertEquals(++depth, 1);
    assertEquals(agentEventsIn(writer.logPath).some(({ seq }) => seq === event.seq), true);
    // No lock is held: another program can append.
    if (event.seq === 1) appendEventToLog(writer.logPath, said("from elsewhere"), CLAUDE);
    if (event.seq === 1) writer.emit("wrapper", said("from within"));
    told.push(`${event.seq} ${event.type === "stderr" ? event.message : event.type}`);
    depth--;
  });
  writer.emit("wrapper", said("one"));
  writer.clearEventCallback();
  writer.emit("wrapper", said("untold"));
  assertEquals(told, ["1 one", "3 from within"]);
  writer.finish(true);
});

Deno.test("AgentLogWriter.emit() loses no event when the callback throws, and finish() tells of it when the session has ended", () => {
  using store = new AgentStore();
  const writer = store.open("s");
  let calls = 0;
  writer.setEventCallback(() => {
    throw new RangeError(`call ${++calls}`);
  });
  writer.emit("wrapper", said("one"));
  writer.emit("wrapper", said("two"));
  const error = assertThrows(() => writer.finish(true), AggregateError, "3 times");
  assertEquals((error.cause as Error).message, "call 1");
  assertEquals(agentOutline(writer.logPath), ["1 stderr", "2 stderr", "3 session_ended"]);
  assertEquals(listAgentSessions(store.where)[0]!.state, "success");
});

Deno.test("AgentLogWriter takes secrets out of texts, however deep they stand, and leaves names and ids as they are", () => {
  using store = new AgentStore();
  const writer = store.open("s", { redact: (text) => text.replaceAll("hush", "***") });
  const told = writer.emit("stdout", {
    type: "tool_call",
    tool_name: "hush",
    tool_id: "hush",
    input: { command: ["echo hush", 1, null], more: { hush: "hush hush" } },
  });
  const call = ofType(agentEventsIn(writer.logPath)[0], "tool_call");
  assertEquals(call, told as typeof call);
  assertEquals([call.tool_name, call.tool_id], ["hush", "hush"]);
  assertEquals<unknown>(call.input, { command: ["echo ***", 1, null], more: { hush: "*** ***" } });
  writer.finish(false, "hush!");
  assertEquals(ofType(agentEventsIn(writer.logPath)[1], "session_ended").error, "***!");
});

Deno.test("AgentLogWriter refuses everything after the end", () => {
  using store = new AgentStore();
  const writer = store.open("s");
  writer.finish(true);
  const text = Deno.readTextFileSync(writer.logPath);
  const calls = [
    () => writer.emit("wrapper", said("")),
    () => writer.emitAll([{ source: "wrapper", event: said("") }]),
    () => writer.finish(false),
    () => writer.setProviderSessionId("p"),
    () => writer.setCompleteness("partial"),
    () => writer.addSourcePath("/a"),
  ];
  for (const call of calls) assertThrows(call, SessionEndedError);
  assertEquals(Deno.readTextFileSync(writer.logPath), text);
});

Deno.test("AgentLogWriter shows its session as running while it lives, and as crashed when it was let go", () => {
  using store = new AgentStore();
  const writer = store.open("s");
  const stateOf = (): string => listAgentSessions(store.where)[0]!.state;
  assertEquals(stateOf(), "running");
  writer.emit("wrapper", said(""));
  assertThrows(() => store.open("s"), LogLockedError);
  assertEquals(stateOf(), "running");
  writer[Symbol.dispose]();
  assertEquals(stateOf(), "crashed");
  const again = store.open("s");
  assertEquals(stateOf(), "running");
  again.finish(false);
  const [row] = listAgentSessions(store.where);
  assertEquals([row!.state, row!.name], ["failure", "claude"]);
});

Deno.test("AgentLogWriter.create() leaves nothing behind when the index cannot be written", () => {
  using store = new AgentStore();
  Deno.mkdirSync(`${store.logsDir}/index.json.lock`, { recursive: true });
  assertThrows(() => store.open("s"));
  assertEquals(tree(`${store.logsDir}/sessions`), []);
});

Deno.test("AgentLogWriter.emit() takes the log back to its last whole line and repeats no number when the disk is full", () => {
  using store = new AgentStore();
  const writer = store.open("s");
  writer.emit("wrapper", said("one"));
  const before = Deno.readTextFileSync(writer.logPath);
  const { writeSync } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.writeSync = function (bytes: Uint8Array): number {
    if (bytes.length < 10) throw Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
    return writeSync.call(this, bytes.subarray(0, bytes.length - 5));
  };
  try {
    const error = assertThrows(() => writer.emit("wrapper", said("x".repeat(50))), LogWriteError);
    assertEquals(error.code, "ENOSPC");
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
  }
  assertEquals(Deno.readTextFileSync(writer.logPath), before);
  assertEquals(writer.emit("wrapper", said("two")).seq, 3);
  writer.finish(true);
});

Deno.test("AgentLogWriter.emit() writes nothing and spends no number when the event cannot be written", () => {
  using store = new AgentStore();
  const writer = store.open("s");
  assertThrows(() => writer.emit("wrapper", { type: "stderr" } as never), TypeError, "message");
  assertEquals(writer.emit("wrapper", said("one")).seq, 1);
  writer.finish(true);
});

Deno.test("AgentLogWriter.emit() reads only the end of a log to find its number, however long the log is", () => {
  using store = new AgentStore();
  const first = store.open("s");
  const event = first.emit("wrapper", said("x".repeat(1000)));
  first[Symbol.dispose]();
  const lines = Array.from({ length: 20_000 }, (_, at) => JSON.stringify({ ...event, seq: at + 2 }) + "\n").join("");
  Deno.writeTextFileSync(first.logPath, lines, { append: true });
  const { readSync } = Deno.FsFile.prototype;
  let bytes = 0;
  try {
    Deno.FsFile.prototype.readSync = function (buffer: Uint8Array): number | null {
      const count = readSync.call(this, buffer);
      bytes += count ?? 0;
      return count;
    };
    const writer = store.open("s");
    assertEquals(writer.emit("wrapper", said("next")).seq, 20_002);
    assertEquals(appendEventToLog(writer.logPath, said("other"), CLAUDE).seq, 20_003);
    assertEquals(writer.emit("wrapper", said("next")).seq, 20_004);
    writer.finish(true);
  } finally {
    Deno.FsFile.prototype.readSync = readSync;
  }
  assert(bytes < 500_000, `${bytes} bytes were read`);
});

Deno.test("AgentLogWriter.create() keeps to the directory of logs that it is told, and enters no global index unasked", () => {
  using store = new AgentStore();
  const logsDir = store.at("elsewhere/logs");
  const options = { provider: "codex", wrapperSessionId: "s", command: "exec", logsDir };
  AgentLogWriter.create(options).finish(true);
  assertEquals(tree(store.path).filter((name) => !name.endsWith(".lock")), [
    "elsewhere/logs/index.json",
    "elsewhere/logs/sessions/s.jsonl",
  ]);
  AgentLogWriter.create({ ...options, globalIndexDir: store.at("global") }).finish(true);
  const [entry] = loadGlobalIndex(store.at("global")).sessions;
  assertEquals([entry!.session_id, entry!.project, entry!.provider], ["s", "elsewhere", "codex"]);
  assertStringIncludes(entry!.log_path, logsDir);
});
