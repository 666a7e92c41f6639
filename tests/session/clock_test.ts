import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatTimestamp } from "../../src/codec/timestamp.ts";
import { EventTime, systemClock } from "../../src/session/clock.ts";

const NOW = 1795225883_758.770876;

/** Stamps as many events as the clock has readings. */
function stamps(readings: readonly number[]): string[] {
  let at = 0;
  const time = new EventTime(() => readings[at++]!);
  return readings.map(() => {
    time.advance();
    return formatTimestamp(time);
  });
}

/** Readings of a clock that stands still, jumps, is at the edge of a second, or just goes on. */
const anyReadings = fc.array(
  fc.oneof(
    fc.constant(NOW),
    fc.constantFrom(1795225883_999.999999, 1795225884_000, 1795225883_999.9999, 1795225884_000.001, 1795225883_000),
    fc.integer({ min: -5000, max: 5000 }).map((ms) => NOW + ms),
    fc.double({ min: NOW - 1, max: NOW + 1, noNaN: true }),
    fc.integer({ min: 0, max: 4102444800 }).map((seconds) => seconds * 1000),
  ),
  { minLength: 1, maxLength: 50 },
);

Deno.test("EventTime gives each event a later time of nine digits whatever the clock does", () => {
  fc.assert(
    fc.property(anyReadings, (readings) => {
      const times = stamps(readings);
      times.forEach((time, at) => {
        assert(/\.\d{9}\+00:00$/.test(time) && !time.includes("000+"), time);
        assert(at === 0 || times[at - 1]! < time, `${times[at - 1]} is followed by ${time}`);
      });
    }),
    { numRuns: 500 },
  );
});

Deno.test("EventTime tells the time of the clock when that goes on", () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0.01, max: 3000, noNaN: true }), { minLength: 1 }), (steps) => {
    let now = NOW;
    const readings = steps.map((step) => now += step);
    stamps(readings).forEach((time, at) => {
      const nanos = Number(/\.(\d+)/.exec(time)![1]);
      const read = readings[at]!;
      assertEquals(Date.parse(time.replace(/\.\d+/, "")), Math.floor(read / 1000) * 1000);
      assert(Math.abs(nanos / 1e6 - read % 1000) < 0.001, `${time} for ${read}`);
    });
  }));
});

Deno.test("EventTime goes on by one when the clock stands still, over thousands and over the second", () => {
  const time = new EventTime(() => 1795225883_000);
  const next = (nanos: number): string[] => {
    Object.assign(time, { seconds: 1795225883, nanos });
    return Array.from({ length: 4 }, () => {
      time.advance();
      return formatTimestamp(time).slice(17, 29);
    });
  };
  assertEquals(next(997), ["23.000000998", "23.000000999", "23.000001001", "23.000001002"]);
  assertEquals(next(999_999_997), ["23.999999998", "23.999999999", "24.000000001", "24.000000002"]);
});

Deno.test("systemClock() tells the system's time, finer than its milliseconds", () => {
  const clock = systemClock();
  const before = Date.now();
  const readings = Array.from({ length: 2000 }, clock);
  const after = Date.now();
  for (const reading of readings) assert(reading > before - 1000 && reading < after + 1000);
  assert(readings.some((reading) => reading % 1 !== 0));
  readings.forEach((reading, at) => assert(at === 0 || reading >= readings[at - 1]!));
});

Deno.test("systemClock() follows the system's clock when that was set a moment ago", () => {
  const clock = systemClock();
  const waitAMoment = (): void => {
    for (const start = performance.now(); performance.now() - start < 3;);
  };
  const { now } = Date;
  try {
    for (const offset of [3_600_000, -3_600_000, 0]) {
      Date.now = (): number => now() + offset;
      waitAMoment();
      const [before, reading, after] = [Date.now(), clock(), Date.now()];
      assert(reading > before - 1000 && reading < after + 1000, `${offset}`);
    }
  } finally {
    Date.now = now;
  }
});
