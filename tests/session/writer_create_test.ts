/** Sessions that cannot be started: nothing of them stays. */

import { assertEquals, assertThrows } from "@std/assert";
import { LogWriteError } from "../../src/errors.ts";
import { resultOf, spawnFixture } from "../helpers/fixture.ts";
import { diskFull, withFiles, withoutRoomFor } from "../helpers/faults.ts";
import { Studio } from "../helpers/recording.ts";
import { tree } from "../helpers/temp_dir.ts";

/** Puts a directory with something in it where a file is to be written. */
function obstruct(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  Deno.mkdirSync(path, { recursive: true });
  Deno.writeTextFileSync(`${path}/mine.txt`, "");
}

/** Runs something while files that end so cannot be opened. */
function withoutOpening<T>(pattern: RegExp, body: () => T): T {
  const { openSync } = Deno;
  try {
    Deno.openSync = (path, options): Deno.FsFile => {
      if (pattern.test(String(path))) throw new Deno.errors.PermissionDenied("Permission denied (os error 13)");
      return openSync(path, options);
    };
    return body();
  } finally {
    Deno.openSync = openSync;
  }
}

/** What stands in the way, and how starting a session then ends. */
const HINDRANCES: Readonly<Record<string, (studio: Studio) => void>> = {
  "an argument is wrong": (studio) => assertThrows(() => studio.record({ tierCount: -1 }), TypeError, "tier_count"),
  "the name of the workflow is missing": (studio) =>
    assertThrows(() => studio.record({ workflowName: undefined as never }), TypeError, "workflow_name"),
  "the lock cannot be made": (studio) =>
    withoutOpening(/[0-9a-f]\.lock$/, () => assertThrows(() => studio.record(), Deno.errors.PermissionDenied)),
  "the log cannot be made": (studio) =>
    withoutOpening(/\.jsonl$/, () => assertThrows(() => studio.record(), Deno.errors.PermissionDenied)),
  "the disk has no room for the first event": (studio) =>
    withoutRoomFor("zig_session_started", 0, () => assertThrows(() => studio.record(), LogWriteError)),
  "the disk has no room for all of the first event": (studio) =>
    withoutRoomFor("zig_session_started", 40, () => assertThrows(() => studio.record(), LogWriteError)),
  "the index of the project cannot be locked": (studio) => {
    obstruct(`${studio.layout.indexPath}.lock`);
    assertThrows(() => studio.record());
  },
  "the index of the project cannot be written": (studio) => {
    obstruct(`${studio.layout.indexPath}.tmp`);
    assertThrows(() => studio.record());
  },
  "the index of all projects cannot be locked": (studio) => {
    obstruct(`${studio.layout.globalIndexPath}.lock`);
    assertThrows(() => studio.record());
  },
  "the index of all projects cannot be written": (studio) => {
    obstruct(`${studio.layout.globalIndexPath}.tmp`);
    assertThrows(() => studio.record());
  },
  "the disk has no room for the index of all projects": (studio) => {
    let logs = -1;
    const countLogs = (): number => readNames(studio.layout.sessionsDir).filter((name) => /jsonl$/.test(name)).length;
    withFiles({
      write: (bytes, write) => {
        if (new TextDecoder().decode(bytes).includes('"project"') && logs === -1) logs = countLogs();
        if (logs !== -1 && countLogs() >= logs) throw diskFull(); // until something is removed
        return write(bytes);
      },
    }, () => assertThrows(() => studio.record(), Error, "No space left"));
  },
};

/** The sessions that the indexes name. */
function indexed({ layout }: Studio): string[] {
  return [layout.indexPath, layout.globalIndexPath].map((path) => {
    try {
      return Deno.readTextFileSync(path);
    } catch {
      return "";
    }
  }).flatMap((text) => Array.from(text.matchAll(/"zig_session_id": "([^"]+)"/g), ([, id]) => id!));
}

for (const [hindrance, start] of Object.entries(HINDRANCES)) {
  Deno.test(`SessionWriter.create() leaves nothing behind when ${hindrance}`, () => {
    for (const isFirst of [true, false]) {
      using studio = new Studio();
      const others = isFirst ? [] : [studio.record()];
      others[0]?.ended("success", 1);
      start(studio);
      const ids = others.map((writer) => writer.sessionId as string);
      assertEquals(readNames(studio.layout.sessionsDir), ids.map((id) => `${id}.jsonl`));
      assertEquals(indexed(studio), [...ids, ...ids]);
    }
  });
}

function readNames(directory: string): string[] {
  try {
    return tree(directory);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

Deno.test("SessionWriter.create() throws and leaves what is there when a file stands where a directory must be", () => {
  for (const path of ["root", "projectDir", "logsDir", "sessionsDir"] as const) {
    using studio = new Studio();
    const file = studio.layout[path];
    Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(file, "mine");
    assertThrows(() => studio.record());
    assertEquals(Deno.readTextFileSync(file), "mine");
  }
});

Deno.test("SessionWriter.create() works with the rights it needs, and names the flag that is missing otherwise", async () => {
  using studio = new Studio();
  const { root } = studio.layout;
  const start = async (rights: readonly string[]): Promise<string> => {
    const args = [JSON.stringify({ root })];
    const child = spawnFixture("record_one.ts", {
      args,
      rights: ["--no-prompt", ...rights],
      cwd: studio.where.project,
    });
    const { stdout, stderr } = await resultOf(child);
    return stdout.trim() || stderr;
  };
  const read = `--allow-read=${root}`;
  const write = `--allow-write=${root}`;
  assertEquals((await start([read, "--allow-env"])).includes(`NotCapable: Cannot write "${root}"`), true);
  assertEquals((await start([read])).includes(write), true);
  assertEquals((await start([write])).includes(read), true);
  assertEquals(readNames(studio.dir.path), ["repo/.git/"]);
  assertEquals(await start([read, write]), "ended");
  assertEquals(readNames(root).filter((name) => name.endsWith(".jsonl")).length, 1);
  assertEquals(readNames(root).filter((name) => name.startsWith("logs/")).length > 0, true);
});
