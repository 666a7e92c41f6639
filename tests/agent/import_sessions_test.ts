import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { CopilotFold } from "../../src/agent/adapters/copilot.ts";
import { type ImportOptions, importSessions } from "../../src/agent/import_sessions.ts";
import type { ImportSource } from "../../src/agent/import_source.ts";
import type { ImportResult } from "../../src/agent/import_transcript.ts";
import type { TranscriptFile } from "../../src/agent/transcript.ts";
import { isJsonObject, type JsonObject } from "../../src/codec/json.ts";
import { ZAG } from "../../src/codec/zag.ts";
import type { AgentLogEvent } from "../../src/codec/zag_events.ts";
import { decodeIndex } from "../../src/codec/index_text.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { scan } from "../../src/storage/scan.ts";
import { spawnFixture } from "../helpers/fixture.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";

/** An agent whose files hold the events of Copilot, one file a session. */
class Agent implements ImportSource {
  readonly name = "copilot";
  readonly dir = new TempDir();
  /** How many batches can be read before the disk fails. */
  fails = Infinity;
  /** Told of each record before it is read. */
  onRecord: (at: number) => Promise<void> = () => Promise.resolve();

  get folder(): string {
    return this.dir.at("files");
  }

  list(folder: string): TranscriptFile[] {
    return tree(folder).map((name) => {
      const { mtime, size } = Deno.statSync(`${folder}/${name}`);
      return { path: `${folder}/${name}`, parentId: null, modified: mtime!.getTime(), size };
    });
  }

  open(file: TranscriptFile): Promise<Awaited<ReturnType<ImportSource["open"]>>> {
    const fold = new CopilotFold({ source: "backfill" });
    const lines = Deno.readTextFileSync(file.path).split("\n").filter((line) => line !== "");
    const records = lines.map((line) => JSON.parse(line)).filter(isJsonObject);
    // deno-lint-ignore no-this-alias
    const agent = this;
    async function* read(): AsyncGenerator<JsonObject[]> {
      for (const [at, record] of records.entries()) {
        await agent.onRecord(at);
        if (agent.fails-- <= 0) throw new Error("the disk is gone");
        yield await Promise.resolve([record]);
      }
    }
    return Promise.resolve({ fold, records: read(), bytesRead: () => 0, losses: () => fold.losses });
  }

  /** Writes the first events of a session; its time grows with its length. */
  write(id: string, length: number, cwd = "/home/ada/shop"): void {
    const at = (second: number): string => new Date(Date.UTC(2026, 3, 2, 10, 0, second)).toISOString();
    const events: JsonObject[] = [
      { type: "session.start", data: { sessionId: id, selectedModel: "gpt-5", context: { cwd } } },
      ...Array.from(
        { length },
        (_, n) =>
          n % 3 === 2
            ? { type: "assistant.message", data: { content: "ok", outputTokens: 5 } }
            : { type: "user.message", data: { content: n % 2 ? "again" : `prompt ${n}` } },
      ),
    ];
    const lines = events.map((event, n) => JSON.stringify({ ...event, id: `${id}-${n}`, timestamp: at(n) }));
    const path = this.dir.write(`files/${id}.jsonl`, lines.map((line) => `${line}\n`).join(""));
    Deno.utimeSync(path, length, length);
  }

  /** Imports, and tells what became of each session. */
  async import(options: Partial<ImportOptions> = {}): Promise<ImportResult[]> {
    return await Array.fromAsync(importSessions({ source: this, folder: this.folder, root: this.root, ...options }));
  }

  get root(): string {
    return this.dir.at("agents");
  }

  /** The events in the store, by session. */
  stored(): Record<string, AgentLogEvent[]> {
    const logs = tree(this.root).filter((name) => name.endsWith(".jsonl") && name.includes("/sessions/"));
    return Object.fromEntries(logs.map((name) => {
      const lines = [...scan(`${this.root}/${name}`, ZAG)].flat();
      return [
        name,
        lines.map((line) => {
          if (line.kind !== "event") throw new Error(`a line of ${name} is ${line.kind}`);
          return line.event;
        }),
      ];
    }));
  }

  /** What the store tells, without what an import that was begun twice may tell twice: that the session ended. */
  told(): Record<string, string[]> {
    return Object.fromEntries(
      Object.entries(this.stored()).map(([name, events]) => [
        name,
        events.filter(({ type }) => type !== "session_ended").map(({ seq: _, ts: __, ...event }) =>
          JSON.stringify(event)
        ),
      ]),
    );
  }

  [Symbol.dispose](): void {
    this.dir[Symbol.dispose]();
  }
}

const LOG = "projects/home-ada-shop/logs/sessions";

Deno.test("importSessions() writes a log with the times of the transcript, and enters it into both indexes", async () => {
  using agent = new Agent();
  agent.write("one", 3);
  const [result] = await agent.import();
  assertEquals([result!.kind, result!.session, result!.events], ["imported", "one", 5]);
  const events = agent.stored()[`${LOG}/one.jsonl`]!;
  assertEquals(events.map(({ seq, ts, type, source_kind }) => [seq, ts, type, source_kind]), [
    [1, "2026-04-02T10:00:00+00:00", "session_started", "backfill"],
    [2, "2026-04-02T10:00:00+00:00", "provider_status", "backfill"],
    [3, "2026-04-02T10:00:01+00:00", "user_message", "backfill"],
    [4, "2026-04-02T10:00:02+00:00", "user_message", "backfill"],
    [5, "2026-04-02T10:00:03+00:00", "assistant_message", "backfill"],
    [6, "2026-04-02T10:00:03+00:00", "usage", "backfill"],
    [7, "2026-04-02T10:00:03+00:00", "session_ended", "wrapper"],
  ]);
  const index = decodeIndex(
    ZAG.projectIndex,
    Deno.readTextFileSync(`${agent.root}/projects/home-ada-shop/logs/index.json`),
  );
  assertEquals(index.entries, [{
    wrapper_session_id: "one",
    provider: "copilot",
    provider_session_id: "one",
    log_path: `${agent.root}/${LOG}/one.jsonl`,
    completeness: "full",
    started_at: "2026-04-02T10:00:00+00:00",
    ended_at: "2026-04-02T10:00:03+00:00",
    workspace_path: "/home/ada/shop",
    command: "backfill",
    source_paths: [agent.dir.at("files/one.jsonl")],
    backfilled: true,
  }]);
  const global = decodeIndex(ZAG.globalIndex, Deno.readTextFileSync(`${agent.root}/sessions_index.json`));
  assertEquals(global.entries.map(({ session_id, project }) => [session_id, project]), [["one", "home-ada-shop"]]);
});

Deno.test("importSessions() reads nothing again that has not changed", async () => {
  using agent = new Agent();
  agent.write("one", 3);
  await agent.import();
  const before = agent.stored();
  agent.fails = 0;
  assertEquals((await agent.import()).map(({ kind }) => kind), ["unchanged"]);
  assertEquals(agent.stored(), before);
});

Deno.test("importSessions() adds only what is new to a session that went on", async () => {
  using agent = new Agent();
  agent.write("one", 4);
  await agent.import();
  agent.write("one", 9);
  const [result] = await agent.import();
  assertEquals([result!.kind, result!.events], ["completed", 6]); // five messages, and the tokens
  const [events] = Object.values(agent.stored());
  const told = events!.filter(({ type }) => type === "user_message" || type === "assistant_message");
  using whole = new Agent();
  whole.write("one", 9);
  await whole.import();
  const [expected] = Object.values(whole.stored());
  assertEquals(
    told.map((event) => "content" in event && event.content),
    expected!.filter(({ type }) => /message$/.test(type)).map((event) => "content" in event && event.content),
  );
  assertEquals(events!.map(({ seq }) => seq), events!.map((_, at) => at + 1));
  assertEquals(events!.at(-1)!.type, "session_ended");
});

Deno.test("importSessions() goes on where a session is, though its directory is only known by now", async () => {
  using agent = new Agent();
  agent.write("one", 3);
  const path = agent.dir.at("files/one.jsonl");
  const whole = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, whole.split("\n").slice(1, 3).map((line) => `${line}\n`).join(""));
  const before = await agent.import();
  Deno.writeTextFileSync(path, whole);
  const after = await agent.import();
  assertEquals([...before, ...after].map(({ kind, projectDir }) => [kind, projectDir]), [
    ["imported", agent.root],
    ["completed", agent.root],
  ]);
  assertEquals(Object.keys(agent.stored()), ["logs/sessions/one.jsonl"]);
});

Deno.test("importSessions() imports twice as once, wherever it was stopped", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(8), { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(12), { maxLength: 3 }),
      fc.boolean(),
      async (lengths, stops, loseState) => {
        using agent = new Agent();
        using other = new Agent();
        for (const [n, length] of lengths.entries()) {
          agent.write(`s${n}`, length);
          other.write(`s${n}`, length);
        }
        await other.import();
        for (const stop of stops) {
          agent.fails = stop; // a session stays behind that has no end
          await agent.import();
          if (loseState) Deno.writeTextFileSync(`${agent.root}/import-copilot.jsonl`, "no JSON\n");
        }
        agent.fails = Infinity;
        await agent.import();
        await agent.import();
        assertEquals(agent.told(), other.told());
        for (const events of Object.values(agent.stored())) assertEquals(events.at(-1)!.type, "session_ended");
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("importSessions() ends a session that an earlier import wrote whole, but for its end", async () => {
  using agent = new Agent();
  agent.write("one", 7);
  await agent.import();
  const path = `${agent.root}/${LOG}/one.jsonl`;
  const whole = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, whole.replace(/[^\n]+\n$/, ""));
  Deno.removeSync(`${agent.root}/import-copilot.jsonl`);
  await agent.import();
  assertEquals(Deno.readTextFileSync(path), whole);
});

Deno.test("importSessions() writes no event with an earlier time than the one before", async () => {
  using agent = new Agent();
  agent.write("one", 3);
  const path = agent.dir.at("files/one.jsonl");
  Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replace("10:00:02.000Z", "09:00:00Z"));
  await agent.import();
  const times = agent.stored()[`${LOG}/one.jsonl`]!.map(({ ts }) => ts);
  assertEquals(times.slice(1, 5), [0, 1, 1, 3].map((second) => `2026-04-02T10:00:0${second}+00:00`));
});

Deno.test("importSessions() takes the time of every day, and that of the day after where a month has no such day", async () => {
  const days = { "02-28": "02-28", "02-30": "03-02", "04-30": "04-30", "04-31": "05-01", "05-31": "05-31" };
  for (const [day, expected] of Object.entries(days)) {
    using agent = new Agent();
    agent.write("one", 1);
    const path = agent.dir.at("files/one.jsonl");
    const text = Deno.readTextFileSync(path).replace("2026-04-02", "2026-01-01").replace("2026-04-02", `2026-${day}`);
    Deno.writeTextFileSync(path, text);
    await agent.import();
    const ts = agent.stored()[`${LOG}/one.jsonl`]!.find(({ type }) => type === "user_message")!.ts;
    assertEquals(ts.slice(0, 10), `2026-${expected}`, day);
  }
});

Deno.test("importSessions() sets a damaged record of earlier imports aside, and imports nothing twice", async () => {
  using agent = new Agent();
  for (const id of ["one", "two", "three"]) agent.write(id, 3);
  await agent.import();
  const before = agent.stored();
  const path = `${agent.root}/import-copilot.jsonl`;
  const lines = Deno.readTextFileSync(path).split("\n");
  const torn = lines[1]!.slice(0, 20);
  Deno.writeTextFileSync(path, `${torn}\n${lines.slice(2).join("\n")}`);
  const aside: string[] = [];
  const results = await agent.import({ onSetAside: (path) => aside.push(path) });
  assertEquals(results.map(({ kind }) => kind), ["unchanged", "unchanged", "unchanged"]);
  assertEquals(agent.stored(), before);
  assertEquals(aside.length, 1);
  assertStringIncludes(Deno.readTextFileSync(aside[0]!), torn);
});

Deno.test("importSessions() enters sessions that a killed import did not", async () => {
  using agent = new Agent();
  agent.write("one", 3);
  await agent.import();
  const index = `${agent.root}/projects/home-ada-shop/logs/index.json`;
  const before = Deno.readTextFileSync(index);
  Deno.writeTextFileSync(index, '{\n  "sessions": []\n}');
  const path = `${agent.root}/import-copilot.jsonl`;
  Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replaceAll('{"indexed":true}\n', ""));
  await agent.import();
  assertEquals(Deno.readTextFileSync(index), before);
});

Deno.test("importSessions() leaves a session alone that was recorded while it ran", async () => {
  using agent = new Agent();
  agent.write("one", 3);
  await agent.import();
  const index = `${agent.root}/projects/home-ada-shop/logs/index.json`;
  const recorded = Deno.readTextFileSync(index).replace('"backfilled": true', '"backfilled": false');
  agent.write("one", 5);
  Deno.writeTextFileSync(index, recorded.replace('"wrapper_session_id": "one"', '"wrapper_session_id": "live"'));
  const before = agent.stored();
  assertEquals((await agent.import()).map(({ kind }) => kind), ["recorded"]);
  assertEquals(agent.stored(), before);
});

Deno.test("importSessions() tells of what it cannot read, and goes on", async () => {
  using agent = new Agent();
  agent.write("one", 1);
  agent.write("two", 2);
  agent.fails = 1;
  const results = await agent.import();
  assertEquals(results.map(({ kind, reason }) => [kind, reason]), [
    ["failed", "the disk is gone"],
    ["failed", "the disk is gone"],
  ]);
  agent.fails = Infinity;
  assertEquals((await agent.import()).map(({ kind }) => kind), ["completed", "imported"]);
});

Deno.test("importSessions() leaves a session for later that somebody is writing", async () => {
  using agent = new Agent();
  agent.write("one", 1);
  Deno.mkdirSync(`${agent.root}/${LOG}`, { recursive: true });
  {
    using _writer = FileLock.take(`${agent.root}/${LOG}/one.lock`);
    assertEquals((await agent.import()).map(({ kind }) => kind), ["busy"]);
  }
  {
    const appending = FileLock.take(`${agent.root}/${LOG}/one.append`);
    assertEquals((await agent.import()).map(({ kind }) => kind), ["busy"]);
    assertEquals(agent.stored(), {});
    appending.remove();
  }
  assertEquals((await agent.import()).map(({ kind }) => kind), ["imported"]);
});

Deno.test("importSessions() lets nobody append meanwhile, so that no number is repeated", async () => {
  using agent = new Agent();
  agent.write("one", 9);
  const path = `${agent.root}/${LOG}/one.jsonl`;
  let appender: Deno.ChildProcess | undefined;
  agent.onRecord = async (at) => {
    if (at !== 5) return;
    appender = spawnFixture("agent_appender.ts", { args: [path, "info", "1"], stdin: "piped" });
    const reader = appender.stdout.getReader();
    await reader.read(); // it is ready
    await appender.stdin.close();
    // It waits for its turn; would it not, its event would be there long before this is over.
    await Promise.race([reader.read(), new Promise((resolve) => setTimeout(resolve, 500))]);
  };
  await agent.import();
  await appender!.status;
  await appender!.stderr.cancel();
  const events = Object.values(agent.stored())[0]!;
  assertEquals(events.map(({ seq }) => Number(seq)), events.map((_, at) => at + 1));
  assertEquals(events.at(-1)!.type, "user_event");
  assertEquals(tree(`${agent.root}/${LOG}`), ["one.jsonl"]);
});

Deno.test("importSessions() writes nothing on a dry run", async () => {
  using agent = new Agent();
  agent.write("one", 3);
  Deno.mkdirSync(agent.root);
  const [result] = await agent.import({ dryRun: true });
  assertEquals([result!.kind, result!.events], ["imported", 5]);
  assertEquals(tree(agent.root), []);
  await agent.import();
  agent.write("one", 5);
  const before = tree(agent.root);
  const [grown] = await agent.import({ dryRun: true });
  assertEquals([grown!.kind, grown!.events], ["completed", 2]);
  assertEquals(tree(agent.root), before);
});

Deno.test("importSessions() imports what was written to since a time", async () => {
  using agent = new Agent();
  for (const length of [1, 2, 3]) agent.write(`s${length}`, length);
  assertEquals((await agent.import({ since: 2000 })).map(({ session }) => session), ["s2", "s3"]);
});

Deno.test("importSessions() keeps to the store, whatever directory a transcript names", async () => {
  const names = {
    "/..": "projects",
    "..": "",
    "C:\\shop": "projects/C-shop",
    "../../x": "projects/..-..-x",
    "": "",
    "/a\0b": "",
    "a\0b": "",
    [`/${"long/".repeat(60)}`]: "",
    [`/${"ä".repeat(200)}`]: "",
  };
  for (const [cwd, projectDir] of Object.entries(names)) {
    using agent = new Agent();
    agent.write("one", 1, cwd);
    const [result] = await agent.import();
    assertEquals(result!.projectDir, projectDir === "" ? agent.root : `${agent.root}/${projectDir}`, cwd);
  }
});

Deno.test("importSessions() makes a safe name of an id that is none", async () => {
  using agent = new Agent();
  agent.write("one", 1);
  const path = agent.dir.at("files/one.jsonl");
  const text = Deno.readTextFileSync(path);
  for (
    const [id, name] of [["v1.2_x", /^v1\.2_x$/], ["../../evil id", /^evil-id$/], ["…", /^session-[0-9a-f]+$/]] as const
  ) {
    Deno.writeTextFileSync(path, text.replace('"sessionId":"one"', `"sessionId":"${id}"`));
    const [result] = await agent.import();
    assertMatch(result!.session!, name);
  }
});

Deno.test("importSessions() lets nobody else import from the agent meanwhile", async () => {
  using agent = new Agent();
  agent.write("one", 1);
  const first = importSessions({ source: agent, folder: agent.folder, root: agent.root });
  await first.next();
  const error = await assertRejects(() => agent.import());
  assertEquals((error as Error).name, "LogLockedError");
  await Array.fromAsync(first);
  assertEquals((await agent.import()).map(({ kind }) => kind), ["unchanged"]);
});
