/** Writers that are killed at random moments: what they acknowledged is there, and who reads knows that they died. */

import { assert, assertEquals } from "@std/assert";
import { SessionWriter } from "../mod.ts";
import type { Decoded } from "../src/codec/dialect.ts";
import { encodeSessionEvent, ZIG } from "../src/codec/zig.ts";
import type { SessionLogEvent } from "../src/codec/zig_events.ts";
import { openCatalog } from "../src/session/sessions.ts";
import { AppendFile } from "../src/storage/append_file.ts";
import { listLogs } from "../src/storage/evidence.ts";
import { follow, type FollowEnd } from "../src/storage/follow.ts";
import { read } from "../src/storage/read.ts";
import { spawnFixture } from "./helpers/fixture.ts";
import { GIVE_UP_MS } from "./helpers/following.ts";
import { mixedLine } from "./helpers/mixed_lines.ts";
import { TempDir } from "./helpers/temp_dir.ts";

const KILLS = 200;
const AT_ONCE = 8;
/** One in so many is killed while it creates its log; the others while they write. */
const EARLY = 8;
/** Those of one batch in so many are followed while they live; the others once they are dead. */
const LIVE = 4;

type Line = Decoded<SessionLogEvent>;

/** What a dead writer had said. */
interface Corpse {
  /** Its log; `undefined` when it died before it could say. */
  readonly logPath: string | undefined;
  /** Number of the last event that it acknowledged. */
  readonly acknowledged: number;
  /** What somebody saw who followed it to its death. */
  readonly followed: Followed | undefined;
}

interface Followed {
  readonly lines: readonly Line[];
  readonly why: FollowEnd;
}

/** Starts a writer, kills it at a random moment, and hears what it had said until then. */
async function killWriter(root: string, number: number): Promise<Corpse> {
  const child = spawnFixture("writer.ts", { args: [root, root] });
  const errors = new Response(child.stderr).text();
  const [milestone, patience] = number % EARLY === 0 ? [1, 30] : [2, 10];
  const live = Math.floor(number / AT_ONCE) % LIVE === 1;
  let said = "";
  let doomed = false;
  let followed: Promise<Followed> | undefined;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    const [, logPath, more] = said.split("\n", 3);
    if (live && more !== undefined) followed ??= followToEnd(logPath!);
    if (doomed || said.split("\n", 3).length <= milestone) continue;
    doomed = true;
    setTimeout(() => child.kill("SIGKILL"), Math.random() * patience);
  }
  assertEquals((await child.status).signal, "SIGKILL", await errors);
  const [, logPath, ...acknowledged] = said.split("\n").slice(0, -1);
  return { logPath, acknowledged: Number(acknowledged.at(-1) ?? 0), followed: await followed };
}

async function followToEnd(logPath: string): Promise<Followed> {
  const lines: Line[] = [];
  for await (const item of follow(logPath, ZIG, { signal: AbortSignal.timeout(GIVE_UP_MS) })) {
    if (item.kind === "lines") lines.push(...item.lines);
    if (item.kind === "end") return { lines, why: item.why };
  }
  throw new Error("following ended without saying why");
}

async function readAll(logPath: string): Promise<Line[]> {
  return (await Array.fromAsync(read(logPath, ZIG))).flat();
}

/** Every line is the event of its place and says what its writer was told; the last may be torn. Returns the whole ones. */
function checkWhole(lines: readonly Line[], acknowledged: number): readonly Line[] {
  const last = lines.at(-1);
  const whole = last?.kind === "malformed" && last.torn ? lines.slice(0, -1) : lines;
  whole.forEach((line, at) => {
    if (line.kind !== "event") throw new Error(`line ${at + 1} is ${line.kind}: ${line.text.slice(0, 200)}`);
    assertEquals(line.event.seq, at + 1);
    if (line.event.type === "step_output") assert(line.event.line === mixedLine(at + 1), `line ${at + 1} is mixed up`);
    else assertEquals(line.event.type, "zig_session_started");
  });
  assert(whole.length >= acknowledged, `event ${acknowledged} was acknowledged, ${whole.length} are there`);
  return whole;
}

/** Whoever goes on with the log of a dead writer starts a line of his own. */
async function checkNothingGlued(logPath: string, before: readonly Line[]): Promise<void> {
  const event: SessionLogEvent = {
    seq: before.length + 1,
    ts: "2026-11-21T01:51:23+00:00",
    zig_session_id: "later",
    type: "heartbeat",
    interval_secs: 10,
  };
  using log = AppendFile.open(logPath);
  log.append(new TextEncoder().encode(encodeSessionEvent(event) + "\n"));
  const after = await readAll(logPath);
  assertEquals(after.length, before.length + 1);
  assertEquals(after.slice(0, -1).map((line) => line.offset), before.map((line) => line.offset));
  const last = after.at(-1)!;
  assertEquals(last.kind === "event" ? last.event : last.text, event);
}

/** Some writes are cut short by the kill itself; here the system is helped to have done so. */
function tear(logPath: string): void {
  using file = Deno.openSync(logPath, { write: true });
  const { size } = file.statSync();
  if (size > 0) file.truncateSync(size - 1 - Math.floor(Math.random() * Math.min(40, size - 1)));
}

async function checkCorpse(corpse: Corpse, number: number, root: string): Promise<void> {
  const { logPath, acknowledged, followed } = corpse;
  if (logPath === undefined) return;
  const lines = await readAll(logPath);
  const whole = checkWhole(lines, acknowledged);

  const seen = followed ?? await followToEnd(logPath);
  assertEquals(seen.why, "writer_died");
  assertEquals(checkWhole(seen.lines, acknowledged).length, seen.lines.length);
  assertEquals(seen.lines.length, whole.length);

  const id = logPath.slice(logPath.lastIndexOf("/") + 1, -".jsonl".length);
  assertEquals(openCatalog({ root, project: root }).resolve({ kind: "id", id }).state, "crashed");

  if (number % 2 === 1) tear(logPath);
  await checkNothingGlued(logPath, await readAll(logPath));
}

Deno.test("SessionWriter loses nothing it acknowledged when it is killed 200 times", async () => {
  using dir = new TempDir();
  const root = dir.path;
  for (let first = 0; first < KILLS; first += AT_ONCE) {
    // First they all die, then they are looked at: who is busy looking kills too late.
    const numbers = Array.from({ length: Math.min(AT_ONCE, KILLS - first) }, (_, at) => first + at);
    const corpses = await Promise.all(numbers.map((number) => killWriter(root, number)));
    for (const [at, corpse] of corpses.entries()) await checkCorpse(corpse, numbers[at]!, root);
  }

  const catalog = openCatalog({ root, project: root });
  const logs = listLogs(catalog.layout).sort();
  assert(logs.length > KILLS / 2, `only ${logs.length} came as far as a log`);
  for (const rows of [catalog.list(), catalog.listAll()]) {
    assertEquals(rows.map((row) => row.id).sort(), logs);
    assertEquals(rows.filter((row) => row.state !== "crashed").map((row) => row.id), []);
  }
  assertEquals(catalog.projectIndex.load().damage, undefined);
  assertEquals(catalog.globalIndex.load().damage, undefined);

  using writer = SessionWriter.create({ workflowName: "next", workflowPath: "", tierCount: 0, root, project: root });
  assertEquals(catalog.resolve({ kind: "active" }).id, writer.sessionId);
});
