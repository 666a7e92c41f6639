import { assert, assertEquals, assertMatch, assertObjectMatch, assertStringIncludes } from "@std/assert";
import type { SessionLogEvent, ZigSessionStarted } from "../../src/codec/zig_events.ts";
import { cliCommand, denoArgs, runCli } from "../helpers/deno.ts";
import { needs } from "../helpers/skip.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { spawnAtTerminal } from "../helpers/terminal.ts";
import { outputOf, storyOf } from "../runner/executed.ts";
import { drain, readRest, readUntil, sessionIn } from "./recorded.ts";

const CLI = new URL("../../cli.ts", import.meta.url).href;

/** Says that it is ready, and what signal it gets. */
const LISTENER = "trap 'echo INT; exit 7' INT; trap 'echo TERM; exit 8' TERM; trap 'echo HUP; exit 9' HUP; " +
  "echo ready; while :; do sleep 0.05; done";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ...needs("sh"), fn });
}

function assertStart(events: readonly SessionLogEvent[], fields: Partial<ZigSessionStarted>): void {
  assertObjectMatch(events[0]!, { ...fields, type: "zig_session_started" });
}

function writePlan(home: string, steps: readonly object[]): void {
  Deno.writeTextFileSync(`${home}/plan.jsonc`, `// a plan\n${JSON.stringify({ name: "demo", steps })}`);
}

test("run says so and exits with 5 when what it records is removed meanwhile", async () => {
  using temp = new TempDir();
  const { code, stderr } = await runCli(["run", "--", "rm", "-r", temp.at(".zig")], { home: temp.path });
  assertEquals(code, 5);
  assertMatch(stderr, /^ziglog: DATA IS LOST: Cannot find log ".+\.jsonl": it was removed while the session ran/);
});

test("run passes a command's output through and records it when it succeeds", async () => {
  using temp = new TempDir();
  const home = temp.path;
  const { code, stdout, stderr } = await runCli(["run", "--", "sh", "-c", "echo out; echo err >&2; printf tail"], {
    home,
  });
  const events = sessionIn(home);
  assertEquals([code, stdout], [0, "out\ntail"]);
  assertMatch(stderr, /^err\nziglog: success after [\d.]+ m?s: ziglog show [0-9a-f-]{36}\n$/);
  assertStringIncludes(stderr, events[0]!.zig_session_id);
  assertEquals(storyOf(events).filter((line) => !line.startsWith("sh std")), [
    "session sh of 1",
    "tier 0: sh",
    "sh started in 0: exec sh -c 'echo out; echo err >&2; printf tail'",
    "sh completed: 0",
    "ended: success",
  ]);
  assertEquals(outputOf(events, "sh").sort(), ["err", "out", "tail"]);
});

test("run exits as the command did when that fails", async () => {
  using temp = new TempDir();
  const home = temp.path;
  const { code, stderr } = await runCli(["run", "--", "sh", "-c", "exit 42"], { home });
  assertEquals(code, 42);
  assertMatch(stderr, /^ziglog: failure \(exit code 42\) after /);
  assertEquals(storyOf(sessionIn(home)).slice(-2), ["sh failed 1: 42 exit code 42", "ended: failure"]);
});

test("run exits with 128 and the signal when one killed the command", async () => {
  using temp = new TempDir();
  const home = temp.path;
  const { code } = await runCli(["run", "--", "sh", "-c", "kill -KILL $$"], { home });
  assertEquals(code, 137);
  assertEquals(storyOf(sessionIn(home)).at(-2), "sh failed 1: null killed by SIGKILL");
});

test("run exits with 127 and 126 when a command cannot be started", async () => {
  using missing = new TempDir();
  const first = await runCli(["run", "--", "no-such-program-here"], { home: missing.path });
  assertEquals(first.code, 127);
  assertStringIncludes(first.stderr, `failure (cannot start: no such program "no-such-program-here")`);
  assertEquals(storyOf(sessionIn(missing.path)).at(-1), "ended: failure");
  using plain = new TempDir();
  plain.write("plain.txt", "hello");
  const second = await runCli(["run", "--", "./plain.txt"], { home: plain.path });
  assertEquals(second.code, 126);
});

test("run lets a command read its own input when there is some", async () => {
  using temp = new TempDir();
  const home = temp.path;
  const { stdout } = await runCli(["run", "--", "cat"], { home, input: "a\nb" });
  assertEquals(stdout, "a\nb");
  assertEquals(outputOf(sessionIn(home), "cat"), ["a", "b"]);
});

test("run hands over every byte when the output is not text", async () => {
  using temp = new TempDir();
  const home = temp.path;
  const command = cliCommand(["run", "--", "printf", "\\303\\274\\377\\000\\r\\n\\303"], { home });
  assertEquals((await command.output()).stdout, new Uint8Array([0xc3, 0xbc, 0xff, 0, 0x0d, 0x0a, 0xc3]));
  assertEquals(outputOf(sessionIn(home), "printf").at(-1), "\ufffd");
});

test("run tells the command which session it is in when it starts it", async () => {
  using temp = new TempDir();
  const home = temp.path;
  const { stdout } = await runCli(["run", "--", "sh", "-c", "echo $ZIGLOG_SESSION_ID $ZIGLOG_STEP $ZIGLOG_ROOT"], {
    home,
  });
  assertEquals(stdout, `${sessionIn(home)[0]!.zig_session_id} sh ${home}/.zig\n`);
});

test("run records name and prompt when they are given", async () => {
  using temp = new TempDir();
  const home = temp.path;
  await runCli(["run", "--workflow", "nightly", "--prompt", "do it", "--", "true"], { home });
  assertStart(sessionIn(home), { workflow_name: "nightly", workflow_path: "", prompt: "do it", cwd: home });
});

test("run shows each line behind its step and exits with 1 when a step of a plan failed", async () => {
  using temp = new TempDir();
  const home = temp.path;
  writePlan(home, [
    { name: "建てて建てる", run: "printf 'one\\ntwo'" },
    { name: "check-all", run: "echo bad >&2; exit 3", depends_on: ["建てて建てる"], retries: 1 },
    { name: "ship", run: "echo never", depends_on: ["check-all"] },
  ]);
  const { code, stdout, stderr } = await runCli(["run", "plan.jsonc"], { home });
  assertEquals([code, stdout], [1, "建てて建てる | one\n建てて建てる | two\n"]);
  assertEquals(
    stderr.replace(/after .*/, "after …"),
    [
      "check-all    | bad",
      `ziglog: step "check-all" failed: exit code 3 (attempt 1 of 2), trying again`,
      "check-all    | bad",
      `ziglog: step "check-all" failed: exit code 3 (attempt 2 of 2)`,
      `ziglog: step "ship" skipped: dependency "check-all" failed`,
      "ziglog: failure (1 of 3 steps failed) after …\n",
    ].join("\n"),
  );
  const events = sessionIn(home);
  assertEquals(storyOf(events).at(-1), "ended: failure");
  assertStart(events, { workflow_name: "demo", workflow_path: `${home}/plan.jsonc`, tier_count: 3 });
});

test("run works in the plan's directory when called from another", async () => {
  using temp = new TempDir();
  const home = temp.path;
  Deno.mkdirSync(`${home}/sub`);
  writePlan(home, [{ name: "a", run: "pwd" }, { name: "b", run: "pwd", cwd: "sub" }]);
  await runCli(["run", "../plan.jsonc"], { home, cwd: `${home}/sub` });
  const events = sessionIn(home);
  assertEquals([...outputOf(events, "a"), ...outputOf(events, "b")], [home, `${home}/sub`]);
});

test("run --quiet shows nothing when all goes well, and what went wrong when not", async () => {
  using temp = new TempDir();
  const home = temp.path;
  assertEquals(await runCli(["run", "--quiet", "--", "sh", "-c", "echo out; echo err >&2"], { home }), {
    code: 0,
    stdout: "",
    stderr: "",
  });
  assertEquals(outputOf(sessionIn(home), "sh").sort(), ["err", "out"]);
  const { stdout, stderr } = await runCli(["run", "-q", "--", "sh", "-c", "echo out; exit 3"], { home });
  assertEquals(stdout, "");
  assertMatch(stderr, /^ziglog: step "sh" failed: exit code 3\nziglog: failure \(exit code 3\) after [^\n]*\n$/);
});

test("run --json prints one object, and the output on standard error, when it ends", async () => {
  using temp = new TempDir();
  const home = temp.path;
  const { code, stdout, stderr } = await runCli(["run", "--json", "--", "sh", "-c", "echo out; exit 3"], { home });
  const { duration_ms, ...rest } = JSON.parse(stdout);
  const id = sessionIn(home)[0]!.zig_session_id;
  assertEquals([code, typeof duration_ms, stdout.split("\n").length], [3, "number", 2]);
  assertEquals(rest, {
    zig_session_id: id,
    workflow_name: "sh",
    log_path: `${home}/.zig/logs/sessions/${id}.jsonl`,
    status: "failure",
    exit_code: 3,
    complete: true,
  });
  assertMatch(stderr, /^out\nziglog: failure/);
});

const REFUSALS: readonly (readonly [what: string, args: readonly string[], code: number, message: string])[] = [
  ["nothing is named", [], 2, `Cannot run: name a plan, or a command after -- (see "ziglog run --help")`],
  ["the command is missing", ["--"], 2, "Cannot run: a command is missing after --"],
  [
    "two things are named",
    ["p.jsonc", "--", "true"],
    2,
    `Cannot run both plan "p.jsonc" and a command: name one of them`,
  ],
  [
    "there is no such plan",
    ["no.jsonc"],
    5,
    `Cannot read plan "no.jsonc": there is no such file (a command goes after --: run -- no.jsonc)`,
  ],
  ["the plan is a directory", ["."], 5, `Cannot read plan ".": it is a directory`],
  [
    "the plan is wrong",
    ["bad.jsonc"],
    2,
    `Cannot read plan "bad.jsonc": line 2, column 3: "nmae" is not a key of a plan; did you mean "name"?`,
  ],
];

for (const [what, args, code, message] of REFUSALS) {
  Deno.test(`run tells what is expected and records nothing when ${what}`, async () => {
    using temp = new TempDir();
    const home = temp.path;
    Deno.writeTextFileSync(`${home}/bad.jsonc`, `{\n  "nmae": "x",\n  "steps": []\n}`);
    assertEquals(await runCli(["run", ...args], { home }), { code, stdout: "", stderr: `ziglog: ${message}\n` });
    assertEquals([...Deno.readDirSync(home)].map(({ name }) => name), ["bad.jsonc"]);
  });
}

Deno.test("run names the flag and records nothing when it may not run anything", async () => {
  using temp = new TempDir();
  const home = temp.path;
  const rights = ["--no-prompt", "--allow-env", "--allow-read", `--allow-write=${home}`];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...denoArgs("run"), ...rights, CLI, "run", "--root", `${home}/.zig`, "--", "true"],
  }).output();
  const expected = `ziglog: Cannot run "true": permission is missing, run with --allow-run\n`;
  assertEquals([code, new TextDecoder().decode(stderr)], [5, expected]);
  assertEquals([...Deno.readDirSync(home)].length, 0);
});

for (
  const [signal, heard, code] of [["SIGINT", "INT", 130], ["SIGTERM", "TERM", 143], ["SIGHUP", "HUP", 129]] as const
) {
  for (const kind of ["command", "plan"] as const) {
    test(`run hands ${signal} to its children and ends as a failure when it runs a ${kind}`, async () => {
      using temp = new TempDir();
      const home = temp.path;
      writePlan(home, [
        { name: "sh", run: LISTENER },
        { name: "other", run: "sleep 60" },
        { name: "later", run: "echo never", depends_on: ["sh"] },
      ]);
      const args = kind === "plan" ? ["plan.jsonc"] : ["--", "sh", "-c", LISTENER];
      const child = cliCommand(["run", ...args], { home }).spawn();
      const reader = child.stdout.getReader();
      await readUntil(reader, "ready");
      child.kill(signal);
      const [rest, stderr, status] = await Promise.all([readRest(reader), child.stderr.text(), child.status]);
      assertEquals(status.code, code);
      assertStringIncludes(rest, heard);
      assertStringIncludes(stderr, `ziglog: failure (${signal}) after `);
      const events = sessionIn(home);
      const story = storyOf(events);
      assert(outputOf(events, "sh").includes(heard));
      assert(story.some((line) => /^sh failed 1: \d exit code \d$/.test(line)), story.join("\n"));
      assertEquals(story.at(-1), "ended: failure");
      if (kind === "command") return;
      assert(story.includes(`other failed 1: null killed by ${signal}`), story.join("\n"));
      assert(story.includes(`later skipped: interrupted by ${signal}`), story.join("\n"));
    });
  }
}

test("run waits for a child that takes its time, and kills it when SIGINT comes again", async () => {
  using temp = new TempDir();
  const home = temp.path;
  const deaf = "trap 'echo no' INT; echo ready; while :; do sleep 0.05; done";
  const child = cliCommand(["run", "--", "sh", "-c", deaf], { home }).spawn();
  const reader = child.stdout.getReader();
  await readUntil(reader, "ready");
  child.kill("SIGINT");
  await readUntil(reader, "no");
  await new Promise((resolve) => setTimeout(resolve, 300)); // less would count as the same signal
  child.kill("SIGINT");
  const [, , { code }] = await Promise.all([readRest(reader), child.stderr.text(), child.status]);
  assertEquals(code, 130);
  assertEquals(storyOf(sessionIn(home)).slice(-2), ["sh failed 1: null killed by SIGKILL", "ended: failure"]);
});

Deno.test({
  name: "run lets the command use the terminal, and tells it of Ctrl-C once, when at one",
  ...needs("script"),
  async fn(): Promise<void> {
    using temp = new TempDir();
    const home = temp.path;
    // It hears each signal at once, and listens on for a while after the first.
    temp.write(
      "count.sh",
      `trap 'heard="$heard INT"' INT; echo name?; read name < /dev/tty; echo "hello $name"
      until [ "$heard" ]; do :; done; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo "heard:$heard."`,
    );
    const child = spawnAtTerminal(["run", "--root", `${home}/.zig`, "--", "sh", "count.sh"], { cwd: home });
    const reader = child.stdout.getReader();
    const keys = child.stdin.getWriter();
    await readUntil(reader, "name?");
    await keys.write(new TextEncoder().encode("joe\n"));
    await readUntil(reader, "hello joe");
    await keys.write(new TextEncoder().encode("\x03"));
    const rest = await readRest(reader);
    await keys.close();
    assertEquals((await child.status).code, 130);
    assertStringIncludes(rest, "heard: INT.");
    assertStringIncludes(rest, "ziglog: failure (SIGINT) after ");
  },
});

test("run records to the end when nobody reads its output any more", async () => {
  using temp = new TempDir();
  const home = temp.path;
  const script = "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done";
  const child = cliCommand(["run", "--", "sh", "-c", script], { home }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const [stderr, { code }] = await Promise.all([child.stderr.text(), child.status]);
  assertEquals(code, 0);
  assertMatch(stderr, /^ziglog: success after /);
  assertEquals(outputOf(sessionIn(home), "sh").length, 3000);
});

Deno.test({
  name: "run tells that output is not shown and exits with 5 when standard output is full",
  ...needs("sh", "devFull"),
  async fn(): Promise<void> {
    using temp = new TempDir();
    const home = temp.path;
    const inner = [...denoArgs("run"), "-A", CLI, "run", "--root", `${home}/.zig`, "--", "echo", "hello"];
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", '"$@" > /dev/full', "sh", Deno.execPath(), ...inner],
      cwd: home,
    }).output();
    assertEquals(code, 5);
    assertStringIncludes(
      new TextDecoder().decode(stderr),
      "ziglog: standard output takes no more, only the log does: ",
    );
    assertEquals(outputOf(sessionIn(home), "echo"), ["hello"]);
  },
});

Deno.test({
  name: "run goes on, tells that data is lost and exits with 5 when the disk of the log is full",
  ...needs("sh", "tmpfs"),
  async fn(): Promise<void> {
    using temp = new TempDir();
    const home = temp.path;
    const inner = [...denoArgs("run"), "-A", CLI, "run", "--root", "/mnt", "--", "seq", "1", "5000"];
    const script = 'mount -t tmpfs -o size=160k tmpfs /mnt; "$@"; code=$?; cp /mnt/logs/sessions/*.jsonl .; exit $code';
    const { code, stdout, stderr } = await new Deno.Command("unshare", {
      args: ["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", Deno.execPath(), ...inner],
      cwd: home,
    }).output();
    const said = new TextDecoder().decode(stderr);
    assertEquals([code, new TextDecoder().decode(stdout).trimEnd().split("\n").length], [5, 5000]);
    assertEquals(said.match(/DATA IS LOST: /g)?.length, 1);
    assertMatch(said, /ziglog: success \(log incomplete\) after /);
    const [log] = [...Deno.readDirSync(home)].filter(({ name }) => name.endsWith(".jsonl"));
    const lines = Deno.readTextFileSync(`${home}/${log!.name}`).trimEnd().split("\n").map((line) => JSON.parse(line));
    assert(lines.length < 5000 && lines.length > 2);
  },
});

Deno.test({
  name: "run keeps its memory flat when a command writes 100 MB",
  ...needs("sh"),
  async fn(): Promise<void> {
    using temp = new TempDir();
    const home = temp.path;
    const line = "x".repeat(999);
    const child = cliCommand(["run", "--", "sh", "-c", `yes ${line} | head -c 100000000`], { home }).spawn();
    const { shown, peakKb } = await drain(child);
    await Promise.all([child.stderr.text(), child.status]);
    assertEquals(shown, 100_000_000);
    assert(peakKb < 160_000, `${peakKb} kB`);
    assertEquals(sessionIn(home).filter(({ type }) => type === "step_output").length, 100_000);
  },
});
