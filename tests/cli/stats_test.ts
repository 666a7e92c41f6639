import { assert, assertEquals, assertMatch } from "@std/assert";
import { basename } from "../../src/deps/path.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { runMain } from "./fake_host.ts";
import { complete, ended, fail, output, start, started, Store } from "./store.ts";

const NOON = Date.UTC(2026, 0, 1, 12);

function fill(store: Store): void {
  const retried = [start("build"), fail("build"), start("build"), output("build", "x"), complete("build", 2000)];
  store.put([started("nightly"), ...retried, ended("success", 4000)], { id: "aaaa-1" });
  store.put([started("nightly"), ended("failure", 1000)], { id: "bbbb-2", startedAt: NOON + 60_000 });
  store.put([started("docs"), ended("success", 500)], { id: "cccc-3", startedAt: NOON + 120_000 });
}

Deno.test("stats prints a workflow and its steps", async () => {
  using store = new Store();
  fill(store);
  const { code, stdout, stderr } = await runMain(["stats", ...store.args]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.trimEnd().split("\n").slice(1).map((line) => line.trim().split(/ {2,}/)), [
    ["docs", "1", "100%", "500 ms", "500 ms", "500 ms", "0", "0", "█"],
    ["nightly", "2", "50%", "4.0 s", "4.0 s", "4.0 s", "1", "1", "█"],
    ["build", "1", "100%", "2.0 s", "2.0 s", "2.0 s", "1", "1", "█"],
  ]);
});

Deno.test("stats --json prints an object a workflow, of the runs that fit", async () => {
  using store = new Store();
  fill(store);
  const { stdout } = await runMain(["stats", "--json", "--workflow", "n*", ...store.args]);
  const { steps: [build], ...nightly } = JSON.parse(stdout);
  assertEquals([nightly.workflow_name, nightly.runs, nightly.success_rate], ["nightly", 2, 0.5]);
  assertEquals(nightly.duration_ms, { p50: 4000, p95: 4000, max: 4000 });
  assertEquals([build.step_name, build.flaky, build.recent_ms], ["build", 1, [2000]]);
  const late = await runMain(["stats", "--json", "--since", "2026-01-01T12:01:00Z", ...store.args]);
  const names = late.stdout.trimEnd().split("\n").map((
    line,
  ) => [JSON.parse(line).workflow_name, JSON.parse(line).runs]);
  assertEquals(names, [["docs", 1], ["nightly", 1]]);
});

Deno.test("stats --all shows the workflows of every project, each project apart, and without it only those of one", async () => {
  using store = new Store();
  fill(store);
  const there = SessionWriter.create({
    workflowName: "docs",
    workflowPath: "",
    tierCount: 0,
    root: store.root,
    project: "/far",
  });
  there.ended("success", 10);
  const rows = async (...args: readonly string[]): Promise<unknown[]> => {
    const { stdout } = await runMain(["stats", "--json", ...args, ...store.args]);
    return stdout.trimEnd().split("\n").map((line) => JSON.parse(line))
      .map(({ workflow_name, project, runs }) => [workflow_name, project, runs]);
  };
  assertEquals(await rows(), [["docs", undefined, 1], ["nightly", undefined, 2]]);
  const here = basename(store.layout.projectDir);
  assertEquals(await rows("--all"), [["docs", "far", 1], ["docs", here, 1], ["nightly", here, 2]]);
  const { stdout } = await runMain(["stats", "--all", ...store.args]);
  assertEquals(stdout.split("\n").slice(0, 5).map((line) => line.trim().split(/ {2,}/).slice(0, 3)), [
    ["WORKFLOW / STEP", "PROJECT", "RUNS"],
    ["docs", "far", "1"],
    ["docs", here, "1"],
    ["nightly", here, "2"],
    ["build", "1", "100%"],
  ]);
});

Deno.test("stats does not say that a step was run which was skipped", async () => {
  using store = new Store();
  const skipped = { type: "step_skipped", step_name: "ship", reason: "no" } as const;
  store.put([started("w"), skipped, ended()], { id: "aaaa-1" });
  store.put([started("w"), start("ship"), complete("ship", 10), ended()], { id: "bbbb-2", startedAt: NOON + 60_000 });
  const { stdout } = await runMain(["stats", ...store.args]);
  assertEquals(stdout.split("\n")[2]!.trim().split(/ {2,}/).slice(0, 3), ["ship", "1", "100%"]);
  const json = JSON.parse((await runMain(["stats", "--json", ...store.args])).stdout);
  assertEquals([json.steps[0].runs, json.steps[0].skipped], [2, 1]);
});

Deno.test("stats names a log that cannot be read on standard error, and counts the others", async () => {
  using store = new Store();
  fill(store);
  const over = { started_at: "2026-01-01T12:05:00+00:00", ended_at: "2026-01-01T12:05:01+00:00", status: "success" };
  const gone = {
    ...over,
    zig_session_id: "gone-4",
    workflow_name: "gone\x1b[31m",
    workflow_path: "",
    log_path: "/no/log",
    workspace_path: "",
  };
  Deno.writeTextFileSync(store.layout.indexPath, JSON.stringify({ sessions: [gone] }));
  Deno.mkdirSync(`${store.layout.sessionsDir}/dddd-5.jsonl`);
  const { code, stdout, stderr } = await runMain(["stats", ...store.args]);
  assertEquals(code, 0);
  assertMatch(stderr, /^ziglog: Cannot read session "gone-4": .*\n$/);
  assertEquals(stdout.trimEnd().split("\n").length, 4);
  const json = await runMain(["stats", "--json", ...store.args]);
  assertEquals([json.stderr, json.stdout.split("\n").length], [stderr, 3]);
});

Deno.test("stats fits a narrow terminal: the names give way, then the chart, and the numbers stay", async () => {
  using store = new Store();
  const name = "a-workflow-whose-name-is-longer-than-most";
  for (let at = 0; at < 20; at++) {
    const kinds = [
      started(name),
      start("compile-everything"),
      complete("compile-everything", at * 100),
      ended("success", 1000),
    ];
    store.put(kinds, { id: `id-${at}`, startedAt: NOON + at * 60_000 });
  }
  const lines = async (columns?: number): Promise<string[]> => {
    const { stdout } = await runMain(
      ["stats", ...store.args],
      columns === undefined ? {} : { columns, env: { NO_COLOR: "1" } },
    );
    return stdout.trimEnd().split("\n");
  };
  const whole = await lines();
  assertEquals(whole, await lines(200));
  assertMatch(whole[1]!, new RegExp(`^${name}  20 .* █{20}$`));
  for (const columns of [110, 90, 80, 75]) {
    const shown = await lines(columns);
    for (const line of shown) assert(line.length <= columns, `${line.length} columns of ${columns}: ${line}`);
    assertMatch(shown[1]!, /^a-workf.*… +20 +100% +1\.0 s +1\.0 s +1\.0 s +0 +0 +█/);
  }
});

Deno.test("stats says so when no session fits, and refuses a time that is none", async () => {
  using store = new Store();
  const { code, stdout, stderr } = await runMain(["stats", ...store.args]);
  assertEquals([code, stdout, stderr], [0, "", "no session fits\n"]);
  const wrong = await runMain(["stats", "--since", "soon", ...store.args]);
  assertEquals(wrong.code, 2);
  assertMatch(wrong.stderr, /Cannot read time "soon"/);
});
