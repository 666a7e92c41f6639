import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runCli } from "../helpers/deno.ts";
import { logText } from "../helpers/sessions.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { runMain } from "./fake_host.ts";
import { complete, ended, fail, output, start, started, Store, tier } from "./store.ts";

const NOON = Date.UTC(2026, 0, 1, 12);
const HOUR = 3_600_000;

/** Three sessions, the last one the newest. */
function fill(store: Store): void {
  store.put(
    [
      started("nightly"),
      tier(0, "build"),
      start("build"),
      output("build", "Error: no such file"),
      fail("build"),
      ended("failure"),
    ],
    { id: "aaaaaaaa-1" },
  );
  store.put(
    [
      started("release"),
      start("pack"),
      output("pack", 'said "error\\n" to é'),
      output("pack", "all is well"),
      complete("pack"),
      ended(),
    ],
    { id: "bbbbbbbb-2", startedAt: NOON + HOUR },
  );
  store.put(
    [started("nightly"), start("build"), output("build", "an ERROR and an error"), output("test", "error", "stderr")],
    { id: "cccccccc-3", startedAt: NOON + 2 * HOUR, lock: "free" },
  );
}

async function search(store: Store, ...args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runMain(["search", ...args, ...store.args]);
  assertEquals([code, stderr === "" || stdout === ""], [0, true], stderr);
  return stdout.split("\n").slice(0, -1);
}

/** Session and number of each hit. */
async function hits(store: Store, ...args: readonly string[]): Promise<string[]> {
  return (await search(store, "--json", ...args)).map((line) => {
    const { zig_session_id, event } = JSON.parse(line);
    return `${zig_session_id[0]}${event.seq}`;
  });
}

Deno.test("search prints session, time, workflow, step and text of each hit, newest session first", async () => {
  using store = new Store();
  fill(store);
  assertEquals(await search(store, "error"), [
    "cccccccc 2026-01-01T14:00:02.000Z nightly/build: an ERROR and an error",
    "cccccccc 2026-01-01T14:00:03.000Z nightly/test: error",
    'bbbbbbbb 2026-01-01T13:00:02.000Z release/pack: said "error\\n" to é',
    "aaaaaaaa 2026-01-01T12:00:03.000Z nightly/build: Error: no such file",
  ]);
  assertEquals(await search(store, "exit code"), [
    "aaaaaaaa 2026-01-01T12:00:04.000Z nightly/build error: exit code 3",
  ]);
  assertEquals(await search(store, "release"), ["bbbbbbbb 2026-01-01T13:00:00.000Z release workflow_name: release"]);
});

Deno.test("search --json tells where each hit is, and gives the stored line", async () => {
  using store = new Store();
  fill(store);
  const [line, ...others] = await search(store, '"error\\n" TO É', "--json");
  assertEquals(others, []);
  const log = `${store.layout.sessionsDir}/bbbbbbbb-2.jsonl`;
  const hit = JSON.parse(line!);
  const stored = Deno.readTextFileSync(log).split("\n")[2]!;
  assertEquals(hit, {
    source: "zig",
    id: "bbbbbbbb-2",
    name: "release",
    zig_session_id: "bbbbbbbb-2",
    workflow_name: "release",
    log_path: log,
    offset: new TextEncoder().encode(Deno.readTextFileSync(log).split(stored)[0]).length,
    field: "line",
    text: 'said "error\\n" to é',
    ranges: [[5, 19]],
    event: JSON.parse(stored),
  });
  assert(line!.endsWith(`"event":${stored}}`), "the stored line stands there byte for byte");
});

Deno.test("search keeps what fits all that is asked for", async () => {
  using store = new Store();
  fill(store);
  const cases: readonly (readonly [args: readonly string[], hits: readonly string[]])[] = [
    [["error"], ["c3", "c4", "b3", "a4"]],
    [["Error", "--case-sensitive"], ["a4"]],
    [["^error", "--regex"], ["c4", "a4"]],
    [["(error).*\\1", "-E"], ["c3"]],
    [["error", "--workflow", "nightly"], ["c3", "c4", "a4"]],
    [["error", "--workflow", "rel*"], ["b3"]],
    [["error", "--step", "build"], ["c3", "a4"]],
    [["3", "--type", "step_failed"], ["a5"]],
    [["error", "--state", "failure", "--state", "success"], ["b3", "a4"]],
    [["error", "--state", "crashed"], ["c3", "c4"]],
    [["error", "--since", "2026-01-01T13:00:02Z"], ["c3", "c4", "b3"]],
    [["error", "--until", "2026-01-01T13:00:02Z"], ["a4"]],
    [["error", "--limit", "3"], ["c3", "c4", "b3"]],
    [["error", "--limit", "0"], []],
    [["well", "--step", "build"], []],
  ];
  for (const [args, expected] of cases) assertEquals(await hits(store, ...args), expected, args.join(" "));
});

Deno.test("search --count says how many hits there are", async () => {
  using store = new Store();
  fill(store);
  assertEquals(await search(store, "error", "--count"), ["4"]);
  assertEquals(await search(store, "error", "--count", "--json"), ['{"count":4}']);
  assertEquals(await search(store, "nowhere", "--count"), ["0"]);
});

Deno.test("search says so when nothing fits, and how much it searched", async () => {
  using store = new Store();
  fill(store);
  const { code, stdout, stderr } = await runMain(["search", "nowhere", ...store.args]);
  assertEquals([code, stdout, stderr], [0, "", "nothing fits in 3 sessions\n"]);
});

Deno.test("search highlights matches and keeps lines to the width when its output is a terminal", async () => {
  using store = new Store();
  store.put([started("w"), output("a", `${"x".repeat(300)} the \x1b[1merror ${"y".repeat(300)}`)], { id: "dddddddd" });
  const { stdout } = await runMain(["search", "ERROR", ...store.args], { columns: 100 });
  assertStringIncludes(stdout, "x the ␛[1m\x1b[1m\x1b[31merror\x1b[39m\x1b[22m yyy");
  // deno-lint-ignore no-control-regex
  const plain = stdout.trimEnd().replaceAll(/\x1b\[\d+m/g, "");
  assertMatch(plain, /^dddddddd 2026-01-01T12:00:01.000Z w\/a: …x+ the .*y+…$/);
  assert([...plain].length <= 102, `${[...plain].length} columns`);
  const bare = await runMain(["search", "ERROR", ...store.args], { columns: 100, env: { NO_COLOR: "1" } });
  assertEquals(bare.stdout.trimEnd(), plain);
});

Deno.test("search finds a text that was not written as our writer does", async () => {
  using store = new Store();
  const line = (text: string): string =>
    `{"seq":1,"ts":"t","zig_session_id":"s","type":"step_output","step_name":"a","stream":"stdout","line":"${text}"}\n`;
  store.putLog("eeee", line("caf\\u00e9 \\u003cb\\u003E a\\/b") + line("other"));
  for (const query of ["CAFÉ", "<b>", "a/b", "é <"]) assertEquals((await search(store, query)).length, 1, query);
});

Deno.test("search finds what is left of a damaged line, which costs no other", async () => {
  using store = new Store();
  const bytes = new TextEncoder().encode(logText("ffff", { output: ["the needle 1"] }));
  const damage = new TextEncoder().encode('\xff\n{"seq":9,"line":"the needle 2 is to');
  const broken = Uint8Array.from([
    ...bytes,
    0xff,
    0xfe,
    0x0a,
    ...new TextEncoder().encode(logText("ffff", { output: ["the needle 3"] })),
    ...damage,
  ]);
  store.putLog("ffff", broken);
  const lines = await search(store, "needle");
  assertEquals(lines.map((line) => /needle \d/.exec(line)?.[0]), ["needle 1", "needle 3", "needle 2"]);
  assertMatch(lines[2]!, /^ffff - made up damaged at byte \d+: \{"seq":9,"line":"the needle 2 is to$/);
  const [, , damaged] = await search(store, "needle", "--json");
  const { stored, event, offset } = JSON.parse(damaged!);
  assertEquals([stored, event], ['{"seq":9,"line":"the needle 2 is to', undefined]);
  assertEquals(new TextDecoder().decode(broken.subarray(offset)), stored);
});

Deno.test("search finds what can be read of a line that is not UTF-8", async () => {
  using store = new Store();
  const line = Uint8Array.from([...new TextEncoder().encode('{"seq":9,"line":"the needle '), 0xff, 0x22, 0x7d, 0x0a]);
  store.putLog("ffff", Uint8Array.from([...new TextEncoder().encode(logText("ffff")), ...line]));
  const [found] = await search(store, "needle", "--json");
  assertEquals(JSON.parse(found!).stored, '{"seq":9,"line":"the needle \ufffd"}');
});

Deno.test("search passes over a log that is gone, says so, and searches the others", async () => {
  using store = new Store();
  store.write("one").ended("success", 1);
  const gone = store.write("two");
  gone.ended("success", 1);
  Deno.removeSync(gone.logPath);
  const { code, stdout, stderr } = await runMain(["search", "one", ...store.args]);
  assertEquals(code, 0);
  assertEquals(stdout.trimEnd().split("\n").length, 1);
  assertStringIncludes(stderr, `Cannot search session ${gone.sessionId}: No such file`);
});

Deno.test("search --all searches every project, from outside the process", async () => {
  using home = new TempDir();
  for (const project of ["a", "b"]) {
    const id = `${project}0000000-1`;
    home.write(`.zig/projects/${project}/logs/sessions/${id}.jsonl`, logText(id, { output: [`needle in ${project}`] }));
  }
  const all = await runCli(["search", "needle", "--all"], { home: home.path });
  assertEquals([all.code, all.stderr], [0, ""]);
  assertEquals(all.stdout.trimEnd().split("\n").map((line) => line.slice(-11)).sort(), ["needle in a", "needle in b"]);
  const here = await runCli(["search", "needle"], { home: home.path });
  assertEquals([here.code, here.stdout, here.stderr], [0, "", "nothing fits in 0 sessions\n"]);
});

Deno.test("search exits with 2 and names what is expected when it is asked wrongly", async () => {
  using store = new Store();
  fill(store);
  const cases: readonly (readonly [args: readonly string[], message: string])[] = [
    [[], "QUERY is missing"],
    [[""], "a text is expected"],
    [["(", "--regex"], 'Cannot read regular expression "(": Unterminated group (expected JavaScript syntax'],
    [["x", "y"], "search takes one argument"],
    [["x", "--type", "step_outptu"], "did you mean step_output?"],
    [["x", "--state", "done"], "STATE is one of running"],
    [["x", "--since", "soon"], "expected how long ago (15m, 2h, 7d), a date"],
    [["x", "--limit", "many"], "a whole number from 0 is expected"],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await runMain(["search", ...args, ...store.args]);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertStringIncludes(stderr, message);
  }
});
