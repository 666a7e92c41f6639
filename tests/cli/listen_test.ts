import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../src/cli/main.ts";
import { golden, goldenBytes, goldenText } from "../helpers/golden.ts";
import { FakeHost, type FakeOptions, runMain } from "./fake_host.ts";
import { BEAT, complete, ended, fail, output, start, started, Store, tier } from "./store.ts";

const FULL = [started("w"), tier(0, "a"), start("a"), output("a", "one"), BEAT, fail("a"), start("a"), complete("a")];
const UNKNOWN =
  '{"seq":99,"ts":"2026-01-01T12:00:00+00:00","zig_session_id":"5e551017","type":"step_paused","why":"\\u001b"}\n';
const DAY = 86_400_000;

function textOf(stdout: string): string[] {
  return stdout.split("\n").slice(0, -1);
}

for (const path of golden("zig", /listen\.txt$/)) {
  Deno.test(`listen prints ${path} byte for byte, in few writes, when its output is not a terminal`, async () => {
    using store = new Store();
    const [log] = golden(path.replace("/listen.txt", ""), /\.jsonl$/);
    const logPath = store.putLog("289aa865", goldenBytes(log!));
    const { code, stdout, stderr, host } = await runMain(["listen", "289", ...store.args]);
    assertEquals(code, 0);
    assertEquals(stdout, goldenText(path));
    assertEquals(stderr, `listening to session log: ${logPath}\n`);
    assert(host.stdout.writes.length <= 5, `${host.stdout.writes.length} writes`);
  });

  Deno.test(`listen lets no control character of ${path} reach a terminal, unless told to`, async () => {
    using store = new Store();
    const [log] = golden(path.replace("/listen.txt", ""), /\.jsonl$/);
    store.putLog("289aa865", goldenBytes(log!));
    const plain: FakeOptions = { columns: 80, env: { NO_COLOR: "1" } };
    const { stdout } = await runMain(["listen", ...store.args], plain);
    // deno-lint-ignore no-control-regex
    assertEquals(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]/.exec(stdout), null);
    assertStringIncludes(stdout, "[esc] ␛[31mred␛[0m\n");
    assertStringIncludes(stdout, "[crlf] line␍␊next␊\n");
    const json = (await runMain(["listen", "--json", ...store.args], plain)).stdout;
    // deno-lint-ignore no-control-regex
    assertEquals(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]/.exec(json), null);
    assertEquals(
      textOf(json).map((line) => JSON.parse(line)),
      textOf(goldenText(log!)).map((line) => JSON.parse(line)),
    );
    assertEquals((await runMain(["listen", "--raw", ...store.args], plain)).stdout, goldenText(path));
  });

  Deno.test(`listen --json prints the log of ${path} byte for byte`, async () => {
    using store = new Store();
    const [log] = golden(path.replace("/listen.txt", ""), /\.jsonl$/);
    store.putLog("289aa865", goldenBytes(log!));
    assertEquals((await runMain(["listen", "--json", ...store.args])).stdout, goldenText(log!));
  });
}

Deno.test("listen colours on a terminal, around what it would print anyway", async () => {
  using store = new Store();
  store.put([...FULL, ended("failure")], { tail: "" });
  const plain = await runMain(["listen", ...store.args]);
  const colored = await runMain(["listen", ...store.args], { columns: 80 });
  // deno-lint-ignore no-control-regex
  const stripped = colored.stdout.replace(/\x1b\[\d+m/g, "");
  assert(stripped.length < colored.stdout.length);
  assertEquals(stripped, plain.stdout);
});

Deno.test("listen prints unknown types, and tells of damaged lines on standard error", async () => {
  using store = new Store();
  const path = store.put([started("w")], { tail: `${UNKNOWN}garbage\x1b\n` });
  const offset = Deno.statSync(path).size - "garbage\x1b\n".length;
  const { code, stdout, stderr } = await runMain(["listen", "--no-follow", ...store.args]);
  assertEquals(code, 0);
  assertEquals(textOf(stdout), ["▶ zig session started: w (1 tier)", '? step_paused {"why":"\\u001b"}']);
  assertMatch(textOf(stderr)[1]!, new RegExp(`^\\[malformed at byte ${offset}\\] .*: garbage␛$`));
  assertEquals((await runMain(["listen", "--no-follow", "--json", ...store.args])).stdout.split("\n").length, 3);
});

Deno.test("listen --timestamps puts the time in UTC in front of each event", async () => {
  using store = new Store();
  store.put([started("w"), ended()]);
  assertEquals(textOf((await runMain(["listen", "-t", ...store.args])).stdout), [
    "2026-01-01T12:00:00.000Z ▶ zig session started: w (1 tier)",
    "2026-01-01T12:00:01.000Z ■ zig session ended (Success) in 5000ms",
  ]);
});

Deno.test("listen --filter prints these types only", async () => {
  using store = new Store();
  store.put([...FULL, ended()]);
  const args = ["listen", "--filter", "step_failed", "--filter=step_output", ...store.args];
  assertEquals(textOf((await runMain(args)).stdout), ["[a] one", "  step 'a' failed (attempt 1): exit code 3"]);
  const beats = await runMain(["listen", "--json", "--filter", "heartbeat", ...store.args]);
  assertEquals(JSON.parse(beats.stdout).type, "heartbeat");
});

Deno.test("listen --filter takes a type that nobody knows only when the log holds it", async () => {
  using store = new Store();
  store.put([started("w")], { tail: UNKNOWN });
  const known = await runMain(["listen", "--no-follow", "--filter", "step_paused", ...store.args]);
  assertEquals([known.code, known.stdout], [0, '? step_paused {"why":"\\u001b"}\n']);
  const slip = await runMain(["listen", "--no-follow", "--filter", "step_fialed", ...store.args]);
  assertEquals([slip.code, slip.stdout], [2, ""]);
  assertMatch(
    slip.stderr,
    /^ziglog: Cannot use --filter "step_fialed": .*did you mean step_failed\? \(known: zig_session/,
  );
});

for (const following of [true, false]) {
  Deno.test(`listen --last begins with the last events that print, ${following ? "" : "not "}following`, async () => {
    using store = new Store();
    store.put([...FULL, BEAT, BEAT, ended()], { tail: "" });
    const args = [...(following ? [] : ["--no-follow"]), ...store.args];
    const all = textOf((await runMain(["listen", ...args])).stdout);
    for (let count = 0; count <= all.length + 1; count++) {
      const { code, stdout } = await runMain(["listen", "--last", String(count), ...args]);
      assertEquals([code, textOf(stdout)], [0, count === 0 ? [] : all.slice(-count)], `--last ${count}`);
    }
    const filtered = await runMain(["listen", "-n", "1", "--filter", "step_started", ...args]);
    assertEquals(textOf(filtered.stdout), ["  running step 'a' (zag exec, session=)..."]);
    const json = await runMain(["listen", "-n", "2", "--json", ...args]);
    assertEquals(textOf(json.stdout).map((line) => JSON.parse(line).type), ["heartbeat", "zig_session_ended"]);
  });
}

Deno.test("listen --last prints the end of a log that is far longer than what is read at once", async () => {
  using store = new Store();
  const lines = Array.from({ length: 2000 }, (_, at) => output("a", `${at} ${"x".repeat(100)}`));
  store.put([started("w"), ...lines, ...Array.from({ length: 100 }, () => BEAT), ended()]);
  const { stdout } = await runMain(["listen", "--last", "3", ...store.args]);
  assertEquals(textOf(stdout).map((line) => line.slice(0, 8)), ["[a] 1998", "[a] 1999", "■ zig se"]);
});

Deno.test("listen prints what is written while it waits, and ends with the session", async () => {
  using store = new Store();
  const writer = store.write();
  const host = new FakeHost();
  const seen: string[] = [];
  host.stdout.onWrite = (text): void => {
    seen.push(...textOf(text));
    if (seen.length === 1) writer.stepOutputs("a", "stdout", ["x", "y"]);
    if (seen.at(-1) === "[a] y") writer.ended("success", 7);
  };
  assertEquals(await main(["listen", "--active", ...store.args], host), 0);
  assertEquals(seen.slice(1), ["[a] x", "[a] y", "■ zig session ended (Success) in 7ms"]);
  assert(host.stdout.writes.includes("[a] x\n[a] y\n"), "a burst takes one write");
});

Deno.test("listen --last 0 prints only what is written from now on", async () => {
  using store = new Store();
  const writer = store.write();
  const host = new FakeHost();
  host.stderr.onWrite = (): void => void setTimeout(() => writer.ended("success", 7), 50);
  assertEquals(await main(["listen", "-n", "0", ...store.args], host), 0);
  assertEquals(host.stdout.text, "■ zig session ended (Success) in 7ms\n");
});

for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(`listen ends quietly with ${exitCode} on ${signal}`, async () => {
    using store = new Store();
    using writer = store.write();
    const host = new FakeHost();
    host.stdout.onWrite = (): void => void setTimeout(() => host.signal(signal), 10);
    assertEquals(await main(["listen", ...store.args], host), exitCode);
    assertEquals(host.stderr.text, `listening to session log: ${writer.logPath}\n`);
    assertEquals(host.signal(signal), false, "nobody listens any more");
  });
}

Deno.test("listen ends quietly when the reader of its output has gone", async () => {
  using store = new Store();
  using writer = store.write();
  const { code, stderr } = await runMain(["listen", ...store.args], { writesBeforeClosed: 0 });
  assertEquals([code, stderr], [0, `listening to session log: ${writer.logPath}\n`]);
});

for (const args of [["--no-follow"], [], ["--last", "1"]]) {
  Deno.test(`listen ${args.join(" ")} exits with 4 when the writer died, and tells of its unfinished line`, async () => {
    using store = new Store();
    store.put([started("w"), output("a", "x")], { lock: "free", tail: '{"seq":3,"ts"' });
    const { code, stdout, stderr } = await runMain(["listen", ...args, ...store.args]);
    assertEquals(code, 4);
    assertEquals(textOf(stdout).at(-1), "[a] x");
    assertMatch(textOf(stderr).at(-2)!, /^\[unfinished at byte \d+\] .*: \{"seq":3,"ts"$/);
    assertEquals(textOf(stderr).at(-1), "ziglog: the writer of session 5e551017 died: its log has no end");
  });
}

Deno.test("listen exits with 4 when the session of another program has been silent for long", async () => {
  using store = new Store();
  store.put([started("w")], { modified: new Date(Date.now() - DAY) });
  const { code, stdout, stderr } = await runMain(["listen", ...store.args]);
  assertEquals([code, textOf(stdout)], [4, ["▶ zig session started: w (1 tier)"]]);
  assertMatch(textOf(stderr).at(-1)!, /^ziglog: session 5e551017 has been silent for long: .*--wait/);
});

Deno.test("listen --wait follows a session that has been silent for long, and says so once", async () => {
  using store = new Store();
  const path = store.put([started("w")], { modified: new Date(Date.now() - DAY) });
  const host = new FakeHost();
  host.stderr.onWrite = (text): void => {
    if (!text.startsWith("nothing")) return;
    const end = '"zig_session_id":"5e551017","type":"zig_session_ended","status":"failure","duration_ms":1}\n';
    Deno.writeTextFileSync(path, `{"seq":2,"ts":"2026-01-01T12:00:00+00:00",${end}`, { append: true });
  };
  assertEquals(await main(["listen", "--wait", ...store.args], host), 0);
  assertEquals(textOf(host.stdout.text).at(-1), "■ zig session ended (Failure) in 1ms");
  assertMatch(host.stderr.text, /^listening.*\nnothing has been written for 864\d\d s: still waiting\n$/);
});

Deno.test("listen --wait waits for a session to appear", async () => {
  using store = new Store();
  const host = new FakeHost();
  host.stderr.onWrite = (text): void => {
    if (text.startsWith("waiting")) setTimeout(() => store.write("late").ended("success", 1), 20);
  };
  assertEquals(await main(["listen", "--wait", ...store.args], host), 0);
  assertStringIncludes(host.stdout.text, "started: late");
  assertMatch(host.stderr.text, /^waiting for a session\nlistening to session log: .*\n$/);
});

Deno.test("listen --wait ends on SIGINT while there is no session", async () => {
  using store = new Store();
  const host = new FakeHost();
  host.stderr.onWrite = (): void => void setTimeout(() => host.signal("SIGINT"), 10);
  assertEquals(await main(["listen", "--active", "--wait", ...store.args], host), 130);
});

Deno.test("listen exits with 4 when the log is removed, and begins again when it is replaced", async () => {
  using store = new Store();
  const path = store.put([started("w")]);
  const host = new FakeHost();
  const replaced = store.put([started("other")], { id: "0ther" });
  host.stdout.onWrite = (text): void => {
    if (text.includes(": w (")) Deno.renameSync(replaced, path);
    else setTimeout(() => Deno.removeSync(path), 10);
  };
  assertEquals(await main(["listen", "5e55", ...store.args], host), 4);
  assertEquals(textOf(host.stdout.text).length, 2);
  assertMatch(
    host.stderr.text,
    /\nthe log was replaced: from its beginning again\nziglog: the log of .* was removed\n$/,
  );
});

for (
  const [args, code, message] of [
    [
      ["5e551017", "--latest"],
      2,
      'ziglog: Cannot choose session "5e551017" and --latest: only one of them can be meant',
    ],
    [["--latest", "--active"], 2, "ziglog: Cannot choose session --latest and --active: only one of them can be meant"],
    [["../../x"], 2, 'ziglog: Cannot use session id "../../x":'],
    [["x".repeat(10_000)], 2, "ziglog: Cannot use session id"],
    [[""], 2, 'ziglog: Cannot use session id "": it is empty'],
    [["abc"], 3, 'ziglog: Cannot find session "abc":'],
    [["5e"], 3, 'ziglog: Cannot choose session "5e": the prefix fits 2 sessions ('],
    [["--active"], 3, "ziglog: Cannot find an active session:"],
    [["a", "b"], 2, 'ziglog: Cannot use argument "b": listen takes one argument'],
  ] as const
) {
  Deno.test(`listen ${args.join(" ").slice(0, 30)} exits with ${code} and says why in one line`, async () => {
    using store = new Store();
    store.put([started("w"), ended()]);
    store.put([started("w"), ended()], { id: "5e551018" });
    const { stderr, ...result } = await runMain(["listen", ...args, ...store.args]);
    assertEquals([result.code, result.stdout], [code, ""]);
    assert(stderr.startsWith(message) && stderr.length < 400 && stderr.indexOf("\n") === stderr.length - 1, stderr);
  });
}
