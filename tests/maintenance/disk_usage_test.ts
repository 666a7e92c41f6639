import { assertEquals } from "@std/assert";
import { type DiskUsage, diskUsage, type SpaceTaken } from "../../src/maintenance/disk_usage.ts";
import { openCatalog } from "../../src/session/sessions.ts";
import { oldStore } from "../helpers/old_store.ts";

function sizes(...paths: readonly string[]): SpaceTaken {
  return { count: paths.length, bytes: paths.reduce((sum, path) => sum + Deno.statSync(path).size, 0) };
}

/** The sum of all that is told apart. */
function total({ projects, indexes, broken, agents, others }: DiskUsage): number {
  const parts = projects.flatMap((each) => [...each.workflows, each.copies, each.indexes, each.broken, each.others]);
  return [...parts, indexes, broken, agents, others].reduce((sum, { bytes }) => sum + bytes, 0);
}

function everything(path: string): number {
  let bytes = 0;
  for (const { name, isDirectory } of Deno.readDirSync(path)) {
    bytes += isDirectory ? everything(`${path}/${name}`) : Deno.lstatSync(`${path}/${name}`).size;
  }
  return bytes;
}

Deno.test("diskUsage() tells workflows and other files of a project apart, the largest first", () => {
  using at = oldStore();
  const { layout } = openCatalog(at);
  Deno.writeTextFileSync(`${layout.logsDir}/index.json.broken-20200101T000000Z-1`, "broken");
  Deno.writeTextFileSync(`${layout.sessionsDir}/notes.txt`, "notes");
  Deno.mkdirSync(`${layout.projectDir}/more/deep`, { recursive: true });
  Deno.writeTextFileSync(`${layout.projectDir}/more/deep/file`, "file");
  Deno.symlinkSync(at.logs.foreign, `${layout.sessionsDir}/link`);
  const usage = diskUsage(at);
  const [project, ...more] = usage.projects;
  assertEquals(more, []);
  const { logs } = at;
  assertEquals(project!.workflows, [
    { name: "nightly", ...sizes(logs.success, logs.failure, logs.pinned, logs.running, logs.new) },
    { name: "build", ...sizes(logs.torn, logs.crashed) },
    { name: "script", ...sizes(logs.stale) },
  ]);
  assertEquals(project!.copies, { count: 1, bytes: 4 });
  assertEquals(project!.broken, { count: 1, bytes: 6 });
  assertEquals(project!.others, { count: 2, bytes: 9 });
  assertEquals(project!.indexes, sizes(layout.indexPath, `${layout.indexPath}.lock`));
  assertEquals([usage.bytes, project!.bytes], [total(usage), total(usage)]);
  assertEquals(usage.bytes, everything(layout.projectDir) - Deno.lstatSync(`${layout.sessionsDir}/link`).size);
});

Deno.test("diskUsage() accounts for every byte of the store when it looks at all projects", () => {
  using at = oldStore();
  Deno.writeTextFileSync(`${at.root}/sessions_index.json.broken-1`, "broken");
  Deno.mkdirSync(`${at.root}/agents`);
  Deno.writeTextFileSync(`${at.root}/agents/log`, "log");
  Deno.writeTextFileSync(`${at.root}/ziglog.jsonc`, "{}");
  const outside = `${at.root}/logs/sessions`;
  Deno.mkdirSync(outside, { recursive: true });
  Deno.writeTextFileSync(`${outside}/x.jsonl`, "not JSON\n");
  const usage = diskUsage({ ...at, all: true });
  assertEquals(usage.projects.length, 3);
  assertEquals(usage.projects.map(({ name }) => name === null), [false, false, true]);
  assertEquals(
    usage.projects.map(({ bytes }) => bytes),
    usage.projects.map(({ bytes }) => bytes).toSorted((a, b) => b - a),
  );
  assertEquals(usage.projects[2]!.workflows, [{ name: "", count: 1, bytes: 9 }]);
  assertEquals([usage.broken, usage.others], [{ count: 1, bytes: 6 }, { count: 1, bytes: 2 }]);
  assertEquals(usage.agents, { count: 1, bytes: 3 });
  assertEquals([usage.bytes, usage.bytes], [total(usage), everything(at.root)]);
});

Deno.test("diskUsage() finds nothing when nothing is recorded", () => {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    const { bytes, projects } = diskUsage({ root, project: root, all: true });
    assertEquals([bytes, projects], [0, []]);
    assertEquals(diskUsage({ root: `${root}/missing`, project: root }).bytes, 0);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});
