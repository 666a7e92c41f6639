/** The commands that care for a store, over the sessions of agents. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { denoArgs, runCli } from "../helpers/deno.ts";
import { denoDir } from "../../scripts/imports.ts";
import { age, contentOf, record, recordAgent } from "../helpers/recorded.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { type Ended, runMain } from "./fake_host.ts";

/** A store with a session of a workflow and two of agents, one of which has died. */
class Both extends TempDir {
  readonly workflow = record(this.path, "success");
  readonly done = recordAgent(this.path, "success", { name: "claude" });
  readonly torn = recordAgent(this.path, "torn", { name: "codex" });

  run(...args: readonly string[]): Promise<Ended> {
    return runMain([...args, "--root", this.path, "--project", this.path]);
  }

  async json(...args: readonly string[]): Promise<Record<string, unknown>[]> {
    const { stdout } = await this.run(...args, "--json");
    return stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }
}

Deno.test("ziglog verify checks agents' sessions when asked to, and says what helps", async () => {
  using dir = new Both();
  assertEquals((await dir.run("verify", "--all")).code, 0);
  const { code, stdout, stderr } = await dir.run("verify", "--all", "--source", "agents");
  assertEquals(code, 1);
  assertMatch(stdout, new RegExp(`^${dir.torn.wrapperSessionId} crashed: damaged`));
  assertMatch(stdout, /2 sessions checked, 1 damaged; 2 indexes checked, none damaged\n$/);
  assertEquals(stderr, `try: ziglog --root ${dir.path} repair --all --source agents\n`);
  assertMatch((await dir.run("verify", "--all", "--source", "all")).stdout, /3 sessions checked, 1 damaged; 4 indexes/);
});

Deno.test("ziglog verify, repair and pin find an id in either store, and take the latest of the one that is named", async () => {
  using dir = new Both();
  const [agent, workflow] = [dir.torn.wrapperSessionId, dir.workflow.id];
  const checked = async (...args: string[]): Promise<unknown[]> => {
    const found = await dir.json("verify", ...args);
    return found.filter(({ type }) => type === "session").map((each) => [each.zig_session_id, each.wrapper_session_id]);
  };
  assertEquals(await checked(agent.slice(0, 13)), [[undefined, agent]]);
  assertEquals(await checked(workflow), [[workflow, undefined]]);
  assertEquals(await checked(), [[workflow, undefined]]);
  assertEquals(await checked("--source", "agents"), [[undefined, agent]]);
  assertEquals(await checked("--source", "all"), [[undefined, agent]]);
  const { code, stderr } = await dir.run("verify", agent, "--source", "zig");
  assertEquals(code, 3);
  assertStringIncludes(stderr, `Cannot find session "${agent}"`);
  assertEquals((await dir.run("pin", agent, "--source", "zig")).code, 3);

  assertEquals(await dir.json("pin", agent, workflow), [
    { wrapper_session_id: agent, pinned: true },
    { zig_session_id: workflow, pinned: true },
  ]);
  assertEquals((await dir.run("unpin", workflow, agent)).stderr, `unpinned ${workflow}\nunpinned ${agent}\n`);
  const [log, index] = await dir.json("repair", agent);
  assertEquals([log!.wrapper_session_id, log!.state, log!.dry_run], [agent, "crashed", false]);
  assertEquals((log!.actions as { action: string }[]).map(({ action }) => action), ["move_torn_tail", "end_session"]);
  assertEquals((index!.changes as Record<string, unknown>[])[0]!.wrapper_session_id, agent);
});

Deno.test("ziglog pin says that an id fits sessions of both stores when it does, and takes one that is whole", async () => {
  using dir = new Both();
  const twin = `${dir.workflow.logPath.replace(/[^/]*$/, "")}${dir.done.wrapperSessionId.slice(0, 13)}-twin.jsonl`;
  Deno.writeTextFileSync(twin, "");
  const { code, stderr } = await dir.run("pin", dir.done.wrapperSessionId.slice(0, 13));
  assertEquals(code, 3);
  assertStringIncludes(stderr, dir.done.wrapperSessionId);
  assertStringIncludes(stderr, "-twin");
  Deno.renameSync(twin, twin.replace(/[^/]*$/, `${dir.done.wrapperSessionId}-twin.jsonl`));
  assertEquals(await dir.json("pin", dir.done.wrapperSessionId), [
    { wrapper_session_id: dir.done.wrapperSessionId, pinned: true },
  ]);
});

Deno.test("ziglog repair and reindex care for agents' sessions when asked to", async () => {
  using dir = new Both();
  const before = contentOf(dir.path);
  assertEquals((await dir.run("repair", "--all")).stdout, "");
  assertEquals(contentOf(dir.path), before);
  const { code, stdout } = await dir.run("repair", "--all", "--source", "agents");
  assertEquals(code, 0);
  assertMatch(stdout, /ended as failure at .* with number 4: its writer had died/);
  assertEquals((await dir.run("repair", "--all", "--source", "all")).stdout, "");
  assertEquals((await dir.run("verify", "--all", "--source", "all")).code, 0);

  const index = Object.keys(contentOf(dir.path)).find((path) => /^agents\/projects\/.*\/index\.json$/.test(path))!;
  Deno.removeSync(dir.at(index));
  assertEquals((await dir.run("reindex")).stdout, "");
  assertMatch((await dir.run("reindex", "--source", "agents")).stdout, /made again\n {2}not_indexed/);
  assertEquals(JSON.parse(Deno.readTextFileSync(dir.at(index))).sessions.length, 2);
  assertEquals((await dir.run("reindex", "--source", "all")).stderr, "the indexes say what the logs say\n");
});

Deno.test("ziglog prune deletes agents' sessions when asked to, and leaves those of workflows", async () => {
  using dir = new Both();
  const preview = await dir.run("prune", "--source", "agents", "--workflow", "cl*", "--dry-run");
  assertMatch(
    preview.stdout,
    /^STATE +SIZE +WHY +LAST SIGN +AGENT +ID\nsuccess .* its agent .* claude +[0-9a-f-]{36}\n/,
  );
  assertMatch(
    (await dir.run("prune", "--source", "all", "--max-size", "0B", "--dry-run")).stdout,
    /^SOURCE .* NAME +ID\n/,
  );
  const deleted = await dir.json("prune", "--source", "agents", "--max-size", "0B", "--yes");
  assertEquals(deleted.map(({ provider, outcome, zig_session_id }) => [provider, outcome, zig_session_id]), [
    ["codex", "deleted", undefined],
    ["claude", "deleted", undefined],
  ]);
  assertEquals(Object.keys(contentOf(dir.path)).filter((path) => path.endsWith(".jsonl")).length, 1);
  assertEquals((await dir.json("list", "--source", "all")).map(({ source }) => source), ["zig"]);
});

Deno.test("ziglog prune shows the newest and the oldest of many, and --json all of them", async () => {
  using dir = new TempDir();
  const { logPath } = record(dir.path, "success");
  const text = Deno.readTextFileSync(logPath);
  for (let number = 1; number <= 49; number++) {
    const path = logPath.replace(/[^/]*$/, `s-${number}.jsonl`);
    Deno.writeTextFileSync(path, text.replaceAll(/"ts":"\d{4}/g, `"ts":"20${String(number).padStart(2, "0")}`));
  }
  const line = ["prune", "--max-size", "0B", "--dry-run", "--root", dir.path, "--project", dir.path];
  const lines = (await runMain(line)).stdout.trimEnd().split("\n");
  assertEquals(lines.length, 1 + 10 + 1 + 10 + 1);
  assertEquals(lines[11], "… 30 more between these (--json shows all)");
  assertMatch(lines[12]!, / s-10$/);
  assertMatch(lines[21]!, / s-1$/);
  assertMatch(lines[22]!, /^50 sessions, /);
  assertEquals((await runMain([...line, "--json"])).stdout.trimEnd().split("\n").length, 50);
  for (let number = 1; number <= 10; number++) Deno.removeSync(logPath.replace(/[^/]*$/, `s-${number}.jsonl`));
  assertEquals((await runMain(line)).stdout.trimEnd().split("\n").length, 1 + 40 + 1);
});

Deno.test("ziglog show says that a step's agent session is not there when it was pruned", async () => {
  using dir = new TempDir();
  const agent = recordAgent(dir.path, "success", { name: "claude" });
  const { writer } = record(dir.path, "live");
  writer.stepStarted("ask", 0, { zagCommand: "exec", zagSessionId: agent.wrapperSessionId });
  writer.stepCompleted("ask", { exitCode: 0, durationMs: 1 });
  writer.ended("success", 1);
  const place = ["--root", dir.path, "--project", dir.path];
  assertMatch((await runMain(["show", ...place])).stdout, /claude: 0 turns/);
  assertEquals((await runMain(["prune", "--source", "agents", "--max-size", "0B", "--yes", ...place])).code, 0);
  const line = `agent session ${agent.wrapperSessionId} (not within reach)`;
  assertStringIncludes((await runMain(["show", ...place])).stdout, line);
});

Deno.test("ziglog du tells what agents take: in one line, by agent, or beside workflows", async () => {
  using dir = new Both();
  assertMatch((await dir.run("du", "--all")).stdout, / sessions of agents \(--source agents\)\n/);
  const inAgents = (await dir.run("du", "--source", "agents")).stdout;
  assertMatch(inAgents, /^ *[\d.]+ k?B +1 +claude$/m);
  const rows = await dir.json("du", "--all", "--source", "all");
  assertEquals(rows.filter(({ kind }) => kind === "agents"), []);
  const sessions = rows.filter(({ kind }) => kind === "sessions").map(({ source, workflow }) =>
    `${source} ${workflow}`
  );
  assertEquals(sessions.sort(), ["agents claude", "agents codex", "zig success"]);
  const bytes = rows.reduce((sum, row) => sum + (row.bytes as number), 0);
  const [all] = [Object.values(contentOf(dir.path)).reduce((sum, text) => sum + text.length, 0)];
  assertEquals(bytes, all);
  const drawn = (await dir.run("du", "--all", "--source", "all")).stdout;
  assertMatch(drawn, /\(zig\)\n/);
  assertMatch(drawn, /\(agents\)\n/);
  assert(drawn.trimEnd().endsWith(dir.at("agents")));
});

Deno.test("ziglog doctor names what helps with agents' sessions, and it does", async () => {
  using dir = new TempDir();
  Deno.mkdirSync(dir.at(".git"));
  const torn = recordAgent(dir.at(".zig"), "torn", { project: dir.path });
  age(600, torn.logPath);
  const line = /^(?:bad|warn) +agent \w.*\n +try: (.*)$/gm;
  const { stdout } = await runCli(["doctor"], { home: dir.path });
  const fixes = new Set(Array.from(stdout.matchAll(line), ([, fix]) => fix!));
  assertEquals(fixes, new Set(["ziglog repair --all --source agents", "ziglog verify --all --source agents"]));
  const repaired = await runCli(["repair", "--all", "--source", "agents"], { home: dir.path });
  assertEquals(repaired.code, 0, repaired.stderr);
  assertEquals(Array.from((await runCli(["doctor"], { home: dir.path })).stdout.matchAll(line)), []);
});

Deno.test("ziglog repair of agents' sessions needs no right outside of the store", async () => {
  using dir = new TempDir();
  recordAgent(dir.at(".zig"), "torn", { project: dir.path });
  const store = dir.at(".zig");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...denoArgs("run"),
      "--no-prompt",
      "--allow-env=HOME,USERPROFILE",
      `--allow-read=${store}`,
      `--allow-write=${store}`,
      new URL("../../cli.ts", import.meta.url).href,
      ...["repair", "--all", "--source", "all"],
    ],
    cwd: dir.path,
    env: { HOME: dir.path, USERPROFILE: dir.path, ZIGLOG_ROOT: "", DENO_DIR: denoDir() },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
});
