/** A binary, driven from outside in homes that it has never seen. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../src/cli/commands.ts";
import { VERSION } from "../../src/version.ts";
import type { CliResult } from "../helpers/deno.ts";
import { GIVE_UP_MS, pause } from "../helpers/following.ts";
import { output, started, Store } from "../cli/store.ts";
import { needs } from "../helpers/skip.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";
import { builtOnce } from "./built.ts";

const build = builtOnce();

/** A home directory, and the binary in it. */
class Home extends TempDir {
  async run(...args: readonly string[]): Promise<CliResult> {
    return await (await build()).run(args, { home: this.path });
  }

  async record(input: string, ...args: readonly string[]): Promise<string> {
    const { code, stderr } = await (await build()).run(["record", ...args], { home: this.path, input });
    assertEquals(code, 0, stderr);
    return /ziglog show (\S+)/.exec(stderr)![1]!;
  }

  /** The log of a session that was recorded outside of a project. */
  logOf(id: string): string {
    return this.at(`.zig/logs/sessions/${id}.jsonl`);
  }
}

function test(name: string, fn: (home: Home) => Promise<void>, ...more: readonly ("script" | "sh")[]): void {
  Deno.test({
    name: `the binary ${name}`,
    ...needs("denort", ...more),
    async fn(): Promise<void> {
      using home = new Home();
      await fn(home);
    },
  });
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(GIVE_UP_MS);
  while (!isSo()) {
    assert(!deadline.aborted, "it did not come about");
    await pause(20);
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).size > 0;
  } catch {
    return false;
  }
}

test("records, lists, shows, follows and checks, and leaves nothing outside of the store", async (home) => {
  const id = await home.record("one\ntwo\n", "--workflow", "first");
  const listed = await home.run("list", "--json");
  assertEquals([listed.code, listed.stderr, JSON.parse(listed.stdout).state], [0, "", "success"]);
  assertStringIncludes((await home.run("show", id.slice(0, 8))).stdout, "✓ first");
  const { code, stdout } = await home.run("listen", id);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "[stdin] one\n[stdin] two\n");
  assertEquals((await home.run("verify", "--all")).code, 0);
  assertEquals((await home.run("reindex")).code, 0);
  assertEquals(Array.from(Deno.readDirSync(home.path), ({ name }) => name), [".zig"]);
});

test("passes the input, output and exit code of a command through", async (home) => {
  const args = ["run", "--", "sh", "-c", "cat; echo to-err >&2; exit 3"];
  const { code, stdout, stderr } = await (await build()).run(args, { home: home.path, input: "to-out\n" });
  assertEquals([code, stdout], [3, "to-out\n"]);
  assertMatch(stderr, /^to-err\nziglog: failure .*\n$/);
}, "sh");

test("runs a plan, and finds the project that it belongs to from below", async (home) => {
  home.write("app/.git/config", "secret");
  home.write("app/sub/plan.jsonc", '{ "name": "p", "steps": [{ "name": "a", "run": "echo $ZIGLOG_SESSION_ID" }] }');
  const cwd = home.at("app/sub");
  const { code, stderr } = await (await build()).run(["run", "plan.jsonc"], { home: home.path, cwd });
  assertEquals(code, 0, stderr);
  const [log] = tree(home.path).filter((path) => path.endsWith(".jsonl"));
  assertMatch(log!, /^\.zig\/projects\/[^/]*-app\/logs\/sessions\//);
  const listed = await (await build()).run(["list"], { home: home.path, env: { ZIGLOG_PROJECT: cwd } });
  assertStringIncludes(listed.stdout, " p ");
}, "sh");

test("records the dialogue of an agent, imports others, and keeps a run of outrig where it is told", async (home) => {
  const turn = (id: string): string =>
    JSON.stringify({
      type: "user",
      uuid: id,
      sessionId: id,
      cwd: home.path,
      timestamp: "2026-08-20T09:00:00.000Z",
      message: { role: "user", content: "fix it" },
    });
  const file = (id: string): string => `.claude/projects/home/${id}.jsonl`;
  home.write(file("before"), `${turn("before")}\n`);
  const step = { name: "ask", run: `echo '${turn("now")}' > ${file("now")}`, agent: "claude" };
  home.write("plan.json", JSON.stringify({ name: "p", steps: [step] }));
  const ran = await home.run("run", "--session-dir", "out", "plan.json");
  assertEquals(ran.code, 0, ran.stderr);
  assertMatch((await home.run("show")).stdout, /claude: 1 turn,/);
  const record = JSON.parse(Deno.readTextFileSync(home.at("out/session.json")));
  assertEquals([record.session_dir, record.exit_code], [home.at("out"), 0]);
  assertEquals(tree(home.path).filter((path) => path.endsWith(record.id)), [
    `.local/share/outrig/sessions/${record.id}`,
  ]);

  const imported = await home.run("import", "claude", "--json");
  const results = imported.stdout.trimEnd().split("\n").map((line) => JSON.parse(line).result);
  assertEquals([imported.code, results.sort()], [0, ["imported", "recorded"]]);
  assertEquals((await home.run("agents", "list", "--all", "--json")).stdout.trimEnd().split("\n").length, 2);
}, "sh");

test("says what is wrong with a command line as it does from source", async (home) => {
  const outcomes: readonly (readonly [args: string[], code: number, says: RegExp])[] = [
    [["lst"], 2, /did you mean list/],
    [["list", "--bogus"], 2, /no such option/],
    [["list", "--root"], 2, /DIR is missing/],
    [["list", "--root="], 2, /DIR is missing/],
    [["run", "a", "b"], 2, /takes one argument/],
    [["run", "none.jsonc"], 5, /there is no such file/],
    [["show", "deadbeef"], 3, /deadbeef/],
  ];
  for (const [args, code, says] of outcomes) {
    const result = await home.run(...args);
    assertEquals([result.code, result.stdout], [code, ""], args.join(" "));
    assertMatch(result.stderr, says);
    assertMatch(result.stderr, /^(ziglog: .*\n)+$/);
  }
  const homeless = await (await build()).run(["list"], { home: home.path, env: { HOME: "", USERPROFILE: "" } });
  assertEquals(homeless.code, 2);
  assertMatch(homeless.stderr, /^ziglog: Cannot find the store: HOME is not set; name its directory with --root\n$/);
});

test("shows the help of every command, and its version, without any rights", async (home) => {
  for (const name of Object.keys(COMMANDS)) {
    const { code, stdout, stderr } = await home.run(name, "--help");
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout, (await home.run("help", name)).stdout);
  }
  assertEquals((await home.run("--version")).stdout, `ziglog ${VERSION}\n`);
});

for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  if (Deno.build.os === "windows") continue;
  test(`ends what it records when hit by ${signal}`, async (home) => {
    const child = (await build()).command(["record"], { home: home.path, stdin: "piped" }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("a line\n"));
    const logs = (): string[] => tree(home.path).filter((path) => path.endsWith(".jsonl"));
    await until(() => logs().length === 1 && Deno.readTextFileSync(home.at(logs()[0]!)).includes("a line"));
    child.kill(signal);
    const { code, signal: killedBy } = await child.status;
    await Promise.all([writer.abort().catch(() => {}), child.stdout.cancel(), child.stderr.cancel()]);
    assertEquals([code, killedBy], [exitCode, null]);
    const { stdout } = await home.run("list", "--json");
    assertEquals(JSON.parse(stdout).state, "failure");
  });
}

test("follows a session while another one records it", async (home) => {
  const recorder = (await build()).command(["record", "--workflow", "live"], { home: home.path, stdin: "piped" })
    .spawn();
  const writer = recorder.stdin.getWriter();
  const write = (text: string): Promise<void> => writer.write(new TextEncoder().encode(text));
  await write("first\n");
  await until(() => exists(home.at(".zig/sessions_index.json")));
  const listener = (await build()).command(["listen", "--wait"], { home: home.path }).spawn();
  let seen = "";
  for await (const text of listener.stdout.pipeThrough(new TextDecoderStream())) {
    if (!seen.includes("] first\n") && (seen + text).includes("] first\n")) await write("second\n");
    if (!seen.includes("] second\n") && (seen + text).includes("] second\n")) await writer.close();
    seen += text;
  }
  await Promise.all([recorder.status, recorder.stdout.cancel(), recorder.stderr.cancel(), listener.stderr.cancel()]);
  assertEquals((await listener.status).code, 0);
  assertMatch(seen, /\] second\n(.*\n)*.*session ended \(Success\)/);
});

test("repairs what a dead writer left behind", async (home) => {
  using store = new Store();
  const path = store.put([started("w"), output("a", "line")], { tail: '{"seq":3', modified: new Date(2026, 0) });
  const damaged = await home.run("verify", "--all", ...store.args);
  assertEquals(damaged.code, 1);
  const { code, stderr } = await home.run("repair", "--all", "--stale", ...store.args);
  assertEquals(code, 0, stderr);
  assertMatch(Deno.readTextFileSync(path), /"line":"line"\}\n\{.*"status":"failure".*\}\n$/);
  assertEquals((await home.run("verify", "--all", ...store.args)).code, 0);
  assertEquals(tree(home.path), []);
});

test("reads keys from a terminal, and gives it back", async (home) => {
  const id = await home.record("line\n");
  const { path } = await build();
  const script =
    `stty -a | grep -o '.icanon'; '${path}' replay ${id} --speed 0.001; echo "code $?"; stty -a | grep -o '.icanon'`;
  const terminal = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", script, "/dev/null"],
    cwd: home.path,
    env: { SHELL: "/bin/sh", HOME: home.path, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(GIVE_UP_MS),
  }).spawn();
  const keys = terminal.stdin.getWriter();
  let seen = "";
  for await (const text of terminal.stdout.pipeThrough(new TextDecoderStream())) {
    const before = seen;
    seen += text;
    if (!before.includes("q ends") && seen.includes("q ends")) await keys.write(new TextEncoder().encode("q"));
  }
  await Promise.all([terminal.status, terminal.stderr.cancel(), keys.abort().catch(() => {})]);
  assertMatch(seen, /^ icanon\r\n[\s\S]*q ends[\s\S]*code 0\r\n icanon\r\n$/);
}, "script");

test("ends quietly when the reader of its output goes away", async (home) => {
  const id = await home.record("x".repeat(80).concat("\n").repeat(20_000));
  const child = (await build()).command(["show", id, "--step", "stdin"], { home: home.path }).spawn();
  const [{ code }] = await Promise.all([child.status, child.stdout.cancel()]);
  assertEquals([code, await new Response(child.stderr).text()], [0, ""]);
});

test("uses a store that is reached through links", async (home) => {
  Deno.mkdirSync(home.at("disk"));
  Deno.symlinkSync(home.at("disk"), home.at(".zig"));
  const id = await home.record("a\n");
  assertEquals((await home.run("verify", id)).code, 0);
  Deno.symlinkSync(home.path, home.at("link"));
  const args = ["list", "--root", home.at("link/.zig"), "--json"];
  assertEquals(JSON.parse((await home.run(...args)).stdout).zig_session_id, id);
  const moved = await (await build()).run(["start", "w"], {
    home: home.path,
    env: { ZIGLOG_ROOT: home.at("link/new") },
  });
  assertEquals([moved.code, moved.stderr], [0, ""]);
  assert(exists(home.at("new/sessions_index.json")));
});

test("keeps the place of a follower in the file that it was given", async (home) => {
  await home.record("a\n");
  const args = ["listen", "--all", "--no-follow", "--cursor", home.at("place/at"), "--json"];
  const missing = await home.run(...args);
  assertEquals(missing.code, 5);
  Deno.mkdirSync(home.at("place"));
  const { code, stderr } = await home.run(...args);
  assertEquals(code, 0, stderr);
  assertEquals(tree(home.at("place")), ["at"]);
  Deno.mkdirSync(home.at(".zig/agents"));
  const agents = ["agents", "listen", "--all", "--no-follow", "--cursor", home.at("place/of-agents")];
  assertEquals((await home.run(...agents)).stderr, `listening to all sessions of: ${home.at(".zig/agents")}\n`);
});

test("takes a path from the environment and from the configuration as from the command line", async (home) => {
  await home.record("a\n");
  const args = ["listen", "--all", "--no-follow"];
  home.write(".zig/ziglog.jsonc", JSON.stringify({ defaults: { listen: { cursor: home.at("by-file") } } }));
  assertEquals((await home.run(...args)).code, 0);
  const env = { ZIGLOG_LISTEN_CURSOR: home.at("by-variable") };
  assertEquals((await (await build()).run(args, { home: home.path, env })).code, 0);
  assertEquals((await home.run(...args, "--cursor", home.at("by-flag"))).code, 0);
  assertEquals(tree(home.path).filter((path) => path.startsWith("by-")), ["by-file", "by-flag", "by-variable"]);
});

test("takes out the value of a variable that the configuration calls secret", async (home) => {
  home.write(".zig/ziglog.jsonc", JSON.stringify({ redact: { variables: ["API_TOKEN"] } }));
  const options = { home: home.path, env: { API_TOKEN: "t0k-en" }, input: "with t0k-en\n" };
  assertEquals((await (await build()).run(["record"], options)).code, 0);
  assertStringIncludes((await home.run("show", "--step", "stdin")).stdout, "with [redacted]\n");
});

test("imports from where an agent keeps its files instead", async (home) => {
  home.write("moved/projects/home/a.jsonl", "");
  const env = { CLAUDE_CONFIG_DIR: home.at("moved") };
  const { code, stderr } = await (await build()).run(["import", "claude"], { home: home.path, env });
  assertEquals([code, stderr], [0, "claude: 0 imported, 0 completed, 0 there already, 1 empty, 0 B read\n"]);
});
