import { assertEquals, assertThrows } from "@std/assert";
import { replayDelays } from "../../src/query/replay.ts";

const TIMES = ["2026-01-01T12:00:00Z", "2026-01-01T12:00:01.500+00:00", "2026-01-01T13:00:11.5+01:00"];

Deno.test("replayDelays() keeps the time between events when nothing else is said", () => {
  assertEquals(replayDelays(TIMES), [0, 1500, 10_000]);
  assertEquals(replayDelays([]), []);
});

Deno.test("replayDelays() limits silences of the recording before it divides by the speed", () => {
  assertEquals(replayDelays(TIMES, { speed: 2 }), [0, 750, 5000]);
  assertEquals(replayDelays(TIMES, { speed: 0.5, idleLimitMs: 2000 }), [0, 3000, 4000]);
  assertEquals(replayDelays(TIMES, { idleLimitMs: 0 }), [0, 0, 0]);
});

Deno.test("replayDelays() does not wait when times run backwards or are none", () => {
  const times = [TIMES[2]!, TIMES[0]!, "soon", TIMES[1]!];
  assertEquals(replayDelays(times), [0, 0, 0, 1500]);
});

Deno.test("replayDelays() refuses a pace that makes no sense", () => {
  for (const pace of [{ speed: 0 }, { speed: -1 }, { speed: NaN }, { speed: Infinity }, { idleLimitMs: -1 }]) {
    assertThrows(() => replayDelays(TIMES, pace), RangeError);
  }
});
