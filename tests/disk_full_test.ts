/** Disks that are full: who writes is told, and what was there stays whole. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { LogWriteError, SessionCoordinator, SessionWriter } from "../mod.ts";
import { ZIG } from "../src/codec/zig.ts";
import type { SessionLogEvent } from "../src/codec/zig_events.ts";
import { openCatalog } from "../src/session/sessions.ts";
import { AppendFile } from "../src/storage/append_file.ts";
import { read } from "../src/storage/read.ts";
import { needs } from "./helpers/skip.ts";
import { SmallDisk } from "./helpers/small_disk.ts";
import { TempDir, tree } from "./helpers/temp_dir.ts";

const LINE = "x".repeat(300);

function create(root: string): SessionWriter {
  return SessionWriter.create({ workflowName: "full", workflowPath: "", tierCount: 1, root, project: root });
}

function isFull(error: unknown): boolean {
  return (error as { code?: string }).code === "ENOSPC";
}

/** The events of a log whose every line is whole. */
async function eventsOf(path: string): Promise<SessionLogEvent[]> {
  const lines = (await Array.fromAsync(read(path, ZIG))).flat();
  assertEquals(lines.filter((line) => line.kind !== "event"), []);
  assertEquals(Deno.readFileSync(path).at(-1), 0x0a);
  return lines.flatMap((line) => line.kind === "event" ? [line.event] : []);
}

/** All files below a folder, and what they hold; what a lock file holds does not matter, nor where a link leads. */
function contentsOf(folder: string): Record<string, string> {
  const content = (path: string): string => {
    const whole = `${folder}/${path}`;
    return path.endsWith(".lock") || !Deno.lstatSync(whole).isFile ? "" : Deno.readTextFileSync(whole);
  };
  return Object.fromEntries(tree(folder).map((path) => [path, content(path)]));
}

/** Emits output until the disk is full; returns the numbers of the events that were acknowledged. */
function emitUntilFull(writer: SessionWriter, emit: () => void, each: number): number[] {
  const acknowledged: number[] = [];
  for (let seq = 2;; seq += each) {
    try {
      emit();
    } catch (error) {
      if (!(error instanceof LogWriteError)) throw error;
      assertEquals(error.code, "ENOSPC");
      assertEquals(error.path, writer.logPath);
      return acknowledged;
    }
    for (let at = 0; at < each; at++) acknowledged.push(seq + at);
  }
}

Deno.test({
  name: "AppendFile.append() throws LogWriteError with ENOSPC when the device is full",
  ...needs("devFull"),
  fn(): void {
    using log = AppendFile.over("/dev/full", Deno.openSync("/dev/full", { append: true }), 0);
    const error = assertThrows(() => log.append(new TextEncoder().encode("a line\n")), LogWriteError);
    assertEquals([error.code, error.path, error.bytesWritten], ["ENOSPC", "/dev/full", 0]);
    assertStringIncludes(error.message, 'Cannot write log "/dev/full": No space left on device');
  },
});

Deno.test({
  name: "AppendFile.open() takes a log that links to a full device, and append() says so each time",
  ...needs("devFull"),
  fn(): void {
    using dir = new TempDir();
    const path = dir.at("log.jsonl");
    Deno.symlinkSync("/dev/full", path);
    using log = AppendFile.open(path);
    for (let attempt = 0; attempt < 3; attempt++) {
      const error = assertThrows(() => log.append(new TextEncoder().encode("a line\n")), LogWriteError);
      assertEquals([error.code, error.path], ["ENOSPC", path]);
    }
    assertEquals(log.length, 0);
  },
});

for (const which of ["indexPath", "globalIndexPath"] as const) {
  Deno.test({
    name: `SessionWriter.create() leaves nothing behind when the ${which} cannot be written`,
    ...needs("devFull"),
    fn(): void {
      using dir = new TempDir();
      const root = dir.path;
      create(root).ended("success", 1);
      const catalog = openCatalog({ root, project: root });
      const before = contentsOf(root);
      Deno.symlinkSync("/dev/full", `${catalog.layout[which]}.tmp`);
      assert(isFull(assertThrows(() => create(root), Error)));
      assertEquals(contentsOf(root), before);
      create(root).ended("success", 1);
      assertEquals([catalog.list().length, catalog.listAll().length], [2, 2]);
    },
  });

  Deno.test({
    name: `SessionWriter.ended() keeps the end in the log and says so when the ${which} cannot be written`,
    ...needs("devFull"),
    async fn(): Promise<void> {
      using dir = new TempDir();
      const root = dir.path;
      const catalog = openCatalog({ root, project: root });
      const writer = create(root);
      const before = Deno.readTextFileSync(catalog.layout[which]);
      Deno.symlinkSync("/dev/full", `${catalog.layout[which]}.tmp`);
      assert(isFull(assertThrows(() => writer.ended("failure", 1), Error)));
      assertEquals(Deno.readTextFileSync(catalog.layout[which]), before);
      assertEquals((await eventsOf(writer.logPath)).at(-1)!.type, "zig_session_ended");
      assertEquals([catalog.list()[0]!.state, catalog.listAll()[0]!.state], ["failure", "failure"]);
    },
  });
}

for (
  const { name, emit, each } of [
    { name: "stepOutput", each: 1, emit: (writer: SessionWriter) => writer.stepOutput("s", "stdout", LINE) },
    {
      name: "stepOutputs",
      each: 50,
      emit: (writer: SessionWriter) => writer.stepOutputs("s", "stdout", Array.from({ length: 50 }, () => LINE)),
    },
  ]
) {
  Deno.test({
    name: `SessionWriter.${name}() keeps the log whole when the disk fills, whatever is tried again`,
    ...needs("tmpfs"),
    async fn(): Promise<void> {
      await using disk = await SmallDisk.mount("1m");
      const writer = create(disk.path);
      const acknowledged = emitUntilFull(writer, () => emit(writer), each);
      assert(acknowledged.length > 1000);

      const held = await eventsOf(writer.logPath);
      assertEquals(held.map((event) => event.seq), [1, ...acknowledged]);
      assertEquals(writer.length, Deno.statSync(writer.logPath).size);

      for (let attempt = 0; attempt < 10; attempt++) assertThrows(() => emit(writer), LogWriteError);
      assertEquals((await eventsOf(writer.logPath)).length, held.length);
      writer[Symbol.dispose]();
    },
  });
}

Deno.test({
  name: "SessionWriter goes on and ends well when a full disk has room again",
  ...needs("tmpfs"),
  async fn(): Promise<void> {
    await using disk = await SmallDisk.mount("1m");
    const catalog = openCatalog({ root: disk.path, project: disk.path });
    const writer = create(disk.path);
    let seq = 1;
    for (let time = 1; time <= 3; time++) {
      {
        using _full = disk.fill();
        seq += emitUntilFull(writer, () => writer.stepOutput("s", "stdout", LINE), 1).length;
        seq += emitUntilFull(writer, () => writer.heartbeat(), 1).length; // shorter than what is left for an end
        assertThrows(() => writer.ended("success", 1), LogWriteError);
        assertEquals((await eventsOf(writer.logPath)).length, seq);
        assertEquals(catalog.list()[0]!.state, "running");
      }
      writer.stepOutput("s", "stderr", `there is room again: ${time}`);
      seq += 1;
    }
    writer.ended("success", 1);
    const events = await eventsOf(writer.logPath);
    assertEquals(events.length, seq + 1);
    assertEquals(events.map((event) => "stream" in event && event.stream).filter((it) => it === "stderr").length, 3);
    // An event that was refused has spent its number: it is missing, and nothing stands in its place.
    const numbers = events.map((event) => Number(event.seq));
    assertEquals(numbers.toSorted((a, b) => a - b), numbers);
    assertEquals(numbers.at(-1)! - events.length, 9);
    assertEquals(catalog.list()[0]!.entry.status, "success");
    assertEquals(catalog.globalIndex.load().entries[0]!.status, "success");
  },
});

Deno.test({
  name: "SessionWriter.create() leaves nothing behind when the disk is full",
  ...needs("tmpfs"),
  async fn(): Promise<void> {
    await using disk = await SmallDisk.mount("1m");
    create(disk.path).ended("success", 1);
    const before = contentsOf(disk.path);
    {
      using _full = disk.fill();
      for (let attempt = 0; attempt < 3; attempt++) assert(isFull(assertThrows(() => create(disk.path), Error)));
    }
    assertEquals(contentsOf(disk.path), before);
    using session = SessionCoordinator.start(create(disk.path));
    session.finish("success");
    assertEquals(openCatalog({ root: disk.path, project: disk.path }).list().map((row) => row.state), [
      "success",
      "success",
    ]);
  },
});

Deno.test({
  name: "SessionCoordinator.finish() can be tried again when the disk was full",
  ...needs("tmpfs"),
  async fn(): Promise<void> {
    await using disk = await SmallDisk.mount("1m");
    using session = SessionCoordinator.start(create(disk.path));
    {
      using _full = disk.fill();
      emitUntilFull(session.writer, () => session.writer.heartbeat(), 1);
      assertThrows(() => session.finish("success"), LogWriteError);
    }
    session.finish("success");
    const events = await eventsOf(session.writer.logPath);
    assertEquals(events.filter((event) => event.type === "zig_session_ended").length, 1);
    assertEquals(openCatalog({ root: disk.path, project: disk.path }).list()[0]!.state, "success");
  },
});
