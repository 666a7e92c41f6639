import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AGENTS, historicalAdapterFor, liveAdapterFor } from "../../../src/agent/adapters/agents.ts";
import { AgentLogCoordinator } from "../../../src/agent/coordinator.ts";
import { runBackfill } from "../../../src/agent/backfill.ts";
import type { LiveContext } from "../../../src/agent/live_agent.ts";
import { LiveFinder } from "../../../src/agent/live_finder.ts";
import { LiveTranscript } from "../../../src/agent/live_transcript.ts";
import { findAgentSession, listAgentSessions, readAgentLines } from "../../../src/agent/sessions.ts";
import { importSessions } from "../../../src/agent/import_sessions.ts";
import { importSourceOf } from "../../../src/agent/import_source.ts";
import type { AgentName, TranscriptEvent } from "../../../src/agent/transcript.ts";
import { AgentLogWriter } from "../../../src/agent/writer.ts";
import { formatTimestamp, parseTimestamp } from "../../../src/codec/timestamp.ts";
import type { AgentLogEvent } from "../../../src/codec/zag_events.ts";
import { TempDir } from "../../helpers/temp_dir.ts";
import { CLAUDE, CODEX, fixtureFolder, fixtureSession, tell, word, words } from "../transcripts.ts";

const CWD = "/home/ada/shop";
const STARTED = Date.parse("2026-08-20T09:00:00.000Z");
let count = 0;

/** A record of Claude Code as a line. */
function line(text: string, more: Record<string, unknown> = {}): string {
  const message = { role: "user", content: text };
  const timestamp = "2026-08-20T09:00:01.000Z";
  return JSON.stringify({ type: "user", uuid: `l${++count}`, sessionId: "s", cwd: CWD, timestamp, message, ...more }) +
    "\n";
}

function append(path: string, text: string): void {
  Deno.writeTextFileSync(path, text, { append: true });
}

/** Follows runs of Claude Code in a folder. */
class Followed implements Disposable {
  readonly live: LiveTranscript;
  readonly #events: TranscriptEvent[] = [];

  constructor(folder: string, context: Partial<LiveContext> = {}) {
    const run = { cwd: CWD, startedAt: STARTED, folder, ...context };
    this.live = new LiveTranscript(new LiveFinder(AGENTS.claude, run), (event) => this.#events.push(event));
  }

  /** What was told since the last call. */
  async poll(): Promise<string[]> {
    await this.live.poll();
    return words(this.#events.splice(0));
  }

  async finalize(): Promise<string[]> {
    await this.live.finalize();
    return words(this.#events.splice(0));
  }

  [Symbol.dispose](): void {
    this.live[Symbol.dispose]();
  }
}

const P = "projects/-home-ada-shop";
const here = line("here");
const elsewhere = line("elsewhere", { cwd: "/home/ada/other" });

const FINDS: readonly {
  readonly name: string;
  readonly before?: Record<string, string>;
  readonly after: Record<string, string>;
  readonly context?: Partial<LiveContext>;
  readonly found: readonly [name: string, from: number] | null;
}[] = [
  {
    name: "a file that is new",
    before: { [`${P}/old.jsonl`]: here },
    after: { [`${P}/n.jsonl`]: here },
    found: ["n", 0],
  },
  { name: "no file of another directory", after: { [`${P}/n.jsonl`]: elsewhere }, found: null },
  { name: "no file that does not tell its directory yet", after: { [`${P}/n.jsonl`]: "" }, found: null },
  {
    name: "no file of a sub-agent",
    after: { [`${P}/agent-1.jsonl`]: here, [`${P}/x/subagents/agent-2.jsonl`]: here },
    found: null,
  },
  {
    name: "no file that others go on with",
    before: { [`${P}/o.jsonl`]: here },
    after: { [`${P}/o.jsonl`]: here + here },
    found: null,
  },
  {
    name: "the file of a run that goes on, and where it goes on",
    before: { [`${P}/o.jsonl`]: here },
    after: { [`${P}/o.jsonl`]: here + here },
    context: { resumed: true },
    found: ["o", here.length],
  },
  {
    name: "the copy that a run goes on with, rather than what others write",
    before: { [`${P}/o.jsonl`]: here },
    after: { [`${P}/o.jsonl`]: here + here, [`${P}/n.jsonl`]: here },
    context: { resumed: true },
    found: ["n", 0],
  },
  {
    name: "the file with the id, whatever is newer",
    after: { [`${P}/id.jsonl`]: elsewhere, [`${P}/n.jsonl`]: here },
    context: { providerSessionId: "id" },
    found: ["id", 0],
  },
  {
    name: "no other file where the id is known",
    before: { [`${P}/id.jsonl`]: here },
    after: { [`${P}/n.jsonl`]: here },
    context: { providerSessionId: "id" },
    found: null,
  },
  {
    name: "the file with the id where a run goes on with it",
    before: { [`${P}/id.jsonl`]: here },
    after: { [`${P}/id.jsonl`]: here + here },
    context: { providerSessionId: "id", resumed: true },
    found: ["id", here.length],
  },
  {
    name: "of two new files the one that began with the run",
    after: { [`${P}/a.jsonl`]: line("later", { timestamp: "2026-08-20T09:30:00.000Z" }), [`${P}/b.jsonl`]: here },
    found: ["b", 0],
  },
];

for (const { name, before = {}, after, context, found } of FINDS) {
  Deno.test(`LiveFinder.find() finds ${name}`, async () => {
    using temp = new TempDir();
    for (const [path, text] of Object.entries(before)) temp.write(path, text);
    const finder = new LiveFinder(AGENTS.claude, { cwd: CWD, startedAt: STARTED, folder: temp.path, ...context });
    assertEquals(await finder.find(), undefined);
    for (const [path, text] of Object.entries(after)) temp.write(path, text);
    const expected = found === null ? undefined : { path: temp.at(`${P}/${found[0]}.jsonl`), from: found[1] };
    assertEquals(await finder.find(), expected);
  });
}

Deno.test("LiveFinder.find() knows a directory by another name", async () => {
  using temp = new TempDir();
  Deno.mkdirSync(temp.at("real"));
  Deno.symlinkSync(temp.at("real"), temp.at("link"));
  const finder = new LiveFinder(AGENTS.claude, { cwd: temp.at("link"), startedAt: STARTED, folder: temp.path });
  const path = temp.write(`${P}/n.jsonl`, line("x", { cwd: temp.at("real") }));
  assertEquals(await finder.find(), { path, from: 0 });
});

Deno.test("LiveFinder.find() finds a session of Codex by its id", async () => {
  using temp = new TempDir();
  const context = { cwd: CWD, startedAt: STARTED, folder: temp.path, providerSessionId: CODEX.main };
  const finder = new LiveFinder(AGENTS.codex, context);
  const { path } = fixtureSession("codex", CODEX.main);
  const copy = temp.write(path.slice(fixtureFolder("codex").length + 1), Deno.readFileSync(path));
  assertEquals(await finder.find(), { path: copy, from: 0 });
});

Deno.test({
  name: "LiveFinder names the flag that it lacks",
  permissions: { read: false },
  fn: () => {
    const make = (): LiveFinder => new LiveFinder(AGENTS.codex, { cwd: CWD, startedAt: STARTED, folder: "/c" });
    assertThrows(make, Deno.errors.NotCapable, "run with --allow-read=/c");
  },
});

Deno.test("LiveTranscript.poll() tells lines when they are whole, and what is left at the end", async () => {
  using temp = new TempDir();
  using followed = new Followed(temp.path);
  const whole = line("second");
  const path = temp.write(`${P}/n.jsonl`, line("first") + whole.slice(0, 20));
  assertEquals(await followed.poll(), ["user first"]);
  assertEquals(await followed.poll(), []);
  append(path, whole.slice(20) + line("third").trimEnd());
  assertEquals(await followed.poll(), ["user second"]);
  assertEquals(await followed.finalize(), ["user third"]);
  assertEquals([followed.live.path, followed.live.facts?.sessionId], [path, "s"]);
});

Deno.test("LiveTranscript.finalize() counts a line that was never finished", async () => {
  using temp = new TempDir();
  using followed = new Followed(temp.path);
  temp.write(`${P}/n.jsonl`, line("first") + '{"uuid":"x"');
  assertEquals(await followed.finalize(), ["user first"]);
  assertEquals(followed.live.losses, new Map([["line malformed", 1]]));
});

Deno.test("LiveTranscript.finalize() tells nothing of a run without a file", async () => {
  using temp = new TempDir();
  using followed = new Followed(temp.path);
  assertEquals(await followed.finalize(), []);
  assertEquals([followed.live.path, followed.live.facts, followed.live.losses], [null, null, new Map()]);
});

const [one, two, three] = [line("one"), line("two"), line("three")];

for (
  const [name, rewrite] of [
    ["cut", (path: string) => Deno.writeTextFileSync(path, one + three)],
    ["replaced by another", (path: string) => {
      Deno.writeTextFileSync(`${path}.new`, one + two + three);
      Deno.renameSync(`${path}.new`, path);
    }],
  ] as const
) {
  Deno.test(`LiveTranscript.poll() tells only what is new when the file is ${name}`, async () => {
    using temp = new TempDir();
    using followed = new Followed(temp.path);
    const path = temp.write(`${P}/n.jsonl`, one + two + line("something longer than the rest of it"));
    assertEquals((await followed.poll()).length, 3);
    rewrite(path);
    assertEquals(await followed.poll(), ["user three"]);
  });
}

Deno.test("LiveTranscript.poll() outlives the file", async () => {
  using temp = new TempDir();
  using followed = new Followed(temp.path);
  const path = temp.write(`${P}/n.jsonl`, one);
  assertEquals(await followed.poll(), ["user one"]);
  Deno.removeSync(path);
  assertEquals(await followed.finalize(), []);
});

Deno.test("LiveTranscript tells of a session that goes on only what this run adds", async () => {
  using temp = new TempDir();
  const answer = (id: string, output_tokens: number): string =>
    line("", { type: "assistant", message: { id, content: [{ type: "text", text: id }], usage: { output_tokens } } });
  const before = answer("old", 100);
  const path = temp.write(`${P}/o.jsonl`, before);
  using followed = new Followed(temp.path, { resumed: true, providerSessionId: "o" });
  append(path, answer("new", 7));
  assertEquals(await followed.poll(), ["says new"]);
  Deno.writeTextFileSync(`${path}.new`, before + answer("new", 7) + answer("newer", 1));
  Deno.renameSync(`${path}.new`, path);
  assertEquals(await followed.finalize(), ["says newer", "usage 0 8 0 0 undefined"]);
});

Deno.test("LiveTranscript goes on with the session that is begun anew where nobody else works", async () => {
  using temp = new TempDir();
  using followed = new Followed(temp.path, { isWorktree: true });
  const path = temp.write(`${P}/a.jsonl`, line("first", { sessionId: "a" }) + line("x", { type: "x" }));
  assertEquals(await followed.poll(), ["user first"]);
  temp.write(`${P}/b.jsonl`, line("second", { sessionId: "b" }) + line("x", { type: "x" }));
  Deno.utimeSync(path, 1, 1);
  assertEquals(await followed.finalize(), ["cleared a", "user second"]);
  assertEquals(followed.live.facts?.sessionId, "b");
  assertEquals(followed.live.losses, new Map([["record x", 2]]));
});

for (const [agent, id] of [["claude", CLAUDE.main], ["codex", CODEX.main], ["codex", CODEX.fork]] as const) {
  Deno.test(`LiveTranscript tells of ${agent} ${id} what an import tells, in whatever pieces it is written`, async () => {
    const { path } = fixtureSession(agent, id);
    const bytes = Deno.readFileSync(path);
    const told = await tell(agent, path);
    const anyCuts = fc.array(fc.nat(bytes.length), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(anyCuts, async (cuts) => {
        using temp = new TempDir();
        const events: TranscriptEvent[] = [];
        const context = { cwd: CWD, startedAt: STARTED, folder: temp.path, providerSessionId: id };
        using live = new LiveTranscript(new LiveFinder(AGENTS[agent], context), (event) => events.push(event));
        const copy = temp.write(path.slice(fixtureFolder(agent).length + 1), "");
        let from = 0;
        for (const to of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
          Deno.writeFileSync(copy, bytes.subarray(from, to), { append: true });
          from = to;
          await live.poll();
        }
        await live.finalize();
        assertEquals(
          events.map(({ event, at }) => ({ event, at })),
          told.events.map(({ event, at }) => ({ event, at })),
        );
        assertEquals(Object.fromEntries(live.losses), told.losses);
        assert(events.every(({ source }) => source === "provider_file"));
      }),
      { numRuns: 30 },
    );
  });
}

async function logged(path: string): Promise<AgentLogEvent[]> {
  const events: AgentLogEvent[] = [];
  for await (const each of readAgentLines(path)) if (each.kind === "event") events.push(each.event);
  return events;
}

function withoutEnvelope(event: AgentLogEvent): unknown {
  const { seq, ts, wrapper_session_id, provider_session_id, source_kind, completeness, ...kind } = event;
  void [seq, ts, wrapper_session_id, provider_session_id, source_kind, completeness];
  if (event.type === "usage_limit_hit") return kind;
  const { provider, ...rest } = kind;
  void provider;
  return rest;
}

Deno.test("liveAdapterFor() records a run of Claude Code", async () => {
  using temp = new TempDir();
  const folder = temp.at("claude");
  const root = temp.at("store");
  await using session = AgentLogCoordinator.start({
    provider: "claude",
    wrapperSessionId: "w-1",
    command: "run",
    root,
    project: temp.path,
    adapter: liveAdapterFor("claude", { cwd: CWD, startedAt: STARTED, folder }),
  });
  const { path } = fixtureSession("claude", CLAUDE.fork);
  const copy = temp.write(`claude/${P}/${CLAUDE.fork}.jsonl`, Deno.readFileSync(path));
  await session.finish(true);
  const events = await logged(session.writer.logPath);
  assertEquals(events.map(word), [
    "session_started",
    "user Try it another way",
    "says Another way it is.",
    "usage 4 25 14000 100 undefined",
    "session_ended",
  ]);
  assertEquals(events.map(({ provider_session_id }) => provider_session_id), [null, ...Array(4).fill(CLAUDE.fork)]);
  assertEquals(events.map(({ source_kind }) => source_kind)[1], "provider_file");
  const { entry } = findAgentSession("w-1", { root, project: temp.path });
  assertEquals("source_paths" in entry && entry.source_paths, [copy]);
});

/** Sessions of the fixtures that have sub-agents: their files end in these names. */
const WITH_PARTS: readonly { readonly agent: AgentName; readonly main: string; readonly parts: readonly string[] }[] = [
  { agent: "claude", main: CLAUDE.main, parts: CLAUDE.subAgents },
  { agent: "codex", main: CODEX.main, parts: [CODEX.subAgent] },
  { agent: "gemini", main: "session-2026-08-20T09-12-4f1c2a7e", parts: ["reviewer-7d1"] },
];

/** A run of an agent that writes sessions of the fixtures. */
class Run extends TempDir {
  readonly where = { root: this.at("store"), project: this.path };
  readonly folder = this.at("agent");
  readonly session: AgentLogCoordinator;
  readonly #agent: AgentName;

  /**
   * @param agent The agent.
   * @param before Files that the agent wrote earlier.
   */
  constructor(agent: AgentName, before: Readonly<Record<string, string>> = {}) {
    super();
    for (const [name, text] of Object.entries(before)) this.write(`agent/${name}`, text);
    this.#agent = agent;
    this.session = AgentLogCoordinator.start({
      provider: agent,
      wrapperSessionId: "w-1",
      command: "exec",
      pollMs: 5,
      ...this.where,
      adapter: liveAdapterFor(agent, { cwd: CWD, startedAt: Date.now(), folder: this.folder }),
    });
  }

  /** Copies a file of the fixtures; gives the path of the copy. */
  put(name: string): string {
    return this.write(`agent${name}`, Deno.readFileSync(`${fixtureFolder(this.#agent)}${name}`));
  }

  /** Waits until there are so many sessions. */
  async recorded(count: number): Promise<void> {
    while (listAgentSessions(this.where).length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** What a session of the store tells. */
  told(id: string): Promise<AgentLogEvent[]> {
    return logged(findAgentSession(id, this.where).entry.log_path);
  }
}

for (const { agent, main, parts } of WITH_PARTS) {
  Deno.test(`liveAdapterFor() records the sub-agents of ${agent} beside their session, and nobody imports them again`, async () => {
    using run = new Run(agent);
    const nameOf = (id: string): string => fixtureSession(agent, id).path.slice(fixtureFolder(agent).length);
    if (agent === "gemini") run.write("agent/tmp/shop/.project_root", CWD);
    run.put(nameOf(main));
    const paths = parts.map((id) => run.put(nameOf(id)));
    await run.session.finish(true);
    for (const [at, path] of paths.entries()) {
      const { events, facts } = await tell(agent, path);
      const { entry, state } = listAgentSessions(run.where).find(({ entry }) => entry.source_paths.includes(path))!;
      assertEquals([entry.provider_session_id, entry.backfilled, state], [facts.sessionId, false, "success"]);
      assertEquals(entry.wrapper_session_id, parts[at]);
      const [first, ...rest] = await run.told(entry.wrapper_session_id);
      assertEquals(first?.type === "session_started" && [first.model, first.cwd, first.ts], [
        facts.model,
        facts.cwd,
        formatTimestamp(parseTimestamp(facts.startedAt!)!),
      ]);
      assertEquals(rest.slice(0, -1).map(word), words(events));
    }
    const imported = importSessions({
      source: importSourceOf(AGENTS[agent]),
      folder: run.folder,
      root: run.where.root,
    });
    assertEquals(new Set(await Array.fromAsync(imported, ({ kind }) => kind)), new Set(["recorded"]));
    assertEquals(listAgentSessions(run.where).length, parts.length + 1);
  });
}

const SUB = `${P}/s/subagents/agent-x.jsonl`;
const subLine = (text: string): string => line(text, { isSidechain: true, agentId: "x" });

Deno.test("liveAdapterFor() records no sub-agent of another session, nor what was there before", async () => {
  using run = new Run("claude", { [SUB]: subLine("before") });
  run.write(`agent/${P}/s.jsonl`, line("main"));
  run.write(`agent/${P}/other/subagents/agent-y.jsonl`, subLine("other"));
  await run.session.finish(true);
  assertEquals(listAgentSessions(run.where).map(({ id }) => id), ["w-1"]);
});

/** A run of a session with two sub-agents. */
function runWithParts(): Run {
  const run = new Run("claude");
  run.write(`agent/${P}/s.jsonl`, line("main"));
  run.write(`agent/${SUB}`, subLine("one"));
  run.write(`agent/${SUB.replace("agent-x", "agent-z")}`, line("two", { isSidechain: true, agentId: "z" }));
  return run;
}

Deno.test("liveAdapterFor() records the others when a sub-agent cannot be recorded, and tells why", async () => {
  using run = runWithParts();
  Deno.mkdirSync(run.session.writer.logPath.replace("w-1", "agent-x"));
  await assertRejects(() => run.session.finish(true), AggregateError);
  assertEquals((await run.told("w-1")).map(word).slice(1, -1), ["user main"]);
  assertEquals((await run.told("agent-z")).map(word).slice(1, -1), ["user two"]);
});

Deno.test("liveAdapterFor() leaves a sub-agent to somebody else who records it", async () => {
  using run = runWithParts();
  using held = AgentLogWriter.create({
    provider: "claude",
    wrapperSessionId: "agent-x",
    command: "exec",
    ...run.where,
  });
  await run.session.finish(true);
  assertEquals(await logged(held.logPath), []);
  assertEquals((await run.told("agent-z")).map(word).slice(1, -1), ["user two"]);
});

const answer = line("", {
  type: "assistant",
  isSidechain: true,
  agentId: "x",
  message: { id: "m", model: "opus", content: [{ type: "text", text: "yes" }] },
});

Deno.test("liveAdapterFor() begins the session of a sub-agent when its model is known", async () => {
  using temp = new TempDir();
  const where = { root: temp.at("store"), project: temp.path };
  using writer = AgentLogWriter.create({ provider: "claude", wrapperSessionId: "w-1", command: "exec", ...where });
  using adapter = liveAdapterFor("claude", { cwd: CWD, startedAt: Date.now(), folder: temp.at("agent") });
  temp.write(`agent/${P}/s.jsonl`, line("main"));
  const path = temp.write(`agent/${SUB}`, subLine("one"));
  await adapter.poll(writer);
  assertEquals(listAgentSessions(where).length, 1);
  append(path, answer);
  await adapter.poll(writer);
  const [first, ...rest] = await logged(findAgentSession("agent-x", where).entry.log_path);
  assertEquals([first?.type === "session_started" && first.model, ...rest.map(word)], ["opus", "user one", "says yes"]);
});

Deno.test("liveAdapterFor() ends the sessions of sub-agents with that of the run, whatever becomes of it", async () => {
  using run = new Run("claude");
  run.write(`agent/${P}/s.jsonl`, line("main"));
  run.write(`agent/${SUB}`, subLine("one") + answer);
  await run.recorded(2);
  run.session[Symbol.dispose]();
  assertEquals(listAgentSessions(run.where).map(({ id, state }) => `${id} ${state}`).sort(), [
    "agent-x failure",
    "w-1 failure",
  ]);
});

Deno.test("historicalAdapterFor() passes over a session whose beginning cannot be read", async () => {
  using temp = new TempDir();
  temp.write("tmp/a/chats/session-1.json", "{ torn");
  temp.write("tmp/a/chats/session-2.jsonl", '{"sessionId":"two"}\n{"id":"1","type":"user","content":"Hi"}\n');
  const message = '{"id":"1","type":"user","content":"Hi"}';
  temp.write("tmp/a/chats/session-3.json", `\ufeff{"sessionId":"three","messages":[${message}]}`);
  const sessions = historicalAdapterFor("gemini", temp.path).sessions();
  assertEquals((await Array.fromAsync(sessions, (each) => each.wrapperSessionId)).sort(), ["three", "two"]);
});

Deno.test("historicalAdapterFor() tells all sessions, each once", async () => {
  for (const agent of ["claude", "codex"] as const) {
    using temp = new TempDir();
    const store = { root: temp.path, project: temp.path };
    const adapter = historicalAdapterFor(agent, fixtureFolder(agent));
    assertEquals([await runBackfill([adapter], store), await runBackfill([adapter], store)], [4, 0]);
    const sessions = listAgentSessions(store);
    assertEquals(sessions.length, 4);
    const { id, path } = agent === "claude"
      ? { id: CLAUDE.main, path: fixtureSession("claude", CLAUDE.main).path }
      : { id: CODEX.main, path: fixtureSession("codex", CODEX.main).path };
    const events = await logged(sessions.find(({ entry }) => entry.wrapper_session_id === id)!.entry.log_path);
    const told = (await tell(agent, path)).events;
    assertEquals(events.slice(1, -1).map(withoutEnvelope), told.map(({ event }) => event));
    assert(events.slice(0, -1).every(({ source_kind }) => source_kind === "backfill"));
  }
});
