/** A repair that is killed before any of its changes, or in the middle of a write: nothing is lost, and the next one completes it. */

import { assert, assertEquals } from "@std/assert";
import { basename } from "../src/deps/path.ts";
import { repairStore, type StoreRepair } from "../src/maintenance/repair_store.ts";
import { STORE_SOURCES, type StoreSource } from "../src/maintenance/stores.ts";
import { resultOf, spawnFixture } from "./helpers/fixture.ts";
import { catalogOf, leave, type OldStorePlace } from "./helpers/old_store.ts";
import { age, contentOf, type Left, recordIn } from "./helpers/recorded.ts";
import { TempDir } from "./helpers/temp_dir.ts";

const NOW = Date.parse("2100-01-01");
/** Killed at the same time. */
const AT_ONCE = 4;

/** A store where everything has gone wrong that can. */
function ruin(root: string, source: StoreSource): void {
  const record = (left: Left): { logPath: string } => recordIn(source, root, left);
  record("success");
  const late = record("failure");
  Deno.writeTextFileSync(late.logPath, '{"behind the end', { append: true });
  Deno.writeTextFileSync(late.logPath.replace(/jsonl$/, "lock"), "");
  const torn = record("torn");
  const lines = Deno.readTextFileSync(torn.logPath).split("\n");
  Deno.writeTextFileSync(torn.logPath, lines.toSpliced(2, 0, "garbage").join("\n"));
  const script = leave("script", { root, project: root, source });
  Deno.writeTextFileSync(script, '{"half', { append: true });
  const gone = record("dead");
  Deno.removeSync(gone.logPath);
  age(5, gone.logPath.replace(/jsonl$/, "lock"));
  const project = Object.keys(contentOf(root)).find((path) => path.endsWith("/index.json"))!;
  Deno.writeTextFileSync(`${root}/${project}`, '{"sessions": [');
  const global = Object.keys(contentOf(root)).find((path) => /(^|\/)sessions_index\.json$/.test(path))!;
  Deno.writeTextFileSync(`${root}/${global}.tmp`, '{"sess');
  age(5, `${root}/${global}.tmp`);
}

/** Copies a store, with the times of its files. */
function copy(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    if (isDirectory) {
      copy(source, target);
      continue;
    }
    Deno.copyFileSync(source, target);
    const { mtime } = Deno.statSync(source);
    Deno.utimeSync(target, mtime!, mtime!);
  }
}

function repairAll(root: string, source: StoreSource): Promise<StoreRepair[]> {
  return Array.fromAsync(repairStore({ root, project: root, source, now: NOW, stale: true }));
}

/** What a store comes to: what a killed repair may have set aside is looked at by itself. */
function outcomeOf(root: string): { files: Record<string, string>; aside: string[] } {
  const told = (text: string): string => text.replaceAll(root, "ROOT");
  const all = Object.entries(contentOf(root)).map(([path, text]) => [path, told(text)] as const);
  const isAside = (path: string): boolean => /\.(torn|broken)-/.test(path);
  const isNoted = (path: string): boolean => path.endsWith("index.json.lock"); // tells of times
  return {
    files: Object.fromEntries(all.filter(([path]) => !isAside(path) && !isNoted(path))),
    aside: all.filter(([path]) => isAside(path)).map(([path, text]) => `${path.split(".")[0]}: ${text}`),
  };
}

/** Every byte that was there is in a log still, or beside it. */
function assertNothingLost(before: Record<string, string>, root: string): void {
  const now = contentOf(root);
  for (const [path, text] of Object.entries(before).filter(([path]) => path.endsWith(".jsonl"))) {
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const torn = text.slice(whole.length);
    assert(now[path]!.startsWith(whole), `${path} lost a line`);
    const beside = Object.entries(now).filter(([name]) => name.startsWith(`${path}.torn-`) && !name.endsWith(".tmp"));
    const isKept = now[path]!.startsWith(text) || beside.some(([, copy]) => copy === torn);
    assert(isKept, `${path} lost its unfinished line`);
  }
}

/** Of a silent writer nobody says that it died, unless its session was ended: who did not ask for that gets none. */
function assertStillUnknown(before: Record<string, string>, at: OldStorePlace, name: string): void {
  const [silent] = Object.entries(before).find(([path, text]) => path.endsWith(".jsonl") && text.includes('"script"'))!;
  const row = catalogOf(at).list(NOW).find(({ logPath }) => logPath.endsWith(basename(silent)));
  assert(row?.state === "stale" || row?.state === "failure", `${name}: the silent one is ${row?.state}`);
}

for (const source of STORE_SOURCES) {
  Deno.test(`repairStore() of ${source} loses nothing when it is killed before any of its changes, and completes when run again`, async () => {
    using dir = new TempDir();
    const [ruined, whole] = [dir.at("ruined"), dir.at("whole")];
    ruin(ruined, source);
    const before = contentOf(ruined);
    copy(ruined, whole);
    const unhindered = await resultOf(spawnFixture("repairer.ts", { args: [whole, String(NOW), source] }));
    assertEquals([unhindered.stderr, unhindered.code], ["", 0]);
    const steps = unhindered.stdout.trimEnd().split("\n").slice(0, -1);
    const expected = outcomeOf(whole);
    assertNothingLost(before, whole);
    assert(
      ["open", "write", "sync", "rename", "truncate", "remove", "free"].every((verb) =>
        steps.some((step) => step.startsWith(verb))
      ),
    );

    const faults = steps.flatMap((step, at): (readonly [step: string, number: number, half: boolean])[] => [
      [step, at + 1, false],
      ...(step.startsWith("write") ? [[step, at + 1, true] as const] : []),
    ]);
    const killAt = async ([step, number, half]: typeof faults[number]): Promise<void> => {
      const name = `${half ? "in the middle of" : "before"} ${number}: ${step}`;
      const root = dir.at(`store-${number}${half ? "-half" : ""}`);
      copy(ruined, root);
      const args = [root, String(NOW), source, String(number), ...(half ? ["half"] : [])];
      const child = spawnFixture("repairer.ts", { args });
      const { stdout } = await resultOf(child);
      assertEquals([(await child.status).signal, stdout.trimEnd().split("\n").length], ["SIGKILL", number], name);
      assertNothingLost(before, root);
      assertStillUnknown(before, { root, project: ruined, source }, name);

      const repairs = await repairAll(root, source);
      assertEquals(repairs.filter(({ kind }) => kind === "failed"), [], name);
      const { files, aside } = outcomeOf(root);
      assertEquals(files, expected.files, name);
      for (const kept of expected.aside) assert(aside.includes(kept), `${name}: ${kept} is not kept`);
      assertNothingLost(before, root);
      const again = contentOf(root);
      const rest = (await repairAll(root, source)).filter((item) =>
        item.kind !== "log" || item.repair.actions.length > 0
      );
      assertEquals([rest, contentOf(root)], [[], again], name);
      Deno.removeSync(root, { recursive: true });
    };
    for (let at = 0; at < faults.length; at += AT_ONCE) await Promise.all(faults.slice(at, at + AT_ONCE).map(killAt));
    assert(faults.length > 60, `only ${faults.length} faults`);
  });

  Deno.test(`repairStore() of ${source} comes to the same when several do it at once`, async () => {
    using dir = new TempDir();
    const [ruined, whole] = [dir.at("ruined"), dir.at("whole")];
    ruin(ruined, source);
    const before = contentOf(ruined);
    copy(ruined, whole);
    await repairAll(whole, source);
    const expected = outcomeOf(whole);
    for (let round = 1; round <= 5; round++) {
      const root = dir.at(`round-${round}`);
      copy(ruined, root);
      const children = Array.from(
        { length: 4 },
        () => spawnFixture("repairer.ts", { args: [root, String(NOW), source] }),
      );
      for (const { code, stderr } of await Promise.all(children.map(resultOf))) assertEquals([stderr, code], ["", 0]);
      await repairAll(root, source); // each may have left a log to another, which was not through with the indexes
      const { files, aside } = outcomeOf(root);
      assertEquals(files, expected.files);
      for (const kept of expected.aside) assert(aside.includes(kept), `${kept} is not kept`);
      assertNothingLost(before, root);
    }
  });
}

/** What records many short sessions, and how many of the last ones in a row become one. */
const RECORDERS: { readonly [Source in StoreSource]: readonly [fixture: string, inOne: number] } = {
  zig: ["sessions.ts", 1],
  agents: ["agent_sessions.ts", 2],
};

for (const source of STORE_SOURCES) {
  Deno.test(`repairStore() of ${source} touches no session of those that start, write and end meanwhile`, async () => {
    using dir = new TempDir();
    const at = { root: dir.path, project: dir.path, source };
    const [fixture, inOne] = RECORDERS[source];
    let waves = 0;
    for (let rounds = 0; rounds <= 3; waves++) { // a loaded machine may be through with the sessions before that
      const children = [1, 2].map(() => spawnFixture(fixture, { args: [dir.path, dir.path, "100"], stdin: "piped" }));
      await Promise.all(children.map((child) => child.stdin.close()));
      let isOver = false;
      const over = Promise.all(children.map(resultOf)).finally(() => isOver = true);
      for (; !isOver; rounds++) {
        const repairs = await Array.fromAsync(repairStore({ ...at, stale: true }));
        // The lock of a writer that is about to go on with a session is free for a moment: it may be taken for left over,
        // and the writer makes it anew.
        const touched = repairs.filter((item) =>
          item.kind === "leftover" || item.kind === "failed" ||
          item.kind === "log" && item.repair.actions.some(({ kind }) => kind !== "remove_locks")
        );
        assertEquals(touched, []);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      for (const { code, stderr } of await over) assertEquals([stderr, code], ["", 0]);
    }
    const rows = catalogOf(at).list();
    assertEquals(rows.length, waves * 200 / inOne);
    assertEquals(rows.filter(({ state }) => state === "success").length, waves * 100);
    assertEquals(
      Object.keys(contentOf(dir.path)).filter((path) =>
        /\.(torn|broken|lock|append)/.test(path) && !path.includes("index.json")
      ),
      [],
    );
  });
}
