import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { widthOf } from "../../src/query/width.ts";
import { goldenBytes } from "../helpers/golden.ts";
import { runMain } from "./fake_host.ts";
import { complete, ended, fail, output, start, started, Store, tier } from "./store.ts";

const ESC = "\x1b[31mred\x1b[0m";

/** A run in which a bit of everything happens. */
function fill(store: Store): void {
  store.put([
    started("release", 4),
    tier(0, "build", "lint"),
    start("build"),
    start("lint"),
    output("lint", ESC),
    fail("lint", 1, "segmentation fault", null),
    start("lint"),
    ...Array.from({ length: 11 }, (_, at) => output("lint", `finding ${at}`, at % 2 === 0 ? "stdout" : "stderr")),
    fail("lint", 2),
    output("build", "done"),
    complete("build", 184_000, ["version", "commit"]),
    tier(1, "deploy", "never"),
    { type: "step_skipped", step_name: "deploy", reason: 'dependency "lint" failed' },
    tier(2, "notify"),
    start("notify", 2),
    output("notify", "sending"),
    ended("failure", 3_900_000),
  ], { tail: 'not json\n{"seq":9,"ts":"t","zig_session_id":"s","type":"step_paused"}\n{"seq' });
}

const TREE = `\
✗ release  failure after 1h05m
│ session 5e551017
│ started 2026-01-01T12:00:00Z in /src
├─ tier 1
│  ├─ ✓ build   3m04s  exit 0
│  │    saved version, commit
│  └─ ✗ lint    15 s  exit 3  2 attempts
│       attempt 1: segmentation fault (after 2.0 s)
│       attempt 2: exit code 3 (after 12 s)
│       the last 10 of 12 lines:
│       │ finding 1
│       │ finding 2
│       │ finding 3
│       │ finding 4
│       │ finding 5
│       │ finding 6
│       │ finding 7
│       │ finding 8
│       │ finding 9
│       │ finding 10
├─ tier 2
│  ├─ ○ deploy  skipped: dependency "lint" failed
│  └─ · never   not started
├─ tier 3
│  └─ ! notify  did not end
│       │ sending
├─ 1 more tier not started
├─ ! 1 line is damaged
│    at byte OFFSET: REASON
├─ ? 1 line of unknown type step_paused
└─ ! the last line is unfinished, at byte OFFSET
`;

Deno.test("show draws a run as a tree", async () => {
  using store = new Store();
  fill(store);
  const { code, stdout, stderr } = await runMain(["show", ...store.args]);
  assertEquals([code, stderr], [0, ""]);
  const neutral = stdout.replace(/at byte \d+: .*/, "at byte OFFSET: REASON").replace(
    /at byte \d+$/m,
    "at byte OFFSET",
  );
  assertEquals(neutral, TREE);
});

Deno.test("show fits the tree to the terminal and colours it, around the same words", async () => {
  using store = new Store();
  fill(store);
  const { stdout } = await runMain(["show", ...store.args]);
  // deno-lint-ignore no-control-regex
  const colored = (await runMain(["show", ...store.args], { columns: 200 })).stdout.replace(/\x1b\[\d+m/g, "");
  assertEquals(colored, stdout);
  const narrow = (await runMain(["show", ...store.args], { columns: 24, env: { NO_COLOR: "1" } })).stdout;
  assertStringIncludes(narrow, "│       attempt 1: segm…\n");
  for (const line of narrow.split("\n").filter((line) => line.includes("…"))) assertEquals(widthOf(line), 24, line);
});

Deno.test("show keeps output with tabs within the terminal's width", async () => {
  using store = new Store();
  store.put([started("w"), start("a"), output("a", "\tif (x)\treturn a very long line"), fail("a"), ended("failure")]);
  const { stdout } = await runMain(["show", ...store.args], { columns: 40, env: { NO_COLOR: "1" } });
  assertStringIncludes(stdout, "        │         if (x)  return a very…\n");
  const piped = await runMain(["show", ...store.args]);
  assertStringIncludes(piped.stdout, "        │ \tif (x)\treturn a very long line\n");
});

Deno.test("show tells of a run that goes on", async () => {
  using store = new Store();
  using writer = store.write("live", 2);
  writer.tierStarted(0, ["a", "b"]);
  writer.stepStarted("a", 0, { zagCommand: "exec" });
  const { stdout } = await runMain(["show", writer.sessionId.slice(0, 8), ...store.args]);
  assertMatch(stdout, /^… live {2}running for \d+ ms\n/);
  assertMatch(stdout, /├─ … a {2}running for \d+ ms\n│ {2}└─ · b {2}not started\n└─ 1 more tier to come\n$/);
});

Deno.test("show tells what was running when the writer died", async () => {
  using store = new Store();
  store.put([started("w"), tier(0, "a"), start("a"), output("a", "last words")], { lock: "free" });
  const { code, stdout } = await runMain(["show", ...store.args]);
  assertEquals(code, 0);
  assertMatch(stdout, /^✗ w {2}crashed after .*: its writer died\n/);
  assertStringIncludes(stdout, "   └─ ! a  did not end\n        │ last words\n");
});

Deno.test("show says whether a session is protected", async () => {
  using store = new Store();
  fill(store);
  Deno.writeTextFileSync(`${store.layout.sessionsDir}/5e551017.pin`, "");
  assertStringIncludes((await runMain(["show", ...store.args])).stdout, "session 5e551017 (pinned)\n");
  assertEquals(JSON.parse((await runMain(["show", "--json", ...store.args])).stdout).pinned, true);
});

Deno.test("show keeps recorded text from breaking the tree", async () => {
  using store = new Store();
  store.put([
    started(`w\n${ESC}`),
    tier(0, "a\nb"),
    start("a\nb"),
    output("a\nb", `x\r${ESC}`),
    fail("a\nb", 1, "no\nway"),
    ended(),
  ]);
  const { stdout } = await runMain(["show", ...store.args]);
  assertEquals(stdout.split("\n").length, 8);
  assertStringIncludes(stdout, "✗ a␊b  2.0 s  exit 3\n        no␊way\n        │ x␍␛[31mred␛[0m\n");
  const raw = await runMain(["show", "--raw", ...store.args], { columns: 80 });
  assertStringIncludes(raw.stdout, ESC);
});

Deno.test("show --json prints one object with the names of the log", async () => {
  using store = new Store();
  fill(store);
  const { code, stdout } = await runMain(["show", "--json", ...store.args]);
  assertEquals([code, stdout.split("\n").length], [0, 2]);
  const run = JSON.parse(stdout);
  const { tiers, damage, torn, log_path, ...rest } = run;
  assertEquals(rest, {
    zig_session_id: "5e551017",
    workflow_name: "release",
    workflow_path: "",
    cwd: "/src",
    prompt: null,
    state: "failure",
    status: "failure",
    started_at: "2026-01-01T12:00:00+00:00",
    ended_at: "2026-01-01T12:00:26+00:00",
    last_event_at: "2026-01-01T12:00:26+00:00",
    duration_ms: 3_900_000,
    pinned: false,
    tier_count: 4,
    events: 27,
    heartbeats: 0,
    unknown: { step_paused: 1 },
    malformed: 1,
  });
  assert(log_path.endsWith("5e551017.jsonl"));
  assertEquals([damage.length, torn.offset > damage[0].offset], [1, true]);
  assertEquals(tiers.map((tier: { tier_index: number }) => tier.tier_index), [0, 1, 2]);
  const [build, lint] = tiers[0].steps;
  assertEquals(build, {
    step_name: "build",
    state: "success",
    started_at: "2026-01-01T12:00:02+00:00",
    ended_at: "2026-01-01T12:00:20+00:00",
    duration_ms: 184_000,
    attempts: 1,
    exit_code: 0,
    error: null,
    reason: null,
    saved_vars: ["version", "commit"],
    failures: [],
    zag_session_id: null,
    agent_sessions: [],
    zag_command: "exec",
    model: null,
    prompt_preview: "",
    stdout_lines: 1,
    stderr_lines: 0,
    tail: [{ stream: "stdout", line: "done" }],
  });
  assertEquals(lint.failures, [
    { attempt: 1, exit_code: null, error: "segmentation fault", duration_ms: 2000 },
    { attempt: 2, exit_code: 3, error: "exit code 3", duration_ms: 12_000 },
  ]);
});

Deno.test("show --json keeps integers beyond 2^53", async () => {
  using store = new Store();
  store.putLog("289aa865", goldenBytes("zig/all/289aa865-eb73-48c9-a995-6b3245bfcc28.jsonl"));
  const { stdout } = await runMain(["show", "--json", ...store.args]);
  assertStringIncludes(stdout, '"duration_ms":18446744073709551615');
  assertStringIncludes(stdout, '"duration_ms":9007199254740993');
});

Deno.test("show --step prints what the step wrote, and nothing else", async () => {
  using store = new Store();
  fill(store);
  const show = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runMain(["show", ...args, ...store.args]);
    assertEquals([code, stderr], [0, ""]);
    return stdout;
  };
  const findings = Array.from({ length: 11 }, (_, at) => `finding ${at}\n`);
  const odd = findings.filter((_, at) => at % 2 === 1);
  const even = findings.filter((_, at) => at % 2 === 0);
  assertEquals(await show("--step", "lint"), `${ESC}\n${findings.join("")}`);
  assertEquals(await show("--step", "lint", "--stream", "stderr"), odd.join(""));
  assertEquals(await show("--step", "lint", "--stream=stdout"), `${ESC}\n${even.join("")}`);
  assertEquals(await show("--step", "deploy"), "");
  assertEquals(await show("--step", "never"), "");
  const lines = (await show("--step", "build", "--json")).trimEnd().split("\n");
  const log = Deno.readTextFileSync(`${store.layout.sessionsDir}/5e551017.jsonl`);
  assertEquals(lines.length, 1);
  assertStringIncludes(log, `\n${lines[0]}\n`);
});

Deno.test("show --step shows control characters on a terminal, unless told not to", async () => {
  using store = new Store();
  fill(store);
  const terminal = { columns: 80 };
  const shown = await runMain(["show", "--step", "lint", "--stream", "stdout", ...store.args], terminal);
  assert(shown.stdout.startsWith("␛[31mred␛[0m\n"), shown.stdout);
  const raw = await runMain(["show", "--step", "lint", "--raw", ...store.args], terminal);
  assert(raw.stdout.startsWith(`${ESC}\n`), raw.stdout);
});

Deno.test("show --step exits with 3 and names the steps when there is no such step", async () => {
  using store = new Store();
  fill(store);
  const { code, stdout, stderr } = await runMain(["show", "--step", "biuld", ...store.args]);
  assertEquals([code, stdout], [3, ""]);
  assertEquals(
    stderr,
    'ziglog: Cannot find step "biuld" in session 5e551017, did you mean build? ' +
      "(its steps: build, lint, deploy, never, notify)\n",
  );
});

Deno.test("show exits with 2 when --stream has no step, and with 3 when there is no session", async () => {
  using store = new Store();
  const stream = await runMain(["show", "--stream", "stdout", ...store.args]);
  assertEquals([stream.code, stream.stderr], [2, 'ziglog: Cannot use option "--stream": it needs --step\n']);
  assertEquals((await runMain(["show", ...store.args])).code, 3);
});
