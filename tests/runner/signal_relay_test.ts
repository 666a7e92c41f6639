import { assertEquals } from "@std/assert";
import { RUN_SIGNALS, type RunSignal, SignalRelay } from "../../src/runner/signal_relay.ts";

/** Runs something with a clock that moves on only when it is told to. */
function withClock(body: (echoOver: () => void) => void): void {
  const { now } = performance;
  let at = 0;
  try {
    performance.now = (): number => at;
    body(() => void (at += 250)); // longer than a signal echoes
  } finally {
    performance.now = now;
  }
}

Deno.test("SignalRelay.raise() tells every listener when a signal comes", () => {
  const signals = new SignalRelay();
  const heard: [RunSignal, boolean][] = [];
  {
    using _first = signals.listen((signal, hard) => heard.push([signal, hard]));
    using _second = signals.listen((signal, hard) => heard.push([signal, hard]));
    signals.raise("SIGTERM");
  }
  signals.raise("SIGHUP");
  assertEquals(heard, [["SIGTERM", false], ["SIGTERM", false]]);
});

Deno.test("SignalRelay.raise() is hard from the second SIGINT on when they come one after the other", () => {
  const signals = new SignalRelay();
  const heard: boolean[] = [];
  using _listener = signals.listen((_signal, hard) => heard.push(hard));
  withClock((echoOver) => {
    signals.raise("SIGINT");
    signals.raise("SIGINT"); // the same one, by way of another process
    echoOver();
    signals.raise("SIGINT");
  });
  assertEquals(heard, [false, true]);
});

Deno.test("SignalRelay.raise() is never hard when other signals repeat", () => {
  const signals = new SignalRelay();
  const heard: boolean[] = [];
  using _listener = signals.listen((_signal, hard) => heard.push(hard));
  withClock((echoOver) => {
    signals.raise("SIGTERM");
    echoOver();
    signals.raise("SIGTERM");
  });
  assertEquals(heard, [false, false]);
});

Deno.test("SignalRelay.exitCode tells of the first signal when there are several", () => {
  const codes = RUN_SIGNALS.map((signal) => {
    const signals = new SignalRelay();
    assertEquals([signals.first, signals.exitCode], [undefined, undefined]);
    signals.raise(signal);
    signals.raise("SIGTERM");
    return [signals.first, signals.exitCode];
  });
  assertEquals(codes, [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]]);
});
