import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LogGoneError, SessionEndedError } from "../../src/errors.ts";
import { openCatalog } from "../../src/session/sessions.ts";
import type { SessionWriter } from "../../src/session/writer.ts";
import { lockState } from "../../src/storage/file_lock.ts";
import { lockPathOf } from "../../src/storage/layout.ts";
import { anyText } from "../helpers/arbitraries.ts";
import { withFiles } from "../helpers/faults.ts";
import { eventsIn, outline, Studio } from "../helpers/recording.ts";
import { tree } from "../helpers/temp_dir.ts";

function mode(path: string): number {
  return Deno.statSync(path).mode! & 0o777;
}

/** Every way to write an event. */
const EMITS: Readonly<Record<string, (writer: SessionWriter) => void>> = {
  tierStarted: (writer) => writer.tierStarted(0, ["a"]),
  stepStarted: (writer) => writer.stepStarted("a", 0, { zagCommand: "run" }),
  stepOutput: (writer) => writer.stepOutput("a", "stdout", "x"),
  stepOutputs: (writer) => writer.stepOutputs("a", "stdout", ["x"]),
  stepCompleted: (writer) => writer.stepCompleted("a", { exitCode: 0, durationMs: 1 }),
  stepFailed: (writer) => writer.stepFailed("a", { attempt: 1, error: "x" }),
  stepSkipped: (writer) => writer.stepSkipped("a", "x"),
  heartbeat: (writer) => writer.heartbeat(),
  ended: (writer) => writer.ended("success", 1),
};

Deno.test("SessionWriter.create() writes the first event, holds a lock, and lets nobody else read its files", () => {
  using studio = new Studio();
  using writer = studio.record({ prompt: "go", cwd: "/x" });
  const [{ ts: _ts, ...first }] = eventsIn(writer.logPath) as [Record<string, unknown>];
  assertEquals(first, {
    seq: 1,
    zig_session_id: writer.sessionId,
    type: "zig_session_started",
    workflow_name: "made up",
    workflow_path: "/w.zwf",
    workspace_path: studio.layout.projectDir,
    cwd: "/x",
    prompt: "go",
    tier_count: 1,
  });
  assertEquals(lockState(lockPathOf(writer.logPath)), "held");
  const { root, projectDir, logsDir, sessionsDir, indexPath, globalIndexPath } = studio.layout;
  for (const path of [writer.logPath, lockPathOf(writer.logPath), indexPath, globalIndexPath, `${indexPath}.lock`]) {
    assertEquals(mode(path), 0o600, path);
  }
  for (const path of [root, `${root}/projects`, projectDir, logsDir, sessionsDir]) {
    assertEquals(mode(path), 0o700, path);
  }
});

Deno.test("SessionWriter.create() takes the working directory when it is told none, and none when it is told so", () => {
  using studio = new Studio();
  const cwdOf = (cwd: string | null | undefined): unknown => {
    using writer = studio.record({ cwd });
    return eventsIn(writer.logPath)[0]!["cwd"];
  };
  assertEquals([cwdOf(undefined), cwdOf(null), cwdOf("/x")], [Deno.cwd(), null, "/x"]);
});

Deno.test("SessionWriter fills in what may be left out", () => {
  using studio = new Studio();
  using writer = studio.record();
  writer.stepStarted("a", 0, { zagCommand: "run" });
  writer.stepCompleted("a", { exitCode: 0, durationMs: 1 });
  writer.stepFailed("a", { attempt: 1, error: "x" });
  const [, started, completed, failed] = eventsIn(writer.logPath);
  assertEquals([started!["zag_session_id"], started!["model"], started!["prompt_preview"]], ["", null, ""]);
  assertEquals([completed!["saved_vars"], failed!["exit_code"]], [[], null]);
});

Deno.test("SessionWriter has each event in the file when the call returns, and knows its length", () => {
  using studio = new Studio();
  using writer = studio.record();
  let seq = 1;
  for (const emit of Object.values(EMITS)) {
    emit(writer);
    const text = Deno.readTextFileSync(writer.logPath);
    assertEquals([eventsIn(writer.logPath).at(-1)!["seq"], text.at(-1), writer.length], [++seq, "\n", text.length]);
  }
});

Deno.test("SessionWriter.ended() closes the log, stamps both indexes and removes the lock", () => {
  using studio = new Studio();
  const writer = studio.record();
  writer.ended("failure", 1234);
  assertEquals([writer.isEnded, outline(writer.logPath)], [true, ["1 zig_session_started", "2 zig_session_ended"]]);
  assertEquals(lockState(lockPathOf(writer.logPath)), "absent");
  const [first, last] = eventsIn(writer.logPath);
  const catalog = openCatalog(studio.where);
  for (const [row] of [catalog.list(), catalog.listAll()]) {
    assertEquals([row!.startedAt, row!.endedAt, row!.status], [first!["ts"], last!["ts"], "failure"]);
    assertEquals((row!.entry as { ended_at: unknown }).ended_at, last!["ts"]);
  }
  assertEquals(tree(studio.layout.sessionsDir), [`${writer.sessionId}.jsonl`]);
});

for (const [name, emit] of Object.entries(EMITS)) {
  Deno.test(`SessionWriter.${name}() throws SessionEndedError and writes nothing when the session has ended`, () => {
    using studio = new Studio();
    const writer = studio.record();
    writer.ended("success", 1);
    const before = Deno.readTextFileSync(writer.logPath);
    assertThrows(() => emit(writer), SessionEndedError, writer.sessionId);
    writer.sync();
    writer[Symbol.dispose]();
    assertEquals(Deno.readTextFileSync(writer.logPath), before);
  });
}

Deno.test("SessionWriter throws TypeError, writes nothing and spends no number when an argument cannot be written", () => {
  using studio = new Studio();
  using writer = studio.record();
  const no = undefined as never;
  const wrong: (() => void)[] = [
    () => writer.tierStarted(-1, []),
    () => writer.tierStarted(0.5, []),
    () => writer.tierStarted(2n ** 64n, []),
    () => writer.tierStarted(0, [1 as never]),
    () => writer.tierStarted(0, "a" as never),
    () => writer.stepStarted(no, 0, { zagCommand: "run" }),
    () => writer.stepStarted("a", 0, { zagCommand: no }),
    () => writer.stepOutput(no, "stdout", "x"),
    () => writer.stepOutput("a", "stdin" as never, "x"),
    () => writer.stepOutput("a", "stdout", no),
    () => writer.stepOutputs("a", "stdout", ["x", null as never]),
    () => writer.stepOutputs("a", no, []),
    () => writer.stepCompleted("a", { exitCode: 2 ** 31, durationMs: 1 }),
    () => writer.stepCompleted("a", { exitCode: no, durationMs: 1 }),
    () => writer.stepCompleted("a", { exitCode: 0, durationMs: NaN }),
    () => writer.stepFailed("a", { attempt: -1, error: "x" }),
    () => writer.stepFailed("a", { attempt: 1, error: no }),
    () => writer.stepSkipped("a", no),
    () => writer.ended("over" as never, 1),
    () => writer.ended("success", -1),
  ];
  const before = Deno.readTextFileSync(writer.logPath);
  wrong.forEach((call, at) => assertThrows(call, TypeError, "Cannot write", `${at}`));
  assertEquals(Deno.readTextFileSync(writer.logPath), before);
  writer.heartbeat();
  assertEquals(outline(writer.logPath), ["1 zig_session_started", "2 heartbeat"]);
});

Deno.test("SessionWriter.stepOutputs() writes the events that a call a line writes, in as few writes as may be", () => {
  const anyLines = fc.array(fc.oneof(anyText, fc.nat(40_000).map((length) => "x".repeat(length))), { maxLength: 8 });
  fc.assert(
    fc.property(anyLines, (lines) => {
      using studio = new Studio();
      const clock = (): number => 1795225883_758;
      using one = studio.record({ clock });
      using many = studio.record({ clock });
      let writes = 0;
      withFiles({ write: (bytes, write) => (writes += 1, write(bytes)) }, () => many.stepOutputs("a", "stderr", lines));
      for (const line of lines) one.stepOutput("a", "stderr", line);
      const text = Deno.readTextFileSync(one.logPath).replaceAll(one.sessionId, many.sessionId);
      assertEquals(Deno.readTextFileSync(many.logPath), text);
      assertEquals(many.length, one.length);
      assert(writes <= 1 + Math.floor(text.length / (32 * 1024)), `${writes} writes for ${text.length} bytes`);
    }),
    { numRuns: 40 },
  );
});

Deno.test("SessionWriter.outputStream() records every line of a child's output, the last one without newline too", async () => {
  using studio = new Studio();
  using writer = studio.record();
  const bytes = Uint8Array.from([...new TextEncoder().encode("å\r\n\nb\n"), 0xff, 0x0a, 0x63]);
  await ReadableStream.from(Array.from(bytes, (byte) => Uint8Array.of(byte))).pipeTo(
    writer.outputStream("a", "stderr"),
  );
  const [, ...events] = eventsIn(writer.logPath);
  assertEquals(events.map(({ step_name, stream, line }) => [step_name, stream, line]), [
    ["a", "stderr", "å"],
    ["a", "stderr", ""],
    ["a", "stderr", "b"],
    ["a", "stderr", "\ufffd"],
    ["a", "stderr", "c"],
  ]);
});

Deno.test("SessionWriter syncs its log after every event when that is asked for, and else only in sync()", () => {
  using studio = new Studio();
  let syncs = 0;
  withFiles({ sync: () => syncs += 1 }, () => {
    using durable = studio.record({ durability: "fsync" });
    for (const [name, emit] of Object.entries(EMITS)) {
      if (name === "ended") continue;
      syncs = 0;
      emit(durable);
      assertEquals(syncs, 1, name);
    }
    using writer = studio.record();
    syncs = 0;
    for (const [name, emit] of Object.entries(EMITS)) if (name !== "ended") emit(writer);
    assertEquals(syncs, 0);
    writer.sync();
    assertEquals(syncs, 1);
  });
});

Deno.test("SessionWriter.ended() says so when the log was removed meanwhile, and enters nothing", () => {
  using studio = new Studio();
  using writer = studio.record();
  Deno.removeSync(studio.layout.root, { recursive: true });
  const { path } = assertThrows(() => writer.ended("success", 1), LogGoneError);
  assertEquals(path, writer.logPath);
  assertEquals(writer.isEnded, true);
  assertThrows(() => Deno.statSync(studio.layout.indexPath), Deno.errors.NotFound);
});

Deno.test("SessionWriter lets go of the log without an end when it is disposed", () => {
  using studio = new Studio();
  let writer: SessionWriter;
  {
    using recorded = studio.record();
    writer = recorded;
  }
  assertEquals(outline(writer.logPath), ["1 zig_session_started"]);
  assertEquals(openCatalog(studio.where).list()[0]!.state, "crashed");
  assertThrows(() => writer.heartbeat(), SessionEndedError);
});
