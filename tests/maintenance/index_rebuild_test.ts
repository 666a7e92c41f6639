/** Indexes are a cache: whatever becomes of them, the logs bring them back. */

import { assertEquals } from "@std/assert";
import { openCatalog } from "../../src/session/sessions.ts";
import { eventsIn, Studio } from "../helpers/recording.ts";

/** Sessions of every kind: ended well and badly, with text that needs escapes, going on, and one whose writer is gone. */
function recordAll(studio: Studio): Disposable {
  studio.record({ prompt: "go" }).ended("success", 1);
  studio.record({ workflowName: 'wf "ü" 😀\n\ud800', workflowPath: "/wf/päth" }).ended("failure", 2n ** 64n - 1n);
  studio.record({ workflowName: "gone" })[Symbol.dispose]();
  const going = studio.record({ workflowName: "going on" });
  going.stepOutput("a", "stdout", "x".repeat(200_000));
  return going;
}

function texts({ layout }: Studio): string[] {
  return [layout.indexPath, layout.globalIndexPath].map((path) => Deno.readTextFileSync(path));
}

for (
  const [what, damage] of Object.entries<(path: string) => void>({
    removed: (path) => Deno.removeSync(path),
    emptied: (path) => Deno.truncateSync(path),
    torn: (path) => Deno.truncateSync(path, Deno.statSync(path).size - 7),
    "cut in its middle": (path) => Deno.truncateSync(path, Deno.statSync(path).size / 2),
    "overwritten with NUL": (path) => Deno.writeFileSync(path, new Uint8Array(1000)),
  })
) {
  Deno.test(`IndexFile.update() makes the same bytes again when the indexes were ${what}`, () => {
    using studio = new Studio();
    using _going = recordAll(studio);
    const before = texts(studio);
    const { indexPath, globalIndexPath } = studio.layout;
    for (const path of [indexPath, globalIndexPath]) damage(path);
    const { projectIndex, globalIndex } = openCatalog(studio.where);
    projectIndex.update((entries) => entries);
    globalIndex.update((entries) => entries);
    assertEquals(texts(studio), before);
  });
}

Deno.test("SessionWriter brings the other sessions back when the indexes are gone while it starts and ends", () => {
  using studio = new Studio();
  using _going = recordAll(studio);
  const before = texts(studio).map((text) => text.slice(0, -"\n  ]\n}".length));
  const { indexPath, globalIndexPath } = studio.layout;
  for (const path of [indexPath, globalIndexPath]) Deno.removeSync(path);
  const writer = studio.record();
  texts(studio).forEach((text, at) => assertEquals(text.slice(0, before[at]!.length), before[at]));
  const started = texts(studio);
  for (const path of [indexPath, globalIndexPath]) Deno.removeSync(path);
  writer.ended("success", 1);
  const { ts } = eventsIn(writer.logPath).at(-1)!;
  texts(studio).forEach((text, at) => {
    const end = started[at]!.lastIndexOf('"ended_at": null');
    const ended = started[at]!.slice(end).replace('"ended_at": null', `"ended_at": "${ts}"`)
      .replace('"status": null', '"status": "success"');
    assertEquals(text, started[at]!.slice(0, end) + ended);
  });
});

Deno.test("SessionWriter.ended() enters the session again when another program has lost its entry", () => {
  using studio = new Studio();
  const writer = studio.record();
  const empty = '{\n  "sessions": []\n}';
  for (const path of [studio.layout.indexPath, studio.layout.globalIndexPath]) Deno.writeTextFileSync(path, empty);
  writer.ended("success", 1);
  const { projectIndex, globalIndex } = openCatalog(studio.where);
  for (const index of [projectIndex, globalIndex]) {
    const [entry, ...more] = index.load().entries;
    assertEquals([entry!.zig_session_id, entry!.status, more], [writer.sessionId as string, "success", []]);
  }
});

Deno.test("SessionWriter stamps its times into the indexes from its first and its last event", () => {
  using studio = new Studio();
  const writer = studio.record();
  writer.heartbeat();
  writer.ended("success", 1);
  const [first, , last] = eventsIn(writer.logPath);
  for (const text of texts(studio)) {
    const [entry] = (JSON.parse(text) as { sessions: Record<string, unknown>[] }).sessions;
    assertEquals([entry!["started_at"], entry!["ended_at"]], [first!["ts"], last!["ts"]]);
  }
});
