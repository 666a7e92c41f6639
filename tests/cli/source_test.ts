/** The commands over the sessions of all systems, from outside. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { SOURCE_NAMES } from "../../src/sources/source.ts";
import { openLayout } from "../../src/storage/layout.ts";
import { needs } from "../helpers/skip.ts";
import { tree } from "../helpers/temp_dir.ts";
import { AGENT_STARTED, zagLine } from "../sources/shelf.ts";
import { runMain } from "./fake_host.ts";
import { readRest, readUntil } from "./recorded.ts";
import { CliShelf } from "./source_shelf.ts";

/** One session of each source; the later in the order of the sources, the newer. */
function fill(shelf: CliShelf): void {
  SOURCE_NAMES.forEach((name, at) => shelf.put(name, `${name}-1`, { at, end: name === "zag" ? "failure" : "success" }));
}

/** An agent session that shows all marks. */
function putDialogue(shelf: CliShelf, id = "talk"): string {
  const kinds = [
    AGENT_STARTED,
    { type: "user_message", role: "user", content: "fix it\nplease", message_id: null },
    { type: "reasoning", content: "where is it?", message_id: null },
    { type: "tool_call", tool_name: "Bash", tool_kind: "shell", tool_id: "t1", input: { command: "make test" } },
    {
      type: "tool_result",
      tool_name: "Bash",
      tool_id: "t1",
      success: false,
      output: null,
      error: "no rule",
      data: null,
    },
    { type: "tool_call", tool_name: "Read", tool_kind: "file_read", tool_id: "t2", input: { file_path: "/a.ts" } },
    { type: "tool_result", tool_name: "Read", tool_id: "t2", success: true, output: "1\n2", error: null, data: null },
    { type: "heartbeat", interval_secs: 10 },
    { type: "provider_status", message: "thinking", data: null },
    { type: "stderr", message: "warning: \x1b[2J" },
    { type: "parse_warning", message: "what is this", raw: null },
    { type: "assistant_message", content: "done:\n- all of it", message_id: null },
    { type: "usage", input_tokens: 10, output_tokens: 20, cache_read_tokens: 5, total_cost_usd: 0.25 },
    { type: "usage", input_tokens: 1, output_tokens: 2, total_cost_usd: 0.5 },
    { type: "session_ended", success: true, error: null },
  ] as const;
  const text = kinds.map((kind, at) => zagLine(id, at + 1, at, kind)).join("");
  return shelf.write(`.zig/agents/logs/sessions/${id}.jsonl`, text);
}

Deno.test("list --source all merges the sessions of all systems, newest first, and names the system", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  const { code, stdout, stderr } = await shelf.run(["list", "--source", "all", "--all"]);
  assertEquals([code, stderr], [0, ""]);
  const rows = stdout.trimEnd().split("\n").map((row) => row.split(/ {2,}/));
  assertEquals(rows[0], ["SOURCE", "STATE", "DURATION", "STARTED", "NAME", "PROJECT", "ID"]);
  assertEquals(rows.slice(1), [
    ["outrig", "success", "5.0 s", "2026-01-01T12:00:03Z", "coder", "app", "outrig-1"],
    ["zag", "failure", "5.0 s", "2026-01-01T12:00:02Z", "claude", "-", "zag-1"],
    ["agents", "success", "5.0 s", "2026-01-01T12:00:01Z", "claude", "-", "agents-1"],
    ["zig", "success", "5.0 s", "2026-01-01T12:00:00Z", "flow", "-", "zig-1"],
  ]);
});

Deno.test("list keeps to the system that --source names, to that of workflows without it", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  for (const name of SOURCE_NAMES) {
    const rows = await shelf.objects("list", "--json", "--source", name);
    assertEquals(rows.map(({ source, id }) => [source, id]), [[name, `${name}-1`]]);
  }
  assertEquals((await shelf.objects("list", "--json")).map(({ id }) => id), ["zig-1"]);
  const filtered = await shelf.objects("list", "--json", "--source=all", "--state=failure");
  assertEquals(filtered.map(({ id, provider, state }) => [id, provider, state]), [["zag-1", "claude", "failure"]]);
  const named = await shelf.objects("list", "--json", "--source=all", "--workflow=c*", "-n1");
  assertEquals(named.map(({ id, agent_name }) => [id, agent_name]), [["outrig-1", "coder"]]);
});

Deno.test("list --source all leaves out what may not be read, and says which flag would help", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  const rights = ["--allow-env", `--allow-read=${shelf.at(".zig")}`];
  const { code, stdout, stderr } = await shelf.run(["list", "--source", "all", "--json"], rights);
  assertEquals([code, stdout.split("\n").slice(0, -1).map((row) => JSON.parse(row).id)], [0, ["agents-1", "zig-1"]]);
  const lines = stderr.trimEnd().split("\n");
  assertEquals(lines.length, 2, stderr);
  assertStringIncludes(lines[0]!, `zag is left out: Cannot read "${shelf.at(".zag")}"`);
  assertStringIncludes(lines[0]!, `--allow-read=${shelf.at(".zag")}`);
  assertStringIncludes(lines[1]!, `--allow-read=${shelf.rootOf("outrig")}`);
  const only = await shelf.run(["list", "--source", "zag"], rights);
  assertEquals([only.code, only.stdout], [5, ""]);
  assertStringIncludes(only.stderr, `--allow-read=${shelf.at(".zag")}`);
});

Deno.test("list --source says nothing of systems that were never used", async () => {
  using shelf = new CliShelf();
  shelf.put("zig", "zig-1", { at: 0, end: "success" });
  const { code, stdout, stderr } = await shelf.run(["list", "--source", "all"]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^STATE .* WORKFLOW +ID\nsuccess .* zig-1\n$/);
  const none = await shelf.run(["list", "--source", "outrig"]);
  assertEquals([none.code, none.stdout], [0, ""]);
  assertMatch(none.stderr, /^nothing is recorded/);
});

Deno.test("show, events and listen find an id in whichever system it is", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  const expected = { zig: "flow", agents: "claude", zag: "claude", outrig: "coder" };
  for (const name of SOURCE_NAMES) {
    const { code, stdout, stderr } = await shelf.run(["show", `${name}-`]);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout.split("\n")[0]!, expected[name]);
    assertStringIncludes(stdout, `${name}-1`);
    if (name === "outrig") continue;
    const events = await shelf.objects("events", `${name}-1`, "--json");
    assertEquals(events.map(({ seq }) => seq), [1, 2]);
    const listened = await shelf.run(["listen", `${name}-1`]);
    assertEquals([listened.code, listened.stdout.split("\n").length], [0, 3], listened.stderr);
  }
});

Deno.test("show prefers an id to those that begin with it, in whichever system it is", async () => {
  using shelf = new CliShelf();
  shelf.put("zig", "same-1", { at: 0, end: "success" });
  shelf.put("agents", "same-2", { at: 0, end: "success" });
  shelf.put("outrig", "same", { at: 0, end: "success" });
  assertEquals((await shelf.objects("show", "same", "--json"))[0]!.container_name, "box");
  assertEquals((await shelf.objects("show", "same-2", "--json"))[0]!.wrapper_session_id, "same-2");
});

Deno.test("show names all that fit with their systems when a beginning fits several", async () => {
  using shelf = new CliShelf();
  for (const name of SOURCE_NAMES) shelf.put(name, `same-${name}`, { at: 0, end: "success" });
  shelf.put("zag", "same-zag-2", { at: 0, end: "success" });
  const { code, stdout, stderr } = await shelf.run(["show", "same"]);
  assertEquals([code, stdout], [3, ""]);
  assertEquals(
    stderr,
    'ziglog: Cannot choose session "same": the prefix fits 5 sessions (zig same-zig, agents same-agents, ' +
      "zag same-zag-2, zag same-zag, outrig same-outrig)\n".replace("zag same-zag-2, zag same-zag", orderOf(stderr)),
  );
  const narrowed = await shelf.run(["show", "same", "--source", "agents"]);
  assertEquals([narrowed.code, narrowed.stderr], [0, ""]);
  assertStringIncludes(narrowed.stdout, "same-agents");
});

/** The order of two files in a directory is up to the system. */
function orderOf(text: string): string {
  return text.includes("zag same-zag, zag same-zag-2")
    ? "zag same-zag, zag same-zag-2"
    : "zag same-zag-2, zag same-zag";
}

Deno.test("show says that nothing fits, and what it could not look at", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  const all = await shelf.run(["show", "zzz"]);
  assertEquals([all.code, all.stdout], [3, ""]);
  assertMatch(all.stderr, /^ziglog: Cannot find session "zzz": nothing in .* fits it\n$/);
  const some = await shelf.run(["show", "zag-1"], ["--allow-env", `--allow-read=${shelf.at(".zig")}`]);
  assertEquals(some.code, 3);
  assertStringIncludes(some.stderr, `zag is left out: Cannot read "${shelf.at(".zag")}"`);
  const found = await shelf.run(["show", "zig-"], ["--allow-env", `--allow-read=${shelf.at(".zig")}`]);
  assertEquals([found.code, found.stderr], [0, ""]);
});

Deno.test("listen shows what an agent said and did, with a mark in front", async () => {
  using shelf = new CliShelf();
  putDialogue(shelf);
  const { code, stdout } = await shelf.run(["listen", "talk"]);
  assertEquals([code, stdout.split("\n")], [0, [
    "● claude sonnet started (run) in /src",
    "❯ fix it",
    "  please",
    "⚡ Bash: make test",
    "✗ Bash: no rule",
    "⚡ Read: /a.ts",
    "✓ Read: 1",
    "  2",
    "> thinking",
    "! warning: \x1b[2J",
    "? what is this",
    "⏺ done:",
    "  - all of it",
    "> usage: 10 tokens in, 20 out, 5 from the cache, $0.25",
    "> usage: 1 tokens in, 2 out, $0.5",
    "● session ended",
    "",
  ]]);
  for (const args of [["--show-thinking"], ["--filter", "reasoning"]]) {
    assertStringIncludes((await shelf.run(["listen", "talk", ...args])).stdout, "… where is it?\n");
  }
});

Deno.test("listen --wait says once what it cannot look at, and finds an agent session that appears", async () => {
  using shelf = new CliShelf();
  shelf.put("zig", "zig-1", { at: 0, end: "success" });
  const rights = ["--allow-env", `--allow-read=${shelf.at(".zig")}`];
  const child = shelf.command(["listen", "late", "--wait"], rights).spawn();
  const reader = child.stderr.getReader();
  const waiting = await readUntil(reader, "waiting for a session\n");
  await new Promise((resolve) => setTimeout(resolve, 600));
  shelf.put("agents", "late", { at: 0, end: "success" });
  const told = waiting + await readRest(reader);
  assertEquals(told.split("zag is left out").length, 2, told);
  assertEquals((await new Response(child.stdout).text()).split("\n").length, 3);
  assertEquals((await child.status).code, 0);
});

Deno.test("listen keeps the lines of what an agent said on a terminal, each with what stands in front", async () => {
  using shelf = new CliShelf();
  const path = putDialogue(shelf);
  const args = ["--root", shelf.rootOf("zig"), "--project", shelf.path, "--no-follow"];
  const { sessionsDir } = openLayout({ root: shelf.rootOf("agents"), project: shelf.path });
  Deno.mkdirSync(sessionsDir, { recursive: true });
  Deno.renameSync(path, `${sessionsDir}/talk.jsonl`);
  const { stdout } = await runMain(["listen", "talk", ...args], { columns: 80, env: { NO_COLOR: "1" } });
  assertStringIncludes(stdout, "\n❯ fix it\n  please\n");
  assertStringIncludes(stdout, "\n! warning: ␛[2J\n");
  const now = "2026-01-01T12:00:00Z";
  const all = await runMain(["listen", "--all", "--source", "agents", ...args], { now });
  assertStringIncludes(all.stdout, "\ntalk claude | ❯ fix it\ntalk claude |   please\n");
});

Deno.test("events filters the events of an agent session, and refuses what it cannot have", async () => {
  using shelf = new CliShelf();
  putDialogue(shelf);
  const calls = await shelf.objects("events", "talk", "--type", "tool_call", "--json");
  assertEquals(calls.map(({ seq, tool_name }) => [seq, tool_name]), [[4, "Bash"], [6, "Read"]]);
  assertEquals((await shelf.run(["events", "talk", "--count", "--after-seq", "10"])).stdout, "5\n");
  const hidden = await shelf.run(["events", "talk", "--after-seq", "2", "--before-seq", "4"]);
  assertMatch(hidden.stdout, /^ +3 \S+ reasoning\n$/);
  const shown = await shelf.run(["events", "talk", "--type", "reasoning"]);
  assertMatch(shown.stdout, /^ +3 \S+ … where is it\?\n$/);
  for (const [option, value] of [["--step", "a"], ["--stream", "stdout"]] as const) {
    const { code, stderr } = await shelf.run(["events", "talk", option, value]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `Cannot use option "${option}": a session of an agent has no steps`);
  }
  const wrong = await shelf.run(["events", "talk", "--type", "tool_cal"]);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "did you mean tool_call?");
});

Deno.test("show tells in short what an agent did and used", async () => {
  using shelf = new CliShelf();
  putDialogue(shelf);
  const { stdout } = await shelf.run(["show", "talk"]);
  assertMatch(stdout, /^claude {2}success after 14 s\n/);
  assertMatch(stdout, /^ {2}tools +shell 1 \(1 failed\), file_read 1$/m);
  assertMatch(stdout, /^ {2}tokens +11 in, 22 out, 5 from the cache, 0 into it$/m);
  assertMatch(stdout, /^ {2}cost +\$0\.7500$/m);
  const [summary] = await shelf.objects("show", "talk", "--json");
  const { turns, messages, tools, usage, completeness, state } = summary!;
  assertEquals({ turns, messages, tools, usage, completeness, state }, {
    turns: 1,
    messages: 1,
    tools: { shell: { calls: 1, failures: 1 }, file_read: { calls: 1, failures: 0 } },
    usage: {
      input_tokens: 11,
      output_tokens: 22,
      cache_read_tokens: 5,
      cache_creation_tokens: 0,
      total_cost_usd: 0.75,
    },
    completeness: "full",
    state: "success",
  });
  assertEquals((await shelf.run(["show", "talk", "--step", "a"])).code, 2);
});

Deno.test("listen --all follows the sessions of agents when --source says so", async () => {
  using shelf = new CliShelf();
  shelf.put("agents", "agents-1", { at: 0, end: null });
  shelf.put("zig", "zig-1", { at: 0, end: null });
  const { code, stdout } = await shelf.run(["listen", "--all", "--no-follow", "--source", "agents"]);
  assertEquals([code, stdout], [0, "agents-1 claude | ● claude sonnet started (run) in /src\n"]);
  for (const source of ["all", "outrig"]) {
    assertEquals((await shelf.run(["listen", "--all", "--source", source])).code, 2);
  }
});

Deno.test("agents runs the commands of those names over the sessions of agents", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  assertEquals((await shelf.objects("agents", "list", "--json")).map(({ id }) => id), ["agents-1"]);
  assertEquals((await shelf.objects("agents", "show", "--json"))[0]!.wrapper_session_id, "agents-1");
  assertEquals((await shelf.objects("agents", "events", "agents-", "--json")).length, 2);
  assertEquals((await shelf.objects("agents", "search", "sonnet", "--json")).map(({ id }) => id), ["agents-1"]);
  assertMatch((await shelf.run(["agents", "listen"])).stdout, /^● claude sonnet started/);
  assertEquals((await shelf.run(["agents", "show", "zag-1"])).code, 3);
  for (const args of [["agents"], ["agents", "prune"]]) {
    const { code, stderr } = await shelf.run(args);
    assertEquals(code, 2);
    assertMatch(stderr, /^ziglog: Cannot run agents.*: it is one of list, show, listen, events, search/);
  }
});

Deno.test("search --source looks in what agents did, and in the logs of runs", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  putDialogue(shelf);
  shelf.write(".local/share/outrig/sessions/outrig-1/logs/build.stderr", '  no "rule"\nother\n');
  shelf.write(".local/share/outrig/sessions/outrig-1/logs/raw", new Uint8Array([0x72, 0x75, 0x6c, 0x65, 0xff, 0x0a]));
  const ids = async (...args: string[]): Promise<unknown[]> =>
    (await shelf.objects("search", ...args, "--json")).map(({ source, id, field, text }) => [source, id, field, text]);
  assertEquals(await ids("RULE", "--source", "agents"), [["agents", "talk", "error", "no rule"]]);
  assertEquals(await ids("rule", "--source", "outrig"), [
    ["outrig", "outrig-1", "line", 'no "rule"'],
    ["outrig", "outrig-1", "line", "rule\ufffd"],
  ]);
  assertEquals(await ids('"rule"', "--source", "outrig"), [["outrig", "outrig-1", "line", 'no "rule"']]);
  assertEquals((await ids("rule", "--source", "all")).length, 3);
  assertEquals(await ids("make", "--source", "all", "--type", "tool_call"), [["agents", "talk", "input", "make test"]]);
  const text = (await shelf.run(["search", "rule", "--source", "all"])).stdout;
  assertEquals(text.split("\n"), [
    'outrig-1 - coder/build.stderr: no "rule"',
    "outrig-1 - coder/raw: rule\ufffd",
    "talk 2026-01-01T12:00:04.000Z claude tool_result error: no rule",
    "",
  ]);
});

Deno.test({
  name: "list --source all survives links that lead nowhere, in circles and out, and entries of any kind",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    using shelf = new CliShelf();
    fill(shelf);
    const root = shelf.rootOf("outrig");
    const outside = shelf.write("elsewhere/keep", "mine");
    shelf.write("elsewhere/session.json", Deno.readTextFileSync(`${root}/outrig-1/session.json`).replace("-1", "-2"));
    Deno.symlinkSync(shelf.at("nowhere"), `${root}/dangling`);
    Deno.symlinkSync(`${root}/loop-b`, `${root}/loop-a`);
    Deno.symlinkSync(`${root}/loop-a`, `${root}/loop-b`);
    Deno.symlinkSync(shelf.at("elsewhere"), `${root}/outrig-2`);
    shelf.write(".local/share/outrig/sessions/file", "text");
    shelf.write(".local/share/outrig/sessions/big/session.json", `{"id":"${"x".repeat(10_000_000)}`);
    shelf.write(".local/share/outrig/sessions/line\nbreak/session.json", "{}");
    shelf.write(".zig/agents/logs/sessions/dir.jsonl/x", "");
    shelf.write(".zag/logs/index.json", "[");
    const before = tree(shelf.path);
    const { code, stdout, stderr } = await shelf.run(["list", "--source", "all"]);
    const ids = stdout.trimEnd().split("\n").slice(1).map((row) => row.split(/ +/).at(-1));
    assertEquals([code, ids.toSorted()], [0, ["agents-1", "outrig-1", "outrig-2", "zag-1", "zig-1"]]);
    const notices = stderr.trimEnd().split("\n");
    assertEquals(notices.length, 5, stderr);
    for (const name of ["dangling", "loop-a", "loop-b", "big", "line"]) {
      assertEquals(
        notices.filter((line) => line.includes(`/${name}`) || line.includes(`"${name}`)).length > 0,
        true,
        name,
      );
    }
    assertEquals(tree(shelf.path), before);
    assertEquals(Deno.readTextFileSync(outside), "mine");
    const shown = await shelf.run(["show", "outrig-2"]);
    assertEquals([shown.code, shown.stderr], [0, ""]);
    for (const id of ["dangling", "loop-a", "big", "file"]) assert((await shelf.run(["show", id])).code !== 0, id);
  },
});

Deno.test("listen tells the end of an agent session that another program writes", async () => {
  using shelf = new CliShelf();
  const path = shelf.put("agents", "live", { at: 0, end: null });
  const child = shelf.command(["listen", "live"]).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const text = zagLine("live", 2, 1, { type: "user_message", role: "user", content: "go on", message_id: null }) +
    zagLine("live", 3, 2, { type: "session_ended", success: false, error: "tired" });
  Deno.writeTextFileSync(path, text, { append: true });
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    rest += new TextDecoder().decode(value);
  }
  assertEquals(rest, "❯ go on\n● session failed: tired\n");
  await child.stderr.cancel();
  assertEquals((await child.status).code, 0);
});

Deno.test({
  name: "run --session-dir makes what list --source, show and the program outrig know of",
  ...needs("outrig", "sh"),
  async fn(): Promise<void> {
    using shelf = new CliShelf();
    await shelf.run(["run", "--session-dir", "out", "--workflow", "nightly", "--", "sh", "-c", "exit 3"]);
    const [row] = await shelf.objects("list", "--source", "outrig", "--json");
    const { success, stdout } = new Deno.Command("outrig", {
      args: ["ls"],
      cwd: shelf.path,
      env: { HOME: shelf.path, XDG_DATA_HOME: "", XDG_CONFIG_HOME: "" },
    }).outputSync();
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    assertEquals([success, lines.length], [true, 2]);
    const cells = lines[1]!.split(/ +/);
    assertEquals([cells[0], cells[4], cells[5], cells[7]], [row!.id, "nightly", "3", shelf.at("out")]);
  },
});
