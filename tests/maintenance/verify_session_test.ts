/** Logs are checked where they lie, whoever writes them. */

import { assertEquals } from "@std/assert";
import type { Finding } from "../../src/query/finding.ts";
import type { LogWriter } from "../../src/query/verify.ts";
import { verifySession } from "../../src/maintenance/verify_session.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { CORRUPTIONS, offsetOf } from "../helpers/corruptions.ts";
import { spawnFixture } from "../helpers/fixture.ts";
import { SOUND_ID, SOUND_KINDS, soundLine, soundLines } from "../helpers/sound_log.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const utf8 = new TextEncoder();
const MINUTE = 60_000;

/** Puts a log into a folder, as a writer that stands so leaves it. */
function writeLog(folder: string, content: string | Uint8Array, writer: LogWriter = "gone"): string {
  const path = `${folder}/${SOUND_ID}.jsonl`;
  Deno.writeFileSync(path, typeof content === "string" ? utf8.encode(content) : content);
  const past = (Date.now() - 10 * MINUTE) / 1000;
  if (writer !== "alive") Deno.utimeSync(path, past, past);
  if (writer === "dead") Deno.writeFileSync(`${folder}/${SOUND_ID}.lock`, new Uint8Array());
  return path;
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function kindsOf(findings: readonly Finding[]): string[] {
  return findings.map(({ kind }) => kind);
}

Deno.test("verifySession() finds each damage of the table at its line and byte", async () => {
  for (const { name, bytes, writer, found } of CORRUPTIONS) {
    using dir = new TempDir();
    const folder = dir.path;
    const path = writeLog(folder, bytes, writer);
    const { findings, damage, notes } = await verifySession(path);
    const places = findings.map(({ kind, line, offset }) => [kind, line, offset]);
    assertEquals(places, found.map(([kind, line]) => [kind, line, offsetOf(bytes, line)]), name);
    assertEquals(damage, findings.filter(({ severity }) => severity === "damage").length);
    assertEquals(damage + notes, findings.length);
  }
});

Deno.test("verifySession() tells the state and the size of what it checked", async () => {
  using dir = new TempDir();
  const folder = dir.path;
  const text = textOf(soundLines());
  const { findings, ...verdict } = await verifySession(writeLog(folder, text));
  assertEquals(findings, []);
  assertEquals(verdict, {
    sessionId: SOUND_ID,
    logPath: `${folder}/${SOUND_ID}.jsonl`,
    state: "success",
    bytes: utf8.encode(text).length,
    lines: 13,
    damage: 0,
    notes: 0,
  });
});

const UNFINISHED = textOf(soundLines().slice(0, 5)) + '{"seq":6,"ts';

Deno.test("verifySession() leaves the half line of a writer that holds its lock, and finds it once the lock is free", async () => {
  using dir = new TempDir();
  const folder = dir.path;
  const path = writeLog(folder, UNFINISHED);
  const lock = FileLock.take(`${folder}/${SOUND_ID}.lock`);
  const live = await verifySession(path, { now: Date.now() + 24 * 60 * MINUTE });
  assertEquals([live.state, live.findings], ["running", []]);
  lock.release();
  const dead = await verifySession(path);
  assertEquals([dead.state, ...kindsOf(dead.findings)], ["crashed", "torn", "missing_end"]);
});

Deno.test("verifySession() leaves the half line of a young log without a lock, and finds it once the log is silent", async () => {
  using dir = new TempDir();
  const folder = dir.path;
  const path = writeLog(folder, UNFINISHED, "alive");
  const live = await verifySession(path, { now: Date.now() + 20_000 });
  assertEquals([live.state, live.findings], ["running", []]);
  const silent = await verifySession(path, { now: Date.now() + MINUTE });
  assertEquals([silent.state, ...kindsOf(silent.findings)], ["stale", "torn", "silent"]);
});

Deno.test("verifySession() takes the lock for taking turns as a sign of life", async () => {
  using dir = new TempDir();
  const folder = dir.path;
  const path = writeLog(folder, UNFINISHED);
  using _turn = FileLock.take(`${folder}/${SOUND_ID}.append`);
  assertEquals((await verifySession(path)).findings, []);
});

Deno.test("verifySession() finds an unfinished line behind the end, however young the log is", async () => {
  using dir = new TempDir();
  const folder = dir.path;
  const path = writeLog(folder, `${textOf(soundLines())}{"`, "alive");
  assertEquals(kindsOf((await verifySession(path)).findings), ["torn"]);
});

Deno.test("verifySession() keeps as many findings as it may, and counts them all", async () => {
  using dir = new TempDir();
  const folder = dir.path;
  const path = writeLog(folder, textOf([...soundLines().slice(0, -1), ..."abcdefgh", soundLines().at(-1)!]));
  const { findings, damage } = await verifySession(path, { limit: 3 });
  assertEquals([findings.map(({ line }) => line), damage], [[13, 14, 15], 8]);
});

Deno.test("verifySession() finds no fault in a live log whose writer takes an unfinished line back meanwhile", async () => {
  using dir = new TempDir();
  const folder = dir.path;
  const lines = soundLines().slice(0, 5);
  for (let seq = 6; textOf(lines).length < 65_000; seq++) lines.push(soundLine(seq, SOUND_KINDS[11]!));
  const sound = textOf(lines);
  const beats = Array.from({ length: 40 }, (_, at) => soundLine(lines.length + 1 + at, SOUND_KINDS[11]!));
  const half = soundLine(lines.length + 1, { type: "step_skipped", step_name: "a", reason: "x".repeat(3000) });
  const path = writeLog(folder, sound + half.slice(0, 2000));
  using _lock = FileLock.take(`${folder}/${SOUND_ID}.lock`);

  const { readSync } = Deno.FsFile.prototype;
  let read = 0;
  let again = 0;
  Deno.FsFile.prototype.readSync = function (buffer: Uint8Array): number | null {
    if (read === 65_536 && again++ === 0) Deno.writeTextFileSync(path, sound + textOf(beats)); // half of it is read
    const count = readSync.call(this, read < 65_536 ? buffer.subarray(0, 65_536 - read) : buffer);
    read += count ?? 0;
    return count;
  };
  try {
    const { findings } = await verifySession(path);
    assertEquals([kindsOf(findings), again], [[], 1]);
  } finally {
    Deno.FsFile.prototype.readSync = readSync;
  }
});

Deno.test("verifySession() finds no fault in 100 looks at logs that are written at full speed", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const child = spawnFixture("flood.ts", { args: [root, root, "endless"], stdin: "piped" });
  const errors = new Response(child.stderr).text();
  let newest = "";
  let isOver = false;
  const listening = (async (): Promise<void> => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      newest = text.split("\n").at(-2) ?? newest;
    }
    isOver = true;
  })();
  while (newest === "" && !isOver) await new Promise((resolve) => setTimeout(resolve, 5));
  if (newest === "") throw new Error(await errors);

  const states = new Set<string>();
  let grown = 0;
  for (let look = 1; look <= 100 || grown <= 20 || !states.has("running"); look++) {
    try {
      const { findings, state, bytes, logPath } = await verifySession(newest);
      assertEquals(findings, [], `look ${look}`);
      states.add(state);
      if (Deno.statSync(logPath).size > bytes) grown++;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // it is one of the last no more
    }
    await new Promise((resolve) => setTimeout(resolve, look % 4));
  }
  await child.stdin.close();
  await listening;
  assertEquals((await child.status).code, 0, await errors);
  assertEquals((await verifySession(newest)).findings, []);
});
