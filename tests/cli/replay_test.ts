import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../src/cli/main.ts";
import { Playback, type PlaybackClock } from "../../src/session/playback.ts";
import { replaySession } from "../../src/session/replay.ts";
import { runCli } from "../helpers/deno.ts";
import { FakeHost, runMain } from "./fake_host.ts";
import { BEAT, complete, ended, output, start, started, Store, tier } from "./store.ts";

const KINDS = [
  ...[started("nightly"), tier(0, "build", "test"), start("build"), output("build", "compiling"), BEAT],
  ...[complete("build"), start("test"), output("test", "fi\x1bne"), complete("test"), ended()],
];

/** A clock that passes as soon as somebody waits, and remembers for how long. */
class FakeClock implements PlaybackClock {
  time = 0;
  readonly waits: number[] = [];
  /** Called in each wait, with its number. */
  onWait: (at: number) => void = () => {};

  now(): number {
    return this.time;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    this.waits.push(ms);
    this.onWait(this.waits.length);
    if (!signal.aborted && ms === Infinity) throw new Error("nobody ends this wait");
    if (!signal.aborted) this.time += ms;
    return Promise.resolve();
  }
}

/** A terminal at which keys are pressed; they stay unread until somebody asks. */
function terminal(keys: string): { host: FakeHost; raw: boolean[] } {
  const host = new FakeHost({ columns: 80 });
  const raw: boolean[] = [];
  const readable = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(keys)),
  });
  Object.assign(host, { stdin: { isTerminal: true, readable, setRaw: (on: boolean) => raw.push(on) } });
  return { host, raw };
}

Deno.test("cli.ts replay prints what listen prints, from outside the process", async () => {
  using store = new Store();
  store.put(KINDS);
  const place = { home: store.root, root: store.root };
  const { code, stdout, stderr } = await runCli(["replay", "--speed", "1000", ...store.args], place);
  const listened = await runMain(["listen", "--no-follow", ...store.args]);
  assertEquals([code, stderr, stdout], [0, "", listened.stdout]);
});

Deno.test("replay --json prints the stored lines, heartbeats too", async () => {
  using store = new Store();
  const path = store.put(KINDS);
  const { code, stdout } = await runMain(["replay", "--json", "--idle-limit", "0", ...store.args]);
  assertEquals([code, stdout], [0, Deno.readTextFileSync(path)]);
});

Deno.test("replay --from begins with the first event of the step", async () => {
  using store = new Store();
  store.put(KINDS, { tail: "{" });
  const { code, stdout, stderr } = await runMain(["replay", "--from", "test", "--idle-limit", "0", ...store.args]);
  assertEquals([code, stdout.split("\n").length], [0, 5]);
  assertStringIncludes(stdout.split("\n")[0]!, "running step 'test'");
  assertStringIncludes(stderr, "[unfinished at byte");
});

Deno.test("replay --from exits with 3 and names the steps when there is no such step", async () => {
  using store = new Store();
  store.put(KINDS);
  const { code, stdout, stderr } = await runMain(["replay", "--from", "deploy", ...store.args]);
  assertEquals([code, stdout], [3, ""]);
  assertStringIncludes(stderr, "the steps are build, test");
});

Deno.test("replay exits with 2 when a number is none", async () => {
  using store = new Store();
  store.put(KINDS);
  for (const [option, value] of [["speed", "0"], ["speed", "fast"], ["speed", "1e3"], ["idle-limit", "2s"]] as const) {
    const { code, stderr } = await runMain(["replay", `--${option}=${value}`, ...store.args]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `"${value}" for option "--${option}": it must be a number`);
  }
});

Deno.test("replay shows control characters on a terminal, unless --raw", async () => {
  using store = new Store();
  store.put(KINDS);
  const args = ["replay", "--idle-limit", "0", "--no-color", ...store.args];
  assertEquals((await runMain(args, { columns: 80 })).stdout.includes("\x1b"), false);
  assertEquals((await runMain([...args, "--raw"], { columns: 80 })).stdout.includes("fi\x1bne"), true);
});

for (const [key, exitCode] of [["q", 0], ["\x03", 130]] as const) {
  Deno.test(`replay ends with ${exitCode} on key ${JSON.stringify(key)}, and gives the terminal back`, async () => {
    using store = new Store();
    store.put(KINDS);
    const { host, raw } = terminal(` .${key}`);
    assertEquals(await main(["replay", "--speed", "0.001", ...store.args], host), exitCode);
    assertEquals(raw, [true, false]);
    assertEquals(host.stdout.text.includes("ended"), false);
  });
}

Deno.test("replay exits with 130 on SIGINT and gives the terminal back", async () => {
  using store = new Store();
  store.put(KINDS);
  const { host, raw } = terminal("");
  host.stdout.onWrite = () => void host.signal("SIGINT");
  assertEquals(await main(["replay", "--speed", "0.001", ...store.args], host), 130);
  assertEquals([raw, host.stdout.writes.length], [[true, false], 1]);
});

Deno.test("Playback.next() waits until the moment when an event is due", async () => {
  const clock = new FakeClock();
  const playback = new Playback(clock);
  assertEquals(await playback.next(0), true);
  await playback.next(1000);
  clock.time += 300; // printing took long
  await playback.next(1000);
  await playback.next(0.4);
  await playback.next(0.8);
  assertEquals(clock.waits.map(Math.floor), [1000, 700, 1]);
});

Deno.test("Playback.toggle() pauses, and goes on with what was left", async () => {
  const clock = new FakeClock();
  const playback = new Playback(clock);
  clock.onWait = (at) => {
    if (at === 1) {
      clock.time += 400;
      playback.toggle();
    } else if (at === 2) {
      clock.time += 60_000;
      playback.toggle();
    }
  };
  assertEquals(await playback.next(1000), true);
  assertEquals(clock.waits, [1000, Infinity, 600]);
});

Deno.test("Playback.step() lets one event through while paused, and nothing otherwise", async () => {
  const clock = new FakeClock();
  const playback = new Playback(clock);
  playback.step();
  playback.toggle();
  clock.onWait = (at) => at === 1 ? playback.step() : playback.end();
  assertEquals(await playback.next(1000), true);
  assertEquals(await playback.next(1000), false);
  assertEquals(clock.waits, [Infinity, Infinity]);
});

Deno.test("replaySession() gives the events without heartbeats, and stops when it is aborted", async () => {
  using store = new Store();
  const path = store.put(KINDS);
  const events = await Array.fromAsync(replaySession(path, { idleLimitMs: 0 }));
  assertEquals(events.map(({ seq }) => seq), [1, 2, 3, 4, 6, 7, 8, 9, 10]);
  const controller = new AbortController();
  const seen: unknown[] = [];
  for await (const { seq } of replaySession(path, { speed: 0.001, signal: controller.signal })) {
    seen.push(seq);
    controller.abort();
  }
  assertEquals(seen, [1]);
  assertEquals(await Array.fromAsync(replaySession(path, { signal: AbortSignal.abort() })), []);
});
