import { assertEquals, assertMatch } from "@std/assert";
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

Deno.test("stats says so when no session fits, and refuses a time that is none", async () => {
  using store = new Store();
  const { code, stdout, stderr } = await runMain(["stats", ...store.args]);
  assertEquals([code, stdout, stderr], [0, "", "no session fits\n"]);
  const wrong = await runMain(["stats", "--since", "soon", ...store.args]);
  assertEquals(wrong.code, 2);
  assertMatch(wrong.stderr, /Cannot read time "soon"/);
});
