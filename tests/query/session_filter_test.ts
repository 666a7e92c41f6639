import { assertEquals } from "@std/assert";
import { compileSessionFilter, type FilteredSession, type SessionFilterSpec } from "../../src/query/session_filter.ts";

const SESSIONS: readonly FilteredSession[] = [
  { name: "nightly", state: "success", startedAt: "2026-11-20T10:00:00+00:00", endedAt: "2026-11-20T11:00:00+00:00" },
  { name: "nightly-2", state: "failure", startedAt: "2026-11-21T10:00:00+00:00", endedAt: "2026-11-21T11:00:00+00:00" },
  { name: "build", state: "running", startedAt: "2026-11-21T10:30:00+00:00", endedAt: null },
  { name: "odd", state: "stale", startedAt: "once", endedAt: "later" },
];

function fitting(spec: SessionFilterSpec): string[] {
  return SESSIONS.filter(compileSessionFilter(spec)).map(({ name }) => name);
}

Deno.test("compileSessionFilter() keeps every session when nothing is asked for", () => {
  assertEquals(fitting({}).length, SESSIONS.length);
  assertEquals(fitting({ states: [] }).length, SESSIONS.length);
});

Deno.test("compileSessionFilter() keeps workflows by name or pattern, and states", () => {
  assertEquals(fitting({ workflow: "nightly" }), ["nightly"]);
  assertEquals(fitting({ workflow: "nightly*" }), ["nightly", "nightly-2"]);
  assertEquals(fitting({ states: ["running", "failure"] }), ["nightly-2", "build"]);
  assertEquals(fitting({ workflow: "nightly*", states: ["running", "failure"] }), ["nightly-2"]);
});

Deno.test("compileSessionFilter() keeps what was started from a time on and before another", () => {
  const morning = Date.parse("2026-11-21T10:00:00Z");
  assertEquals(fitting({ since: morning }), ["nightly-2", "build"]);
  assertEquals(fitting({ until: morning }), ["nightly"]);
  assertEquals(fitting({ since: morning, until: morning + 1 }), ["nightly-2"]);
});

Deno.test("compileSessionFilter() keeps what had not ended before a time", () => {
  assertEquals(fitting({ activeSince: Date.parse("2026-11-20T11:00:00Z") }), ["nightly", "nightly-2", "build", "odd"]);
  assertEquals(fitting({ activeSince: Date.parse("2026-11-21T11:00:01Z") }), ["build", "odd"]);
});
