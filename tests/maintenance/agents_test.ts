/** Care for the store of agents' sessions: what it has in common with that of workflows is tried over both elsewhere. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { AgentLogCoordinator } from "../../src/agent/coordinator.ts";
import { appendEventToLog } from "../../src/agent/append_event.ts";
import { importAgentSessions } from "../../src/agent/import.ts";
import { AgentLogWriter } from "../../src/agent/writer.ts";
import type { AgentLogEvent } from "../../src/codec/zag_events.ts";
import { basename } from "../../src/deps/path.ts";
import { examineStore } from "../../src/maintenance/doctor.ts";
import { diskUsage } from "../../src/maintenance/disk_usage.ts";
import { isPinned, pinSession, unpinSession } from "../../src/maintenance/pins.ts";
import { planPrune } from "../../src/maintenance/prune_plan.ts";
import { pruneSessions } from "../../src/maintenance/prune_sessions.ts";
import { rebuildIndexes } from "../../src/maintenance/rebuild_indexes.ts";
import { repairSession, repairStore } from "../../src/maintenance/repair_store.ts";
import { openStore } from "../../src/maintenance/stores.ts";
import { verifyStore } from "../../src/maintenance/verify_store.ts";
import { verifySession } from "../../src/maintenance/verify_session.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { agentEventsIn } from "../agent/agents.ts";
import { fixtureFolder } from "../agent/transcripts.ts";
import { GIVE_UP_MS } from "../helpers/following.ts";
import { age, agentAt, contentOf, record, recordAgent } from "../helpers/recorded.ts";
import { catalogOf } from "../helpers/old_store.ts";
import { needs } from "../helpers/skip.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const LATER = Date.parse("2100-01-01");

function agents({ path }: TempDir): { root: string; project: string; source: "agents" } {
  return { root: path, project: path, source: "agents" };
}

/** All that is found in a store: kinds of findings. */
async function findings(dir: TempDir): Promise<string[]> {
  const reports = await Array.fromAsync(verifyStore({ ...agents(dir), settleMs: 0, now: LATER }));
  return reports.flatMap(({ report }) => report.findings.map(({ kind }) => kind));
}

/** The last event of a log. */
function lastOf(logPath: string): AgentLogEvent & Readonly<Record<string, unknown>> {
  return agentEventsIn(logPath).at(-1)! as AgentLogEvent & Readonly<Record<string, unknown>>;
}

Deno.test("verifyStore() finds nothing in agents' sessions that were recorded, gone on with, added to, or imported", async () => {
  using dir = new TempDir();
  Deno.mkdirSync(dir.at("agents"), { recursive: true });
  const done = recordAgent(dir.path, "success");
  appendEventToLog(done.logPath, { type: "session_result", result: "released" }, { provider: "claude" });
  const again = {
    ...agentAt(dir.path),
    provider: "claude",
    wrapperSessionId: recordAgent(dir.path, "failure").wrapperSessionId,
  };
  await AgentLogCoordinator.start({ ...again, command: "resume", resumed: true }).finish(true);
  for (const agent of ["claude", "codex", "gemini", "copilot"] as const) {
    const imported = await Array.fromAsync(
      importAgentSessions(agent, { root: dir.path, folder: fixtureFolder(agent) }),
    );
    assert(imported.length > 0);
  }
  assertEquals(await findings(dir), []);
  assertEquals(rebuildIndexes({ ...agents(dir), all: true }), []);
});

Deno.test("verifySession() takes an agent's log for that of an agent when it is told so", async () => {
  using dir = new TempDir();
  const { logPath } = recordAgent(dir.path, "success");
  const { damage, state } = await verifySession(logPath, { source: "agents" });
  assertEquals([damage, state], [0, "success"]);
  assert((await verifySession(logPath)).damage > 0);
});

Deno.test("verifyStore() finds nothing in an index that an import goes on with", async () => {
  using dir = new TempDir();
  recordAgent(dir.path, "success");
  Deno.removeSync(openStore(agents(dir)).layout.indexPath);
  {
    using _import = FileLock.take(dir.at("agents/import-claude.jsonl.lock"));
    assertEquals(await findings(dir), []);
  }
  assertEquals(await findings(dir), ["index_missing"]);
});

Deno.test("repairSession() ends an agent's session as its last event would have it, and its entry", async () => {
  using dir = new TempDir();
  const writer = recordAgent(dir.path, "live", { name: "codex" });
  writer.setProviderSessionId("own-id");
  writer.setCompleteness("partial");
  writer.emit("stderr", { type: "stderr", message: "oops" });
  writer[Symbol.dispose]();
  const id = writer.wrapperSessionId;
  const before = agentEventsIn(writer.logPath);
  const { log, indexes } = await repairSession(id, agents(dir));
  const { repaired_at, ...end } = lastOf(writer.logPath);
  assertEquals(end, {
    seq: 5,
    ts: before.at(-1)!.ts,
    provider: "codex",
    wrapper_session_id: id,
    provider_session_id: "own-id",
    source_kind: "wrapper",
    completeness: "partial",
    type: "session_ended",
    success: false,
    error: "its writer had died",
    repair_reason: "its writer had died",
  });
  assertMatch(String(repaired_at), /^2\d{3}-.*\+00:00$/);
  assertEquals([log.state, log.actions.map(({ kind }) => kind)], ["crashed", ["end_session"]]);
  assertEquals(indexes.map(({ path }) => basename(path)), ["index.json"]);
  const [row] = catalogOf(agents(dir)).list();
  assertEquals([row?.state, row?.endedAt], ["failure", end.ts]);
  assertEquals(await findings(dir), ["repaired"]);
});

Deno.test("repairSession() takes the agent from the index when a log has no event", async () => {
  using dir = new TempDir();
  const writer = AgentLogWriter.create({
    ...agentAt(dir.path),
    provider: "gemini",
    wrapperSessionId: "w",
    command: "run",
  });
  writer[Symbol.dispose]();
  await repairSession("w", agents(dir));
  const { seq, provider, completeness, type } = lastOf(writer.logPath);
  assertEquals([seq, provider, completeness, type], [1, "gemini", "full", "session_ended"]);
});

Deno.test("repairSession() takes the agent from the last event when no index has the session", async () => {
  using dir = new TempDir();
  const { wrapperSessionId, logPath } = recordAgent(dir.path, "dead", { name: "copilot" });
  const { indexPath, globalIndexPath } = openStore(agents(dir)).layout;
  for (const path of [indexPath, globalIndexPath]) Deno.removeSync(path);
  await repairSession(wrapperSessionId, agents(dir));
  assertEquals(lastOf(logPath).provider, "copilot");
});

Deno.test("repairStore() touches no agent's session that is live, be it silent or just gone on with", async () => {
  using dir = new TempDir();
  using silent = recordAgent(dir.path, "live");
  const ended = recordAgent(dir.path, "success");
  using again = AgentLogWriter.create({
    ...agentAt(dir.path),
    provider: "claude",
    wrapperSessionId: ended.wrapperSessionId,
    command: "resume",
  });
  age(600, silent.logPath, again.logPath);
  const before = contentOf(dir.path);
  const repairs = await Array.fromAsync(repairStore({ ...agents(dir), now: LATER, stale: true }));
  assertEquals(
    repairs.map((item) => item.kind === "log" ? item.repair.untouched : item.kind),
    Array(2).fill("it is running"),
  );
  assertEquals(contentOf(dir.path), before);
});

Deno.test("repairStore() ends what died when it had been gone on with, and not what only was added to", async () => {
  using dir = new TempDir();
  const added = recordAgent(dir.path, "success");
  appendEventToLog(added.logPath, { type: "session_result", result: "released" }, { provider: "claude" });
  const { wrapperSessionId, logPath } = recordAgent(dir.path, "success");
  const again = { ...agentAt(dir.path), provider: "claude", wrapperSessionId };
  AgentLogCoordinator.start({ ...again, command: "resume", resumed: true }).writer[Symbol.dispose]();
  const actions = (await Array.fromAsync(repairStore({ ...agents(dir), now: LATER, stale: true }))).flatMap((item) =>
    item.kind === "log" ? item.repair.actions.map(({ kind }) => [item.repair.logPath, kind]) : []
  );
  assertEquals(actions.filter(([, kind]) => kind === "end_session"), [[logPath, "end_session"]]);
  assertEquals(lastOf(added.logPath).type, "session_result");
});

Deno.test("repairStore() leaves the sessions of workflows alone when agents' are meant, and the other way round", async () => {
  using dir = new TempDir();
  record(dir.path, "torn");
  recordAgent(dir.path, "torn");
  const isAgents = ([path]: [string, string]): boolean => path.startsWith("agents/");
  const split = (): [string, string][][] => {
    const all = Object.entries(contentOf(dir.path));
    return [all.filter((each) => !isAgents(each)), all.filter(isAgents)];
  };
  const [zig, zag] = split();
  await Array.fromAsync(repairStore(agents(dir)));
  const [zigThen, zagThen] = split();
  assertEquals(zigThen, zig);
  assert(JSON.stringify(zagThen) !== JSON.stringify(zag));
  await Array.fromAsync(repairStore({ root: dir.path, project: dir.path }));
  assertEquals(split()[1], zagThen);
});

Deno.test("importAgentSessions() does not bring back what was pruned, until the agent has gone on with it", async () => {
  using dir = new TempDir();
  Deno.mkdirSync(dir.at("agents"), { recursive: true });
  const folder = dir.at("copilot");
  const transcript = copyOf(fixtureFolder("copilot"), folder);
  const take = (): Promise<string[]> =>
    Array.fromAsync(importAgentSessions("copilot", { root: dir.path, folder }), ({ kind }) => kind);
  assertEquals(new Set(await take()), new Set(["imported"]));
  const logs = (): string[] => Object.keys(contentOf(dir.at("agents"))).filter((path) => path.endsWith(".jsonl"));
  const state = logs().filter((path) => path.startsWith("import-"));
  const pruned = pruneSessions(planPrune({ ...agents(dir), all: true, workflow: "*" }));
  assert(pruned.length > 0 && pruned.every(({ outcome }) => outcome === "deleted"));
  assertEquals([state.length, logs()], [1, state]);
  assertEquals(new Set(await take()), new Set(["unchanged"]));
  assertEquals(logs(), state);
  Deno.writeTextFileSync(transcript, `${Deno.readTextFileSync(transcript)}\n`);
  assertEquals((await take()).filter((kind) => kind === "imported").length, 1);
});

/** Copies a folder. Returns one of the transcripts in it. */
function copyOf(from: string, to: string): string {
  for (const [path, bytes] of Object.entries(contentOf(from))) {
    Deno.mkdirSync(`${to}/${path}`.replace(/[^/]*$/, ""), { recursive: true });
    Deno.writeFileSync(`${to}/${path}`, Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
  }
  return `${to}/${Object.keys(contentOf(from)).find((path) => path.endsWith("events.jsonl"))!}`;
}

Deno.test("planPrune() holds its limits over both stores when both are meant", () => {
  using dir = new TempDir();
  const workflow = record(dir.path, "success");
  const agent = recordAgent(dir.path, "success");
  const at = { root: dir.path, project: dir.path };
  const plan = (source: "zig" | "agents" | "all"): string[] =>
    planPrune({ ...at, source, maxBytes: 0 }).sessions.map(({ source, logPath }) => `${source} ${logPath}`);
  const [zig, zag] = [`zig ${workflow.logPath}`, `agents ${agent.logPath}`];
  assertEquals([plan("zig"), plan("agents"), plan("all")], [[zig], [zag], [zag, zig]]);
  const { size } = Deno.statSync(agent.logPath);
  assertEquals(planPrune({ ...at, source: "all", maxBytes: size }).sessions.map(({ source }) => source), ["zig"]);
  pruneSessions(planPrune({ ...at, source: "all", maxBytes: 0 }));
  assertEquals(Object.keys(contentOf(dir.path)).filter((path) => path.endsWith(".jsonl")), []);
  assertEquals([catalogOf({ ...at, source: "zig" }).listAll(), catalogOf(agents(dir)).listAll()], [[], []]);
});

Deno.test("pinSession() protects an agent's session until unpinSession()", () => {
  using dir = new TempDir();
  const { wrapperSessionId, logPath } = recordAgent(dir.path, "success");
  pinSession(wrapperSessionId.slice(0, 8), agents(dir));
  assertEquals([isPinned(logPath), planPrune({ ...agents(dir), maxBytes: 0 }).counts.pinned], [true, 1]);
  unpinSession(wrapperSessionId, agents(dir));
  assertEquals([isPinned(logPath), planPrune({ ...agents(dir), maxBytes: 0 }).sessions.length], [false, 1]);
});

Deno.test("diskUsage() tells what each agent takes", () => {
  using dir = new TempDir();
  const { size } = Deno.statSync(recordAgent(dir.path, "success", { name: "claude" }).logPath);
  const { projects, root } = diskUsage({ ...agents(dir), all: true });
  assertEquals(root, dir.at("agents"));
  assertEquals(projects.flatMap(({ workflows }) => workflows), [{ name: "claude", count: 1, bytes: size }]);
});

Deno.test("examineStore() looks at the agents' store where there is one, and names what helps there", async () => {
  using dir = new TempDir();
  record(dir.path, "success");
  const examine = async (now?: number): Promise<Map<string, [state: string, fix: string | null]>> => {
    const found = await Array.fromAsync(examineStore({ root: dir.path, project: dir.path, settleMs: 0, now }));
    return new Map(found.map(({ check, state, fix }) => [check, [state, fix]]));
  };
  assertEquals([...(await examine()).keys()].filter((check) => check.startsWith("agent")), []);
  const { logPath } = recordAgent(dir.path, "dead");
  Deno.writeTextFileSync(recordAgent(dir.path, "success").logPath, "garbage\n", { append: true });
  const silent = recordAgent(dir.path, "dead");
  Deno.removeSync(silent.logPath.replace(/jsonl$/, "lock"));
  Deno.removeSync(openStore(agents(dir)).layout.indexPath);
  const found = await examine(LATER);
  const own = `ziglog --root ${dir.path}`;
  assertEquals(found.get("agent logs"), ["bad", `${own} verify --all --source agents`]);
  assertEquals(found.get("agent crashed sessions"), ["warn", `${own} repair --all --source agents`]);
  assertEquals(found.get("agent stale sessions"), [
    "warn",
    `${own} repair --stale ${silent.wrapperSessionId} --source agents`,
  ]);
  assertEquals(found.get("agent indexes"), ["warn", `${own} reindex --all --source agents`]);
  assertEquals(found.get("logs"), ["ok", null]);
  await Array.fromAsync(repairStore({ ...agents(dir), stale: true, now: LATER }));
  assertEquals((await examine()).get("agent crashed sessions"), ["ok", null]);
  assertStringIncludes(Deno.readTextFileSync(logPath), "repaired_at");
});

Deno.test("examineStore() finds no damage in an agent's log that another program began", async () => {
  using dir = new TempDir();
  const { sessionsDir } = openStore(agents(dir)).layout;
  appendEventToLog(`${sessionsDir}/w.jsonl`, { type: "session_result", result: "released" }, { provider: "claude" });
  const found = await Array.fromAsync(examineStore({ root: dir.path, project: dir.path, settleMs: 0 }));
  assertEquals(found.find(({ check }) => check === "agent logs")?.state, "ok");
});

Deno.test({
  name: "repairSession() and pruneSessions() leave a store of agents' sessions that the Rust program reads",
  ...needs("zag", "git"),
  async fn(): Promise<void> {
    using dir = new TempDir();
    const project = dir.at("src/project");
    new Deno.Command("git", { args: ["init", "--quiet", project] }).outputSync();
    const at = { root: dir.at(".zig"), project, source: "agents" } as const;
    Deno.mkdirSync(dir.at(".zig/agents"), { recursive: true });
    Deno.symlinkSync(dir.at(".zig/agents"), dir.at(".zag"));
    const zag = async (...args: string[]): Promise<[code: number, stdout: string]> => {
      const { code, stdout } = await new Deno.Command("zag", {
        args,
        cwd: project,
        env: { HOME: dir.path, USERPROFILE: dir.path },
        stdin: "null",
        stderr: "null",
        signal: AbortSignal.timeout(GIVE_UP_MS), // it waits without end for the end of a log that has none
      }).output();
      return [code, new TextDecoder().decode(stdout)];
    };
    const torn = recordAgent(at.root, "torn", { project });
    const old = recordAgent(at.root, "success", { project });
    await Array.fromAsync(repairStore(at));
    pruneSessions(planPrune({ ...at, states: ["success"] }));

    const [code, listened] = await zag("listen", torn.wrapperSessionId);
    assertEquals(code, 0);
    assertStringIncludes(listened, "this is torn");
    assertStringIncludes(listened, "its writer had died");
    const [, events] = await zag("events", "--json", torn.wrapperSessionId);
    const stored = Deno.readTextFileSync(torn.logPath).replace(/,"repaired_at":"[^"]*","repair_reason":"[^"]*"/, "");
    assertEquals(events, stored);
    assertEquals((await zag("events", old.wrapperSessionId))[0] === 0, false);
  },
});
