import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { decodeBlock } from "../../src/codec/decode_block.ts";
import { encodeSessionEvent, ZIG } from "../../src/codec/zig.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { lockPathOf } from "../../src/storage/layout.ts";
import { LogFollower } from "../../src/storage/log_follower.ts";
import { read } from "../../src/storage/read.ts";
import { anyCut, anyEvent } from "../helpers/arbitraries.ts";
import { Follower, pause, withoutWatcher } from "../helpers/following.ts";
import { LockHolder } from "../helpers/lock_holder.ts";
import { logText } from "../helpers/sessions.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const OLD = "2020-01-01T00:00:00+00:00";
const utf8 = new TextEncoder();

/** A log of a session that has ended, and its lines. */
const WHOLE = logText("a", { at: OLD, output: ["one", "two"], end: "success" });
const LINES = WHOLE.trimEnd().split("\n");

function append(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? utf8.encode(content) : content;
  Deno.writeFileSync(path, bytes, { append: true });
}

/** A log that nobody has written to for years, and that no lock belongs to. */
function silentLog(dir: TempDir, text: string): string {
  const path = dir.write("a.jsonl", text);
  Deno.utimeSync(path, 0, 0);
  return path;
}

/** A log whose writer is dead. */
function deadLog(dir: TempDir, text: string | Uint8Array): string {
  const path = dir.write("a.jsonl", text);
  FileLock.take(lockPathOf(path)).release();
  return path;
}

Deno.test("follow() gives all lines and ends when the session has ended", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", WHOLE);
  await using follower = new Follower(path);
  const { told, why, position } = await follower.toEnd();
  assertEquals([told, why, position], [LINES, "ended", WHOLE.length]);
});

Deno.test("follow() ends with the end event when lines stand behind it", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", WHOLE + logText("b", { at: OLD }));
  await using follower = new Follower(path);
  const { told, why, position } = await follower.toEnd();
  assertEquals([told, why, position], [LINES, "ended", WHOLE.length]);
  await using behind = new Follower(path, { from: WHOLE.length });
  assertEquals((await behind.toEnd()).why, "ended");
});

Deno.test("follow() gives the lines from an offset on, and the offsets to go on from", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", WHOLE);
  for (const from of [0, LINES[0]!.length + 1, WHOLE.length]) {
    await using follower = new Follower(path, { from });
    const { lines, why } = await follower.toEnd();
    const expected = (await Array.fromAsync(read(path, ZIG, { from }))).flat();
    assertEquals([lines, why], [expected, "ended"]);
  }
});

Deno.test("follow() throws NotFound when there is no such log", async () => {
  using dir = new TempDir();
  await using follower = new Follower(dir.at("a.jsonl"));
  await assertRejects(() => follower.next(), Deno.errors.NotFound);
});

/** Writes chunks one after the other while a follower reads, with pauses in which it may or may not get to it. */
async function followWhileWritten(
  dir: TempDir,
  chunks: readonly Uint8Array[],
  pauses: readonly number[],
): Promise<void> {
  const bytes = Uint8Array.from(chunks.flatMap((chunk) => Array.from(chunk)));
  const path = dir.write("a.jsonl", "");
  await using follower = new Follower(path);
  const followed = follower.toEnd();
  for (const [at, chunk] of chunks.entries()) {
    append(path, chunk);
    const time = pauses[at % (pauses.length || 1)];
    if (time) await pause(time);
  }
  const expected = decodeBlock(ZIG, { offset: 0, bytes });
  const { lines, why, position, told } = await followed;
  assertEquals(lines, expected);
  assertEquals([why, position, told.some((text) => text.startsWith("!"))], ["ended", bytes.length, false]);
}

const anySession = fc.array(fc.oneof(anyEvent.map(encodeSessionEvent), fc.constantFrom("", "damage", "\r")), {
  maxLength: 6,
}).map((lines) =>
  utf8.encode(
    lines.filter((line) => !line.includes("zig_session_ended")).concat(LINES.at(-1)!).map((line) => `${line}\n`).join(
      "",
    ),
  )
);

Deno.test("follow() gives every line once and whole when another task writes a log in pieces of any size", async () => {
  using dir = new TempDir();
  await fc.assert(
    fc.asyncProperty(anyCut(anySession), fc.array(fc.nat(9)), async ({ chunks }, pauses) => {
      await followWhileWritten(dir, chunks, pauses);
    }),
    { numRuns: 40 },
  );
});

Deno.test("follow() gives every line once and whole when nothing tells it of changes", async () => {
  using dir = new TempDir();
  await withoutWatcher(async () => {
    await fc.assert(
      fc.asyncProperty(anyCut(anySession), fc.array(fc.nat(9)), async ({ chunks }, pauses) => {
        await followWhileWritten(dir, chunks, pauses);
      }),
      { numRuns: 15 },
    );
    // Without being told how often to look it looks by itself.
    const path = dir.write("b.jsonl", LINES[0]! + "\n");
    await using follower = new Follower(path, { pollMs: undefined });
    assertEquals((await follower.next())?.kind, "lines");
    const next = follower.toEnd();
    append(path, LINES.slice(1).map((line) => `${line}\n`).join(""));
    assertEquals((await next).told, LINES.slice(1));
  });
});

Deno.test("follow() is told of changes by the system when it would not look again for a long time", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", LINES[0]! + "\n");
  await using follower = new Follower(path, { pollMs: 600_000 });
  assertEquals((await follower.next())?.kind, "lines");
  for (const line of LINES.slice(1, -1)) {
    const next = follower.next();
    append(path, `${line}\n`);
    const item = await next;
    assertEquals(item?.kind === "lines" && item.lines.map((line) => line.text), [line]);
  }
});

Deno.test("follow() gives a line of several megabytes once when it comes in many pieces", async () => {
  using dir = new TempDir();
  const bytes = utf8.encode(logText("a", { at: OLD, output: ["x".repeat(3_000_000)], end: "success" }));
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 100_000) chunks.push(bytes.subarray(at, at + 100_000));
  await followWhileWritten(dir, chunks, [0, 0, 1]);
});

Deno.test("follow() tells that the writer died after all lines that it had written", async () => {
  using dir = new TempDir();
  const open = LINES.slice(0, -1).map((line) => `${line}\n`).join("");
  await using dead = new Follower(deadLog(dir, `${open}{"torn`));
  const { told, why, position } = await dead.toEnd();
  assertEquals([told, why, position], [LINES.slice(0, -1), "writer_died", open.length]);
});

Deno.test("follow() tells that the writer died when it is killed while it is followed", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", LINES[0]! + "\n");
  await using holder = await LockHolder.start(lockPathOf(path));
  await using follower = new Follower(path);
  assertEquals((await follower.next())?.kind, "lines");
  const followed = follower.toEnd();
  append(path, LINES[1]! + "\n");
  await holder.kill();
  const { told, why } = await followed;
  assertEquals([told, why], [[LINES[1]!], "writer_died"]);
});

Deno.test("LogFollower.next() tells that the writer died though the system's clock was set back meanwhile", () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", LINES[0]! + "\n");
  const lock = FileLock.take(lockPathOf(path));
  using follower = new LogFollower(path, ZIG);
  const next = (): unknown => {
    for (;;) {
      const item = follower.next();
      if (item !== "busy") return item;
    }
  };
  next();
  assertEquals(next(), "idle");
  lock.release();
  const [{ now }, passed] = [Date, performance.now];
  try {
    Date.now = (): number => now() - 3_600_000;
    performance.now = (): number => passed.call(performance) + 2000;
    assertEquals(next(), { kind: "end", why: "writer_died" });
  } finally {
    Date.now = now;
    performance.now = passed;
  }
});

Deno.test("follow() goes on while the lock is held, however old the log is", async () => {
  using dir = new TempDir();
  const path = silentLog(dir, LINES[0]! + "\n");
  using _lock = FileLock.take(lockPathOf(path));
  await using follower = new Follower(path);
  assertEquals((await follower.next())?.kind, "lines");
  const followed = follower.toEnd();
  await pause(30);
  append(path, LINES.slice(1).map((line) => `${line}\n`).join(""));
  assertEquals((await followed).why, "ended");
});

Deno.test("follow() ends as stale when a log without lock has long been silent", async () => {
  using dir = new TempDir();
  const text = LINES[0]! + "\n";
  await using follower = new Follower(silentLog(dir, text));
  const { told, why } = await follower.toEnd();
  assertEquals([told, why], [[LINES[0]!], "stale"]);
});

Deno.test("follow() says once that a log is silent and goes on when it is to wait for a stale one", async () => {
  using dir = new TempDir();
  const path = silentLog(dir, LINES[0]! + "\n");
  await using follower = new Follower(path, { waitForStale: true });
  const kinds = [(await follower.next())?.kind, (await follower.next())?.kind];
  assertEquals(kinds, ["lines", "silent"]);
  const followed = follower.toEnd();
  await pause(30);
  append(path, LINES.slice(1).map((line) => `${line}\n`).join(""));
  const { told, why } = await followed;
  assertEquals([told, why], [LINES.slice(1), "ended"]);
});

Deno.test("follow() ends at once when it is aborted before or while it waits", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", LINES[0]! + "\n");
  await using before = new Follower(path, { signal: AbortSignal.abort() });
  assertEquals((await before.toEnd()).why, "aborted");
  await using follower = new Follower(path, { pollMs: 600_000 });
  const followed = follower.toEnd();
  await pause(5);
  follower.abort();
  const { told, why } = await followed;
  assertEquals([told, why], [[LINES[0]!], "aborted"]);
});

Deno.test("follow() loses no whole event when a log is cut at any byte and its writer is dead", async () => {
  using dir = new TempDir();
  const bytes = utf8.encode(WHOLE);
  const whole = decodeBlock(ZIG, { offset: 0, bytes });
  await withoutWatcher(async () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      await using follower = new Follower(deadLog(dir, bytes.subarray(0, cut)));
      const { lines, why } = await follower.toEnd();
      // Without its newline the last event is whole all the same.
      const expected = whole.filter(({ offset, length }) => offset + length - 1 <= cut).map((line) => line.text);
      assertEquals(lines.map((line) => line.kind === "event" && line.text), expected, `${cut}`);
      assertEquals(why, cut >= bytes.length - 1 ? "ended" : "writer_died", `${cut}`);
    }
  });
});
