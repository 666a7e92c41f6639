/** Pruning that is killed after each of its steps: nothing is lost that was to stay, and a second run completes it. */

import { assertEquals } from "@std/assert";
import { planPrune } from "../../src/maintenance/prune_plan.ts";
import { PRUNE_STEPS, pruneSessions, type PruneStep } from "../../src/maintenance/prune_sessions.ts";
import { STORE_SOURCES } from "../../src/maintenance/stores.ts";
import { resultOf, spawnFixture } from "../helpers/fixture.ts";
import { catalogOf, contentsOf, idOf, type Kind, oldStore, without } from "../helpers/old_store.ts";

const OLD: readonly Kind[] = ["success", "failure", "torn", "crashed", "stale"];
const DAY = 24 * 3_600_000;

/** How often each step is gone through when five sessions are pruned. */
const TIMES: Readonly<Record<PruneStep, number>> = {
  "hold": 1,
  "project index": 1,
  "global index": 1,
  "copies": OLD.length,
  "log": OLD.length,
  "locks": OLD.length,
};

const FAULTS = STORE_SOURCES.flatMap((source) => PRUNE_STEPS.map((step) => [source, step] as const));

for (const [source, step] of FAULTS) {
  for (let times = 1; times <= TIMES[step]; times++) {
    Deno.test(`pruneSessions() of ${source} loses nothing else and is completed later when killed after "${step}" number ${times}`, async () => {
      using at = oldStore(source);
      const before = contentsOf(at);
      const gone = OLD.map((kind) => at.logs[kind]);
      const after = without(before, gone);
      const states = new Map(catalogOf(at).list().map(({ id, state }) => [id, state]));
      const killed = await resultOf(
        spawnFixture("pruner.ts", { args: [at.root, at.project, source, step, String(times)] }),
      );
      assertEquals([killed.code, killed.stdout], [137, ""], killed.stderr);

      const between = contentsOf(at);
      for (const [name, text] of Object.entries(between.logs)) assertEquals(text, before.logs[name], name);
      for (const [name, text] of Object.entries(after.logs)) assertEquals(between.logs[name], text, name);
      assertEquals(after.entries.filter((entry) => !between.entries.includes(entry)), []);
      assertEquals(after.names.filter((name) => !between.names.includes(name)), []);
      const listed = new Map(catalogOf(at).list().map(({ id, state }) => [id, state]));
      for (const id of Object.keys(between.logs).map(idOf)) assertEquals(listed.get(id), states.get(id), id);
      assertEquals(listed.size, Object.keys(between.logs).length);

      pruneSessions(planPrune({ ...at, olderThanMs: DAY }));
      assertEquals(contentsOf(at), after);
      assertEquals(planPrune({ ...at, olderThanMs: DAY }).leftovers, []);
    });
  }
}

for (const source of STORE_SOURCES) {
  Deno.test(`pruneSessions() of ${source} gets to its end when nobody kills it`, async () => {
    using at = oldStore(source);
    const after = without(contentsOf(at), OLD.map((kind) => at.logs[kind]));
    const { stdout, stderr } = await resultOf(spawnFixture("pruner.ts", { args: [at.root, at.project, source] }));
    assertEquals(stdout, "done\n", stderr);
    assertEquals(contentsOf(at), after);
  });
}
