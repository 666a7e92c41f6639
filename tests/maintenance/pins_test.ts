import { assertEquals, assertThrows } from "@std/assert";
import { AmbiguousSessionError, SessionNotFoundError } from "../../src/errors.ts";
import { isPinned, pinSession, unpinSession } from "../../src/maintenance/pins.ts";
import { planPrune } from "../../src/maintenance/prune_plan.ts";
import { pruneSessions } from "../../src/maintenance/prune_sessions.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { spawnFixture } from "../helpers/fixture.ts";
import { contentsOf, idOf, oldStore } from "../helpers/old_store.ts";

Deno.test("pinSession() protects a session from any pruning until unpinSession() is called", () => {
  using at = oldStore();
  const id = idOf(at.logs.success);
  assertEquals(pinSession(id.slice(0, 13), at), id);
  assertEquals(pinSession(id, at), id);
  assertEquals(isPinned(at.logs.success), true);
  pruneSessions(planPrune({ ...at, workflow: "*" }));
  assertEquals(Object.keys(contentsOf(at).logs).includes(`${id}.jsonl`), true);

  assertEquals(unpinSession(id.slice(0, 13), at), id);
  assertEquals(unpinSession(id, at), id);
  assertEquals(isPinned(at.logs.success), false);
  pruneSessions(planPrune({ ...at, workflow: "*" }));
  assertEquals(Object.keys(contentsOf(at).logs).includes(`${id}.jsonl`), false);
});

Deno.test("pinSession() leaves an empty file and nothing else, which its owner alone may read", () => {
  using at = oldStore();
  const before = contentsOf(at);
  pinSession(idOf(at.logs.crashed), at);
  const name = `${idOf(at.logs.crashed)}.pin`;
  assertEquals(contentsOf(at), { ...before, names: [...before.names, name].sort() });
  const { size, mode } = Deno.statSync(at.logs.crashed.replace(/jsonl$/, "pin"));
  assertEquals([size, Deno.build.os === "windows" ? 0o600 : mode! & 0o777], [0, 0o600]);
});

Deno.test("pinSession() reaches a session of another project by its id", () => {
  using at = oldStore();
  pinSession(idOf(at.logs.foreign), at);
  assertEquals(isPinned(at.logs.foreign), true);
});

Deno.test("pinSession() refuses what is no session, and makes no file for it", () => {
  using at = oldStore();
  const before = contentsOf(at);
  assertThrows(() => pinSession("nothing", at), SessionNotFoundError);
  assertThrows(() => pinSession("../x", at), SyntaxError);
  assertThrows(() => unpinSession("nothing", at), SessionNotFoundError);
  const folder = at.logs.success.replace(/[^/]*$/, "");
  for (const name of ["zz1", "zz2"]) Deno.writeTextFileSync(`${folder}${name}.jsonl`, "");
  assertThrows(() => pinSession("zz", at), AmbiguousSessionError);
  assertEquals(contentsOf(at).names, before.names);
});

Deno.test("pinSession() comes before or after a pruning, never between its last look and the deletion", () => {
  using at = oldStore();
  const id = idOf(at.logs.success);
  let pinned: unknown;
  pruneSessions(planPrune({ ...at, states: ["success"] }), {
    onStep(step): void {
      if (step === "hold") pinned = assertThrows(() => FileLock.take(at.logs.success.replace(/jsonl$/, "append")));
    },
  });
  assertEquals((pinned as Error).name, "LogLockedError");
  assertThrows(() => pinSession(id, at), SessionNotFoundError);
});

Deno.test("pinSession() waits for whoever changes the session", async () => {
  using at = oldStore();
  const lock = FileLock.take(at.logs.success.replace(/jsonl$/, "append"));
  const child = spawnFixture("pinner.ts", { args: [at.root, at.project, idOf(at.logs.success)] });
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await output.read()).value, "ready\n");
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(isPinned(at.logs.success), false);
  lock.remove();
  assertEquals((await output.read()).value, `${idOf(at.logs.success)}\n`);
  assertEquals(isPinned(at.logs.success), true);
  await output.cancel();
  await child.stderr.cancel();
  assertEquals((await child.status).code, 0);
});
