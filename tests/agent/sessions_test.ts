import { assertEquals } from "@std/assert";
import { AgentLogCoordinator } from "../../src/agent/coordinator.ts";
import {
  findAgentSession,
  followAgentSession,
  listAgentSessions,
  openAgentCatalog,
  readAgentLines,
} from "../../src/agent/sessions.ts";
import { AgentStore } from "./agents.ts";

function start(store: AgentStore): AgentLogCoordinator {
  return AgentLogCoordinator.start({ provider: "claude", wrapperSessionId: "s", command: "exec", ...store.where });
}

async function textsOf(logPath: string): Promise<{ texts: string[]; why: string }> {
  const texts: string[] = [];
  for await (const item of followAgentSession(logPath)) {
    if (item.kind === "lines") texts.push(...item.lines.map(({ text }) => text));
    if (item.kind === "end") return { texts, why: item.why };
  }
  return { texts, why: "never" };
}

function linesIn(logPath: string): string[] {
  return Deno.readTextFileSync(logPath).trimEnd().split("\n");
}

Deno.test("followAgentSession() goes on behind the end of a session that was gone on with, and ends with its last end", async () => {
  using store = new AgentStore();
  await start(store).finish(false);
  const again = start(store);
  const { logPath } = again.writer;
  const following = textsOf(logPath);
  await new Promise((resolve) => setTimeout(resolve, 50));
  again.writer.emit("wrapper", { type: "stderr", message: "again" });
  await again.finish(true);
  assertEquals(await following, { texts: linesIn(logPath), why: "ended" });
  assertEquals(linesIn(logPath).length, 5);
  assertEquals(await textsOf(logPath), { texts: linesIn(logPath), why: "ended" });
});

Deno.test("listAgentSessions() shows a session as running that was gone on with, though its log holds an end", async () => {
  using store = new AgentStore();
  const stateOf = (): string => listAgentSessions(store.where)[0]!.state;
  await start(store).finish(false);
  assertEquals(stateOf(), "failure");
  const again = start(store);
  assertEquals(stateOf(), "running");
  await again.finish(true);
  assertEquals(stateOf(), "success");
  assertEquals(openAgentCatalog(store.where).listAll().map(({ id, state }) => [id, state]), [["s", "success"]]);
});

Deno.test("findAgentSession() makes the row from the log where no index has it", async () => {
  using store = new AgentStore();
  const session = AgentLogCoordinator.start({
    ...{ provider: "codex", wrapperSessionId: "abc", command: "run", workspacePath: "/w", ...store.where },
  });
  session.writer.setProviderSessionId("p");
  session.writer.setCompleteness("partial");
  await session.finish(true);
  Deno.removeSync(`${store.logsDir}/index.json`);
  const found = findAgentSession("ab", store.where);
  assertEquals([found.id, found.name, found.state], ["abc", "codex", "success"]);
  const { started_at: _started, ended_at: _ended, log_path: _path, ...entry } =
    listAgentSessions(store.where)[0]!.entry;
  assertEquals(entry, {
    wrapper_session_id: "abc",
    provider: "codex",
    provider_session_id: "p",
    completeness: "partial",
    workspace_path: "/w",
    command: "run",
    source_paths: [],
    backfilled: false,
  });
});

Deno.test("readAgentLines() tells damage and unknown lines among the events", async () => {
  using store = new AgentStore();
  const writer = store.open("s");
  const event = writer.emit("wrapper", { type: "stderr", message: "one" });
  const strange = JSON.stringify({ ...event, seq: 2, type: "telepathy" });
  Deno.writeTextFileSync(writer.logPath, `${strange}\nnonsense\n`, { append: true });
  writer.finish(true);
  const lines = await Array.fromAsync(readAgentLines(writer.logPath));
  assertEquals(lines.map(({ kind }) => kind), ["event", "unknown", "malformed", "event"]);
  assertEquals(lines.map((line) => line.kind === "malformed" ? 0 : line.event["seq" as never]), [1, 2, 0, 3]);
});
