/** Logs that are too large to be read at once: what reading them takes, and leaves to others. */

import { assert, assertEquals } from "@std/assert";
import { encodeSessionEvent, ZIG } from "../src/codec/zig.ts";
import type { SessionEventKind } from "../src/codec/zig_events.ts";
import { follow, type FollowEnd } from "../src/storage/follow.ts";
import { resultOf, spawnFixture } from "./helpers/fixture.ts";
import { TempDir } from "./helpers/temp_dir.ts";

const MB = 1_000_000;
const SIZE = 300 * MB;
/** What reading may take, with all that the runtime itself takes. */
const LIMIT = 100 * MB;

/** Events as a long run has them: mostly output, now and then something to escape or beyond ASCII. */
const KINDS: readonly SessionEventKind[] = [
  ...Array.from({ length: 40 }, (_, at): SessionEventKind => ({
    type: "step_output",
    step_name: "build",
    stream: at % 8 === 0 ? "stderr" : "stdout",
    line: `[${at}/40] compiling some part of the program`.padEnd(80 + at * at, " and another one"),
  })),
  { type: "step_output", step_name: "test", stream: "stdout", line: "\u001b[32mok\u001b[0m  größer als “vorher” 😀" },
  { type: "heartbeat", interval_secs: 10 },
  { type: "step_failed", step_name: "test", exit_code: 1, attempt: 1, error: 'said "no"\nand went' },
];

/** Writes a log of at least that size; returns how many events it holds. */
function writeLog(path: string, size: number): number {
  using file = Deno.openSync(path, { write: true, createNew: true });
  const zig_session_id = "289aa865-eb73-48c9-a995-6b3245bfcc28";
  const ts = "2026-11-21T01:51:23.758770876+00:00";
  const lines = KINDS.map((kind, at) => encodeSessionEvent({ seq: at + 1, ts, zig_session_id, ...kind }) + "\n");
  const block = new TextEncoder().encode(lines.join("").repeat(50));
  let events = 0;
  for (let written = 0; written < size; written += block.length) {
    assertEquals(file.writeSync(block), block.length);
    events += 50 * KINDS.length;
  }
  return events;
}

Deno.test({
  name: "read() takes less than 100 MB, the runtime included, when the log has 300 MB",
  ignore: Deno.build.os !== "linux", // elsewhere no process can tell how much it took at most
  async fn(): Promise<void> {
    using dir = new TempDir();
    const log = dir.at("log.jsonl");
    const events = writeLog(log, SIZE);
    const { code, stdout, stderr } = await resultOf(spawnFixture("read_all.ts", { args: [log] }));
    assertEquals(code, 0, stderr);
    const [count, peak] = stdout.trim().split(" ").map(Number);
    assertEquals(count, events);
    assert(peak! * 1024 < LIMIT, `it took ${peak} kB`);
  },
});

Deno.test("follow() hears its signal when there are still 100 MB to catch up with", async () => {
  using dir = new TempDir();
  const log = dir.at("log.jsonl");
  const events = writeLog(log, 100 * MB);
  const controller = new AbortController();
  let count = 0;
  let why: FollowEnd | undefined;
  for await (const item of follow(log, ZIG, { signal: controller.signal })) {
    if (count === 0) setTimeout(() => controller.abort(), 0);
    if (item.kind === "lines") count += item.lines.length;
    if (item.kind === "end") why = item.why;
  }
  assertEquals(why, "aborted");
  assert(count < events, "nobody else had a turn before the end of the log");
});
