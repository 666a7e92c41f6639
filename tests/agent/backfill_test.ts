import { assert, assertEquals, assertRejects } from "@std/assert";
import type { HistoricalLogAdapter, HistoricalSession } from "../../src/agent/adapter.ts";
import { type BackfilledSession, runBackfill } from "../../src/agent/backfill.ts";
import { loadIndex } from "../../src/agent/indexes.ts";
import { listAgentSessions } from "../../src/agent/sessions.ts";
import { NO_FACTS, type TranscriptEvent } from "../../src/agent/transcript.ts";
import { lockPathOf } from "../../src/storage/layout.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { goldenText } from "../helpers/golden.ts";
import { agentEventsIn, agentOutline, AgentStore, ofType, withoutTimes } from "./agents.ts";

function event(message: string, at: string | null = null): TranscriptEvent {
  return { source: "backfill", event: { type: "stderr", message }, at };
}

interface Made {
  readonly id?: string;
  readonly providerId?: string | null;
  readonly facts?: Partial<HistoricalSession["facts"]>;
  readonly sourcePaths?: readonly string[];
  readonly events?: () => Iterable<TranscriptEvent> | AsyncIterable<TranscriptEvent>;
}

function session({ id = "g-1", providerId = id, facts = {}, sourcePaths = [], events }: Made = {}): HistoricalSession {
  return {
    provider: "gemini",
    wrapperSessionId: id,
    providerSessionId: providerId,
    sourcePaths,
    facts: { ...NO_FACTS, ...facts },
    events: events ?? (() => [event("one"), event("two")]),
  };
}

function adapter(...sessions: readonly HistoricalSession[]): HistoricalLogAdapter {
  return { sessions: () => sessions };
}

/** Imports, and tells what became of each session. */
async function outcomes(store: AgentStore, ...sessions: readonly HistoricalSession[]): Promise<string[]> {
  const told: BackfilledSession[] = [];
  const imported = await runBackfill([adapter(...sessions)], { ...store.where, onSession: (each) => told.push(each) });
  assertEquals(imported, told.filter(({ outcome }) => outcome === "imported").length);
  return told.map(({ outcome }) => outcome);
}

Deno.test("runBackfill() writes the bytes of the golden state and index but for times and paths", async () => {
  using store = new AgentStore();
  const logsDir = store.at("projects/bf/logs");
  const sourcePaths = ["/h/1", "/h/2"];
  const sessions = [
    session({ id: "bf-0", providerId: null, sourcePaths }),
    session({ id: "bf-1", providerId: "g-1", sourcePaths, facts: { completeness: "partial" } }),
    session({ id: "bf-2", providerId: "g-2", sourcePaths, facts: { completeness: "metadata_only" } }),
  ];
  assertEquals(await runBackfill([adapter(...sessions)], { logsDir }), 3);
  assertEquals(Deno.readTextFileSync(`${logsDir}/backfill_state.json`), goldenText("zag/backfill/backfill_state.json"));
  const index = Deno.readTextFileSync(`${logsDir}/index.json`).replaceAll(store.path, "/home/user/.zag");
  assertEquals(withoutTimes(index), withoutTimes(goldenText("zag/backfill/index.json")));
});

Deno.test("runBackfill() imports a session with its times, model and directory, and lists it as it was", async () => {
  using store = new AgentStore();
  const facts = { cwd: "/w", model: "m", startedAt: "2026-05-01T10:00:00Z", endedAt: "2026-05-01T11:00:00Z" };
  const events = (): TranscriptEvent[] => [
    event("one", "2026-05-01T10:30:00.5Z"),
    event("two"),
    event("three", "2026-05-01T10:20:00Z"),
  ];
  assertEquals(await outcomes(store, session({ facts, events })), ["imported"]);
  const read = agentEventsIn(store.logOf("g-1"));
  assertEquals(read.map(({ seq, type, ts, source_kind }) => [seq, type, ts, source_kind]), [
    [1, "session_started", "2026-05-01T10:00:00+00:00", "backfill"],
    [2, "stderr", "2026-05-01T10:30:00.500+00:00", "backfill"],
    [3, "stderr", "2026-05-01T10:30:00.500+00:00", "backfill"],
    [4, "stderr", "2026-05-01T10:30:00.500+00:00", "backfill"],
    [5, "session_ended", "2026-05-01T11:00:00+00:00", "wrapper"],
  ]);
  const first = ofType(read[0], "session_started");
  assertEquals([first.model, first.cwd, first.command, first.backfilled], ["m", "/w", "backfill", true]);
  const [row] = listAgentSessions(store.where);
  assertEquals([row!.state, row!.durationMs, row!.entry.workspace_path], ["success", 3_600_000, "/w"]);
});

Deno.test("runBackfill() imports nothing twice, whether the state is there, damaged or gone", async () => {
  using store = new AgentStore();
  const sessions = [session({ id: "a" }), session({ id: "b", providerId: null })];
  assertEquals(await outcomes(store, ...sessions), ["imported", "imported"]);
  const logs = sessions.map(({ wrapperSessionId }) => Deno.readTextFileSync(store.logOf(wrapperSessionId)));
  const statePath = `${store.logsDir}/backfill_state.json`;
  const state = Deno.readTextFileSync(statePath);
  const damages = ["", "{", "[]", '{"version":"1"}', '{"imported_session_keys":[1]}', undefined];
  for (const damage of [state, ...damages]) {
    if (damage === undefined) Deno.removeSync(statePath);
    else Deno.writeTextFileSync(statePath, damage);
    assertEquals(await outcomes(store, ...sessions), ["known", "known"], damage);
  }
  const aside = [...Deno.readDirSync(store.logsDir)].filter(({ name }) => name.includes(".json.broken-"))
    .map(({ name }) => Deno.readTextFileSync(`${store.logsDir}/${name}`));
  assertEquals(aside.sort(), damages.filter((damage) => damage !== undefined).sort());
  Deno.removeSync(statePath);
  Deno.removeSync(`${store.logsDir}/index.json`);
  assertEquals(await outcomes(store, ...sessions), ["known", "known"]);
  assertEquals(sessions.map(({ wrapperSessionId }) => Deno.readTextFileSync(store.logOf(wrapperSessionId))), logs);
});

Deno.test("runBackfill() imports nothing that was recorded while it ran, under whatever id", async () => {
  using store = new AgentStore();
  const writer = store.open("live", { provider: "gemini" });
  writer.setProviderSessionId("g-1");
  assertEquals(await outcomes(store, session()), ["known"]);
  writer.finish(true);
  assertEquals(await outcomes(store, session()), ["known"]);
});

Deno.test("runBackfill() begins anew the session that an interrupted import left half done, and keeps what it had saved", async () => {
  using store = new AgentStore();
  let fails = true;
  function* events(): Generator<TranscriptEvent> {
    for (let at = 0; at < 200; at++) yield event(`${at}`);
    if (fails) throw new RangeError("interrupted");
  }
  const sessions = [session({ id: "a" }), session({ id: "b", events })];
  await assertRejects(() => outcomes(store, ...sessions), RangeError);
  assert(agentEventsIn(store.logOf("b")).length > 100);
  const state = JSON.parse(Deno.readTextFileSync(`${store.logsDir}/backfill_state.json`));
  assertEquals(state, { version: 0, imported_session_keys: ["gemini:a"] });
  fails = false;
  assertEquals(await outcomes(store, ...sessions), ["known", "imported"]);
  const read = agentEventsIn(store.logOf("b"));
  assertEquals(read.map(({ seq }) => seq), Array.from({ length: 202 }, (_, at) => at + 1));
  assertEquals(read.filter(({ type }) => type === "session_started").length, 1);
  assertEquals(loadIndex(store.logsDir).sessions.map((entry) => entry.wrapper_session_id), ["a", "b"]);
});

Deno.test("runBackfill() leaves a session alone that somebody writes, one whose id is no file name, and another's log", async () => {
  using store = new AgentStore();
  const own = store.open("mine", { provider: "codex" });
  own.finish(true);
  const half = store.open("busy", { provider: "x", backfilled: true });
  half[Symbol.dispose]();
  using _lock = FileLock.take(lockPathOf(half.logPath));
  const sessions = [session({ id: "busy" }), session({ id: "../up" }), session({ id: "mine" }), session({ id: "ok" })];
  assertEquals(await outcomes(store, ...sessions), ["busy", "unusable", "known", "imported"]);
  assertEquals(agentOutline(own.logPath), ["1 session_ended"]);
});

Deno.test("runBackfill() takes events one by one, and tells how complete a log is as soon as that is known", async () => {
  using store = new AgentStore();
  const facts: { -readonly [K in keyof HistoricalSession["facts"]]: HistoricalSession["facts"][K] } = { ...NO_FACTS };
  let pending = 0;
  let most = 0;
  async function* events(): AsyncGenerator<TranscriptEvent> {
    for (let at = 0; at < 500; at++) {
      pending = at + 2 - agentLines(store);
      most = Math.max(most, pending);
      if (at === 250) facts.completeness = "partial";
      yield await Promise.resolve(event(`${at}`));
    }
  }
  await runBackfill([adapter({ ...session({ events }), facts })], store.where);
  assert(most < 200, `${most} events were held`);
  const stamped = agentEventsIn(store.logOf("g-1")).map(({ completeness }) => completeness);
  const lowered = stamped.indexOf("partial");
  assert(lowered > 100 && lowered < 253, `${lowered}`);
  assert(stamped.slice(lowered).every((completeness) => completeness === "partial"));
});

function agentLines(store: AgentStore): number {
  try {
    return Deno.readTextFileSync(store.logOf("g-1")).split("\n").length - 1;
  } catch {
    return 0;
  }
}
