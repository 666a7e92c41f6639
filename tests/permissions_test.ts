/** The library with no more rights than it says it needs, and with less. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { denoDir } from "../scripts/imports.ts";
import { projectName } from "../src/storage/layout.ts";
import { fixtureArgs, type FixtureResult, resultOf, spawnFixture } from "./helpers/fixture.ts";
import { GIVE_UP_MS } from "./helpers/following.ts";
import { needs } from "./helpers/skip.ts";
import { TempDir, tree } from "./helpers/temp_dir.ts";

const ENV = "--allow-env=HOME,USERPROFILE";

/** A home directory, and the rights that the library is documented to need there. */
class Home extends TempDir {
  readonly store = this.at(".zig");
  readonly mayRead = `--allow-read=${this.store}`;
  readonly mayWrite = `--allow-write=${this.store}`;

  /** Uses the whole library with these rights. */
  run(
    rights: readonly string[],
    options: { args?: string[]; env?: Record<string, string> } = {},
  ): Promise<FixtureResult> {
    const { args = [], env = {} } = options;
    return resultOf(spawnFixture("sandboxed.ts", { rights, args, env: { ...this.env(), ...env }, cwd: this.path }));
  }

  env(): Record<string, string> {
    return {
      SHELL: "/bin/sh", // what a terminal starts
      HOME: this.path,
      USERPROFILE: this.path,
      DENO_DIR: denoDir(),
      ZIGLOG_ROOT: this.at("elsewhere"),
      NO_COLOR: "1",
    };
  }
}

/** What the program prints when all went well. */
function success(logsDir: string): Record<string, unknown> {
  return {
    logPath: logsDir,
    before: "running",
    followed: ["lines", "ended"],
    events: ["zig_session_started", "step_output", "zig_session_ended"],
    listed: ["success"],
    listedOfAll: ["success"],
    found: true,
  };
}

/** What the program printed; of the log only its directory. */
function found({ code, stdout, stderr }: FixtureResult): Record<string, unknown> {
  assertEquals(code, 0, stderr);
  const { logPath, ...rest } = JSON.parse(stdout);
  return { logPath: logPath.replace(/\/sessions\/[0-9a-f-]{36}\.jsonl$/, ""), ...rest };
}

Deno.test("SessionWriter.create() records under the base directory when only the store may be used", async () => {
  using home = new Home();
  Deno.mkdirSync(home.at(".git")); // there is a repository, but it cannot be seen
  const result = await home.run(["--no-prompt", ENV, home.mayRead, home.mayWrite]);
  assertEquals(found(result), success(`${home.store}/logs`));
  assertEquals(result.stderr, "");
  assertEquals(tree(home.path).filter((path) => !path.startsWith(".zig/")), [".git/"]);
});

Deno.test("SessionWriter.create() records under the named project when only the store may be used", async () => {
  using home = new Home();
  const result = await home.run(["--no-prompt", ENV, home.mayRead, home.mayWrite], { args: ["/src/some/project"] });
  assertEquals(found(result), success(`${home.store}/projects/src-some-project/logs`));
});

Deno.test("SessionWriter.create() finds the project when the repository may be read as well", async () => {
  using home = new Home();
  Deno.mkdirSync(home.at(".git"));
  const result = await home.run(["--no-prompt", ENV, `${home.mayRead},${home.path}`, home.mayWrite]);
  assertEquals(found(result), success(`${home.store}/projects/${projectName(home.path)}/logs`));
});

const MISSING = [
  { without: "--allow-env", says: /UsageError: .*--allow-env=HOME,USERPROFILE.*--root/ },
  { without: "--allow-read", says: /NotCapable: Cannot read ".*\.zig": .*run with --allow-read=.*\.zig/ },
  { without: "--allow-write", says: /NotCapable: Cannot write ".*\.zig": .*run with --allow-write=.*\.zig/ },
] as const;

for (const { without, says } of MISSING) {
  Deno.test(`SessionWriter.create() names the flag and leaves nothing behind when ${without} is missing`, async () => {
    using home = new Home();
    const rights = [ENV, home.mayRead, home.mayWrite].filter((flag) => !flag.startsWith(without));
    const { code, stdout, stderr } = await home.run(["--no-prompt", ...rights]);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, says);
    assertEquals(tree(home.path), []);
  });
}

Deno.test("SessionWriter.create() names --root when there is no home directory", async () => {
  using home = new Home();
  const env = { HOME: "", USERPROFILE: "" };
  const { code, stderr } = await home.run(["--no-prompt", ENV, home.mayRead, home.mayWrite], { env });
  assertEquals(code, 1);
  assertMatch(stderr, /UsageError: .*HOME is not set.*--root/);
});

/** Leads both indexes out of the store: to a log beside it, and to a link that leads there. */
function leadOutside(home: Home, logPath: string): void {
  const outside = home.write("outside.jsonl", Deno.readTextFileSync(logPath)); // who reads it takes it for a success
  const link = home.at(".zig/inside.jsonl");
  Deno.symlinkSync(outside, link);
  for (const path of [home.at(".zig/logs/index.json"), home.at(".zig/sessions_index.json")]) {
    const index = JSON.parse(Deno.readTextFileSync(path));
    const open = { ...index.sessions[0], ended_at: null, status: null };
    index.sessions.push({ ...open, zig_session_id: "a", log_path: outside });
    index.sessions.push({ ...open, zig_session_id: "b", log_path: link });
    Deno.writeTextFileSync(path, JSON.stringify(index));
  }
}

Deno.test("listSessions() does not look at a log outside of the store when an index leads there", async () => {
  using home = new Home();
  const rights = ["--no-prompt", ENV, home.mayRead, home.mayWrite];
  leadOutside(home, JSON.parse((await home.run(rights)).stdout).logPath);
  const { listed, listedOfAll } = found(await home.run(rights));
  const states = ["success", "stale", "stale", "success"];
  assertEquals([listed, listedOfAll], [states, states]);
});

for (const link of [".zig", "linked"]) {
  Deno.test(`SessionWriter.create() names the flag when the store is reached through the link "${link}"`, async () => {
    using home = new Home();
    Deno.mkdirSync(home.at("real"));
    Deno.symlinkSync(home.at("real"), home.at(link));
    const [env, store, real] = link === ".zig"
      ? [{}, home.store, home.at("real")]
      : [{ HOME: home.at(link) }, home.at(`${link}/.zig`), home.at("real/.zig")];
    const rights = ["--no-prompt", ENV, `--allow-write=${store}`];
    const { code, stderr } = await home.run([...rights, `--allow-read=${store}`], { env });
    assertEquals(code, 1);
    assertStringIncludes(
      stderr,
      `NotCapable: Cannot read "${real}": permission is missing, run with --allow-read=${real}`,
    );
    assertEquals(tree(home.at("real")).filter((path) => !path.endsWith("/")), []);
    const result = await home.run([...rights, `--allow-read=${store},${real}`], { env });
    assertEquals(found(result), success(`${store}/logs`));
  });
}

for (const without of ["nothing", "--allow-env", "--allow-read", "--allow-write"]) {
  Deno.test({
    name: `SessionWriter and the readers never prompt at a terminal when ${without} is missing`,
    ...needs("script"),
    async fn(): Promise<void> {
      using home = new Home();
      const all = [ENV, home.mayRead, home.mayWrite];
      leadOutside(home, JSON.parse((await home.run(["--no-prompt", ...all])).stdout).logPath);
      const rights = all.filter((flag) => !flag.startsWith(without));
      const command = [Deno.execPath(), ...fixtureArgs("sandboxed.ts", { rights })].map(quote).join(" ");
      const terminal = new Deno.Command("script", {
        args: ["--quiet", "--return", "--command", command, "/dev/null"],
        cwd: home.path,
        env: home.env(),
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
        signal: AbortSignal.timeout(GIVE_UP_MS), // who prompts waits for an answer
      });
      const { code, signal, stdout } = await terminal.output();
      const said = new TextDecoder().decode(stdout);
      assertEquals(signal, null, said);
      assert(!/Deno requests|Allow\?|Granted|Denied/.test(said), said);
      if (without === "nothing") assertStringIncludes(said, '"found":true');
      else assertStringIncludes(said, without);
      assertEquals(code, without === "nothing" ? 0 : 1, said);
    },
  });
}

for (const granted of ["nothing", "the log"]) {
  Deno.test({
    name: `readSessionEvents() and followSession() never prompt at a terminal when ${granted} may be read`,
    ...needs("script"),
    async fn(): Promise<void> {
      using home = new Home();
      const { stdout } = await home.run(["--no-prompt", ENV, home.mayRead, home.mayWrite]);
      const log = JSON.parse(stdout).logPath;
      const rights = granted === "nothing" ? [] : [`--allow-read=${log}`];
      const said = await atTerminal(home, fixtureArgs("read_paths.ts", { rights, args: [log] }));
      const missing = `NotCapable: Cannot read "${log}": permission is missing, run with --allow-read=${log}\r\n`;
      assertEquals(said, (granted === "nothing" ? missing : "done\r\n").repeat(2));
    },
  });
}

/** What a program says that runs at a terminal; who prompts waits for an answer, and is stopped. */
async function atTerminal(home: Home, args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", [Deno.execPath(), ...args].map(quote).join(" "), "/dev/null"],
    cwd: home.path,
    env: home.env(),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(GIVE_UP_MS),
  }).output();
  return new TextDecoder().decode(stdout);
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
