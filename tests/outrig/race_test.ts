/** Many programs that use a store at once, and programs that are killed. */

import { assert, assertEquals } from "@std/assert";
import { spawnFixture } from "../helpers/fixture.ts";
import { tree } from "../helpers/temp_dir.ts";
import type { RunRecord } from "../../src/codec/outrig.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { RUN, RunsDir } from "./runs.ts";

const PROCESSES = 4;
const KILLS = 8;

/** Starts programs, lets them begin together, and gives the ids that each of them printed. */
async function race(args: readonly string[]): Promise<string[][]> {
  const children = Array.from({ length: PROCESSES }, () => spawnFixture("runs.ts", { args, stdin: "piped" }));
  const outputs = children.map(async (child) => {
    const output = new Response(child.stdout).text();
    const errors = new Response(child.stderr).text();
    await child.stdin.close();
    assertEquals((await child.status).code, 0, await errors);
    return (await output).trim().split("\n").slice(1);
  });
  return await Promise.all(outputs);
}

Deno.test("RunStore.create() never gives an id twice when programs create runs in the same second", async () => {
  using dir = new RunsDir();
  const ids = (await race([dir.at("root"), "100"])).flat();
  assertEquals(ids.length, PROCESSES * 100);
  assertEquals(new Set(ids).size, ids.length);
  assertEquals(dir.listed(), { ids: ids.toSorted().reverse(), notices: [] });
  assert(dir.store.list().every(({ record }) => record.exit_code === 0));
  assertEquals(tree(dir.at("root")).filter((path) => !/\/(logs\/|session\.json)$/.test(path)), []);
});

Deno.test("RunStore.create() lets one program win when several name the same directory", async () => {
  using dir = new RunsDir();
  for (let round = 0; round < 3; round++) {
    const wins = (await race([dir.at(`root-${round}`), "0", dir.at(`mine-${round}`)])).flat();
    assertEquals(wins.length, 1);
    assertEquals(tree(dir.at(`root-${round}`)), wins);
    assertEquals(tree(dir.at(`mine-${round}`)), ["logs/", "session.json"]);
  }
});

Deno.test("RunStore.finalize() keeps what another program writes when it has to wait for its turn", async () => {
  using dir = new RunsDir();
  const run = dir.store.create(RUN);
  const lock = FileLock.take(`${run.dir}/session.json.lock`);
  const child = spawnFixture("run_finalize.ts", { args: [dir.store.root, run.id] });
  const errors = new Response(child.stderr).text();
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    assertEquals(text, "ready\n");
    await new Promise((resolve) => setTimeout(resolve, 100)); // it would be through by now
    assertEquals(dir.store.getById(run.id).record, run.record);
    dir.record(`root/${run.id}`, { ...run.record, ended_at: undefined, exit_code: undefined, later: "kept" });
    lock.remove();
  }
  assertEquals((await child.status).code, 0, await errors);
  const { record } = dir.store.getById(run.id);
  assertEquals([record.exit_code, (record as RunRecord & { later?: string }).later], [3, "kept"]);
  assertEquals(tree(run.dir), ["logs/", "session.json"]);
});

Deno.test("RunStore.list() lists whole runs and each that was acknowledged when programs are killed", async () => {
  using dir = new RunsDir();
  const acknowledged: string[] = [];
  for (let round = 0; round < KILLS; round++) {
    const args = [dir.at("root"), "1000000", ...(round % 2 === 0 ? [dir.at("elsewhere")] : [])];
    const child = spawnFixture("runs.ts", { args, stdin: "piped" });
    const errors = new Response(child.stderr).text();
    await child.stdin.close();
    let said = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      if (said.split("\n").length <= 2 && `${said}${text}`.split("\n").length > 2) {
        setTimeout(() => child.kill("SIGKILL"), Math.random() * 20);
      }
      said += text;
    }
    assertEquals((await child.status).signal, "SIGKILL", await errors);
    acknowledged.push(...said.split("\n").slice(1, -1));
  }
  const { ids, notices } = dir.listed();
  assertEquals(acknowledged.filter((id) => !ids.includes(id)), []);
  assertEquals(notices, []);
  assert(ids.length - acknowledged.length <= KILLS);
  // Each record outside of the store can be reached from it.
  const outside = tree(dir.at("elsewhere")).filter((path) => path.endsWith("session.json"));
  assertEquals(outside.length, dir.store.list().filter(({ linkTarget }) => linkTarget !== null).length);
});
