import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runCli } from "../helpers/deno.ts";
import { contentOf, recordAtHome } from "../helpers/recorded.ts";
import { TempDir } from "../helpers/temp_dir.ts";

Deno.test("ziglog repair shows what it would do, does it, and has nothing more to do", async () => {
  using dir = new TempDir();
  const { id } = recordAtHome(dir, "torn");
  const before = contentOf(dir.path);
  const dry = await runCli(["repair", "--dry-run"], { home: dir.path });
  assertEquals([dry.code, dry.stderr, contentOf(dir.path)], [0, "", before]);
  assertMatch(
    dry.stdout,
    /^.* crashed\n {2}\d+ bytes from byte \d+ would be moved to .*\n {2}would be ended as failure at /,
  );

  const done = await runCli(["repair", id.slice(0, 10)], { home: dir.path });
  assertEquals([done.code, done.stderr], [0, ""]);
  const lines = done.stdout.trimEnd().split("\n");
  assertEquals(lines[0], `${id} crashed`);
  assertMatch(lines[1]!, /^ {2}\d+ bytes from byte \d+ moved to [0-9a-f-]+\.jsonl\.torn-\d{8}T\d{9}Z$/);
  assertMatch(lines[2]!, /^ {2}ended as failure at .* with number 5: its writer had died$/);
  assertEquals(lines.filter((line) => line.endsWith("index.json: corrected")).length, 2);

  const again = await runCli(["repair", id], { home: dir.path });
  assertEquals([again.code, again.stdout, again.stderr], [0, "", "nothing to repair\n"]);
  const check = await runCli(["verify"], { home: dir.path });
  assertEquals(check.code, 0);
});

Deno.test("ziglog repair --json tells of each session and index what was done", async () => {
  using dir = new TempDir();
  const torn = recordAtHome(dir, "torn");
  const live = recordAtHome(dir, "live");
  const { code, stdout } = await runCli(["repair", "--all", "--json"], { home: dir.path });
  live.writer.ended("success", 1);
  assertEquals(code, 0);
  const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const one = lines.find(({ zig_session_id: id }) => id === torn.id);
  assertEquals([one.type, one.state, one.dry_run, one.untouched], ["session", "crashed", false, null]);
  assertEquals(one.actions.map(({ action }: { action: string }) => action), ["move_torn_tail", "end_session"]);
  assertEquals([one.actions[0].bytes > 0, one.actions[1].event.seq], [true, 5]);
  const other = lines.find(({ zig_session_id: id }) => id === live.id);
  assertEquals([other.state, other.untouched, other.actions], ["running", "it is running", []]);
  const indexes = lines.filter(({ type }) => type === "index");
  assertEquals(indexes.map(({ changes }) => changes[0].kind), ["end_missing", "end_missing"]);
});

Deno.test("ziglog repair says that it does not touch a session, and why", async () => {
  using dir = new TempDir();
  const live = recordAtHome(dir, "live");
  const { code, stdout } = await runCli(["repair"], { home: dir.path });
  assertEquals([code, stdout], [0, `${live.id} running: not touched: it is running\n`]);
  const all = await runCli(["repair", "--all"], { home: dir.path });
  assertEquals([all.code, all.stdout], [0, ""]);
  assertEquals(all.stderr, "1 session looked at, nothing to repair; 1 not touched: it is running\n");
  live.writer.ended("success", 1);
});

Deno.test("ziglog repair exits with 5 when a session could not be repaired", async () => {
  using dir = new TempDir();
  const { id, logPath } = recordAtHome(dir, "torn");
  Deno.mkdirSync(logPath.replace(/jsonl$/, "append"));
  const { code, stderr } = await runCli(["repair", "--all"], { home: dir.path });
  assertEquals(code, 5);
  assertStringIncludes(stderr, `ziglog: Cannot repair session "${id}": `);
});

Deno.test("ziglog repair needs the right to write, and names it", async () => {
  using dir = new TempDir();
  recordAtHome(dir, "torn");
  const { code, stderr } = await runCli(["repair", "--all"], { home: dir.path, root: dir.at("elsewhere") });
  assertEquals(code, 5);
  assertStringIncludes(stderr, "--allow-write=");
});

Deno.test("ziglog reindex makes indexes what the logs say, or shows what it would change", async () => {
  using dir = new TempDir();
  const root = `${dir.path}/.zig`;
  const { id } = recordAtHome(dir, "success");
  const project = `${root}/projects/${dir.path.slice(1).replaceAll("/", "-")}`;
  const fine = await runCli(["reindex"], { home: dir.path });
  assertEquals([fine.code, fine.stdout, fine.stderr], [0, "", "the indexes say what the logs say\n"]);

  Deno.writeTextFileSync(`${project}/logs/index.json`, "{");
  Deno.writeTextFileSync(`${root}/sessions_index.json`, '{"sessions":[]}');
  const before = contentOf(root);
  const dry = await runCli(["reindex", "--dry-run"], { home: dir.path });
  assertEquals([dry.code, contentOf(root)], [0, before]);
  assertStringIncludes(dry.stdout, `${project}/logs/index.json: would be set aside and made again: `);
  assertStringIncludes(dry.stdout, `${root}/sessions_index.json: would be corrected\n  not_indexed: ${id}: `);

  const done = await runCli(["reindex", "--json"], { home: dir.path });
  const lines = done.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.map(({ index_path, damage }) => [index_path, damage === null]), [
    [`${project}/logs/index.json`, false],
    [`${root}/sessions_index.json`, true],
  ]);
  assertEquals((await runCli(["verify", "--all"], { home: dir.path })).code, 0);
  assert(Object.keys(contentOf(root)).some((path) => path.includes("/logs/index.json.broken-")));
});

Deno.test("ziglog reindex sums up what would be a long list, and --json tells all of it", async () => {
  using dir = new TempDir();
  const { id, logPath } = recordAtHome(dir, "success");
  for (let n = 0; n < 24; n++) Deno.copyFileSync(logPath, logPath.replace(id, `copy-${n}`));
  const dry = await runCli(["reindex", "--dry-run"], { home: dir.path });
  const [first, ...lines] = dry.stdout.split("\n");
  assert(first!.endsWith("index.json: would be corrected"), first);
  assertEquals(lines.findIndex((line) => line === "  and 4 more (--json shows all)"), 20);
  const json = await runCli(["reindex", "--dry-run", "--json"], { home: dir.path });
  assertEquals(JSON.parse(json.stdout.split("\n")[0]!).changes.length, 24);
});
