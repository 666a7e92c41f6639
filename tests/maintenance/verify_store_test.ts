/** A whole store is checked: the logs, and the indexes against them. */

import { assertEquals } from "@std/assert";
import { verifyEntries, verifyStore, type VerifyStoreOptions } from "../../src/maintenance/verify_store.ts";
import { openLayout } from "../../src/storage/layout.ts";
import { locateLog } from "../../src/storage/locate.ts";
import { resultOf, spawnFixture } from "../helpers/fixture.ts";
import { golden, goldenText } from "../helpers/golden.ts";
import { age, record } from "../helpers/recorded.ts";
import { TempDir } from "../helpers/temp_dir.ts";

/** What is found in a store, as `KIND SESSION` or `FILE: KIND SESSION`. */
async function foundIn(root: string, options: VerifyStoreOptions = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const { kind, report } of verifyStore({ root, settleMs: 1, ...options })) {
    if (kind === "session") found.push(...report.findings.map((finding) => `${finding.kind} ${report.sessionId}`));
    else {
      const file = report.path.slice(root.length + 1);
      found.push(...report.findings.map((finding) => `${file}: ${finding.kind} ${finding.sessionId ?? ""}`.trim()));
    }
  }
  return found;
}

interface IndexText {
  sessions: Record<string, unknown>[];
}

function editIndex(path: string, edit: (index: IndexText) => void): void {
  const index = JSON.parse(Deno.readTextFileSync(path)) as IndexText;
  edit(index);
  Deno.writeTextFileSync(path, JSON.stringify(index, null, 2));
}

Deno.test("verifyStore() finds nothing in a store without fault, and reports each log and each index", async () => {
  using dir = new TempDir();
  const root = dir.path;
  Deno.mkdirSync(`${root}/repo/.git`, { recursive: true });
  const inProject = record(root, "success", { project: `${root}/repo` });
  const outside = record(root, "failure", { project: "/" });
  const reports = await Array.fromAsync(verifyStore({ root }));
  const ids = reports.flatMap(({ kind, report }) => kind === "session" ? [report.sessionId] : []);
  assertEquals(ids.sort(), [inProject.id, outside.id].sort());
  assertEquals(reports.filter(({ kind }) => kind === "index").length, 3);
  assertEquals(await foundIn(root), []);
});

Deno.test("verifyStore() finds nothing in the stores that the Rust programs wrote", async () => {
  for (const name of ["all", "coordinator-heartbeat", "crash-drop", "two-sessions", "sig-KILL"]) {
    using dir = new TempDir();
    const root = dir.path;
    const home = "/home/user/.zig";
    const sessions = `${root}/projects/src-proj/logs/sessions`;
    Deno.mkdirSync(sessions, { recursive: true });
    for (const path of golden(`zig/${name}`, /\.jsonl$/)) {
      Deno.writeTextFileSync(`${sessions}/${path.split("/").at(-1)}`, goldenText(path).replaceAll(home, root));
    }
    const moved = (file: string): string => goldenText(`zig/${name}/${file}`).replaceAll(home, root);
    Deno.writeTextFileSync(`${root}/projects/src-proj/logs/index.json`, moved("index.json"));
    Deno.writeTextFileSync(`${root}/sessions_index.json`, moved("sessions_index.json"));
    const found = await foundIn(root, { now: Date.now() + 3_600_000 });
    const known = name === "all" ? ["step_not_started"] : name === "sig-KILL" ? ["silent"] : [];
    assertEquals([...new Set(found.map((each) => each.split(" ")[0]))], known, name);
  }
});

/** Ways in which indexes go wrong. The store has two sessions, of which this is about the first. */
const WRONG: Readonly<Record<string, (paths: { project: string; global: string }, log: string) => void>> = {
  "logs/index.json: index_damaged": ({ project }) => Deno.writeTextFileSync(project, '{"sessions": ['),
  "logs/index.json: index_missing": ({ project }) => Deno.removeSync(project),
  "sessions_index.json: index_damaged": ({ global }) => Deno.writeTextFileSync(global, ""),
  "sessions_index.json: index_missing": ({ global }) => Deno.removeSync(global),
  "logs/index.json: not_indexed ID": ({ project }) => editIndex(project, ({ sessions }) => sessions.shift()),
  "sessions_index.json: not_indexed ID": ({ global }) => editIndex(global, ({ sessions }) => sessions.shift()),
  "logs/index.json: duplicate_entry ID": ({ project }) =>
    editIndex(project, ({ sessions }) => sessions.push(sessions[0]!)),
  "sessions_index.json: end_missing ID": ({ global }) =>
    editIndex(global, ({ sessions }) => Object.assign(sessions[0]!, { ended_at: null, status: null })),
  "logs/index.json: end_differs ID": ({ project }) =>
    editIndex(project, ({ sessions }) => Object.assign(sessions[0]!, { status: "failure" })),
  "logs/index.json: log_path_wrong ID": ({ project }, log) =>
    editIndex(project, ({ sessions }) => Object.assign(sessions[0]!, { log_path: `${log}.old` })),
  "sessions_index.json: entry_differs ID": ({ global }) =>
    editIndex(global, ({ sessions }) => Object.assign(sessions[0]!, { started_at: "2026-01-01T00:00:00+00:00" })),
};

for (const [expected, damage] of Object.entries(WRONG)) {
  Deno.test(`verifyStore() finds ${expected}, and verifyEntries() what is about the session`, async () => {
    using dir = new TempDir();
    const root = dir.path;
    const { id, logPath } = record(root, "success", { project: "/" });
    record(root, "success", { project: "/" });
    const prefix = logPath.slice(root.length + 1).replace(/logs\/.*/, "");
    damage({ project: `${root}/${prefix}logs/index.json`, global: `${root}/sessions_index.json` }, logPath);
    const found = expected.replace("ID", id).replace(/^logs/, `${prefix}logs`);
    assertEquals(await foundIn(root), [found]);

    const layout = openLayout({ root, project: "/" });
    const entries = await verifyEntries(locateLog(layout, id), { settleMs: 1 });
    const kinds = entries.flatMap(({ findings }) => findings.map(({ kind }) => kind));
    assertEquals(kinds, [/: (\w+)/.exec(expected)![1]!.replace("index_missing", "not_indexed")] as typeof kinds);
  });
}

Deno.test("verifyStore() finds entries without a log in both indexes, and no others", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const gone = record(root, "success");
  record(root, "success");
  Deno.removeSync(gone.logPath);
  const found = await foundIn(root);
  assertEquals(found.map((each) => each.replace(/^.*?(\w+\.json)/, "$1")), [
    `index.json: log_missing ${gone.id}`,
    `sessions_index.json: log_missing ${gone.id}`,
  ]);
});

Deno.test("verifyStore() finds an end in the index that the log has lost", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const { id, logPath } = record(root, "success");
  Deno.truncateSync(logPath, Deno.statSync(logPath).size - 1);
  const whole = Deno.readTextFileSync(logPath);
  Deno.writeTextFileSync(logPath, whole.slice(0, whole.lastIndexOf("\n") + 1));
  age(10, logPath);
  const found = await foundIn(root, { now: Date.now() + 3_600_000 });
  assertEquals(found.map((each) => each.split(" ").slice(-2).join(" ")), [
    `silent ${id}`,
    `end_unfounded ${id}`,
    `end_unfounded ${id}`,
  ]);
});

Deno.test("verifyStore() leaves the index entries of a session that goes on", async () => {
  using dir = new TempDir();
  const root = dir.path;
  const live = record(root, "live");
  Deno.writeTextFileSync(`${root}/sessions_index.json`, '{\n  "sessions": []\n}');
  assertEquals(await foundIn(root), []);
  live.writer.ended("success", 1);
  assertEquals(await foundIn(root), []);
});

Deno.test("verifyStore() finds no fault while sessions start, write and end at full speed", async () => {
  using dir = new TempDir();
  const root = dir.path;
  for (let [looks, seen] = [0, 0]; looks <= 3 || seen <= 300;) { // a loaded machine may be through before that
    const children = [1, 2].map(() => spawnFixture("sessions.ts", { args: [root, root, "150"], stdin: "piped" }));
    await Promise.all(children.map((child) => child.stdin.close()));
    let isOver = false;
    const over = Promise.all(children.map(resultOf)).finally(() => isOver = true);
    do {
      for await (const { kind, report } of verifyStore({ root, settleMs: 0 })) {
        if (kind === "session") seen++;
        assertEquals([...report.findings], []);
      }
      looks++;
      await new Promise((resolve) => setTimeout(resolve, 0));
    } while (!isOver);
    for (const { code, stderr } of await over) assertEquals([stderr, code], ["", 0]);
  }
  assertEquals(await foundIn(root), []);
});
