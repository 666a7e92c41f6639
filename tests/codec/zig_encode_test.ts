import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { JsonObject } from "../../src/codec/json.ts";
import { encodeSessionEvent, SESSION_EVENT_TYPES, ZIG } from "../../src/codec/zig.ts";
import type { SessionLogEvent } from "../../src/codec/zig_events.ts";
import { anyEvent, anyExtra } from "../helpers/arbitraries.ts";

/** The fields of each type, in the order that the format prescribes. */
const FIELDS: Readonly<Record<SessionLogEvent["type"], string>> = {
  zig_session_started: "workflow_name workflow_path workspace_path cwd prompt tier_count",
  tier_started: "tier_index step_names",
  step_started: "step_name tier_index zag_session_id zag_command model prompt_preview",
  step_output: "step_name stream line",
  step_completed: "step_name exit_code duration_ms saved_vars",
  step_failed: "step_name exit_code attempt error",
  step_skipped: "step_name reason",
  heartbeat: "interval_secs",
  zig_session_ended: "status duration_ms",
};

function keysOf(type: SessionLogEvent["type"]): string[] {
  return ["seq", "ts", "zig_session_id", "type", ...FIELDS[type].split(" ")];
}

/** What the format prescribes, said in another way than the codec says it. */
function reference(event: SessionLogEvent, extra: JsonObject = {}): string {
  const known = keysOf(event.type).map((key) => [key, (event as unknown as JsonObject)[key]] as const);
  return `{${[...known, ...Object.entries(extra)].map(([key, value]) => `${text(key)}:${text(value)}`).join()}}`;
}

function text(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (Array.isArray(value)) return `[${value.map(text).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, value]) => `${text(key)}:${text(value)}`).join()}}`;
}

/** An event as it comes back: without lone surrogates. */
function wellFormed<T>(value: T): T {
  if (typeof value === "string") return value.toWellFormed() as T;
  if (Array.isArray(value)) return value.map(wellFormed) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, value]) => [key, wellFormed(value)])) as T;
}

/** A valid event of each type. */
const SAMPLES: readonly SessionLogEvent[] = fc.sample(anyEvent, { numRuns: 200, seed: 1 });

Deno.test("SESSION_EVENT_TYPES lists the types of the format when asked", () => {
  assertEquals([...SESSION_EVENT_TYPES].sort(), Object.keys(FIELDS).sort());
  assertEquals(new Set(SAMPLES.map((event) => event.type)), new Set(SESSION_EVENT_TYPES));
});

Deno.test("encodeSessionEvent() writes the fields in the order of the format whatever the order they come in", () => {
  fc.assert(fc.property(anyEvent, (event) => {
    assertEquals(encodeSessionEvent(event), reference(event));
  }));
});

Deno.test("ZIG.decode() gives the event back when it is given what encodeSessionEvent() wrote", () => {
  fc.assert(fc.property(anyEvent, (event) => {
    const decoded = ZIG.decode(encodeSessionEvent(event));
    assertEquals(decoded, { kind: "event", event: wellFormed(event) });
  }));
});

Deno.test("encodeSessionEvent() writes fields that no type lists behind the others when an event has some", () => {
  fc.assert(fc.property(anyEvent, anyExtra, (event, extra) => {
    const line = encodeSessionEvent({ ...extra, ...event });
    assertEquals(line, reference(event, extra));
    const again = ZIG.decode(line);
    assertEquals(again.kind === "event" ? encodeSessionEvent(again.event) : again, line);
  }));
});

Deno.test("ZIG.decode() keeps an unlisted field named __proto__ when a line has one", () => {
  const line = `{"seq":1,"ts":"t","zig_session_id":"s","type":"heartbeat","interval_secs":10,"__proto__":{"seq":7}}`;
  const decoded = ZIG.decode(line);
  assertEquals(decoded.kind === "event" ? encodeSessionEvent(decoded.event) : decoded, line);
});

Deno.test("encodeSessionEvent() throws TypeError when a field is missing", () => {
  for (const event of SAMPLES) {
    for (const key of keysOf(event.type)) {
      const { [key]: _left, ...rest } = event as unknown as JsonObject;
      assertThrows(() => encodeSessionEvent(rest as unknown as SessionLogEvent), TypeError, key === "type" ? "" : key);
    }
  }
});

Deno.test("encodeSessionEvent() throws TypeError when a field holds what it must not", () => {
  const wrong = [undefined, {}, 1.5, -1, NaN, Infinity, 2 ** 53, -1n, 2n ** 64n, [1], [null], true];
  const fine: Readonly<Record<string, readonly unknown[]>> = { exit_code: [-1] };
  for (const event of SAMPLES) {
    for (const key of keysOf(event.type)) {
      for (const value of wrong) {
        if (fine[key]?.includes(value)) continue;
        const broken = { ...event, [key]: value } as unknown as SessionLogEvent;
        assertThrows(() => encodeSessionEvent(broken), TypeError, "", `${event.type}.${key}`);
      }
    }
  }
});

Deno.test("encodeSessionEvent() names the type in its TypeError when there is no such type", () => {
  for (const type of ["brand_new", "toString", "__proto__", "", undefined]) {
    const event = { seq: 1, ts: "", zig_session_id: "", type } as unknown as SessionLogEvent;
    assertThrows(() => encodeSessionEvent(event), TypeError, `Cannot write type: ${type} is not`);
  }
});
