/** Sessions written from outside, as a shell script does. */

import { assertEquals, assertMatch } from "@std/assert";
import { openCatalog, readSessionEvents } from "../../src/session/sessions.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { cliCommand, type CliResult, denoArgs, runCli } from "../helpers/deno.ts";
import { needs } from "../helpers/skip.ts";
import { main } from "../../src/cli/main.ts";
import { FakeHost, runMain } from "./fake_host.ts";

/** A home of its own, and a way to call the program there. */
interface World extends Disposable {
  readonly home: string;
  readonly root: string;
  cli(input: string | undefined, ...args: readonly string[]): Promise<CliResult>;
}

function world(): World {
  const home = Deno.realPathSync(Deno.makeTempDirSync());
  const root = `${home}/.zig`;
  return {
    home,
    root,
    cli: (input, ...args) => runCli(args, { home, ...(input === undefined ? {} : { input }) }),
    [Symbol.dispose]: () => Deno.removeSync(home, { recursive: true }),
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\n$/;

Deno.test("ziglog start, emit and end record a session when they are called one after the other", async () => {
  using at = world();
  const started = await at.cli(undefined, "start", "nightly", "--tiers", "2", "--prompt", "go");
  assertEquals([started.code, started.stderr], [0, ""]);
  assertMatch(started.stdout, UUID);
  const id = started.stdout.trim();
  const steps: readonly (readonly [input: string | undefined, args: readonly string[]])[] = [
    [undefined, ["emit", id, "step_started", "step_name=build", "prompt_preview=make all"]],
    [undefined, ["emit", id.slice(0, 8), "step_output", "step_name=build", "line=--a=b"]],
    ['{"type":"step_output","step_name":"build","line":"1"}\n\n{"type":"step_output","step_name":"build","line":"2"}', [
      "emit",
      id,
    ]],
    ["", ["emit", id]],
    [undefined, ["emit", id, "step_completed", "step_name=build", "duration_ms=5", "saved_vars=a", "saved_vars=b"]],
    [undefined, ["end", id, "--status", "failure"]],
  ];
  for (const [input, args] of steps) assertEquals(await at.cli(input, ...args), { code: 0, stdout: "", stderr: "" });

  const [row] = openCatalog({ root: at.root, project: at.home }).listAll();
  assertEquals([row!.id, row!.name, row!.state], [id, "nightly", "failure"]);
  const events = await readSessionEvents(row!.logPath).toArray();
  assertEquals(events.map(({ seq, type }) => `${seq} ${type}`), [
    "1 zig_session_started",
    "2 step_started",
    "3 step_output",
    "4 step_output",
    "5 step_output",
    "6 step_completed",
    "7 zig_session_ended",
  ]);
  assertEquals(events.flatMap((event) => event.type === "step_output" ? [event.line] : []), ["--a=b", "1", "2"]);
  const { cwd, prompt, tier_count } = events[0] as unknown as Record<string, unknown>;
  assertEquals([cwd, prompt, tier_count], [Deno.realPathSync(at.home), "go", 2]);
});

Deno.test("ziglog start, emit and end print JSON as it is stored when asked to", async () => {
  using at = world();
  const start = await at.cli(undefined, "start", "nightly", "--json");
  const { zig_session_id: id, log_path } = JSON.parse(start.stdout);
  const emitted = await at.cli('{"line":"é\\u001b","type":"step_output","step_name":"a"}\n', "emit", id, "--json");
  const ended = await at.cli(undefined, "end", id, "--json");
  const stored = Deno.readTextFileSync(log_path).split("\n");
  assertEquals(stored.slice(1).join("\n"), emitted.stdout + ended.stdout);
});

const WRONG: readonly (readonly [what: string, args: readonly string[], code: number, message: RegExp])[] = [
  ["no workflow", ["start"], 2, /name its workflow/],
  ["an empty workflow", ["start", ""], 2, /name its workflow/],
  ["half a tier", ["start", "w", "--tiers", "1.5"], 2, /--tiers "1\.5": a whole number/],
  ["no session to emit to", ["emit"], 2, /name the session/],
  ["no session to end", ["end"], 2, /name its id/],
  ["a session that is not there", ["emit", "zzz", "heartbeat"], 3, /"zzz"/],
  ["a session that is not there, and nothing to emit", ["emit", "zzz"], 3, /"zzz"/],
  ["an id that is a path", ["emit", "../zzz", "heartbeat"], 2, /session id "\.\.\/zzz"/],
  ["an unknown event", ["emit", "ID", "output"], 2, /no such event, expected one of tier_started, /],
  ["the first event", ["emit", "ID", "zig_session_started"], 2, /"ziglog start" writes it/],
  ["an unknown field", ["emit", "ID", "step_skipped", "step_name=a", "why=b"], 2, /its fields are step_name, reason/],
  ["a field of the wrong type", ["emit", "ID", "heartbeat", "interval_secs=soon"], 2, /"soon", expected an integer/],
  ["no value", ["emit", "ID", "step_skipped", "step_name"], 2, /expected key=value/],
  ["a missing field", ["emit", "ID", "step_skipped", "step_name=a"], 2, /reason is missing, expected a string/],
  ["an unknown status", ["end", "ID", "--status", "done"], 2, /one of success, failure/],
];

Deno.test("ziglog start, emit and end say what is expected, and write nothing, when they are given something wrong", async () => {
  using at = world();
  const id = (await at.cli(undefined, "start", "w")).stdout.trim();
  const { logPath } = openCatalog({ root: at.root, project: at.home }).listAll()[0]!;
  const log = Deno.readTextFileSync(logPath);
  for (const [what, args, code, message] of WRONG) {
    const result = await runMain([...args.map((arg) => arg === "ID" ? id : arg), "--root", at.root]);
    assertEquals([result.code, result.stdout], [code, ""], `${what}: ${result.stderr}`);
    assertMatch(result.stderr, message, what);
    assertEquals(result.stderr.split("\n").length, 2, result.stderr);
  }
  assertEquals(Deno.readTextFileSync(logPath), log);
  assertEquals(openCatalog({ root: at.root, project: at.home }).listAll().length, 1);
});

Deno.test("ziglog emit and end exit with 3 when the session has ended, and with 5 when a program owns it", async () => {
  using at = world();
  const id = (await at.cli(undefined, "start", "w")).stdout.trim();
  assertEquals((await at.cli(undefined, "end", id)).code, 0);
  for (const args of [["emit", id, "heartbeat"], ["emit", id], ["end", id]]) {
    const { code, stderr } = await at.cli("", ...args);
    assertEquals([code, stderr], [3, `ziglog: Cannot write to session "${id}": it has ended\n`]);
  }
  using writer = SessionWriter.create({
    workflowName: "w",
    workflowPath: "",
    tierCount: 1,
    root: at.root,
    project: at.home,
  });
  const { code, stderr } = await at.cli(undefined, "emit", writer.sessionId, "heartbeat");
  assertEquals(code, 5);
  assertMatch(stderr, /the program that runs this session writes it by itself/);
});

Deno.test("ziglog emit writes the lines before a wrong one, and says which it is, when it reads JSON", async () => {
  using at = world();
  const id = (await at.cli(undefined, "start", "w")).stdout.trim();
  const input = '{"type":"heartbeat"}\n\n{"type":"heartbeat"}\n{"type":"heartbeat","x":1}\n{"type":"heartbeat"}\n';
  const { code, stderr } = await at.cli(input, "emit", id);
  assertEquals(code, 2);
  assertMatch(stderr, /field x is unknown; its fields are interval_secs \(line 4 of standard input\)\n$/);
  const { logPath } = openCatalog({ root: at.root, project: at.home }).listAll()[0]!;
  assertEquals((await readSessionEvents(logPath).toArray()).length, 3);
});

Deno.test("ziglog emit writes each line as it comes when its input stays open", async () => {
  using at = world();
  const id = (await at.cli(undefined, "start", "w")).stdout.trim();
  const { logPath } = openCatalog({ root: at.root, project: at.home }).listAll()[0]!;
  const child = cliCommand(["emit", id, "--json"], { home: at.home, stdin: "piped" }).spawn();
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (const line of ["one", "two"]) {
    const text = `{"type":"step_output","step_name":"a","line":"${line}"}\n`;
    await input.write(new TextEncoder().encode(text.slice(0, 20)));
    await input.write(new TextEncoder().encode(text.slice(20)));
    const { value } = await output.read();
    assertEquals(JSON.parse(value!).line, line);
    assertEquals(Deno.readTextFileSync(logPath).endsWith(value!), true);
  }
  await input.close();
  await output.cancel();
  await child.stderr.cancel();
  assertEquals((await child.status).code, 0);
});

Deno.test("ziglog emit asks for an event when it would have to read from a terminal", async () => {
  using at = world();
  const id = (await at.cli(undefined, "start", "w")).stdout.trim();
  const host = new FakeHost();
  Object.assign(host.stdin, { isTerminal: true });
  assertEquals(await main(["emit", id, "--root", at.root], host), 2);
  assertMatch(host.stderr.text, /name it, or send JSON to standard input/);
});

Deno.test({
  name: "ziglog start, emit and end record a shell script and how it ended when a trap calls them",
  ...needs("sh"),
  async fn(): Promise<void> {
    using at = world();
    const script = `
      ${shellFunction()}
      id=$(ziglog start nightly)
      trap '[ $? = 0 ] && s=success || s=failure; ziglog end "$id" --status $s' EXIT
      ziglog emit "$id" step_started step_name=build || exit 9
      for n in 1 2 3 4 5 6; do ziglog emit "$id" step_output step_name=build line="$n" & done
      wait
      exit 7`;
    const env = { ZIGLOG_ROOT: at.root };
    const { code, stderr } = await new Deno.Command("sh", { args: ["-c", script], cwd: at.home, env }).output();
    assertEquals(code, 7, new TextDecoder().decode(stderr));
    const [row] = openCatalog({ root: at.root, project: at.home }).listAll();
    assertEquals(row!.state, "failure");
    const events = await readSessionEvents(row!.logPath).toArray();
    assertEquals(events.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const lines = events.flatMap((event) => event.type === "step_output" ? [event.line] : []);
    assertEquals(lines.sort(), ["1", "2", "3", "4", "5", "6"]);
  },
});

/** A shell function that stands for the installed program. */
function shellFunction(): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const cli = new URL("../../cli.ts", import.meta.url).href;
  return `ziglog() { ${[Deno.execPath(), ...denoArgs("run"), "-A", cli].map(quoted).join(" ")} "$@"; }`;
}
