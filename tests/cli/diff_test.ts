import { assertEquals, assertStringIncludes } from "@std/assert";
import type { SessionEventKind } from "../../src/codec/zig_events.ts";
import { runMain } from "./fake_host.ts";
import { complete, ended, fail, output, start, started, Store, tier } from "./store.ts";

const NOON = Date.UTC(2026, 0, 1, 12);

function good(line = "built in 12ms"): SessionEventKind[] {
  const steps = [start("build"), output("build", line), complete("build", 1000)];
  return [started("ci"), tier(0, "build"), ...steps, ended()];
}

function bad(): SessionEventKind[] {
  const steps = [start("build"), output("build", "error: \x1b[2Jno"), fail("build")];
  return [started("ci"), tier(0, "build", "lint"), ...steps, ended("failure")];
}

function fill(store: Store): void {
  store.put(good(), { id: "aaaa-1" });
  store.put(good("built in 3.4s"), { id: "bbbb-2", startedAt: NOON + 60_000 });
  store.put(bad(), { id: "cccc-3", startedAt: NOON + 120_000 });
  store.put([started("other"), ended()], { id: "dddd-4", startedAt: NOON + 180_000 });
}

Deno.test("diff ends with 0 when the sessions differ in times and ids alone", async () => {
  using store = new Store();
  fill(store);
  const { code, stdout, stderr } = await runMain(["diff", "aaaa", "bbbb", ...store.args]);
  assertEquals([code, stderr, stdout.split("\n").slice(2)], [0, "", ["alike", ""]]);
});

Deno.test("diff shows the differences, ends with 1 and lets no control character through", async () => {
  using store = new Store();
  fill(store);
  const { code, stdout, stderr } = await runMain(["diff", "aaaa", "cccc", ...store.args]);
  assertEquals([code, stderr], [1, ""]);
  assertEquals(stdout.split("\n")[1], "b: cccc-3 ci, failure, started 2026-01-01T12:02:00Z");
  assertEquals(stdout.split("\n").slice(2), [
    "ended: success → failure",
    "+ lint",
    "build: success → failure",
    "build stdout, line 1:",
    "  - built in 12ms",
    "  + error: ␛[2Jno",
    "",
  ]);
});

Deno.test("diff tells how a session stands that has no end", async () => {
  using store = new Store();
  store.put([started("ci"), ended()], { id: "aaaa-1" });
  store.put([started("ci")], { id: "bbbb-2", lock: "free" });
  store.put([started("ci")], { id: "cccc-3" });
  const { code, stdout } = await runMain(["diff", "aaaa", "bbbb", ...store.args]);
  assertEquals([code, stdout.split("\n").slice(2)], [1, ["ended: success → not (crashed)", ""]]);
  const turned = await runMain(["diff", "cccc", "aaaa", ...store.args]);
  assertEquals(turned.stdout.split("\n")[2], "ended: not (running) → success");
});

Deno.test("diff shows how much longer a step took", async () => {
  using store = new Store();
  store.put([started("ci"), start("x"), complete("x", 1000), ended()], { id: "aaaa-1" });
  store.put([started("ci"), start("x"), complete("x", 1500), ended()], { id: "bbbb-2" });
  const { code, stdout } = await runMain(["diff", "aaaa", "bbbb", ...store.args]);
  assertEquals([code, stdout.split("\n").slice(2)], [1, ["x: 1.0 s → 1.5 s (+50 %)", ""]]);
});

Deno.test("diff --json prints one object", async () => {
  using store = new Store();
  fill(store);
  const { code, stdout } = await runMain(["diff", "aaaa", "cccc", "--json", ...store.args]);
  const { a, b, ...rest } = JSON.parse(stdout);
  assertEquals([code, a.zig_session_id, b.zig_session_id, b.state], [1, "aaaa-1", "cccc-3", "failure"]);
  assertEquals(rest, {
    alike: false,
    status: { a: "success", b: "failure" },
    added: ["lint"],
    dropped: [],
    flips: [{ step_name: "build", a: "success", b: "failure" }],
    slower: [],
    output: [{ step_name: "build", stream: "stdout", line: 1, a: "built in 12ms", b: "error: \x1b[2Jno" }],
    uncompared: [],
  });
});

Deno.test("diff --latest takes the last success of the same workflow before the newest session", async () => {
  using store = new Store();
  fill(store);
  const { code, stdout } = await runMain(["diff", "--latest", "--workflow", "c*", "--json", ...store.args]);
  const { a, b } = JSON.parse(stdout);
  assertEquals([code, a.zig_session_id, b.zig_session_id], [1, "bbbb-2", "cccc-3"]);
  const none = await runMain(["diff", "--latest", ...store.args]);
  assertEquals([none.code, none.stdout], [3, ""]);
  assertStringIncludes(none.stderr, `Cannot find a success of workflow "other" before session "dddd-4"`);
});

Deno.test("diff says what is expected when the sessions are not named", async () => {
  using store = new Store();
  fill(store);
  for (const args of [[], ["aaaa"], ["aaaa", "--latest"], ["aaaa", "bbbb", "--workflow", "ci"]]) {
    const { code, stdout } = await runMain(["diff", ...args, ...store.args]);
    assertEquals([code, stdout], [2, ""], args.join(" "));
  }
  assertEquals((await runMain(["diff", "aaaa", "eeee", ...store.args])).code, 3);
  assertEquals((await runMain(["diff", "--latest", "--workflow", "nope", ...store.args])).code, 3);
});
