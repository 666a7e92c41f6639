/** Pruning where there is no room left: what it is for. */

import { assertEquals } from "@std/assert";
import { SessionWriter } from "../mod.ts";
import { planPrune } from "../src/maintenance/prune_plan.ts";
import { pruneSessions } from "../src/maintenance/prune_sessions.ts";
import { listSessions } from "../src/session/sessions.ts";
import { contentsOf } from "./helpers/old_store.ts";
import { needs } from "./helpers/skip.ts";
import { SmallDisk } from "./helpers/small_disk.ts";

Deno.test({
  name: "pruneSessions() makes room, and leaves whole indexes, when the disk is full to the last byte",
  ...needs("tmpfs"),
  async fn(): Promise<void> {
    await using disk = await SmallDisk.mount("256k");
    const at = { root: disk.path, project: disk.path };
    const clock = (): number => Date.UTC(2020, 0, 1);
    for (let number = 0; number < 12; number++) {
      const now = number < 10 ? { clock } : {};
      const writer = SessionWriter.create({ workflowName: "w", workflowPath: "", tierCount: 1, ...at, ...now });
      writer.stepOutput("step", "stdout", "x".repeat(5000));
      writer.ended("success", 1);
    }
    using _ballast = disk.fill();
    const results = pruneSessions(planPrune({ ...at, olderThanMs: 1000 }));
    assertEquals(results.map(({ outcome }) => outcome), Array(10).fill("deleted"));
    assertEquals(listSessions(at).length, 2);
    const { logs, entries, names } = contentsOf(at);
    assertEquals([Object.keys(logs).length, entries.length, names], [2, 4, []]);
  },
});
