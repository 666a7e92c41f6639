import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { variableOf } from "../../src/cli/command_line.ts";
import { fromRetention } from "../../src/cli/settings.ts";
import { runCli } from "../helpers/deno.ts";
import { type Ended, type FakeOptions, runMain } from "./fake_host.ts";
import { ended, fail, output, start, started, Store, tier } from "./store.ts";

/** A store with a configuration. */
class ConfiguredStore extends Store {
  readonly path = `${this.root}/ziglog.jsonc`;

  constructor(config: unknown) {
    super();
    Deno.writeTextFileSync(this.path, typeof config === "string" ? config : JSON.stringify(config, null, 1));
  }

  run(args: readonly string[], options: FakeOptions = {}): Promise<Ended> {
    return runMain([...args, ...this.args], options);
  }
}

function putThree(store: Store): void {
  for (const [at, name] of ["first", "second", "third"].entries()) {
    const startedAt = Date.UTC(2026, 0, 1 + at);
    store.put([started(name), ended()], { id: `${at}e551017`, startedAt });
  }
}

/** The names of the sessions that a list shows. */
async function listed(
  store: ConfiguredStore,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string[]> {
  const { code, stdout, stderr } = await store.run(["list", "--json", ...args], { env });
  assertEquals([code, stderr], [0, ""]);
  return stdout.trim().split("\n").map((line) => JSON.parse(line).workflow_name);
}

Deno.test("main() takes an option from the flag, then the environment, then the file", async () => {
  using store = new ConfiguredStore({ defaults: { list: { limit: 2 } } });
  putThree(store);
  assertEquals(await listed(store, []), ["third", "second"]);
  assertEquals(await listed(store, [], { ZIGLOG_LIST_LIMIT: "1" }), ["third"]);
  assertEquals((await listed(store, ["--limit", "3"], { ZIGLOG_LIST_LIMIT: "1" })).length, 3);
});

Deno.test("main() takes every kind of option from the file and from the environment", async () => {
  using store = new ConfiguredStore({
    defaults: { list: { workflow: "*d", state: ["success"], json: true, all: true } },
  });
  putThree(store);
  store.put([started("bad"), ended("failure")], { id: "3e551017" });
  assertEquals(await listed(store, []), ["third", "second"]);
  assertEquals(await listed(store, [], { ZIGLOG_LIST_STATE: "failure,crashed" }), ["bad"]);
  assertEquals(await listed(store, ["--state", "failure"]), ["bad"]);
  Deno.writeTextFileSync(store.path, '{ "defaults": { "list": { "state": "failure" } } }');
  assertEquals(await listed(store, []), ["bad"]);
  Deno.writeTextFileSync(store.path, '{ "defaults": { "list": { "json": true, "all": true } } }');
  const { stdout } = await store.run(["list"]);
  assert(JSON.parse(stdout.split("\n")[0]!).project, "json and all were turned on");
  assertMatch((await store.run(["list"], { env: { ZIGLOG_LIST_JSON: "0" } })).stdout, /^STATE /);
});

Deno.test("main() turns a switch of the file off when --no- stands before its name", async () => {
  using store = new ConfiguredStore({ defaults: { list: { json: true } } });
  putThree(store);
  assertMatch((await store.run(["list", "--no-json"])).stdout, /^STATE /);
});

for (
  const [env, message] of [
    [{ ZIGLOG_LIST_LIMIT: "x" }, 'Cannot use ZIGLOG_LIST_LIMIT "x": a whole number from 0 is expected'],
    [{ ZIGLOG_LIST_STATE: "crashd" }, "did you mean crashed?"],
    [{ ZIGLOG_LIST_JSON: "yes" }, 'Cannot use ZIGLOG_LIST_JSON "yes": 1 or 0 is expected'],
  ] as const
) {
  Deno.test(`main() exits with 2 when the environment says ${JSON.stringify(env)}`, async () => {
    using store = new ConfiguredStore({});
    const { code, stderr } = await store.run(["list"], { env });
    assertEquals(code, 2);
    assertStringIncludes(stderr, message);
  });
}

for (
  const [config, place] of [
    ['{ "defaults": { "lsit": {} } }', 'line 1, column 17: "lsit" is not a command; did you mean "list"?'],
    [
      '{ "defaults": {\n "list": { "limt": 1 } } }',
      'line 2, column 12: "limt" is not an option of list; did you mean "limit"?',
    ],
    ['{ "defaults": { "list": { "limit": "x" } } }', 'line 1, column 36: "limit" is "x", not a whole number from 0 on'],
    [
      '{ "defaults": { "list": { "limit": 1.5 } } }',
      'line 1, column 36: cannot be used: "limit" "1.5": a whole number from 0',
    ],
    ['{ "defaults": { "list": { "json": 1 } } }', 'line 1, column 35: "json" is 1, not true or false'],
    [
      '{ "defaults": { "list": { "state": ["crashd"] } } }',
      'line 1, column 37: cannot be used: "state" "crashd": STATE is one of',
    ],
    ['{ "defaults": { "list": { "state": [1] } } }', 'line 1, column 36: "state" is [1], not a list of texts'],
    ['{ "defaults": { "list": { "workflow": "" } } }', 'line 1, column 39: "workflow" is "", not a text'],
    ["{", "line 1, column 2: "],
  ] as const
) {
  Deno.test(`main() names file, line and column, and exits with 2, when the file is ${config.replaceAll("\n", "")}`, async () => {
    using store = new ConfiguredStore(config);
    const { code, stdout, stderr } = await store.run(["list"]);
    assertEquals([code, stdout], [2, ""]);
    const start = `ziglog: Cannot use configuration "${store.path}": ${place}`;
    assertEquals(stderr.slice(0, start.length), start);
  });
}

Deno.test("main() checks only the command that runs, and config checks all of them", async () => {
  using store = new ConfiguredStore({ defaults: { show: { bogus: 1 } } });
  putThree(store);
  assertEquals((await store.run(["list"])).code, 0);
  const { code, stderr } = await store.run(["config"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, '"bogus" is not an option of show');
});

Deno.test("main() reads no configuration for help and version", async () => {
  using store = new ConfiguredStore("{");
  const env = { ZIGLOG_ROOT: store.root };
  for (const args of [["--version"], ["help"], ["help", "list"], ["list", "--help"], ["help", "--man"]]) {
    assertEquals((await runMain(args, { env })).code, 0);
  }
});

Deno.test("prune keeps what the file says when it is told nothing else", async () => {
  using store = new ConfiguredStore({ retention: { keep_last: 1, older_than: "1d" } });
  for (const id of ["0e551017", "1e551017", "2e551017"]) {
    store.put([started("w"), ended()], { id, startedAt: Date.UTC(2026, 0, 1, Number(id[0])) });
  }
  const pruned = async (...args: string[]): Promise<number> => {
    const { code, stdout } = await store.run(["prune", "--dry-run", "--json", ...args], {
      now: "2026-02-01T00:00:00Z",
    });
    assertEquals(code, 0);
    return stdout.split("\n").filter((line) => line !== "").length;
  };
  assertEquals(await pruned(), 2);
  assertEquals(await pruned("--keep-last", "3"), 0);
  assertEquals(await pruned("--workflow", "w"), 3);
});

const SECRET = "hunter2";

/** A log that was written before anything was secret. */
function putSecrets(store: Store): void {
  const how = { zag_session_id: "", zag_command: "exec", model: null, prompt_preview: `login ${SECRET}` };
  const events = [
    { ...started("w"), prompt: `use ${SECRET}` },
    tier(0, "a"),
    { ...start("a"), ...how },
    output("a", `the password "${SECRET}" \\ is ${SECRET}`),
    fail("a", 1, `no ${SECRET}`),
    { type: "step_skipped", step_name: "b", reason: `as ${SECRET}` },
    ended("failure"),
  ] as Parameters<Store["put"]>[0];
  store.put(events, { tail: `{"damaged ${SECRET}\n` });
  store.put(events, { id: "6e551017" });
}

const READING: readonly (readonly string[])[] = [
  ["show", "5e55"],
  ["show", "5e55", "--step", "a"],
  ["events", "5e55"],
  ["listen", "5e55", "--no-follow"],
  ["replay", "5e55", "--speed", "10000"],
  ["search", "the password"],
  ["search", "hunter"],
  ["list"],
  ["diff", "5e55", "6e55"],
  ["stats"],
  ["verify", "5e55"],
  ["config", "--explain"],
];

for (const args of READING) {
  Deno.test(`${args.join(" ")} shows no secret of a log that is already written, as text, on a terminal, and as JSON`, async () => {
    using store = new ConfiguredStore({ redact: { literals: [SECRET] } });
    putSecrets(store);
    const isPartial = args[0] === "replay" ? ["--idle-limit", "0.001"] : [];
    for (const more of [{}, { columns: 60 }, { columns: 60, env: { NO_COLOR: "1" } }]) {
      for (const json of [[], ["--json"]]) {
        const { stdout, stderr } = await store.run([...args, ...json, ...isPartial], more);
        assertEquals((stdout + stderr).includes(SECRET), false, stdout + stderr);
        if (json.length > 0) stdout.trim().split("\n").filter(Boolean).forEach((line) => JSON.parse(line));
      }
    }
  });
}

Deno.test("show, events and search say where something was taken out", async () => {
  using store = new ConfiguredStore({ redact: { literals: [SECRET] } });
  putSecrets(store);
  assertStringIncludes(
    (await store.run(["show", "5e55", "--step", "a"])).stdout,
    'the password "[redacted]" \\ is [redacted]',
  );
  const [hit] = (await store.run(["search", "the password", "--json"])).stdout.split("\n");
  assertEquals(JSON.parse(hit!).text, 'the password "[redacted]" \\ is [redacted]');
  assertEquals(JSON.parse(hit!).ranges, []);
  assertEquals(JSON.parse(hit!).event.line, 'the password "[redacted]" \\ is [redacted]');
});

Deno.test("events --json prints what holds no secret byte for byte", async () => {
  using store = new ConfiguredStore({ redact: { known: ["all"], literals: [SECRET] } });
  const path = store.put([started("w"), output("a", "nothing \u2028 here"), ended()]);
  assertEquals((await store.run(["events", "--json"])).stdout, Deno.readTextFileSync(path));
});

Deno.test({
  name: "run, record, start and emit write no secret into the log, and pass output on as it is",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    using store = new ConfiguredStore({ redact: { literals: [SECRET], variables: ["API_TOKEN"] } });
    const place = { home: store.root, root: store.root, env: { API_TOKEN: "t0ken" } };
    const say = `echo ${SECRET} t0ken; echo ${SECRET} >&2; exit 3`;
    const ran = await runCli(["run", "--prompt", `use ${SECRET}`, ...store.args, "--", "sh", "-c", say], place);
    assertEquals([ran.code, ran.stdout], [3, `${SECRET} t0ken\n`]);
    const recorded = await runCli(["record", "--tee", ...store.args], { ...place, input: `a ${SECRET}\nb` });
    assertEquals([recorded.code, recorded.stdout], [0, `a ${SECRET}\nb`]);
    const begun = await runCli(["start", "w", "--prompt", SECRET, ...store.args], place);
    const id = begun.stdout.trim();
    const emitted = await runCli([
      "emit",
      id,
      "step_output",
      "step_name=a",
      `line=x ${SECRET}`,
      "--json",
      ...store.args,
    ], place);
    assertEquals(JSON.parse(emitted.stdout).line, "x [redacted]");
    const logs = [...Deno.readDirSync(store.layout.sessionsDir)].filter(({ name }) => name.endsWith(".jsonl"));
    const text = logs.map(({ name }) => Deno.readTextFileSync(`${store.layout.sessionsDir}/${name}`)).join("");
    assertEquals(logs.length, 3);
    for (const secret of [SECRET, "t0ken"]) assertEquals(text.includes(secret), false, text);
    assertEquals(text.match(/\[redacted\]/g)?.length, 10);
  },
});

/** A private key as programs write it down, and its secret part. */
const BODY = ["MIIEpAIBAAKCAQEA", "c2hvcnQ="];
const KEY = [`-----${"BEGIN"} PRIVATE KEY-----`, ...BODY, `-----${"END"} PRIVATE KEY-----`];

Deno.test("record leaves no line of a private key, and all others", async () => {
  using store = new ConfiguredStore({ redact: { known: ["private_key"] } });
  const input = ["before", ...KEY, "after"].join("\n");
  const { code } = await runCli(["record", ...store.args], { home: store.root, root: store.root, input });
  assertEquals(code, 0);
  const { stdout } = await runMain(["show", "--step", "stdin", ...store.args]);
  assertEquals(stdout, `before\n${"[redacted]\n".repeat(KEY.length)}after\n`);
});

for (const args of [["show", "--step", "a"], ["events"], ["events", "--json"], ["listen", "--no-follow", "--json"]]) {
  Deno.test(`${args.join(" ")} shows no line of a private key that a log holds`, async () => {
    using store = new ConfiguredStore({ redact: { known: ["all"] } });
    store.put([started("w"), ...["before", ...KEY, "after"].map((line) => output("a", line)), ended()]);
    const { code, stdout } = await store.run(args);
    assertEquals(code, 0);
    for (const line of BODY) assertEquals(stdout.includes(line), false, stdout);
    for (const line of ["before", "after"]) assertStringIncludes(stdout, line);
    if (args.includes("--json")) assertStringIncludes(stdout, "zig_session_ended");
  });
}

Deno.test("config shows each value that is set, and where it comes from", async () => {
  using store = new ConfiguredStore(
    '{\n  "defaults": {\n    "list": { "limit": 2 } },\n  "redact": { "literals": ["aaaa", "bbbb"] }\n}',
  );
  const { code, stdout, stderr } = await store.run(["config"], { env: { ZIGLOG_SHOW_RAW: "1" } });
  assertEquals([code, stderr], [0, ""]);
  const rows = stdout.trim().split("\n").map((line) => line.split(/ {2,}/));
  assertEquals(rows, [
    ["root", store.root, "--root"],
    ["project", store.root, "--project"],
    ["file", store.path, "in the root of the store"],
    ["list.limit", "2", `${store.path}, line 3, column 24`],
    ["show.raw", "true", "$ZIGLOG_SHOW_RAW"],
    ["redact.literals", "2", `${store.path}, line 4, column 27`],
  ]);
});

Deno.test("config --explain --json tells of every option, set or not, with each way to set it", async () => {
  using store = new ConfiguredStore({});
  const { stdout } = await store.run(["config", "--explain", "--json"]);
  const settings = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(settings.find(({ key }) => key === "prune.keep-last"), {
    key: "prune.keep-last",
    value: null,
    source: "default",
    where: "",
    help: "never the newest N of each workflow",
    ways: ["--keep-last N", "ZIGLOG_PRUNE_KEEP_LAST", '"defaults" in the file'],
  });
  assert(settings.some(({ key }) => key === "retention.max_size"));
});

Deno.test("config says that there is no file, and takes the project from the environment", async () => {
  using store = new Store();
  const { stdout } = await runMain(["config"], { env: { ZIGLOG_PROJECT: "/p" } });
  assertMatch(stdout, /^project +\/p +\$ZIGLOG_PROJECT$/m);
  const { stdout: none } = await runMain(["config", ...store.args]);
  assertMatch(none, /^file +- +there is no .*ziglog\.jsonc$/m);
});

Deno.test("variableOf() names the variable of an option", () => {
  assertEquals(variableOf("prune", "keep-last"), "ZIGLOG_PRUNE_KEEP_LAST");
});

Deno.test("show and search show no half of a secret where a terminal is too narrow for it", async () => {
  const secret = "x1y2z3".repeat(6);
  using store = new ConfiguredStore({ redact: { literals: [secret] } });
  store.put([
    started("w"),
    tier(0, "a"),
    start("a"),
    output("a", `${"-".repeat(30)}${secret}`),
    fail("a"),
    ended("failure"),
  ]);
  for (let columns = 40; columns < 100; columns += 3) {
    for (const args of [["show"], ["search", "z3x1"], ["search", "---"]]) {
      const { stdout } = await store.run(args, { columns });
      assertEquals(stdout.includes("x1"), false, stdout);
    }
  }
});

Deno.test("events --json stays JSON when a pattern reaches to the end of a line, and the text of other commands as well", async () => {
  using store = new ConfiguredStore({ redact: { patterns: ["pass.*"] } });
  store.put([started("w"), output("a", 'the password is "x"'), ended()]);
  const { stdout } = await store.run(["events", "--type", "step_output", "--json"]);
  assertEquals(JSON.parse(stdout).line, "the [redacted]");
  assertStringIncludes((await store.run(["events", "--type", "step_output"])).stdout, "the [redacted]\n");
});

Deno.test("main() takes a variable that is empty for one that is not set", async () => {
  using store = new ConfiguredStore({});
  putThree(store);
  assertEquals((await listed(store, [], { ZIGLOG_LIST_LIMIT: "", ZIGLOG_LIST_JSON: "" })).length, 3);
});

Deno.test("fromRetention() gives limits to prune alone", () => {
  const none = { known: [], literals: [], patterns: [], variables: [] };
  const retention = { keep_last: 1, older_than: undefined, max_size: undefined };
  const sections = { defaults: {}, redact: none, retention };
  assertEquals([...fromRetention("prune", ["all"], sections)], [["keep-last", 1]]);
  assertEquals([...fromRetention("prune", ["state"], sections)], []);
  assertEquals([...fromRetention("list", [], sections)], []);
});
