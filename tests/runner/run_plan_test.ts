import { assert, assertEquals, assertMatch } from "@std/assert";
import { SignalRelay } from "../../src/runner/signal_relay.ts";
import { needs } from "../helpers/skip.ts";
import { GIVE_UP_MS, pause } from "../helpers/following.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { execute, type Executed, outputOf, storyOf, TimeLimit, withPatience } from "./executed.ts";

/** The shells of these tests are POSIX ones. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ...needs("sh"), fn });
}

test("runPlan() records tiers, steps, output and the end when all goes well", async () => {
  const { events, end } = await execute([
    { name: "build", run: "echo building; printf 'no newline'" },
    { name: "test", run: ["sh", "-c", "echo bad >&2"], depends_on: ["build"] },
  ]);
  assertEquals(storyOf(events), [
    "session test of 2",
    "tier 0: build",
    "build started in 0: exec echo building; printf 'no newline'",
    "build stdout: building",
    "build stdout: no newline",
    "build completed: 0",
    "tier 1: test",
    "test started in 1: exec sh -c 'echo bad >&2'",
    "test stderr: bad",
    "test completed: 0",
    "ended: success",
  ]);
  assertEquals(end.status, "success");
});

test("runPlan() runs the steps of a tier at the same time when there are several", async () => {
  // Each waits for the other: one after the other they would never end.
  const { end } = await execute([
    { name: "a", run: "touch a; until [ -e b ]; do sleep 0.02; done", timeout_secs: 300 },
    { name: "b", run: "touch b; until [ -e a ]; do sleep 0.02; done", timeout_secs: 300 },
  ]);
  assertEquals(end.status, "success");
});

test("runPlan() skips what depends on a failed step, and what depends on that, when one fails", async () => {
  const { events, end } = await execute([
    { name: "build", run: "exit 3" },
    { name: "lint", run: "true" },
    { name: "test", run: "echo never", depends_on: ["lint", "build"] },
    { name: "ship", run: "echo never", depends_on: ["test"] },
  ]);
  const story = storyOf(events);
  assert(story.includes("build failed 1: 3 exit code 3"), story.join("\n"));
  assertEquals(story.filter((line) => / completed|skipped|never|ended/.test(line)), [
    "lint completed: 0",
    `test skipped: dependency "build" failed`,
    `ship skipped: dependency "test" was skipped`,
    "ended: failure",
  ]);
  assertEquals(end.steps.get("build"), { outcome: "failed", shellCode: 3, error: "exit code 3" });
});

test("runPlan() runs a step by its rule when the step that it is about has come out", async () => {
  const { events, end } = await execute([
    { name: "good", run: "true" },
    { name: "bad", run: "false" },
    { name: "none", run: "echo", depends_on: ["bad"] },
    { name: "mend", run: "echo mending", when: { step: "bad", is: "failed" } },
    { name: "mend-too", run: "echo mending", depends_on: ["bad"], when: { step: "bad", is: "failed" } },
    { name: "cheer", run: "echo", when: { step: "bad", is: "succeeded" } },
    { name: "moan", run: "echo", when: { step: "good", is: ["failed", "skipped"] } },
    { name: "instead", run: "echo", when: { step: "none", is: "skipped" } },
    { name: "always", run: "echo", when: { step: "none", is: ["succeeded", "failed", "skipped"] } },
    { name: "neither", run: "echo", depends_on: ["none"], when: { step: "bad", is: "failed" } },
  ]);
  const outcomes = Object.fromEntries([...end.steps].map(([name, { outcome }]) => [name, outcome]));
  assertEquals(outcomes, {
    good: "succeeded",
    bad: "failed",
    none: "skipped",
    mend: "succeeded",
    "mend-too": "succeeded",
    cheer: "skipped",
    moan: "skipped",
    instead: "succeeded",
    always: "succeeded",
    neither: "skipped",
  });
  assertEquals(storyOf(events).filter((line) => line.includes("skipped")).sort(), [
    `cheer skipped: "bad" failed, and this runs only when it succeeded`,
    `moan skipped: "good" succeeded, and this runs only when it failed or was skipped`,
    `neither skipped: dependency "none" was skipped`,
    `none skipped: dependency "bad" failed`,
  ]);
});

test("runPlan() succeeds when steps were skipped by their own rules only", async () => {
  const { end } = await execute([
    { name: "good", run: "true" },
    { name: "moan", run: "echo", when: { step: "good", is: "failed" } },
  ]);
  assertEquals(end.status, "success");
});

test("runPlan() tries a step again and records each failed attempt when it has retries", async () => {
  const { events, told } = await execute([
    { name: "flaky", run: "echo try >> log; [ $(wc -l < log) -ge 3 ] || exit 4", retries: 5 },
  ]);
  assertEquals(storyOf(events).filter((line) => line.startsWith("flaky")).map((line) => line.split(" in ")[0]), [
    "flaky started",
    "flaky failed 1: 4 exit code 4",
    "flaky started",
    "flaky failed 2: 4 exit code 4",
    "flaky started",
    "flaky completed: 0",
  ]);
  assertEquals(told.filter((each) => each.startsWith("failed")), [
    "failed flaky 1 exit code 4 true",
    "failed flaky 2 exit code 4 true",
  ]);
});

test("runPlan() fails a step when no retry is left", async () => {
  const { events, end } = await execute([{ name: "bad", run: "exit 4", retries: 1 }]);
  assertEquals(storyOf(events).filter((line) => line.includes("failed")), [
    "bad failed 1: 4 exit code 4",
    "bad failed 2: 4 exit code 4",
  ]);
  assertEquals(end.status, "failure");
});

test("runPlan() ends a step and all that it started when its time is over", async () => {
  using limit = new TimeLimit();
  const { events } = await execute([
    // The second process would hold the output open, and write to the log, for a long time.
    { name: "slow", run: "sleep 600 & echo begun; sleep 600", timeout_secs: limit.seconds },
  ], { onTell: (told) => told.startsWith("stdout") && limit.end() });
  assertEquals(quietStoryOf(events), [
    "slow stdout: begun",
    `slow failed 1: null timed out after ${limit.seconds} s`,
    "ended: failure",
  ]);
});

test("runPlan() ends a step by itself when its time is over", async () => {
  const { events } = await execute([{ name: "slow", run: "sleep 600", timeout_secs: 0.2 }]);
  assertEquals(quietStoryOf(events), ["slow failed 1: null timed out after 0.2 s", "ended: failure"]);
});

test("runPlan() kills a step when its time is over and it does not listen", async () => {
  using limit = new TimeLimit();
  const { events } = await execute(
    [{ name: "deaf", run: "trap '' TERM; echo $$; while :; do sleep 0.05; done", timeout_secs: limit.seconds }],
    { onTell: (told) => told.startsWith("stdout") && limit.end() },
  );
  assertEquals(storyOf(events).at(-2), `deaf failed 1: null timed out after ${limit.seconds} s`);
  await untilGone(outputOf(events, "deaf")[0]!);
});

test("runPlan() says that the time was over when a step then ends by itself", async () => {
  using limit = new TimeLimit();
  const { events } = await execute(
    [{
      name: "polite",
      run: "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done",
      timeout_secs: limit.seconds,
    }],
    { graceMs: GIVE_UP_MS, onTell: (told) => told.includes("ready") && limit.end() },
  );
  assertEquals(quietStoryOf(events), [
    "polite stdout: ready",
    "polite stdout: bye",
    `polite failed 1: 0 timed out after ${limit.seconds} s`,
    "ended: failure",
  ]);
});

test("runPlan() tells the signal when a step is killed", async () => {
  const { end, events } = await execute([{ name: "a", run: "kill -9 $$" }]);
  assertEquals(storyOf(events).at(-2), "a failed 1: null killed by SIGKILL");
  assertEquals(end.steps.get("a")!.shellCode, 137);
});

test("runPlan() fails a step, and only that, when it cannot be started", async () => {
  const { events, end } = await execute([
    { name: "missing", run: ["no-such-program-here"], retries: 1 },
    { name: "text", run: ["./plain.txt"], depends_on: ["write"] },
    { name: "nowhere", run: "echo", cwd: "no/such" },
    { name: "write", run: "echo hello > plain.txt" },
  ]);
  const story = storyOf(events);
  const failed = story.filter((line) => line.includes("failed")).sort();
  assertEquals(failed[0], `missing failed 1: null cannot start: no such program "no-such-program-here"`);
  assertEquals(failed[1], `missing failed 2: null cannot start: no such program "no-such-program-here"`);
  assertMatch(failed[2]!, /^nowhere failed 1: null cannot start: no such directory ".*no.such"$/);
  assert(story.includes("write completed: 0"));
  assertEquals(end.steps.get("missing")!.shellCode, 127);
});

test("runPlan() gives a step its directory and variables when it names some", async () => {
  using workplace = new TempDir();
  const directory = workplace.path;
  Deno.mkdirSync(workplace.at("sub"));
  const { events } = await execute(
    [
      { name: "a", run: 'pwd; echo "$ZIGLOG_STEP $SHARED $OWN"', cwd: "sub", env: { OWN: "own", SHARED: "mine" } },
      { name: "b", run: 'pwd; echo "$ZIGLOG_STEP $SHARED $OWN"', depends_on: ["a"] },
    ],
    { directory, env: { SHARED: "shared" } },
  );
  assertEquals(outputOf(events, "a"), [`${directory}/sub`, "a mine own"]);
  assertEquals(outputOf(events, "b"), [directory, "b shared "]);
});

test("runPlan() gives steps an empty input when they read", async () => {
  const { events } = await execute([{ name: "a", run: "cat; echo end", timeout_secs: 300 }]);
  assertEquals(outputOf(events, "a"), ["end"]);
});

test("runPlan() keeps every line when they are odd", async () => {
  const { events } = await execute([{ name: "a", run: "printf '\\n\\r.\\n\\303\\274\\377|\\000\\n  x  '" }]);
  assertEquals(outputOf(events, "a"), ["", "\r.", "ü\ufffd|\0", "  x  "]);
});

test("runPlan() goes on when something that a step started holds its output open", async () => {
  const { events, told } = await execute([
    { name: "a", run: "sleep 600 & echo $!; echo done" },
    { name: "b", run: "true", depends_on: ["a"] },
  ]);
  const [pid, ...rest] = outputOf(events, "a");
  assertEquals(rest, ["done"]);
  assertEquals(told.filter((each) => each.startsWith("cut")).sort(), ["cut a stderr", "cut a stdout"]);
  assertEquals(storyOf(events).slice(-2), ["b completed: 0", "ended: success"]);
  Deno.kill(Number(pid), "SIGKILL"); // it was left alone: this throws when there is no such process
});

test("runPlan() hands on a signal, skips the rest and does not retry when one comes", async () => {
  const signals = new SignalRelay();
  const { events, told } = await execute(
    [
      { name: "a", run: "trap 'echo got it; exit 5' TERM; echo ready; while :; do sleep 0.05; done", retries: 3 },
      { name: "b", run: "echo never", when: { step: "a", is: "failed" } },
    ],
    { signals, graceMs: GIVE_UP_MS, onTell: (told) => told.includes("ready") && signals.raise("SIGTERM") },
  );
  assert(told.includes("failed a 1 exit code 5 false"), told.join("\n"));
  assertEquals(quietStoryOf(events), [
    "a stdout: ready",
    "a stdout: got it",
    "a failed 1: 5 exit code 5",
    "tier 1: b",
    "b skipped: interrupted by SIGTERM",
    "ended: failure",
  ]);
});

test("runPlan() fails when a signal comes, even if every step then succeeds", async () => {
  const signals = new SignalRelay();
  const { end } = await execute(
    [{ name: "a", run: "trap 'exit 0' INT; echo ready; while :; do sleep 0.05; done" }],
    { signals, onTell: (told) => told.includes("ready") && signals.raise("SIGINT") },
  );
  assertEquals([end.steps.get("a")!.outcome, end.status], ["succeeded", "failure"]);
});

for (const signal of ["SIGTERM", "SIGHUP"] as const) {
  test(`runPlan() kills a step when it does not listen to ${signal}`, async () => {
    const signals = new SignalRelay();
    const { events } = await execute(
      [{ name: "deaf", run: "trap '' TERM HUP; echo $$; while :; do sleep 0.05; done" }],
      { signals, onTell: (told) => told.startsWith("stdout") && signals.raise(signal) },
    );
    assertEquals(storyOf(events).at(-2), "deaf failed 1: null killed by SIGKILL");
    await untilGone(outputOf(events, "deaf")[0]!);
  });
}

test("runPlan() ends what a step left running when a signal has ended the step", async () => {
  const signals = new SignalRelay();
  const { events } = await execute(
    // Shells make processes in the background deaf to SIGINT.
    [{ name: "a", run: "sleep 600 & echo $!; wait" }],
    { signals, onTell: (told) => told.startsWith("stdout") && signals.raise("SIGINT") },
  );
  await untilGone(outputOf(events, "a")[0]!);
});

test("runPlan() tells what a step left running to end when a signal has ended the step", async () => {
  using _patience = withPatience();
  const signals = new SignalRelay();
  const { events } = await execute(
    [{ name: "a", run: "(trap 'echo bye; exit' TERM; echo ready; while :; do sleep 0.05; done) & wait" }],
    { signals, onTell: (told) => told.startsWith("stdout") && signals.raise("SIGINT") },
  );
  assertEquals(outputOf(events, "a").filter((line) => line !== "Terminated"), ["ready", "bye"]);
});

test("runPlan() kills what a step left running when that does not listen", async () => {
  const signals = new SignalRelay();
  const { events } = await execute(
    [{ name: "a", run: `sh -c 'trap "" TERM; echo $$; while :; do sleep 0.05; done' & wait` }],
    { signals, onTell: (told) => told.startsWith("stdout") && signals.raise("SIGINT") },
  );
  await untilGone(outputOf(events, "a")[0]!);
});

/** What follows the start of the only step; some shells say on their own what signal they got. */
function quietStoryOf(events: Executed["events"]): string[] {
  return storyOf(events).slice(3).filter((line) => !line.includes(" stderr: "));
}

/**
 * Waits until a process that was killed is gone, which takes the system a moment; one that has ended but that nobody has
 * waited for counts as gone.
 */
async function untilGone(pid: string): Promise<void> {
  const deadline = AbortSignal.timeout(60_000); // before it would end by itself
  const state = (): string => {
    const { stdout } = new Deno.Command("ps", { args: ["-o", "stat=", "-p", pid] }).outputSync();
    return new TextDecoder().decode(stdout).trim();
  };
  while (!/^(Z.*)?$/.test(state())) {
    assert(!deadline.aborted, `${pid} lives on`);
    await pause(10);
  }
}
