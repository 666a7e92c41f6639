import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { widthOf } from "../../src/query/width.ts";
import { openLayout } from "../../src/storage/layout.ts";
import { runMain } from "./fake_host.ts";
import { ended, started, Store } from "./store.ts";

const NOW = "2026-01-01T12:05:00Z";
const NOON = Date.UTC(2026, 0, 1, 12);
const DAY = 86_400_000;

/** One session of each state, the last one the newest. */
function fill(store: Store): void {
  const old = new Date(Date.now() - DAY);
  store.put([started("nightly-a"), ended("success", 5000)], { id: "aaaa-1" });
  store.put([started("nightly-b"), ended("failure", 5000)], { id: "bbbb-2", startedAt: NOON + 1000 });
  store.put([started("dead")], { id: "cccc-3", startedAt: NOON + 2000, lock: "free" });
  store.put([started("quiet")], { id: "dddd-4", startedAt: NOON + 3000, modified: old });
}

async function ids(store: Store, ...args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runMain(["list", "--json", ...args, ...store.args]);
  assertEquals([code, stderr === "" || stdout === ""], [0, true], stderr);
  return stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line).zig_session_id);
}

Deno.test("list prints aligned columns, newest first, when its output is not a terminal", async () => {
  using store = new Store();
  fill(store);
  using writer = store.write("now");
  const { code, stdout, stderr } = await runMain(["list", ...store.args]);
  assertEquals([code, stderr], [0, ""]);
  const [heading, ...rows] = stdout.trimEnd().split("\n");
  assertEquals(heading!.split(/ +/), ["STATE", "DURATION", "STARTED", "WORKFLOW", "ID"]);
  assertEquals(rows.map((row) => row.split(/ {2,}/)).map((cells) => [cells[0], cells[3], cells[4]]), [
    ["running", "now", writer.sessionId],
    ["stale", "quiet", "dddd-4"],
    ["crashed", "dead", "cccc-3"],
    ["failure", "nightly-b", "bbbb-2"],
    ["success", "nightly-a", "aaaa-1"],
  ]);
  for (const row of rows) assertEquals(row.indexOf(row.split(/ {2,}/)[4]!), heading!.indexOf("ID"));
  assertEquals(rows.at(-1)!.split(/ {2,}/).slice(1, 3), ["1.0 s", "2026-01-01T12:00:00Z"]);
});

Deno.test("list tells how long ago a session was started when its output is a terminal", async () => {
  using store = new Store();
  fill(store);
  const { stdout } = await runMain(["list", "--state", "success", ...store.args], {
    columns: 100,
    now: NOW,
    env: { NO_COLOR: "1" },
  });
  assertMatch(stdout, /^success +1\.0 s +5m ago +nightly-a +aaaa-1$/m);
});

Deno.test("list --json prints the fields of the index entry, the state and the duration", async () => {
  using store = new Store();
  const writer = store.write("w");
  writer.ended("failure", 5);
  const { stdout } = await runMain(["list", "--json", ...store.args]);
  const row = JSON.parse(stdout);
  const { sessions: [entry] } = JSON.parse(Deno.readTextFileSync(store.layout.indexPath));
  const id = entry.zig_session_id;
  const more = { state: "failure", duration_ms: row.duration_ms, pinned: false, source: "zig", id };
  assertEquals(row, { ...entry, ...more });
  assertEquals(Object.keys(row), [...Object.keys(entry), ...Object.keys(more)]);
  assert(Number.isSafeInteger(row.duration_ms) && row.duration_ms >= 0);
});

Deno.test("list marks what is protected, in a column that is there only then, and in --json", async () => {
  using store = new Store();
  fill(store);
  const plain = (await runMain(["list", ...store.args])).stdout;
  assert(!plain.includes("PIN"));
  Deno.writeTextFileSync(`${store.layout.sessionsDir}/bbbb-2.pin`, "");
  const [heading, ...rows] = (await runMain(["list", ...store.args])).stdout.trimEnd().split("\n");
  const column = heading!.indexOf("PIN");
  assertEquals(rows.map((row) => [row.slice(column, column + 5).trim(), row.slice(heading!.indexOf("ID"))]), [
    ["", "dddd-4"],
    ["", "cccc-3"],
    ["*", "bbbb-2"],
    ["", "aaaa-1"],
  ]);
  const json = (await runMain(["list", "--json", ...store.args])).stdout.trimEnd().split("\n");
  assertEquals(json.map((line) => JSON.parse(line).pinned), [false, false, true, false]);
});

Deno.test("list keeps fields of an entry that it does not know", async () => {
  using store = new Store();
  store.write("w").ended("success", 5);
  const index = JSON.parse(Deno.readTextFileSync(store.layout.indexPath));
  index.sessions[0].labels = ["a"];
  Deno.writeTextFileSync(store.layout.indexPath, JSON.stringify(index));
  const { stdout } = await runMain(["list", "--json", ...store.args]);
  assertEquals(JSON.parse(stdout).labels, ["a"]);
});

Deno.test("list filters by state, workflow and number", async () => {
  using store = new Store();
  fill(store);
  assertEquals(await ids(store), ["dddd-4", "cccc-3", "bbbb-2", "aaaa-1"]);
  assertEquals(await ids(store, "--state", "crashed", "--state=success"), ["cccc-3", "aaaa-1"]);
  assertEquals(await ids(store, "--workflow", "nightly-a"), ["aaaa-1"]);
  assertEquals(await ids(store, "--workflow", "nightly"), []);
  assertEquals(await ids(store, "--workflow", "nightly*"), ["bbbb-2", "aaaa-1"]);
  assertEquals(await ids(store, "--workflow", "*-."), []);
  assertEquals(await ids(store, "--workflow", "*i*t*"), ["dddd-4", "bbbb-2", "aaaa-1"]);
  assertEquals(await ids(store, "--limit", "1"), ["dddd-4"]);
  assertEquals(await ids(store, "--state", "failure", "-n", "5"), ["bbbb-2"]);
  const { code, stdout, stderr } = await runMain(["list", "-n", "0", ...store.args]);
  assertEquals([code, stdout, stderr], [0, "", ""]);
});

Deno.test("list --all lists the sessions of every project, and names it", async () => {
  using store = new Store();
  using other = new Store();
  const { sessionsDir } = openLayout({ root: store.root, project: other.root });
  Deno.mkdirSync(sessionsDir, { recursive: true });
  const path = other.put([started("elsewhere"), ended()], { id: "e1se" });
  Deno.copyFileSync(path, `${sessionsDir}/e1se.jsonl`);
  store.put([started("here"), ended()], { id: "4e4e" });
  assertEquals(await ids(store), ["4e4e"]);
  assertEquals((await ids(store, "--all")).sort(), ["4e4e", "e1se"]);
  const { stdout } = await runMain(["list", "-a", ...store.args]);
  const project = /([^/\\]+)[/\\]logs/.exec(sessionsDir)![1]!;
  assertEquals(stdout.split("\n").find((line) => line.endsWith("e1se"))!.split(/ {2,}/)[4], project);
});

Deno.test("list says so on standard error when there is nothing to list", async () => {
  using store = new Store();
  const empty = await runMain(["list", ...store.args]);
  assertEquals([empty.code, empty.stdout], [0, ""]);
  assertMatch(empty.stderr, /^nothing is recorded in .* \(--all shows every project\)\n$/);
  const all = await runMain(["list", "--all", ...store.args]);
  assertEquals(all.stderr, `nothing is recorded in ${store.root}\n`);
  fill(store);
  const none = await runMain(["list", "--state", "running", ...store.args]);
  assertEquals([none.code, none.stdout], [0, ""]);
  assertMatch(none.stderr, /^none of 4 sessions fits in /);
});

Deno.test("list fits the terminal: ids become prefixes that still differ, then names are cut", async () => {
  using store = new Store();
  const long = "a workflow with a name that is far too long for any terminal";
  const one = "289aa865-eb73-48c9-a995-6b3245bfcc28";
  const two = "289aa865-eb99-48c9-a995-6b3245bfcc28";
  store.put([started("日本語ワークフロー"), ended()], { id: one });
  store.put([started(long), ended()], { id: two });
  const lines = async (columns: number): Promise<string[]> => {
    const env = { NO_COLOR: "1" };
    return (await runMain(["list", ...store.args], { columns, now: NOW, env })).stdout.trimEnd().split("\n");
  };
  for (const line of await lines(200)) assert(/ ID$| 289aa865-eb\d\d-48c9-a995-6b3245bfcc28$/.test(line), line);
  for (const columns of [120, 80, 60, 50]) {
    const shown = await lines(columns);
    for (const line of shown) assert(widthOf(line) <= columns, `${columns}: ${line}`);
    assertEquals(
      new Set(shown.slice(1).map((line) => / (289aa865-eb\d+)/.exec(line)?.[1])).size,
      2,
      `${columns}: ${shown}`,
    );
  }
});

Deno.test("list keeps whole ids on a terminal where they fit, whatever the colours take", async () => {
  using store = new Store();
  const id = "289aa865-eb73-48c9-a995-6b3245bfcc28";
  store.put([started("w"), ended()], { id });
  const shown = async (columns: number): Promise<string> => {
    return (await runMain(["list", "--color", ...store.args], { columns, now: NOW })).stdout;
  };
  assertStringIncludes(await shown(75), `${id}\n`);
  assertMatch(await shown(65), / {2}289aa865\n$/);
});

Deno.test("list --limit tells ids apart that it does not show", async () => {
  using store = new Store();
  fill(store);
  store.put([started("a workflow with a long name"), ended()], { id: "cccc-3-but-longer", startedAt: NOON + DAY });
  const { stdout } = await runMain(["list", "-n", "1", ...store.args], {
    columns: 50,
    now: NOW,
    env: { NO_COLOR: "1" },
  });
  assertMatch(stdout, / {2}cccc-3-b\n$/);
  store.put([started("x"), ended()], { id: "cccc-3-bit" });
  const longer = await runMain(["list", "-n", "1", ...store.args], { columns: 50, now: NOW, env: { NO_COLOR: "1" } });
  assertMatch(longer.stdout, / {2}cccc-3-bu\n$/);
});

Deno.test("list never lets control characters of a name through", async () => {
  using store = new Store();
  store.put([started("w\x1b[2J\nx"), ended()]);
  const { stdout } = await runMain(["list", ...store.args]);
  assertMatch(stdout, / w␛\[2J␊x /);
  assertEquals(stdout.split("\n").length, 3);
  store.put([started("\x9bm\x7f"), ended()]);
  const json = await runMain(["list", "--json", ...store.args], { columns: 80 });
  assertStringIncludes(json.stdout, '"workflow_name":"\\u009bm\\u007f"');
});
