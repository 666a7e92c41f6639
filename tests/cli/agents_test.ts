/** `ziglog agents`, from outside. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { agentCommand } from "../../src/cli/agent_commands.ts";
import { AGENT_COMMANDS, agentsLine } from "../../src/cli/agents_line.ts";
import { parseArguments } from "../../src/cli/parse.ts";
import { AGENT_EVENT_TYPES } from "../../src/codec/zag.ts";
import type { AgentEventKind } from "../../src/codec/zag_events.ts";
import { AGENT_STARTED, zagLine } from "../sources/shelf.ts";
import { runMain } from "./fake_host.ts";
import { CliShelf } from "./source_shelf.ts";

const ENDED = { type: "session_ended", success: true, error: null } as const;
const CALL = { type: "tool_call", tool_name: "Bash", tool_kind: "shell", tool_id: "t", input: null } as const;
const RESULT = { type: "tool_result", tool_name: null, tool_id: "t", output: null, error: "no", data: null } as const;
const FAILED = { ...RESULT, success: false } as const;
const USAGE = {
  type: "usage",
  input_tokens: 1000,
  output_tokens: 20,
  cache_read_tokens: 5,
  total_cost_usd: 0.5,
} as const;

function said(content: string): AgentEventKind {
  return { type: "user_message", role: "user", content, message_id: null };
}

/** Writes a session whose events follow each other by a second. */
function put(shelf: CliShelf, id: string, at: number, kinds: readonly AgentEventKind[], provider = "claude"): string {
  const text = [AGENT_STARTED, ...kinds].map((kind, n) => zagLine(id, n + 1, at + n, kind)).join("");
  const path = `.zig/agents/logs/sessions/${id}.jsonl`;
  return shelf.write(path, text.replaceAll('"provider":"claude"', `"provider":"${provider}"`));
}

/** Three sessions of two agents. */
function fill(shelf: CliShelf): void {
  put(shelf, "one", 0, [said("fix the test\u2028please"), CALL, FAILED, USAGE, ENDED]);
  put(shelf, "two", 100, [said("review"), CALL, { ...ENDED, success: false }]);
  put(shelf, "three", 200, [said("hello"), ENDED], "codex");
}

async function rowsOf(shelf: CliShelf, ...args: readonly string[]): Promise<string[][]> {
  const { code, stdout, stderr } = await shelf.run(args);
  assertEquals([code, stderr], [0, ""]);
  return stdout.trimEnd().split("\n").map((line) => line.trim().split(/ {2,}/));
}

/** What is offered when a word is completed behind others. */
async function offered(shelf: CliShelf, current: string, ...words: string[]): Promise<string[]> {
  const { stdout } = await shelf.run(["__complete", `=${current}`, ...words]);
  return stdout.trimEnd().split("\n").slice(1).map((line) => line.split("\t")[0]!);
}

Deno.test("agents list shows the model, and the first line of what an agent was asked for first", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  assertEquals(await rowsOf(shelf, "agents", "list"), [
    ["STATE", "DURATION", "STARTED", "AGENT", "MODEL", "ID", "PROMPT"],
    ["success", "2.0 s", "2026-01-01T12:03:20Z", "codex", "sonnet", "three", "hello"],
    ["failure", "3.0 s", "2026-01-01T12:01:40Z", "claude", "sonnet", "two", "review"],
    ["success", "5.0 s", "2026-01-01T12:00:00Z", "claude", "sonnet", "one", "fix the test"],
  ]);
  const [, , one] = await shelf.objects("agents", "list", "--json");
  assertEquals([one!.id, one!.model, one!.prompt], ["one", "sonnet", "fix the test\u2028please"]);
  const claude = await shelf.objects("agents", "list", "--json", "--provider", "cl*", "--limit=1");
  assertEquals(claude.map(({ id }) => id), ["two"]);
});

Deno.test("agents list shows a session that says nothing, and cuts what was asked where there is no room", async () => {
  using shelf = new CliShelf();
  shelf.put("agents", "quiet", { at: 0, end: "success" });
  put(shelf, "long", 1, [said(`\x1b[2J${"word ".repeat(40)}`), ENDED]);
  const rows = await rowsOf(shelf, "agents", "list");
  assertEquals(rows.map((row) => row.at(-1)!.length <= 80), rows.map(() => true));
  assertMatch(rows[1]!.at(-1)!, /^␛\[2Jword word .*…$/);
  assertEquals(rows[2]!.slice(-2), ["quiet", "-"]);
  const args = ["agents", "list", "--all", "--root", shelf.rootOf("zig"), "--project", shelf.path];
  const { stdout } = await runMain(args, { columns: 90, env: { NO_COLOR: "1" } });
  for (const line of stdout.trimEnd().split("\n")) assert(line.length <= 90, line);
  assertStringIncludes(stdout, "long");
});

Deno.test("agents stats prints agents and models, what they did, and their tools", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  put(shelf, "open", 50, [said("go on")]);
  assertEquals(await rowsOf(shelf, "agents", "stats"), [
    ["AGENT / MODEL", "SESSIONS", "OK", "OPEN", "P50", "P95", "MAX", "RECENT"],
    ["codex", "1", "100%", "0", "2.0 s", "2.0 s", "2.0 s", "█"],
    ["sonnet", "1", "100%", "0", "2.0 s", "2.0 s", "2.0 s", "█"],
    ["claude", "3", "50%", "1", "5.0 s", "5.0 s", "5.0 s", "█"],
    ["sonnet", "3", "50%", "1", "5.0 s", "5.0 s", "5.0 s", "█"],
    [""],
    ["AGENT / MODEL", "TURNS", "TOOLS", "FAILED", "IN", "OUT", "CACHED", "COST", "LIMITS"],
    ["codex", "1", "0", "-", "-", "-", "-", "-", "0"],
    ["sonnet", "1", "0", "-", "-", "-", "-", "-", "0"],
    ["claude", "3", "2", "1 (50%)", "1K", "20", "5", "$0.5000", "0"],
    ["sonnet", "3", "2", "1 (50%)", "1K", "20", "5", "$0.5000", "0"],
    [""],
    ["TOOL", "CALLS", "FAILED"],
    ["shell", "2", "1 (50%)"],
  ]);
});

Deno.test("agents stats --json prints an object an agent, of the sessions that fit", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  const [{ models, ...claude }] = await shelf.objects("agents", "stats", "--json", "--provider=claude") as [
    Record<string, unknown> & { models: Record<string, unknown>[] },
  ];
  const work = {
    sessions: 2,
    unfinished: 0,
    successes: 1,
    failures: 1,
    success_rate: 0.5,
    duration_ms: { p50: 5000, p95: 5000, max: 5000 },
    recent_ms: [5000],
    turns: 2,
    messages: 0,
    tool_calls: 2,
    tool_failures: 1,
    tool_failure_rate: 0.5,
    tools: { shell: { calls: 2, failures: 1 } },
    usage: {
      input_tokens: 1000,
      output_tokens: 20,
      cache_read_tokens: 5,
      cache_creation_tokens: 0,
      total_cost_usd: 0.5,
    },
    usage_limits: 0,
  };
  assertEquals([claude, models], [{ provider: "claude", ...work }, [{ model: "sonnet", ...work }]]);
  const late = await shelf.objects("agents", "stats", "--json", "--since", "2026-01-01T12:01:00Z");
  assertEquals(late.map(({ provider, sessions }) => [provider, sessions]), [["codex", 1], ["claude", 1]]);
  assertEquals((await shelf.objects("stats", "--source", "agents", "--json")).length, 2);
  const help = await shelf.run(["agents", "stats", "--help"]);
  for (const field of Object.keys({ ...claude, models })) assertMatch(help.stdout, new RegExp(`\\b${field}\\b`));
});

Deno.test("agents stats reads the sessions of zag when told to, and says when none fits", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  shelf.put("zag", "zag-1", { at: 0, end: "success" });
  const [only, ...rest] = await shelf.objects("agents", "stats", "--source", "zag", "--json");
  assertEquals([only!.sessions, rest], [1, []]);
  const none = await shelf.run(["agents", "stats", "--provider", "gemini"]);
  assertEquals([none.code, none.stdout, none.stderr], [0, "", "no session fits\n"]);
  using empty = new CliShelf();
  assertEquals((await empty.run(["agents", "stats"])).stderr, "no session fits\n");
  const wrong = await shelf.run(["agents", "stats", "--since", "soon"]);
  assertEquals(wrong.code, 2);
  assertMatch(wrong.stderr, /Cannot read time "soon"/);
});

Deno.test("agents stats names a log that cannot be read on standard error, and counts the others", async () => {
  using shelf = new CliShelf();
  put(shelf, "fine", 0, [ENDED]);
  const entry = { wrapper_session_id: "gone", provider: "claude", log_path: "/no/log", completeness: "full" };
  const index = { sessions: [{ ...entry, started_at: "2026-01-01T12:00:00+00:00" }] };
  shelf.write(".zig/agents/logs/index.json", JSON.stringify(index));
  const { code, stdout, stderr } = await shelf.run(["agents", "stats", "--json"]);
  assertEquals([code, JSON.parse(stdout).sessions], [0, 1]);
  assertMatch(stderr, /^ziglog: Cannot read session "gone": .*\n$/);
});

Deno.test("agents stats fits a terminal of 80 columns, whatever models are called", async () => {
  using shelf = new CliShelf();
  for (let at = 0; at < 25; at++) {
    const started = { ...AGENT_STARTED, model: "a-model-with-quite-a-long-name-20260101" } as AgentEventKind;
    put(shelf, `id-${at}`, at * 100, [started, CALL, FAILED, USAGE, ENDED]);
  }
  const args = ["agents", "stats", "--all", "--root", shelf.rootOf("zig"), "--project", shelf.path];
  const { stdout } = await runMain(args, { columns: 80, env: { NO_COLOR: "1" } });
  for (const line of stdout.trimEnd().split("\n")) assert(line.length <= 80, line);
  assertMatch(stdout, /^claude +25 +100%/m);
  assertMatch(stdout, /^ {2}a-model-.*… +25 /m);
});

Deno.test("agents refuses what agents do not have, and proposes what they do", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  for (const args of [["events", "--step", "a"], ["search", "a", "--step", "a"], ["show", "--step", "a"]]) {
    const { code, stdout, stderr } = await shelf.run(["agents", ...args]);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^ziglog: Cannot use option "--step": a session of (an agent|agents) has no steps\n$/);
  }
  assertEquals((await shelf.run(["search", "a", "--source", "all", "--step", "a"])).code, 0);
  for (const args of [["agents", "stat"], ["help", "agents", "stat"]]) {
    const { code, stderr } = await shelf.run(args);
    assertEquals(code, 2);
    assertMatch(stderr, /^ziglog: Cannot run agents command "stat": .*, did you mean stats\?\n$/);
  }
});

for (const name of AGENT_COMMANDS) {
  Deno.test(`agents ${name} has a help of its own, whose options and examples are true`, async () => {
    const { command, summary } = await agentCommand(name);
    const { stdout } = await runMain(["help", "agents", name]);
    assert(stdout.startsWith(`ziglog agents ${name}: ${summary}\n`));
    for (const args of [["agents", name, "--help"], ["agents", name, "-h"]]) {
      assertEquals((await runMain(args)).stdout, stdout);
    }
    assertMatch(stdout, new RegExp(`^  ziglog agents ${name}`, "m"));
    for (const stranger of ["--step", "--stream", "--workflow", "outrig"]) assert(!stdout.includes(stranger), stranger);
    const prose = stdout.slice(0, stdout.indexOf("\nExamples:\n"));
    for (const line of prose.split("\n")) assert(line.length <= 80, line);
    const { load } = (await import("../../src/cli/commands.ts")).COMMANDS[name]!;
    for (const example of command.examples) {
      const words = example.command.split(" | ")[0]!.split(/ (?=(?:[^']*'[^']*')*[^']*$)/).slice(1);
      const line = agentsLine(words, 0)!;
      assertEquals(line[0], name);
      parseArguments(name, await load(), line.slice(1));
    }
    for (const [option, spec] of Object.entries(command.options)) {
      const value = spec.kind === "boolean" ? "" : `=${spec.kind === "integer" ? "1" : spec.choices?.[0] ?? "x"}`;
      parseArguments(name, await load(), agentsLine(["agents", name, `--${option}${value}`], 0)!.slice(1));
    }
    assertStringIncludes((await runMain(["help", "--man"])).stdout, `.SS "ziglog agents ${name}: `);
  });
}

Deno.test("agentsLine() leaves alone what follows --", () => {
  assertEquals(agentsLine(["--root", "r", "agents", "search", "--provider", "p", "--", "--provider"], 2), [
    ...["--root", "r", "search", "--source=agents", "--workflow", "p", "--", "--provider"],
  ]);
  assertEquals(agentsLine(["agents", "prune"], 0), undefined);
});

Deno.test("__complete knows the commands behind agents, with their options", async () => {
  using shelf = new CliShelf();
  assertEquals(await offered(shelf, "", "agents"), [...AGENT_COMMANDS]);
  assertEquals(await offered(shelf, "st", "help", "agents"), ["stats"]);
  assertEquals(await offered(shelf, "--pro", "agents", "stats"), ["--provider", "--project"]);
  assertEquals(await offered(shelf, "--ste", "agents", "events"), []);
  assertEquals(await offered(shelf, "", "agents", "list", "--source"), ["agents", "zag"]);
  assertEquals(await offered(shelf, "", "agents", "prune"), []);
  assertEquals(await offered(shelf, "", "agents", "events", "--type"), [...AGENT_EVENT_TYPES]);
  assertEquals(await offered(shelf, "--type=tool_c", "events", "--source=agents"), ["--type=tool_call"]);
});

Deno.test("__complete offers the ids and names of agent sessions, the newest first", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  shelf.put("zig", "zig-1", { at: 0, end: "success" });
  const entryOf = (id: string, provider: string, minute: number): unknown => ({
    wrapper_session_id: id,
    provider,
    log_path: shelf.at(`${id}.jsonl`),
    completeness: "full",
    started_at: `2026-01-01T12:0${minute}:00+00:00`,
  });
  const sessions = [entryOf("old", "claude", 1), entryOf("new", "codex", 3), entryOf("mid", "claude", 2)];
  shelf.write(".zig/agents/logs/index.json", JSON.stringify({ sessions }));
  assertEquals(await offered(shelf, "", "agents", "show"), ["new", "mid", "old"]);
  assertEquals(await offered(shelf, "o", "agents", "listen"), ["old"]);
  assertEquals(await offered(shelf, "", "show", "--source", "agents"), ["new", "mid", "old"]);
  assertEquals(await offered(shelf, "--provider=c", "agents", "stats"), ["--provider=codex", "--provider=claude"]);
  assertEquals(await offered(shelf, "", "agents", "show", "--source", "zag"), []);
});

Deno.test("source zag reads the directory of ZAG_USER_LOG_DIR as the logs of the project, beside those of others", async () => {
  using shelf = new CliShelf();
  shelf.put("zag", "home-1", { at: 0, end: "success" });
  const log = zagLine("moved-1", 1, 60, AGENT_STARTED) + zagLine("moved-1", 2, 61, ENDED);
  shelf.write("moved/sessions/moved-1.jsonl", log);
  const ids = async (...args: readonly string[]): Promise<unknown[]> =>
    (await shelf.objects("agents", "list", "--source=zag", "--json", ...args)).map(({ id }) => id);
  assertEquals(await ids(), ["home-1"]);
  shelf.env.ZAG_USER_LOG_DIR = shelf.at("moved");
  assertEquals(await ids(), ["moved-1"]);
  assertEquals(await ids("--all"), ["moved-1", "home-1"]);
  for (const id of ["moved-1", "home-1"]) {
    assertEquals((await shelf.objects("agents", "show", id, "--source=zag", "--json"))[0]!.wrapper_session_id, id);
  }
  const [claude] = await shelf.objects("agents", "stats", "--source=zag", "--all", "--json");
  assertEquals(claude!.sessions, 2);
  const rights = ["--allow-env", `--allow-read=${shelf.at(".zig")},${shelf.at(".zag")}`];
  const refused = await shelf.run(["agents", "list", "--source=zag"], rights);
  assertEquals(refused.code, 5);
  assertStringIncludes(refused.stderr, `run with --allow-read=${shelf.at("moved")}\n`);
  Deno.removeSync(shelf.at(".zag"), { recursive: true });
  assertEquals(await ids(), ["moved-1"]);
});
