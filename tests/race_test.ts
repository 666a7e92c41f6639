/** Many programs that record at once: none gets in the way of another. */

import { assertEquals } from "@std/assert";
import { listAllSessions, listSessions, SessionWriter } from "../mod.ts";
import { encodeSessionEvent, ZIG } from "../src/codec/zig.ts";
import { openCatalog } from "../src/session/sessions.ts";
import { listLogs } from "../src/storage/evidence.ts";
import { logPathOf } from "../src/storage/layout.ts";
import { read } from "../src/storage/read.ts";
import { spawnFixture } from "./helpers/fixture.ts";
import { TempDir, tree } from "./helpers/temp_dir.ts";

const PROCESSES = 20;
const SESSIONS = 10;

/** A process that begins when it is told to. */
interface Racer {
  /** What it writes after it was ready. */
  readonly output: Promise<string>;
  /** Tells it to begin, or to stop. */
  go(): Promise<void>;
}

/** Starts a program and waits until it is ready. */
async function ready(name: string, args: readonly string[]): Promise<Racer> {
  const child = spawnFixture(name, { args, stdin: "piped" });
  const [first, rest] = child.stdout.tee();
  const errors = new Response(child.stderr).text();
  const output = (async (): Promise<string> => {
    const text = await new Response(rest).text();
    assertEquals((await child.status).code, 0, `${name}: ${await errors}`);
    return text.replace(/^ready\n/, "");
  })();
  output.catch(() => {}); // reported where it is awaited
  const reader = first.getReader();
  await reader.read();
  reader.releaseLock();
  first.cancel();
  return { output, go: () => child.stdin.close() };
}

/** Starts all sessions at once; returns their ids. */
async function race(root: string): Promise<string[]> {
  const start = (): Promise<Racer> => ready("sessions.ts", [root, root, String(SESSIONS)]);
  const racers = await Promise.all(Array.from({ length: PROCESSES }, start));
  await Promise.all(racers.map((racer) => racer.go()));
  await Promise.allSettled(racers.map((racer) => racer.output)); // none may go on when another has failed
  const outputs = await Promise.all(racers.map((racer) => racer.output));
  return outputs.flatMap((output) => output.trim().split("\n")).sort();
}

/** Every session is in both indexes, has ended, and its log is whole; nothing else is left. */
async function checkStore(root: string, ids: readonly string[]): Promise<void> {
  assertEquals(new Set(ids).size, PROCESSES * SESSIONS);
  const { layout, projectIndex, globalIndex } = openCatalog({ root, project: root });
  for (const { damage, entries } of [projectIndex.load(), globalIndex.load()]) {
    assertEquals(damage, undefined);
    assertEquals(entries.map((entry) => entry.zig_session_id).sort(), ids);
    assertEquals(entries.filter((entry) => entry.ended_at === null || entry.status === null), []);
  }

  assertEquals(listLogs(layout).sort(), ids);
  for (const id of listLogs(layout)) {
    const path = logPathOf(layout, id);
    const lines = (await Array.fromAsync(read(path, ZIG))).flat();
    const events = lines.map((line) => line.kind === "event" ? line.event : line);
    assertEquals(
      events.map((event) => "type" in event && event.type),
      ["zig_session_started", "tier_started", "step_output", "zig_session_ended"],
    );
    const written = lines.map((line) => line.kind === "event" ? encodeSessionEvent(line.event) + "\n" : "").join("");
    assertEquals(Deno.readTextFileSync(path), written);
  }
  const known = /^(?:.*\/sessions\/[0-9a-f-]{36}\.jsonl|.*\/index\.json(\.lock)?|sessions_index\.json(\.lock)?)$/;
  assertEquals(tree(root).filter((path) => !known.test(path)), []);
}

Deno.test("SessionWriter keeps 200 of 200 sessions when 20 processes start and end 10 each", async () => {
  using dir = new TempDir();
  await checkStore(dir.path, await race(dir.path));
});

Deno.test("listSessions() never fails and never loses a session when 20 processes record meanwhile", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const listers = await Promise.all([1, 2].map(() => ready("lister.ts", [root, root])));
  let ids: string[];
  try {
    ids = await race(root);
  } finally {
    await Promise.all(listers.map((lister) => lister.go()));
    await Promise.allSettled(listers.map((lister) => lister.output));
  }
  for (const lister of listers) {
    assertEquals((await lister.output).trim().split(" ").map(Number), [ids.length, ids.length]);
  }
  await checkStore(root, ids);
});

Deno.test("SessionWriter leaves both indexes sound when another program rewrites them without a lock", async () => {
  using dir = new TempDir();
  const where = { root: dir.path, project: dir.path };
  const record = (): void => {
    SessionWriter.create({ workflowName: "race", workflowPath: "", tierCount: 0, ...where }).ended("success", 1);
  };
  for (let number = 0; number < 100; number++) record(); // so that reading and writing them takes a moment
  const { layout, ...catalog } = openCatalog(where);
  const rewriter = await ready("rewriter.ts", [layout.indexPath, layout.globalIndexPath]);
  for (let number = 0; number < 200; number++) record();
  await rewriter.go();
  await rewriter.output;

  record();
  // What the other program took back may be missing in them, but they are no heap of leftovers: others read them too.
  assertEquals([catalog.projectIndex.load().damage, catalog.globalIndex.load().damage], [undefined, undefined]);
  const states = (rows: readonly { readonly state: string }[]): string[] => rows.map((row) => row.state);
  const all = Array.from({ length: 301 }, () => "success");
  assertEquals([states(listSessions(where)), states(listAllSessions(where))], [all, all]);
});
