import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ZAG } from "../../src/codec/zag.ts";
import type { AgentLogEvent } from "../../src/codec/zag_events.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { scan } from "../../src/storage/scan.ts";
import { denoArgs, runCli } from "../helpers/deno.ts";
import { killIfAlive, resultOf } from "../helpers/fixture.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";
import { ImportOutput } from "../../src/cli/import_output.ts";
import { PLAIN } from "../../src/cli/style.ts";
import { pathOf } from "../helpers/path_of.ts";
import { FakeHost, runMain } from "./fake_host.ts";

const FIXTURES = pathOf("../fixtures/agents", import.meta.url);

/** A copy of an agent's folder, and a store. */
class Home extends TempDir {
  readonly #agent: string;

  constructor(agent: string) {
    super();
    this.#agent = agent;
    for (const name of tree(`${FIXTURES}/${agent}`)) {
      this.write(`${agent}/${name}`, Deno.readFileSync(`${FIXTURES}/${agent}/${name}`));
    }
    Deno.mkdirSync(this.at("store"));
  }

  args(...more: readonly string[]): string[] {
    return ["import", this.#agent, "--from", this.at(this.#agent), "--root", this.at("store"), ...more];
  }

  /** Imports, and gives what each session became. */
  async json(...more: readonly string[]): Promise<Record<string, unknown>[]> {
    const { code, stdout, stderr } = await runMain(this.args("--json", ...more));
    assertEquals(code, 0, stderr);
    return stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }

  /** The events of a session in the store. */
  events(id: string): AgentLogEvent[] {
    const name = tree(this.at("store")).find((name) => name.endsWith(`/sessions/${id}.jsonl`));
    return [...scan(this.at(`store/${name}`), ZAG)].flat().flatMap((line) => line.kind === "event" ? [line.event] : []);
  }
}

/** A short word for what matters of each event. */
function words(events: readonly AgentLogEvent[]): string[] {
  return events.flatMap((event) => {
    switch (event.type) {
      case "user_message":
        return [`user: ${event.content}`];
      case "assistant_message":
        return [`agent: ${event.content}`];
      case "reasoning":
        return [`thinks: ${event.content}`];
      case "tool_call":
        return [`calls ${event.tool_name} (${event.tool_kind})`];
      case "tool_result":
        return [`${event.success ? "ok" : "failed"}: ${event.output ?? event.error}`];
      case "usage_limit_hit":
        return [`limit: ${event.scope}`];
      case "parse_warning":
        return [`warning: ${event.message}`];
      default:
        return [];
    }
  });
}

const GEMINI = "4f1c2a7e-93b0-4d56-8a11-0c2d7be9f310";
const COPILOT = "5fecb21a-8cde-4fa1-ac96-934505967671";

Deno.test("import gemini folds a chat with rewinds, fused and damaged lines, and loses exactly what it says", async () => {
  using home = new Home("gemini");
  const results = await home.json();
  assertEquals(results.map(({ session_id, result }) => [session_id, result]).sort(), [
    ["3bacc8a0-24d6-4415-9b2e-a2635c02e54c", "imported"],
    [GEMINI, "imported"],
    ["reviewer-7d1", "imported"],
  ]);
  const events = home.events(GEMINI);
  assertEquals(words(events), [
    "user: Fix the failing test in @cart.test.js",
    "agent: I will look at the tests first.",
    "thinks: The failing test must be in the cart.",
    "calls run_shell_command (shell)",
    "ok: 1 failing: cart adds tax",
    "thinks: Tax",
    "calls replace (file_edit)",
    "failed: 0 occurrences found",
    "user: try the other file",
    "agent: Wrong turn.",
    "user: Use 1.07",
    "agent: Done: tax is 7 %.",
    "calls replace (file_edit)",
    "ok: Successfully modified file",
    "user: <state_snapshot>The tax was wrong.</state_snapshot>",
    "limit: daily",
  ]);
  const usage = events.findLast(({ type }) => type === "usage")!;
  assertEquals(usage, {
    ...usage,
    // Each message once, the last that was told of it; what was rewound was spent too.
    input_tokens: 9120 + 9400 + 9500 + 9600 + 5,
    output_tokens: 31 + 112 + 20 + 40 + 4 + 15 + 10,
    cache_read_tokens: 9000 + 9000 + 9100,
  });
  const { losses } = results.find(({ session_id }) => session_id === GEMINI)!;
  assertEquals(losses, {
    "field memoryScratchpad": 1,
    "line malformed": 1, // the last one is torn
    "message hologram": 1,
    "message session_context": 1,
    "part inlineData": 1,
    "record without id": 1,
  });
  assertEquals(home.events("reviewer-7d1")[0], {
    ...home.events("reviewer-7d1")[0]!,
    cwd: "/home/ada/shop",
    model: "gemini-2.5-flash",
  } as AgentLogEvent);
});

Deno.test("import copilot takes up resumed runs, fused and damaged lines, and loses exactly what it says", async () => {
  using home = new Home("copilot");
  const results = await home.json();
  assertEquals(results.map(({ result }) => result), ["imported", "imported", "imported"]);
  const events = home.events(COPILOT);
  assertEquals(words(events), [
    "user: Fix the tax",
    "thinks: First the tests.",
    "agent: Running the tests.",
    "calls bash (shell)",
    "failed: exit code 1",
    "calls str_replace_editor (file_edit)",
    "ok: line one\u2028line two",
    "user: And now?",
    "agent: All tests pass.",
    "limit: weekly",
  ]);
  assertEquals(
    events.filter(({ type }) => type === "usage").map((event) => {
      const { input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens } = event as AgentLogEvent & {
        type: "usage";
      };
      return [input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens];
    }),
    [[20500, 110, 15000, 900], [20500, 117, 15000, 900]],
  );
  const { losses } = results.find(({ session_id }) => session_id === COPILOT)!;
  assertEquals(losses, {
    "attachment file": 1,
    "line malformed": 1, // the event that the next one was written into
    "reasoning encrypted": 1,
    "record repeated": 1,
    "record session.binary_asset": 1,
    "record without type": 1,
  });
});

Deno.test("import adds nothing the second time, with or without its record of the first", async () => {
  for (const agent of ["claude", "codex", "gemini", "copilot"]) {
    using home = new Home(agent);
    const first = await home.json();
    assert(first.length > 2 && first.every(({ result }) => result === "imported" || result === "empty"), agent);
    const contents = (): [string, string][] =>
      tree(home.at("store")).map((name) => [name, Deno.readTextFileSync(home.at(`store/${name}`))]);
    const before = contents();
    const isDone = ({ result }: Record<string, unknown>): boolean => result === "unchanged" || result === "empty";
    assert((await home.json()).every(isDone), agent);
    assertEquals(contents(), before);
    Deno.removeSync(home.at(`store/agents/import-${agent}.jsonl`));
    assert((await home.json()).every(isDone), agent);
    const logs = (all: [string, string][]): [string, string][] => all.filter(([name]) => name.includes("/sessions/"));
    assertEquals(logs(contents()), logs(before));
  }
});

Deno.test("import prints sessions on standard output, losses and the sum on standard error", async () => {
  using home = new Home("copilot");
  const { code, stdout, stderr } = await runMain(home.args());
  assertEquals(code, 0);
  assertEquals(stdout.split("\n").length, 4);
  assertStringIncludes(stdout, "imported 5fecb21a 22 events ");
  assertStringIncludes(stderr, "not taken over:\n");
  assertStringIncludes(stderr, "  1  attachment file\n");
  assertStringIncludes(stderr, "copilot: 3 imported, 0 completed, 0 there already (");
});

Deno.test("import says what it would do on a dry run", async () => {
  using home = new Home("copilot");
  const { stdout, stderr } = await runMain(home.args("--dry-run"));
  assertStringIncludes(stdout, "would import 5fecb21a ");
  assertStringIncludes(stderr, "copilot: 3 to import, ");
  assertEquals(tree(home.at("store")), []);
});

Deno.test("import shows a bar on a terminal, and takes it away", async () => {
  const host = new FakeHost({ columns: 80 });
  using output = new ImportOutput(host, "copilot", { json: false, dryRun: false, style: PLAIN });
  output.advance({ done: 1, transcripts: 3, bytes: 1_000_000, totalBytes: 2_000_000 });
  await new Promise<void>((resolve) => host.stderr.onWrite = () => resolve());
  output.end();
  const [shown, cleared] = host.stderr.writes;
  assertEquals(shown, "\r\x1b[K[############------------] 50 % of 2.0 MB, 1 of 3 sessions");
  assertEquals(cleared, "\r\x1b[K");
});

Deno.test("import lists what it lost, the commonest first, and shows no control character of it", () => {
  const host = new FakeHost();
  using output = new ImportOutput(host, "copilot", { json: false, dryRun: false, style: PLAIN });
  const file = { path: "/f\x1b", parentId: null, modified: 0, size: 1 };
  const rest = { file, session: null, projectDir: null, events: 0 };
  output.print({ kind: "empty", losses: new Map([["record a", 1], ["record b\x1b", 10]]), ...rest });
  output.print({ kind: "failed", losses: new Map(), reason: "it is gone", ...rest });
  output.print({ kind: "busy", losses: new Map(), ...rest, session: "b" });
  assertEquals(output.end(), 1);
  assertEquals(host.stderr.text.split("\n"), [
    'ziglog: Cannot import "/f␛": it is gone',
    "not taken over:",
    "  10  record b␛",
    "   1  record a",
    "copilot: 0 imported, 0 completed, 0 there already, 1 being written, 1 empty, 1 failed, 0 B read",
    "",
  ]);
});

Deno.test("import finds the sessions of every agent in its own folder", async () => {
  using dir = new TempDir();
  const at = { timestamp: "2026-01-01T00:00:00.000Z" };
  const claude = {
    type: "user",
    uuid: "u",
    sessionId: "c-1",
    cwd: "/w",
    message: { role: "user", content: "Hi" },
    ...at,
  };
  const codex = [
    { type: "session_meta", payload: { id: "x-1", cwd: "/w", cli_version: "1" }, ...at },
    {
      type: "response_item",
      payload: { type: "message", role: "assistant", content: [{ type: "output_text", text: "Hi" }] },
      ...at,
    },
  ];
  dir.write("home/.claude/projects/-w/c-1.jsonl", `${JSON.stringify(claude)}\n`);
  dir.write(
    "home/.codex/sessions/2026/01/01/rollout-2026-01-01T00-00-00-x-1.jsonl",
    codex.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  dir.write(
    "home/.gemini/tmp/w/chats/session-1-g.jsonl",
    '{"sessionId":"g-1","projectHash":"h"}\n{"id":"m","type":"user","content":"Hi"}\n',
  );
  dir.write(
    "home/.copilot/session-state/p-1/events.jsonl",
    '{"type":"user.message","data":{"content":"Hi"},"id":"1"}\n',
  );
  dir.write("home/.zag/logs/sessions/z-1.jsonl", "{}\n");
  const found: string[] = [];
  for (const agent of ["claude", "codex", "gemini", "copilot", "zag"]) {
    const { stdout, stderr, code } = await runCli(["import", agent, "--json"], { home: dir.at("home") });
    assertEquals(code, 0, stderr);
    for (const line of stdout.split("\n").slice(0, -1)) found.push(JSON.parse(line).session_id);
  }
  assertEquals(found, ["c-1", "x-1", "g-1", "p-1", "z-1"]);
});

Deno.test("import goes on where it was killed, and imports nothing twice", async () => {
  using home = new Home("copilot");
  const events = Deno.readTextFileSync(`${FIXTURES}/copilot/session-state/${COPILOT}/events.jsonl`);
  for (let n = 0; n < 150; n++) {
    home.write(`copilot/session-state/s-${n}/events.jsonl`, events.replaceAll(COPILOT, `s-${n}`));
  }
  const files = (): string[] => tree(home.at("store")).filter((name) => name.includes("/sessions/"));
  const isBegun = (): boolean => files().filter((name) => name.endsWith(".jsonl")).length >= 20; // locks come and go
  const cli = pathOf("../../cli.ts", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: [...denoArgs("run"), "--quiet", "-A", cli, ...home.args()],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const over = resultOf(child);
  let isOver = false;
  over.finally(() => isOver = true);
  while (!isBegun() && !isOver) await new Promise((resolve) => setTimeout(resolve, 1));
  killIfAlive(child); // wherever it is
  const { code, stderr } = await over;
  assert(isBegun(), `it ended with ${code}: ${stderr}`);
  await home.json();
  const written = Object.fromEntries(files().map((name) => [name, Deno.readTextFileSync(home.at(`store/${name}`))]));
  Deno.removeSync(home.at("store"), { recursive: true });
  Deno.mkdirSync(home.at("store"));
  await home.json();
  const whole = Object.fromEntries(files().map((name) => [name, Deno.readTextFileSync(home.at(`store/${name}`))]));
  assertEquals(Object.keys(whole).length, 153);
  assertEquals(written, whole);
});

Deno.test("import writes the line anew that a killed one left unfinished, wherever it was cut", async () => {
  using home = new Home("copilot");
  await home.json();
  const [name] = tree(home.at("store")).filter((name) => name.endsWith(`/${COPILOT}.jsonl`));
  const log = home.at(`store/${name}`);
  const whole = Deno.readTextFileSync(log);
  const state = tree(home.at("store")).filter((name) => name.includes("import-copilot"));
  for (let size = whole.indexOf("\n") + 1; size < whole.length; size += 37) {
    for (const name of state) Deno.removeSync(home.at(`store/${name}`));
    Deno.truncateSync(log, size);
    await home.json();
    assertEquals(Deno.readTextFileSync(log), whole, `cut at ${size}`);
  }
  assertEquals(tree(home.at("store")).filter((name) => name.includes("torn")), []);
});

Deno.test("import keeps beside the log what somebody else left unfinished", async () => {
  using home = new Home("copilot");
  const begun = '{"seq":1,"ts":"2026-04-02T10:00:00+00:00","prov';
  const sessions = "agents/projects/home-ada-shop/logs/sessions";
  home.write(`store/${sessions}/${COPILOT}.jsonl`, begun);
  await home.json();
  const torn = tree(home.at("store")).filter((name) => name.includes(".torn-"));
  assertEquals(torn.map((name) => Deno.readTextFileSync(home.at(`store/${name}`))), [begun]);
  assertEquals(home.events(COPILOT).at(0)?.type, "session_started");
  assert(!Deno.readTextFileSync(home.at(`store/${sessions}/${COPILOT}.jsonl`)).includes(begun + "\n"));
});

/** Runs the program with these rights only. */
async function run(args: readonly string[], ...rights: readonly string[]): Promise<{ code: number; stderr: string }> {
  const cli = pathOf("../../cli.ts", import.meta.url);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...denoArgs("run"), "--quiet", "--no-prompt", ...rights, cli, ...args],
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("import works with no more than the rights to the agent's folder and the store", async () => {
  using home = new Home("copilot");
  const store = home.at("store");
  const { code, stderr } = await run(
    home.args(),
    `--allow-read=${home.at("copilot")},${store}`,
    `--allow-write=${store}`,
  );
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "copilot: 3 imported, ");
});

Deno.test("import names the flag that it lacks", async () => {
  using home = new Home("copilot");
  const store = home.at("store");
  const noRead = await run(home.args(), `--allow-read=${store}`, `--allow-write=${store}`);
  assertEquals(noRead.code, 5);
  assertStringIncludes(noRead.stderr, `run with --allow-read=${home.at("copilot")}\n`);
  const noWrite = await run(home.args(), `--allow-read=${home.path}`);
  assertEquals(noWrite.code, 5);
  assertStringIncludes(noWrite.stderr, `run with --allow-write=${store}/agents\n`);
});

Deno.test("import refuses an agent that it does not know", async () => {
  for (const args of [["import"], ["import", "cursor"]]) {
    const { code, stderr } = await runMain(args);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "claude, codex, gemini, copilot, zag");
  }
});

Deno.test("import refuses a folder that is none, and not one that an agent would have", async () => {
  using home = new Home("copilot");
  for (const agent of ["claude", "zag"]) {
    for (const from of ["nowhere", "copilot/session-state/0cfbd1c8-1f45-4d6c-8a3e-6e5a0e1f7c11.jsonl"]) {
      const { code, stderr } = await runMain(["import", agent, "--from", home.at(from), "--root", home.at("store")]);
      assertEquals([code, stderr], [2, `ziglog: Cannot import from "${home.at(from)}": it is no directory\n`]);
    }
    const { code, stderr } = await runCli(["import", agent], { home: home.path });
    assertEquals([code, stderr], [0, `${agent}: 0 imported, 0 completed, 0 there already, 0 B read\n`]);
  }
});

Deno.test("import says so when another import from the agent is going on", async () => {
  using home = new Home("copilot");
  const lock = home.at("store/agents/import-copilot.jsonl.lock");
  home.write("store/agents/import-copilot.jsonl.lock", "");
  using _held = FileLock.take(lock);
  const { code, stdout, stderr } = await runMain(home.args());
  assertEquals([code, stdout], [5, ""]);
  assertEquals(stderr, `ziglog: Cannot lock "${lock}": another import from there is going on\n`);
});

Deno.test("import zag takes the directory of ZAG_USER_LOG_DIR as the logs of the project", async () => {
  using dir = new TempDir();
  dir.write("moved/sessions/one.jsonl", '{"seq":1}\n');
  Deno.mkdirSync(dir.at("w/.git"), { recursive: true });
  const env = { ZAG_USER_LOG_DIR: dir.at("moved") };
  const { code, stderr } = await runCli(["import", "zag"], { home: dir.path, cwd: dir.at("w"), env });
  assertEquals(code, 0, stderr);
  const project = `${dir.path.slice(1).replaceAll("/", "-")}-w`;
  assertEquals(tree(dir.at(".zig/agents")).filter((name) => name.includes("/sessions/")), [
    `projects/${project}/logs/sessions/one.jsonl`,
  ]);
});

Deno.test("import zag copies a store of zag", async () => {
  using dir = new TempDir();
  const log = '{"seq":1}\n';
  dir.write("zag/projects/w/logs/sessions/one.jsonl", log);
  Deno.mkdirSync(dir.at("store"));
  const args = ["import", "zag", "--from", dir.at("zag"), "--root", dir.at("store")];
  const { code, stdout, stderr } = await runMain(args);
  assertEquals([code, stdout], [0, `imported one 10 B ${dir.at("zag/projects/w/logs/sessions/one.jsonl")}\n`]);
  assertStringIncludes(stderr, "zag: 1 imported, 0 completed, 0 there already, 10 B read\n");
  assertEquals(Deno.readTextFileSync(dir.at("store/agents/projects/w/logs/sessions/one.jsonl")), log);
});
