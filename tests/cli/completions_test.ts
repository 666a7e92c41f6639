import { assertEquals, assertMatch } from "@std/assert";
import { COMMANDS } from "../../src/cli/commands.ts";
import { COMPLETION_SCRIPTS, SHELLS } from "../../src/cli/completion_scripts.ts";
import { positionalAt } from "../../src/cli/placeholders.ts";
import { SESSION_EVENT_TYPES } from "../../src/codec/zig.ts";
import { denoArgs } from "../helpers/deno.ts";
import { needs } from "../helpers/skip.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { runMain } from "./fake_host.ts";
import { ended, started, Store } from "./store.ts";

const CLI = new URL("../../cli.ts", import.meta.url).href;

/** What is offered when a word is completed behind others. */
async function offered(current: string, ...words: string[]): Promise<{ paths: string; values: string[] }> {
  const { code, stdout, stderr } = await runMain(["__complete", `=${current}`, ...words]);
  assertEquals([code, stderr], [0, ""]);
  const [paths, ...lines] = stdout.trimEnd().split("\n");
  return { paths: paths!, values: lines.map((line) => line.split("\t")[0]!) };
}

Deno.test("__complete offers every command of the table, with what it does", async () => {
  assertEquals((await offered("")).values, [...Object.keys(COMMANDS), "help", "version"]);
  assertEquals((await offered("li")).values, ["listen", "list"]);
  assertEquals((await offered("sh", "help")).values, ["show"]);
  assertEquals(
    (await runMain(["__complete", "=lis"])).stdout,
    `none\nlisten\t${COMMANDS.listen!.summary}\nlist\t${COMMANDS.list!.summary}\n`,
  );
});

for (const [name, { load }] of Object.entries(COMMANDS)) {
  Deno.test(`__complete offers every option of ${name}, and the choices of each`, async () => {
    const { options } = await load();
    const { values } = await offered("--", name);
    for (const [option, spec] of Object.entries(options)) {
      assertEquals(values.includes(`--${option}`), true, option);
      if (spec.kind !== "string" && spec.kind !== "list" || spec.choices === undefined) continue;
      assertEquals((await offered("", name, `--${option}`)).values, [...spec.choices]);
      assertEquals((await offered(`--${option}=`, name)).values, spec.choices.map((choice) => `--${option}=${choice}`));
    }
  });
}

Deno.test("__complete offers an option once, and one that may be repeated again", async () => {
  assertEquals((await offered("--", "list", "--json")).values.includes("--json"), false);
  assertEquals((await offered("--st", "list", "--state", "failure")).values, ["--state"]);
});

Deno.test("__complete offers sessions, newest first, and names of workflows", async () => {
  using store = new Store();
  store.write("night ly").ended("success", 1);
  const newest = store.write("release");
  newest.ended("failure", 1);
  const { values } = await offered("", ...store.args, "show");
  assertEquals([values.length, values[0]], [2, newest.sessionId]);
  assertEquals((await offered(newest.sessionId.slice(0, 6), ...store.args, "show")).values, [newest.sessionId]);
  assertEquals((await offered("", "pin", "a", "b", ...store.args)).values.length, 2);
  assertEquals((await offered("", "show", "a", ...store.args)).values, []);
  assertEquals((await offered("", "diff", "a", ...store.args)).values.length, 2);
  assertEquals((await offered("", ...store.args, "list", "--workflow")).values, ["release", "night ly"]);
  assertEquals((await offered("--workflow=n", ...store.args, "list")).values, ["--workflow=night ly"]);
  assertMatch((await runMain(["__complete", "=", ...store.args, "show"])).stdout, /\trelease, failure, \S/);
});

Deno.test("__complete offers the newest sessions of many, and any of them once it is begun", async () => {
  using store = new Store();
  const ids = Array.from({ length: 150 }, (_, at) => `${String(at).padStart(3, "0")}e5510`);
  const rest = { workflow_path: "", log_path: "/l", ended_at: null, status: null, workspace_path: "/w" };
  const sessions = ids.map((id) => ({
    zig_session_id: id,
    workflow_name: "w",
    started_at: "2026-01-01T00:00:00Z",
    ...rest,
  }));
  Deno.mkdirSync(store.layout.logsDir, { recursive: true });
  Deno.writeTextFileSync(store.layout.indexPath, JSON.stringify({ sessions }));
  assertEquals((await offered("", ...store.args, "show")).values, ids.slice(50).reverse());
  assertEquals((await offered("002", ...store.args, "show")).values, [ids[2]]);
});

Deno.test("__complete offers types of events, and has the shell offer files and directories", async () => {
  assertEquals((await offered("", "events", "--type")).values, [...SESSION_EVENT_TYPES]);
  assertEquals((await offered("step_f", "emit", "x")).values, ["step_failed"]);
  assertEquals(await offered("", "run"), { paths: "files", values: [] });
  assertEquals(await offered("", "run", "--", "make"), { paths: "files", values: [] });
  assertEquals(await offered("", "--root"), { paths: "directories", values: [] });
  assertEquals(await offered("", "listen", "--cursor"), { paths: "files", values: [] });
  assertEquals((await offered("", "completions")).values, [...SHELLS]);
});

Deno.test("__complete offers nothing, and says nothing, where there is nothing to offer or something is wrong", async () => {
  const nothing = { paths: "none", values: [] };
  assertEquals(await offered("", "bogus"), nothing);
  assertEquals(await offered("x", "list"), nothing);
  assertEquals(await offered("", "list", "--limit"), nothing);
  assertEquals(await offered("--bogus=", "list"), nothing);
  assertEquals(await offered("", "show", "--root", "/dev/null/none"), nothing);
});

Deno.test("__complete offers no name that would steer the terminal", async () => {
  using store = new Store();
  store.write("a\x1b[2J\nb").ended("success", 1);
  assertEquals((await offered("", ...store.args, "show")).values, []);
  assertEquals((await offered("", ...store.args, "list", "--workflow")).values, []);
});

Deno.test("positionalAt() reads the usage of every command", async () => {
  const found: Record<string, string[]> = {};
  for (const [name, { load }] of Object.entries(COMMANDS)) {
    const places = await Promise.all([0, 1].map(async (place) => positionalAt(await load(), name, place).join("|")));
    if (places.join("") !== "") found[name] = places;
  }
  for (const name of ["listen", "show", "events", "verify", "repair", "replay"]) assertEquals(found[name], ["ID", ""]);
  assertEquals(found.run, ["PLAN", ""]);
  assertEquals(found.pin, ["ID", "ID"]);
  assertEquals(found.diff, ["A", "B"]);
  assertEquals(found.emit, ["ID", "EVENT"]);
  assertEquals(found.completions, ["SHELL", ""]);
});

Deno.test("completions prints the script of a shell, and exits with 2 for another", async () => {
  for (const shell of SHELLS) {
    assertEquals((await runMain(["completions", shell])).stdout, COMPLETION_SCRIPTS[shell]);
  }
  const { code, stderr } = await runMain(["completions", "fihs"]);
  assertEquals([code, stderr], [
    2,
    'ziglog: Cannot print completions for "fihs": SHELL is one of bash, zsh, fish, pwsh, did you mean fish?\n',
  ]);
  assertEquals((await runMain(["completions"])).code, 2);
});

/** A folder with a program named ziglog, and a store with a session. */
class Shell implements Disposable {
  readonly dir = new TempDir();
  readonly store = new Store();
  readonly id: string;

  constructor() {
    const call = [Deno.execPath(), ...denoArgs("run"), "--quiet", "--no-prompt", "-A", CLI].map((word) => `'${word}'`);
    Deno.chmodSync(this.dir.write("bin/ziglog", `#!/bin/sh\nexec ${call.join(" ")} "$@"\n`), 0o755);
    this.dir.write("plan one.jsonc", "{}");
    const writer = this.store.write("night ly");
    writer.ended("success", 1);
    this.id = writer.sessionId;
    this.store.put([started("other"), ended()]);
  }

  async run(shell: string, args: readonly string[]): Promise<string> {
    const { stdout, stderr } = await new Deno.Command(shell, {
      args: [...args],
      cwd: this.dir.path,
      env: {
        PATH: `${this.dir.at("bin")}:${Deno.env.get("PATH")}`,
        ZIGLOG_ROOT: this.store.root,
        ZIGLOG_PROJECT: this.store.root,
        LC_ALL: "C", // a shell warns of languages that the system does not know
      },
    }).output();
    const decoder = new TextDecoder();
    assertEquals(decoder.decode(stderr), "");
    return decoder.decode(stdout);
  }

  [Symbol.dispose](): void {
    this.dir[Symbol.dispose]();
    this.store[Symbol.dispose]();
  }
}

Deno.test({
  name: "completions bash completes in bash, which parts words at =",
  ...needs("bash"),
  async fn(): Promise<void> {
    using shell = new Shell();
    const script = `eval "$(ziglog completions bash)"
      press() { COMP_WORDS=(ziglog "$@"); COMP_CWORD=$#; COMPREPLY=(); _ziglog ziglog; printf '<%s>' "\${COMPREPLY[@]}"; echo; }
      press lis
      press list --state cr
      press list --state = f
      press list --workflow n
      press show ${shell.id.slice(0, 5)}
      press run pl
      complete -p ziglog`;
    assertEquals((await shell.run("bash", ["--norc", "--noprofile", "-c", script])).split("\n"), [
      "<listen><list>",
      "<crashed>",
      "<failure>",
      "<night\\ ly>",
      `<${shell.id}>`,
      "<plan one.jsonc>",
      "complete -F _ziglog ziglog",
      "",
    ]);
  },
});

Deno.test({
  name: "completions zsh is a script that zsh takes",
  ...needs("zsh"),
  async fn(): Promise<void> {
    using shell = new Shell();
    const script = 'compdef() { echo "$@"; }; eval "$(ziglog completions zsh)"; whence -w _ziglog';
    assertEquals(await shell.run("zsh", ["-f", "-c", script]), "_ziglog ziglog\n_ziglog: function\n");
  },
});

Deno.test({
  name: "completions fish completes in fish",
  ...needs("fish"),
  async fn(): Promise<void> {
    using shell = new Shell();
    const script = `ziglog completions fish | source
      complete -C "ziglog list --state cr"
      complete -C "ziglog list --workflow n"
      complete -C "ziglog show ${shell.id.slice(0, 5)}"
      complete -C "ziglog run pl"`;
    const lines = (await shell.run("fish", ["--no-config", "-c", script])).split("\n").map((line) =>
      line.split("\t")[0]
    );
    assertEquals(lines, ["crashed", "night ly", shell.id, "plan one.jsonc", ""]);
  },
});
