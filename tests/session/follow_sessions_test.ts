import { assertEquals } from "@std/assert";
import { followAllSessions } from "../../src/session/follow_sessions.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { TempDir } from "../helpers/temp_dir.ts";

Deno.test("followAllSessions() gives what the sessions of a store record, of all projects", async () => {
  using dir = new TempDir();
  const root = dir.at("store");
  const writers = ["a", "b"].map((name) => {
    Deno.mkdirSync(dir.at(`${name}/.git`), { recursive: true });
    return SessionWriter.create({ workflowName: name, workflowPath: "", tierCount: 0, root, project: dir.at(name) });
  });
  const seen: string[] = [];
  let open = writers.length;
  for await (const item of followAllSessions({ root })) {
    if (item.kind === "idle") writers.forEach((writer) => writer.ended("success", 1));
    if (item.kind === "lines") seen.push(...item.lines.map((line) => `${item.log.id} ${line.kind}`));
    if (item.kind === "closed" && --open === 0) break;
  }
  const expected = writers.flatMap(({ sessionId }) => [`${sessionId} event`, `${sessionId} event`]);
  assertEquals(seen.toSorted(), expected.toSorted());
});
