/** Writers whose disk fails them. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { LogWriteError } from "../../src/errors.ts";
import { openCatalog, readSessionEvents, readSessionLines } from "../../src/session/sessions.ts";
import type { SessionWriter } from "../../src/session/writer.ts";
import { lockState } from "../../src/storage/file_lock.ts";
import { lockPathOf } from "../../src/storage/layout.ts";
import { diskFull, withFiles, withoutRoomFor } from "../helpers/faults.ts";
import { outline, Studio } from "../helpers/recording.ts";

/** Runs something while a log can neither take bytes after so many nor be cut. */
function onBrokenDisk(text: string, taken: number, body: () => void): void {
  const { truncateSync } = Deno.FsFile.prototype;
  try {
    Deno.FsFile.prototype.truncateSync = (): void => {
      throw new Error("Input/output error (os error 5)");
    };
    withoutRoomFor(text, taken, body);
  } finally {
    Deno.FsFile.prototype.truncateSync = truncateSync;
  }
}

function fail(writer: SessionWriter, emit: () => void): LogWriteError {
  const error = assertThrows(emit, LogWriteError);
  assertEquals([error.path, error.code], [writer.logPath, "ENOSPC"]);
  return error;
}

Deno.test("SessionWriter spends the number of an event that cannot be written, and takes all of it back", () => {
  for (const taken of [0, 1, 60]) {
    using studio = new Studio();
    using writer = studio.record();
    writer.stepOutput("a", "stdout", "before");
    const { length } = writer;
    withoutRoomFor("poison", taken, () => {
      assertEquals(fail(writer, () => writer.stepOutput("a", "stdout", "poison")).bytesWritten, 0);
      assertEquals(fail(writer, () => writer.stepSkipped("a", "poison")).bytesWritten, 0);
    });
    assertEquals([writer.length, Deno.statSync(writer.logPath).size], [length, length]);
    writer.stepOutput("a", "stdout", "after");
    assertEquals(outline(writer.logPath), ["1 zig_session_started", "2 step_output", "5 step_output"]);
  }
});

Deno.test("SessionWriter starts on a new line when what a failed write left cannot be taken back", async () => {
  using studio = new Studio();
  using writer = studio.record();
  onBrokenDisk("poison", 30, () => {
    assertEquals(fail(writer, () => writer.stepOutput("a", "stdout", "poison")).bytesWritten, 30);
  });
  writer.stepOutput("a", "stdout", "after");
  const lines = await Array.fromAsync(readSessionLines(writer.logPath));
  assertEquals(lines.map((line) => line.kind === "event" ? line.event.seq : line.kind), [1, "malformed", 3]);
  assertEquals(writer.length, Deno.statSync(writer.logPath).size);
});

Deno.test("SessionWriter.stepOutputs() spends the numbers of all lines of a write that fails", () => {
  using studio = new Studio();
  using writer = studio.record();
  withoutRoomFor("poison", 200, () => fail(writer, () => writer.stepOutputs("a", "stdout", ["x", "poison", "y"])));
  writer.heartbeat();
  assertEquals(outline(writer.logPath), ["1 zig_session_started", "5 heartbeat"]);
});

Deno.test("SessionWriter keeps every number single and rising whichever writes fail", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    using studio = new Studio();
    using writer = studio.record();
    let state = seed;
    const random = (below: number): number => (state = (state * 48271) % 2147483647) % below;
    const acknowledged: string[] = [];
    withFiles({
      write: (bytes, write) => {
        const fate = random(3);
        if (fate === 0) throw diskFull();
        return write(fate === 1 ? bytes.subarray(0, 1 + random(bytes.length)) : bytes);
      },
    }, () => {
      for (let number = 0; number < 60; number++) {
        const lines = Array.from({ length: 1 + random(3) }, (_, at) => `${number}.${at}`);
        try {
          writer.stepOutputs("a", "stdout", lines);
          acknowledged.push(...lines);
        } catch (error) {
          if (!(error instanceof LogWriteError)) throw error;
        }
      }
    });
    const events = await readSessionEvents(writer.logPath).toArray();
    const written = events.flatMap((event) => event.type === "step_output" ? [event.line] : []);
    assertEquals(written.filter((line) => acknowledged.includes(line)), acknowledged);
    events.forEach((event, at) => assert(at === 0 || event.seq > events[at - 1]!.seq && event.ts > events[at - 1]!.ts));
    assert(events.length > 1 && events.length < 181);
  }
});

Deno.test("SessionWriter.outputStream() fails when its lines cannot be written, and the writer goes on", async () => {
  using studio = new Studio();
  using writer = studio.record();
  const { writeSync } = Deno.FsFile.prototype;
  const stream = writer.outputStream("a", "stdout").getWriter();
  const closed = assertRejects(() => stream.closed, LogWriteError);
  try {
    Deno.FsFile.prototype.writeSync = (): number => {
      throw diskFull();
    };
    await assertRejects(() => stream.write(new TextEncoder().encode("x\n")), LogWriteError);
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
  }
  await closed;
  writer.heartbeat();
  assertEquals(outline(writer.logPath), ["1 zig_session_started", "3 heartbeat"]);
});

Deno.test("SessionWriter.ended() can be tried again when the last event could not be written", () => {
  using studio = new Studio();
  using writer = studio.record();
  withoutRoomFor("zig_session_ended", 10, () => fail(writer, () => writer.ended("success", 5)));
  assertEquals([writer.isEnded, lockState(lockPathOf(writer.logPath))], [false, "held"]);
  writer.stepOutput("a", "stdout", "still here");
  writer.ended("success", 6);
  assertEquals(outline(writer.logPath), ["1 zig_session_started", "3 step_output", "4 zig_session_ended"]);
  assertEquals(openCatalog(studio.where).list()[0]!.state, "success");
});

Deno.test("SessionWriter.ended() lets go of the log when an index cannot be stamped: the log tells the end", () => {
  using studio = new Studio();
  const writer = studio.record();
  Deno.mkdirSync(`${studio.layout.indexPath}.tmp/taken`, { recursive: true });
  assertThrows(() => writer.ended("success", 5));
  assertEquals([writer.isEnded, lockState(lockPathOf(writer.logPath))], [true, "absent"]);
  const catalog = openCatalog(studio.where);
  assertEquals([catalog.list()[0]!.state, catalog.listAll()[0]!.state], ["success", "success"]);
  assertEquals(catalog.projectIndex.load().entries[0]!.status, null);
});

Deno.test("SessionWriter.ended() stamps the index of all projects when that of the project cannot be written", () => {
  using studio = new Studio();
  const writer = studio.record();
  Deno.mkdirSync(`${studio.layout.indexPath}.tmp/taken`, { recursive: true });
  assertThrows(() => writer.ended("success", 5));
  assertEquals(openCatalog(studio.where).globalIndex.load().entries[0]!.status, "success");
});
