import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { SessionWriter } from "../../src/session/writer.ts";
import { cliCommand, runCli } from "../helpers/deno.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { runMain } from "./fake_host.ts";
import { readRest, readUntil } from "./recorded.ts";
import { ended, output, started, Store } from "./store.ts";

function write(root: string, workflowName: string): SessionWriter {
  return SessionWriter.create({ workflowName, workflowPath: "", tierCount: 1, root });
}

/** Session and number of each stored line. */
function seen(stdout: string): string[] {
  return stdout.split("\n").slice(0, -1).map((line) => {
    const { zig_session_id, seq } = JSON.parse(line);
    return `${zig_session_id.slice(0, 8)} ${seq}`;
  });
}

function range(writer: SessionWriter, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => `${writer.sessionId.slice(0, 8)} ${from + at}`);
}

Deno.test("listen --all prints session and workflow in front of each line, from outside the process", async () => {
  using home = new TempDir();
  const root = home.at(".zig");
  const one = write(root, "nightly");
  const child = cliCommand(["listen", "--all"], { home: home.path }).spawn();
  const reader = child.stdout.getReader();
  let text = await readUntil(reader, "(1 tier)");
  const two = write(root, "release");
  two.stepOutput("pack", "stdout", "hello");
  text += await readUntil(reader, "hello");
  two.ended("success", 5);
  one.ended("failure", 9);
  text += await readUntil(reader, "(Failure)");
  child.kill("SIGINT");
  text += await readRest(reader);
  assertEquals((await child.status).code, 130);
  const [first, second] = [one, two].map(({ sessionId }) => sessionId.slice(0, 8));
  assertEquals(
    text.trimEnd().split("\n").toSorted(),
    [
      `${first} nightly | ▶ zig session started: nightly (1 tier)`,
      `${first} nightly | ■ zig session ended (Failure) in 9ms`,
      `${second} release | ▶ zig session started: release (1 tier)`,
      `${second} release | [pack] hello`,
      `${second} release | ■ zig session ended (Success) in 5ms`,
    ].toSorted(),
  );
  assertStringIncludes(await readRest(child.stderr.getReader()), `listening to all sessions of: ${root}\n`);
});

Deno.test("listen --all --cursor goes on where it stopped, also in sessions that ended or came and went meanwhile", async () => {
  using home = new TempDir();
  const root = home.at(".zig");
  const cursor = home.at(".zig/cursor");
  const listen = async (): Promise<string[]> => {
    const { code, stdout, stderr } = await runCli(["listen", "--all", "--cursor", cursor, "--no-follow", "--json"], {
      home: home.path,
    });
    assertEquals([code, stderr], [0, `listening to all sessions of: ${root}\n`]);
    return seen(stdout);
  };
  const old = write(root, "old");
  old.ended("success", 1);
  const [live, ending] = [write(root, "live"), write(root, "ending")];
  assertEquals((await listen()).toSorted(), [...range(live, 1, 1), ...range(ending, 1, 1)].toSorted());
  assertEquals(await listen(), []);
  live.stepOutput("s", "stdout", "two");
  ending.stepOutput("s", "stdout", "two");
  ending.ended("success", 1);
  const unseen = write(root, "unseen");
  unseen.ended("success", 1);
  assertEquals(
    (await listen()).toSorted(),
    [...range(live, 2, 2), ...range(ending, 2, 3), ...range(unseen, 1, 2)].toSorted(),
  );
  assertEquals(await listen(), []);
  live.ended("success", 1);
  assertEquals(await listen(), range(live, 3, 3));
  assertEquals(await listen(), []);
  assertEquals(JSON.parse(Deno.readTextFileSync(cursor)).sessions, {}, "what is over need not be remembered");
});

Deno.test("listen --all --cursor loses nothing when it is killed, and repeats little", async () => {
  using home = new TempDir();
  const root = home.at(".zig");
  const args = ["listen", "--all", "--cursor", home.at(".zig/cursor"), "--json"];
  const writer = write(root, "w");
  let text = "";
  for (let round = 0; round < 3; round++) {
    const child = cliCommand(args, { home: home.path }).spawn();
    const reader = child.stdout.getReader();
    const mark = `round ${round}`;
    for (let line = 0; line < 50; line++) writer.stepOutput("s", "stdout", `${line}`);
    writer.stepOutput("s", "stdout", mark);
    text += await readUntil(reader, mark);
    child.kill("SIGKILL");
    await readRest(reader);
    await child.status;
    await child.stderr.cancel();
    text = text.slice(0, text.lastIndexOf("\n") + 1);
  }
  writer.ended("success", 1);
  const { stdout } = await runCli([...args, "--no-follow"], { home: home.path });
  const numbers = new Set(seen(text + stdout));
  assertEquals([...numbers].toSorted(), range(writer, 1, 155).toSorted());
});

Deno.test("listen --all takes --last, --filter and --timestamps", async () => {
  using store = new Store();
  const recent = { startedAt: Date.now() };
  store.put([started("w"), output("a", "one"), output("a", "two"), output("a", "three")], {
    id: "aaaaaaaa-1",
    ...recent,
  });
  const listen = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout } = await runMain(["listen", "--all", "--no-follow", ...args, ...store.args]);
    assertEquals(code, 0);
    return stdout;
  };
  assertEquals(await listen("--last", "2"), "aaaaaaaa w | [a] two\naaaaaaaa w | [a] three\n");
  assertEquals(await listen("--last", "0"), "");
  assertEquals(await listen("--filter", "zig_session_started"), "aaaaaaaa w | ▶ zig session started: w (1 tier)\n");
  assertMatch(await listen("--last", "1", "-t"), /^aaaaaaaa w \| \d{4}-\d\d-\d\dT[\d:.]+Z \[a\] three\n$/);
});

Deno.test("listen --all shows control characters and damage as listen does", async () => {
  using store = new Store();
  store.put([started("w\x1b[2J"), output("a", "\x1b[1mone")], {
    id: "aaaaaaaa-1",
    startedAt: Date.now(),
    tail: "no json\n",
  });
  const { stdout, stderr } = await runMain(["listen", "--all", "--no-follow", ...store.args], {
    columns: 80,
    env: { NO_COLOR: "1" },
  });
  assertStringIncludes(stdout, "aaaaaaaa w␛[2J | [a] ␛[1mone\n");
  assertMatch(stderr, /aaaaaaaa w␛\[2J \| \[malformed at byte \d+\] /);
});

Deno.test("listen --all tells of a writer that dies, and goes on", async () => {
  using home = new TempDir();
  const root = home.at(".zig");
  const [dying, living] = [write(root, "dying"), write(root, "living")];
  const child = cliCommand(["listen", "--all"], { home: home.path }).spawn();
  const [reader, talk] = [child.stdout.getReader(), child.stderr.getReader()];
  await readUntil(reader, "started: living");
  dying[Symbol.dispose]();
  await readUntil(talk, `ziglog: the writer of session ${dying.sessionId} died: its log has no end\n`);
  living.ended("success", 1);
  await readUntil(reader, "(Success)");
  child.kill("SIGTERM");
  await Promise.all([readRest(reader), readRest(talk)]);
  assertEquals((await child.status).code, 143);
});

Deno.test("listen --all exits with 2 when it is asked for something else besides, or wrongly", async () => {
  using store = new Store();
  store.put([started("w"), ended()]);
  const cases: readonly (readonly [args: readonly string[], message: string])[] = [
    [["--all", "5e55"], 'Cannot listen to "5e55" and --all: only one of them can be meant'],
    [["--all", "--latest"], 'Cannot listen to "--latest" and --all'],
    [["--all", "--active"], 'Cannot listen to "--active" and --all'],
    [["--cursor", "file"], 'Cannot use option "--cursor": it needs --all'],
    [["--all", "--filter", "step_faild"], "did you mean step_failed?"],
    [["--all", "--cursor", store.put([ended()], { id: "other" })], "Cannot read cursor"],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await runMain(["listen", "--no-follow", ...args, ...store.args]);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assert(stderr.includes(message), stderr);
  }
});
