import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { LogWriteError } from "../../src/errors.ts";
import { SessionCoordinator } from "../../src/session/coordinator.ts";
import { openCatalog } from "../../src/session/sessions.ts";
import { withoutRoomFor } from "../helpers/faults.ts";
import { pause } from "../helpers/following.ts";
import { eventsIn, outline, Studio } from "../helpers/recording.ts";

const OFTEN = { heartbeatSeconds: 0.005 };

/** Runs something with a monotonic clock that tells what it is told to. */
function withElapsed<T>(elapsed: readonly number[], body: () => T): T {
  const { now } = performance;
  let at = 0;
  try {
    performance.now = (): number => elapsed[Math.min(at++, elapsed.length - 1)]!;
    return body();
  } finally {
    performance.now = now;
  }
}

/** Waits until a log has so many events. */
async function untilEvents(logPath: string, count: number): Promise<void> {
  while (eventsIn(logPath).length < count) await pause(5);
}

Deno.test("SessionCoordinator writes a heartbeat as often as it is told, until it is finished", async () => {
  using studio = new Studio();
  const session = SessionCoordinator.start(studio.record(), OFTEN);
  const { logPath } = session.writer;
  await untilEvents(logPath, 4);
  session.finish("success");
  const lines = outline(logPath);
  assert(lines.slice(1, -1).every((line) => line.endsWith(" heartbeat")), `${lines}`);
  assertEquals(lines.at(-1), `${lines.length} zig_session_ended`);
  assertEquals(eventsIn(logPath)[1]!["interval_secs"], 10);
  await pause(30);
  assertEquals(outline(logPath), lines);
});

Deno.test("SessionCoordinator.finish() says how the session ended, once", () => {
  for (const status of ["success", "failure"] as const) {
    using studio = new Studio();
    const session = SessionCoordinator.start(studio.record());
    session.finish(status);
    session.finish("success");
    session.finish("failure");
    session[Symbol.dispose]();
    assertEquals(outline(session.writer.logPath), ["1 zig_session_started", "2 zig_session_ended"]);
    assertEquals(openCatalog(studio.where).list()[0]!.state, status);
  }
});

Deno.test("SessionCoordinator.finish() writes the whole milliseconds that passed, of a clock that nobody sets", () => {
  for (const [elapsed, expected] of [[0, 0], [0.9, 0], [1, 1], [1234.999, 1234], [3_600_000.5, 3_600_000]] as const) {
    using studio = new Studio();
    const { now } = Date;
    const clock = (): number => 1795225883_758;
    const writer = withElapsed([500, 500, 500], () => studio.record({ clock }));
    const session = SessionCoordinator.start(writer);
    try {
      Date.now = (): number => 0;
      withElapsed([500 + elapsed], () => session.finish("success"));
    } finally {
      Date.now = now;
    }
    assertEquals(eventsIn(writer.logPath).at(-1)!["duration_ms"], expected);
  }
});

Deno.test("SessionCoordinator ends the session as a failure when its block is left without finish()", async () => {
  using studio = new Studio();
  const paths: string[] = [];
  {
    using session = SessionCoordinator.start(studio.record());
    paths.push(session.writer.logPath);
  }
  {
    await using session = SessionCoordinator.start(studio.record());
    paths.push(session.writer.logPath);
  }
  assertThrows(() => {
    using session = SessionCoordinator.start(studio.record());
    paths.push(session.writer.logPath);
    throw new RangeError("left early");
  }, RangeError);
  for (const path of paths) {
    assertEquals(outline(path), ["1 zig_session_started", "2 zig_session_ended"]);
    assertEquals(eventsIn(path)[1]!["status"], "failure");
  }
  assertEquals(openCatalog(studio.where).list().map(({ state }) => state), ["failure", "failure", "failure"]);
});

Deno.test("SessionCoordinator leaves a session alone when its writer has ended or let go of it", () => {
  using studio = new Studio();
  const ended = SessionCoordinator.start(studio.record());
  ended.writer.ended("success", 7);
  ended.finish("failure");
  assertEquals(eventsIn(ended.writer.logPath).at(-1)!["status"], "success");
  const gone = SessionCoordinator.start(studio.record());
  gone.writer[Symbol.dispose]();
  gone[Symbol.dispose]();
  assertEquals(outline(gone.writer.logPath), ["1 zig_session_started"]);
});

Deno.test("SessionCoordinator.finish() tells of the first heartbeat that failed, once the end is written", async () => {
  using studio = new Studio();
  const { writeSync } = Deno.FsFile.prototype;
  const session = SessionCoordinator.start(studio.record(), OFTEN);
  let failed = 0;
  try {
    Deno.FsFile.prototype.writeSync = (): number => {
      throw Object.assign(new Error("No space left on device"), { code: "ENOSPC", number: ++failed });
    };
    while (failed < 2) await pause(5);
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
  }
  const error = assertThrows(() => session.finish("success"), AggregateError, session.writer.sessionId);
  const [cause] = error.errors;
  assertInstanceOf(cause, LogWriteError);
  assertEquals([(cause.cause as { number?: number }).number, error.cause], [1, cause]);
  assertEquals(openCatalog(studio.where).list()[0]!.state, "success");
  session.finish("success");
});

Deno.test("SessionCoordinator.finish() can be tried again when the end could not be written", () => {
  using studio = new Studio();
  const session = SessionCoordinator.start(studio.record());
  const { logPath } = session.writer;
  withoutRoomFor("zig_session_ended", 5, () => assertThrows(() => session.finish("success"), LogWriteError));
  assertEquals(outline(logPath), ["1 zig_session_started"]);
  session.finish("success");
  assertEquals(outline(logPath), ["1 zig_session_started", "3 zig_session_ended"]);
});

Deno.test("SessionCoordinator lets go of the log when it is disposed and the end cannot be written", async () => {
  using studio = new Studio();
  for (const dispose of [Symbol.dispose, Symbol.asyncDispose] as const) {
    const session = SessionCoordinator.start(studio.record());
    // Every attempt fails, of which there may be several.
    const { writeSync } = Deno.FsFile.prototype;
    try {
      Deno.FsFile.prototype.writeSync = (): number => {
        throw Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
      };
      if (dispose === Symbol.dispose) assertThrows(() => session[dispose](), LogWriteError);
      else await assertRejects(() => session[dispose](), LogWriteError);
    } finally {
      Deno.FsFile.prototype.writeSync = writeSync;
    }
    assertEquals(openCatalog(studio.where).list()[0]!.state, "crashed");
  }
});
