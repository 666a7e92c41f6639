import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { LiveLogAdapter } from "../../src/agent/adapter.ts";
import { type AgentCoordinatorOptions, AgentLogCoordinator } from "../../src/agent/coordinator.ts";
import { listAgentSessions } from "../../src/agent/sessions.ts";
import type { AgentLogWriter } from "../../src/agent/writer.ts";
import { LogWriteError } from "../../src/errors.ts";
import { withoutRoomFor } from "../helpers/faults.ts";
import { resultOf, spawnFixture } from "../helpers/fixture.ts";
import { agentEventsIn, agentOutline, AgentStore, ofType } from "./agents.ts";

function start(store: AgentStore, options: Partial<AgentCoordinatorOptions> = {}): AgentLogCoordinator {
  const session = { provider: "claude", wrapperSessionId: "s", command: "exec", ...store.where };
  return AgentLogCoordinator.start({ ...session, pollMs: 2, ...options });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await pause(1);
}

/** An adapter that tells each look. */
class Telling implements LiveLogAdapter {
  polls = 0;
  watchPaths: readonly string[] = [];

  poll(writer: AgentLogWriter): void | Promise<void> {
    writer.emit("provider_file", { type: "stderr", message: `poll ${++this.polls}` });
  }
}

Deno.test("AgentLogCoordinator begins the session, polls its adapter, and ends when it has told what is left", async () => {
  using store = new AgentStore();
  const adapter = new (class extends Telling {
    finalize(writer: AgentLogWriter): Promise<void> {
      return Promise.resolve(void writer.emit("provider_log", { type: "stderr", message: "last" }));
    }
  })();
  const session = start(store, { adapter, model: "m", workspacePath: "/w", resumed: true });
  await until(() => adapter.polls >= 3);
  await session.finish(false, "boom");
  await session.finish(true);
  const { polls } = adapter;
  const events = agentEventsIn(session.writer.logPath);
  assertEquals(events.map((event) => event.type === "stderr" ? event.message : event.type), [
    "session_started",
    ...Array.from({ length: polls }, (_, at) => `poll ${at + 1}`),
    "last",
    "session_ended",
  ]);
  const [first, last] = [ofType(events[0], "session_started"), ofType(events.at(-1), "session_ended")];
  assertEquals([first.model, first.cwd, first.resumed, first.backfilled], ["m", "/w", true, false]);
  assertEquals([last.success, last.error], [false, "boom"]);
  await pause(20);
  assertEquals(adapter.polls, polls);
});

Deno.test("AgentLogCoordinator.finish() polls once more when the adapter has no finalize()", async () => {
  using store = new AgentStore();
  const adapter = new Telling();
  const session = start(store, { adapter, pollMs: 60_000 });
  await session.finish(true);
  assertEquals(agentOutline(session.writer.logPath), ["1 session_started", "2 stderr", "3 session_ended"]);
});

Deno.test("AgentLogCoordinator never polls while a poll goes on, and finish() waits for it", async () => {
  using store = new AgentStore();
  let depth = 0;
  let polls = 0;
  const poll = async (writer: AgentLogWriter): Promise<void> => {
    assertEquals(++depth, 1);
    polls++;
    await pause(40);
    writer.emit("provider_file", { type: "stderr", message: "polled" });
    depth--;
  };
  const session = start(store, { adapter: { poll, finalize: () => {} } });
  await until(() => depth === 1);
  await pause(20);
  await session.finish(true);
  await pause(20); // what had been due meanwhile is not made up for
  assertEquals([depth, polls], [0, 1]);
});

Deno.test("AgentLogCoordinator writes heartbeats beside an adapter that takes its time", async () => {
  using store = new AgentStore();
  const { promise, resolve } = Promise.withResolvers<void>();
  const session = start(store, { adapter: { poll: () => promise }, heartbeatSeconds: 0.005 });
  await until(() => agentEventsIn(session.writer.logPath).length >= 3);
  resolve();
  await session.finish(true);
  const beats = agentEventsIn(session.writer.logPath).slice(1, -1);
  assert(beats.every((event) => event.type === "heartbeat" && event.interval_secs === 10));
});

Deno.test("AgentLogCoordinator looks at once when a watched path changes", async () => {
  using store = new AgentStore();
  const adapter = new Telling();
  adapter.watchPaths = [store.path, store.at("not there")];
  const session = start(store, { adapter, pollMs: 60_000, watch: true });
  await pause(20);
  Deno.writeTextFileSync(store.at("changed"), "x");
  await until(() => adapter.polls > 0);
  await session.finish(true);
});

Deno.test("AgentLogCoordinator polls on when its adapter throws, and finish() tells of it when the session has ended", async () => {
  using store = new AgentStore();
  let polls = 0;
  const poll = (): void => {
    throw new RangeError(`poll ${++polls}`);
  };
  const session = start(store, { adapter: { poll } });
  await until(() => polls >= 3);
  const error = await assertRejects(() => session.finish(true), AggregateError, "s");
  assertEquals((error.cause as Error).message, "poll 1");
  assertEquals(listAgentSessions(store.where)[0]!.state, "success");
});

Deno.test("AgentLogCoordinator tells the callback every event from the first, and finish() tells when it failed", async () => {
  using store = new AgentStore();
  const told: string[] = [];
  const session = start(store, { eventCallback: ({ type }) => void told.push(type) });
  await session.finish(true);
  assertEquals(told, ["session_started", "session_ended"]);
  const failing = start(store, {
    eventCallback: () => {
      throw new Error("no");
    },
  });
  await assertRejects(() => failing.finish(true), AggregateError);
  assertEquals(listAgentSessions(store.where)[0]!.state, "success");
});

Deno.test("AgentLogCoordinator ends the session as a failure when its block is left without finish(), and looks no more", async () => {
  using store = new AgentStore();
  const adapter = new Telling();
  {
    using session = start(store, { adapter, wrapperSessionId: "a" });
    await until(() => adapter.polls > 0);
    assert(!session.writer.isEnded);
  }
  {
    await using session = start(store, { wrapperSessionId: "b", adapter: { poll: () => {}, finalize: tell } });
    assert(!session.writer.isEnded);
  }
  assertThrows(() => {
    using _session = start(store, { wrapperSessionId: "c" });
    throw new RangeError("left early");
  }, RangeError);
  const { polls } = adapter;
  await pause(20);
  assertEquals(adapter.polls, polls);
  assertEquals(agentOutline(store.logOf("b")), ["1 session_started", "2 stderr", "3 session_ended"]);
  assertEquals(listAgentSessions(store.where).map(({ state }) => state), ["failure", "failure", "failure"]);
});

function tell(writer: AgentLogWriter): void {
  writer.emit("provider_file", { type: "stderr", message: "left" });
}

Deno.test("AgentLogCoordinator survives an adapter that goes on writing when the session is disposed", async () => {
  using store = new AgentStore();
  const { promise, resolve } = Promise.withResolvers<void>();
  const session = start(store, { adapter: { poll: (writer) => promise.then(() => tell(writer)) } });
  await pause(10);
  session[Symbol.dispose]();
  resolve();
  await pause(10); // an error that nobody takes would end the test
  assertEquals(agentOutline(store.logOf("s")), ["1 session_started", "2 session_ended"]);
});

Deno.test("AgentLogCoordinator.finish() can be tried again when the end could not be written", async () => {
  using store = new AgentStore();
  let finalized = 0;
  const session = start(store, { adapter: { poll: () => {}, finalize: () => void finalized++ } });
  let attempt: Promise<void> | undefined;
  const { writeSync } = Deno.FsFile.prototype;
  try {
    Deno.FsFile.prototype.writeSync = (): number => {
      throw Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
    };
    attempt = session.finish(true);
    await assertRejects(() => attempt!, LogWriteError);
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
  }
  await session.finish(true);
  assertEquals(agentOutline(store.logOf("s")), ["1 session_started", "3 session_ended"]);
  assertEquals(finalized, 1);
});

Deno.test("AgentLogCoordinator.start() lets go of the log when its first event cannot be written", () => {
  using store = new AgentStore();
  withoutRoomFor("session_started", 5, () => assertThrows(() => start(store), LogWriteError));
  start(store)[Symbol.dispose]();
  assertEquals(agentOutline(store.logOf("s")), ["1 session_started", "2 session_ended"]);
});

for (const [way, code] of [["exit", 3], ["nothing more to do", 0]] as const) {
  Deno.test(`AgentLogCoordinator ends the session as a failure when the program leaves by: ${way}`, async () => {
    using store = new AgentStore();
    const result = await resultOf(spawnFixture("agent_coordinate.ts", { args: [store.where.root, way] }));
    assertEquals(result.code, code, result.stderr);
    assertEquals(ofType(agentEventsIn(result.stdout.trim()).at(-1), "session_ended").success, false);
  });
}

for (const way of ["throw", "kill"]) {
  Deno.test({
    name: `AgentLogCoordinator leaves a log that shows the crash when the program dies by: ${way}`,
    ignore: Deno.build.os === "windows",
    async fn(): Promise<void> {
      using store = new AgentStore();
      const where = { root: store.where.root, project: store.where.root };
      await resultOf(spawnFixture("agent_coordinate.ts", { args: [where.root, way] }));
      assertEquals(listAgentSessions(where)[0]!.state, "crashed");
    },
  });
}
