import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "../helpers/deno.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { runMain } from "./fake_host.ts";
import { BEAT, complete, ended, fail, output, start, started, Store, tier } from "./store.ts";

const KINDS = [
  ...[started("nightly"), tier(0, "build", "test"), start("build"), output("build", "compiling")],
  ...[output("build", "warning: ünused", "stderr"), BEAT, fail("build"), start("build")],
  ...[output("build", "compiling again"), complete("build"), start("test"), output("test", "fine"), ended()],
];

async function events(store: Store, ...args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runMain(["events", ...args, ...store.args]);
  assertEquals([code, stderr], [0, stdout === "" ? "no line fits\n" : ""]);
  return stdout.split("\n").slice(0, -1);
}

/** The numbers of the lines that `events --json` prints. */
async function numbers(store: Store, ...args: readonly string[]): Promise<number[]> {
  return (await events(store, "--json", ...args)).map((line) => JSON.parse(line).seq);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

Deno.test("events --json prints the stored lines byte for byte, from outside the process", async () => {
  using home = new TempDir();
  const stored = [
    '{"seq":1,"ts":"2026-01-01T12:00:00+00:00","zig_session_id":"s","type":"heartbeat","interval_secs":10}',
    ' {"type":"step_output" , "seq":2,"ts":"t","zig_session_id":"s","step_name":"\\u0061","stream":"stdout","line":"\\/é"}\t',
    '{"seq":3,"ts":"t","zig_session_id":"s","type":"future","extra":[1.0,1e3]}',
  ];
  home.write(".zig/logs/sessions/abc.jsonl", stored.join("\n") + "\n");
  const { code, stdout, stderr } = await runCli(["events", "--json"], { home: home.path });
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout, stored.map((line) => line.trim()).join("\n") + "\n");
});

Deno.test("events prints number, time and text of every line, heartbeats too", async () => {
  using store = new Store();
  store.put(KINDS);
  const lines = await events(store);
  assertEquals(lines.length, KINDS.length);
  assertEquals(lines[3], "     4 2026-01-01T12:00:03.000Z [build] compiling");
  assertEquals(lines[5], "     6 2026-01-01T12:00:05.000Z heartbeat");
});

Deno.test("events keeps what fits all that is asked for", async () => {
  using store = new Store();
  store.put(KINDS);
  const cases: readonly (readonly [args: readonly string[], numbers: readonly number[]])[] = [
    [[], range(1, 13)],
    [["--type", "step_failed"], [7]],
    [["--type", "step_failed", "--type", "heartbeat"], [6, 7]],
    [["--step", "test"], [11, 12]],
    [["--stream", "stderr"], [5]],
    [["--step", "build", "--type", "step_output", "--stream", "stdout"], [4, 9]],
    [["--after-seq", "11"], [12, 13]],
    [["--after-seq", "2", "--before-seq", "5"], [3, 4]],
    [["--since", "2026-01-01T12:00:10Z"], [11, 12, 13]],
    [["--since", "2026-01-01T13:00:10+01:00", "--until", "2026-01-01T12:00:12Z"], [11, 12]],
    [["--until", "2026-01-01T12:00:01Z"], [1]],
    [["--step", "nothing"], []],
  ];
  for (const [args, expected] of cases) assertEquals(await numbers(store, ...args), expected, args.join(" "));
});

Deno.test("events --since takes how long ago it was", async () => {
  using store = new Store();
  store.put(KINDS);
  const args = ["events", "--since", "5s", "--json", ...store.args];
  const { stdout } = await runMain(args, { now: "2026-01-01T12:00:15Z" });
  assertEquals(stdout.trimEnd().split("\n").map((line) => JSON.parse(line).seq), [11, 12, 13]);
});

Deno.test("events says so when no line fits", async () => {
  using store = new Store();
  store.put(KINDS);
  for (const args of [["--step", "nosuch"], ["--type", "step_skipped", "--json"], ["--last", "0"]]) {
    const { code, stdout, stderr } = await runMain(["events", ...args, ...store.args]);
    assertEquals([code, stdout, stderr], [0, "", "no line fits\n"]);
  }
  const { stdout, stderr } = await runMain(["events", "--step", "nosuch", "--count", ...store.args]);
  assertEquals([stdout, stderr], ["0\n", ""]);
});

Deno.test("events --last prints the last ones that fit", async () => {
  using store = new Store();
  store.put(KINDS);
  assertEquals(await numbers(store, "--last", "3"), [11, 12, 13]);
  assertEquals(await numbers(store, "--last", "0"), []);
  assertEquals(await numbers(store, "--last", "99"), range(1, 13));
  assertEquals(await numbers(store, "--last", "2", "--type", "step_output"), [9, 12]);
  assertEquals(await numbers(store, "--last", "1", "--step", "build", "--stream", "stderr"), [5]);
});

Deno.test("events --count says how many there are", async () => {
  using store = new Store();
  store.put(KINDS);
  assertEquals(await events(store, "--count"), ["13"]);
  assertEquals(await events(store, "--count", "--type", "step_output"), ["4"]);
  assertEquals(await events(store, "--count", "--type", "step_output", "--last", "3"), ["3"]);
  assertEquals(await events(store, "--count", "--json"), ['{"count":13}']);
});

Deno.test("events tells damage on standard error, and the other lines all the same", async () => {
  using store = new Store();
  store.put(KINDS.slice(0, 3), { tail: 'no json\n{"seq":4,"ts":"t","zig_session_id":"s","type":"odd"}\n{"seq":5,' });
  const { code, stdout, stderr } = await runMain(["events", "--json", ...store.args]);
  assertEquals(code, 0);
  assertEquals(stdout.trimEnd().split("\n").map((line) => JSON.parse(line).seq), [1, 2, 3, 4]);
  assertEquals(stderr.split("\n").map((line) => line.replace(/ at.*/, "")), ["[malformed", "[unfinished", ""]);
  const filtered = await runMain(["events", "--json", "--type", "odd", ...store.args]);
  assertEquals([JSON.parse(filtered.stdout).seq, filtered.stderr], [4, ""]);
});

Deno.test("events shows control characters instead of sending them when its output is a terminal", async () => {
  using store = new Store();
  store.put([started("w"), output("a", "\x1b[2J\x9b")]);
  const shown = await runMain(["events", ...store.args], { columns: 80 });
  assertStringIncludes(shown.stdout, "␛[2J\\x9b");
  const raw = await runMain(["events", "--raw", ...store.args], { columns: 80 });
  assertStringIncludes(raw.stdout, "\x1b[2J\x9b");
});

Deno.test("events exits with 2 and names what is expected when its options are wrong", async () => {
  using store = new Store();
  store.put(KINDS);
  const cases: readonly (readonly [args: readonly string[], message: string])[] = [
    [["--type", "step_faild"], "did you mean step_failed?"],
    [["--type", "odd"], "known: zig_session_started, "],
    [["--since", "yesterday"], "expected how long ago (15m, 2h, 7d), a date"],
    [["--until", "2026-02-30"], "expected how long ago"],
    [["--stream", "out"], "STREAM is one of stdout, stderr"],
    [["--last", "1.5"], "a whole number from 0 is expected"],
    [["--after-seq", "x"], "a whole number from 0 is expected"],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await runMain(["events", ...args, ...store.args]);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertStringIncludes(stderr, message);
  }
});

Deno.test("events exits with 3 when there is no such session", async () => {
  using store = new Store();
  store.put(KINDS);
  const { code, stderr } = await runMain(["events", "ffff", ...store.args]);
  assertEquals(code, 3);
  assert(stderr.includes('Cannot find session "ffff"'));
});
