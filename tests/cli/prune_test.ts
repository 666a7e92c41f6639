import { assertEquals, assertMatch } from "@std/assert";
import { main } from "../../src/cli/main.ts";
import { isPinned, pinSession } from "../../src/maintenance/pins.ts";
import { runCli } from "../helpers/deno.ts";
import { contentsOf, idOf, type OldStore, oldStore, without } from "../helpers/old_store.ts";
import { type Ended, FakeHost, type FakeOptions, runMain } from "./fake_host.ts";

function run(at: OldStore, args: readonly string[], options: FakeOptions = {}): Promise<Ended> {
  return runMain([...args, "--root", at.root, "--project", at.project], options);
}

/** Runs the program for somebody who sits at a terminal and answers. */
async function answer(at: OldStore, args: readonly string[], text: string): Promise<Ended> {
  const host = new FakeHost({ columns: 200 });
  Object.assign(host.stdin, { isTerminal: true, readable: ReadableStream.from([new TextEncoder().encode(text)]) });
  const code = await main([...args, "--root", at.root, "--project", at.project, "--no-color"], host);
  return { code, stdout: host.stdout.text, stderr: host.stderr.text, host };
}

Deno.test("ziglog prune shows what it would delete, and why, when it only looks", async () => {
  using at = oldStore();
  const before = contentsOf(at);
  const { code, stdout, stderr } = await run(at, ["prune", "--older-than", "30d", "--state", "crashed", "--dry-run"]);
  assertEquals([code, stderr], [0, ""]);
  const [head, row, sum, ...more] = stdout.trimEnd().split("\n");
  assertMatch(head!, /^STATE +SIZE +WHY +LAST SIGN +WORKFLOW +ID$/);
  assertMatch(
    row!,
    new RegExp(`^crashed +\\d\\.\\d kB +older than 30d +2020-01-01T04:00:00Z +build +${idOf(at.logs.crashed)}$`),
  );
  assertMatch(sum!, /^1 session, \d\.\d kB$/);
  assertEquals([more, contentsOf(at)], [[], before]);
});

Deno.test("ziglog prune tells of projects, and of what stays, when it looks at all of them", async () => {
  using at = oldStore();
  const { stdout } = await run(at, ["prune", "--keep-last", "0", "--workflow", "night*", "--all", "--dry-run"]);
  const lines = stdout.trimEnd().split("\n");
  assertMatch(lines[0]!, / WORKFLOW +PROJECT +ID$/);
  assertEquals(lines.filter((line) => line.includes("not of the last 0")).length, 4);
  assertEquals(lines.some((line) => /-b +[0-9a-f-]{36}$/.test(line)), true);
  assertMatch(lines.at(-1)!, /^4 sessions, .* \(1 running and 1 pinned stay\)$/);
});

Deno.test("ziglog prune deletes without asking, and tells what is free, when told to", async () => {
  using at = oldStore();
  const after = without(contentsOf(at), [
    at.logs.success,
    at.logs.failure,
    at.logs.torn,
    at.logs.crashed,
    at.logs.stale,
  ]);
  const home = at.root;
  const args = ["prune", "--older-than", "1d", "--yes", "--root", at.root, "--project", at.project];
  const first = await runCli(args, { home, root: at.root });
  assertEquals(first.code, 0);
  assertMatch(first.stderr, /^5 sessions deleted, \d\.\d kB freed\n$/);
  assertEquals(contentsOf(at), after);
  const second = await runCli(args, { home, root: at.root });
  assertEquals(second, { code: 0, stdout: "", stderr: "nothing to prune (1 running and 1 pinned stay)\n" });
});

Deno.test("ziglog prune tells each session as JSON when asked to", async () => {
  using at = oldStore();
  const args = ["prune", "--state", "failure", "--json"];
  const [planned, deleted] = [await run(at, [...args, "--dry-run"]), await run(at, [...args, "--yes"])];
  const expected = {
    zig_session_id: idOf(at.logs.failure),
    workflow_name: "nightly",
    log_path: at.logs.failure,
    state: "failure",
    reason: "selected",
    note: null,
  };
  for (const [{ stdout }, outcome] of [[planned, "planned"], [deleted, "deleted"]] as const) {
    const { project, started_at, ended_at, bytes, ...told } = JSON.parse(stdout);
    assertEquals(told, { ...expected, outcome });
    assertEquals([at.logs.failure.startsWith(project), started_at < ended_at, bytes > 1000], [true, true, true]);
  }
});

for (
  const [text, code, deletes] of [
    ["y\n", 0, true],
    ["YES\n", 0, true],
    ["n\n", 0, false],
    ["\n", 0, false],
    ["", 0, false],
    ["yellow\n", 0, false],
  ] as const
) {
  Deno.test(`ziglog prune ${deletes ? "deletes" : "deletes nothing"} when the answer is ${JSON.stringify(text)}`, async () => {
    using at = oldStore();
    const before = contentsOf(at);
    const ended = await answer(at, ["prune", "--state", "failure"], text);
    assertEquals(ended.code, code);
    assertMatch(ended.stdout, /its state/);
    assertMatch(ended.stderr, /^Delete 1 session \(\d\.\d kB\)\? \[y\/N\] /);
    assertEquals(contentsOf(at), deletes ? without(before, [at.logs.failure]) : before);
    assertEquals(ended.stderr.includes("nothing was deleted"), !deletes);
  });
}

Deno.test("ziglog prune does not ask when there is nothing to prune", async () => {
  using at = oldStore();
  const { code, stdout, stderr } = await answer(at, ["prune", "--workflow", "nothing"], "y\n");
  assertEquals([code, stdout, stderr], [0, "", "nothing to prune\n"]);
  pinSession(idOf(at.logs.foreign), at);
  const one = await runMain(["prune", "--workflow", "*", "--root", at.root, "--project", at.elsewhere, "--dry-run"]);
  assertEquals([one.code, one.stderr], [0, "nothing to prune (1 pinned stays)\n"]);
});

const WRONG: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [[], /say which with --older-than, --max-size, --keep-last, --state or --workflow/],
  [["--yes", "--all"], /say which with/],
  [["--older-than", "30d"], /there is no terminal; say --yes, or --dry-run/],
  [["--older-than", "soon", "--yes"], /duration "soon": expected numbers with a unit/],
  [["--max-size", "much", "--yes"], /size "much": expected bytes/],
  [["--keep-last", "1.5", "--yes"], /--keep-last "1\.5": a whole number/],
  [["--state", "running", "--yes"], /--state "running": STATE is one of success, failure, crashed, stale/],
  [["--older-than", "30d", "--yes", "abc"], /prune takes no arguments/],
];

for (const [args, message] of WRONG) {
  Deno.test(`ziglog prune ${args.join(" ")} is refused, and nothing is deleted`, async () => {
    using at = oldStore();
    const before = contentsOf(at);
    const { code, stdout, stderr } = await run(at, ["prune", ...args]);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, message);
    assertEquals(contentsOf(at), before);
  });
}

Deno.test("ziglog prune exits with 5, and names it, when something cannot be deleted", async () => {
  using at = oldStore();
  const { removeSync } = Deno;
  Deno.removeSync = (path, options): void => {
    if (path === at.logs.failure) throw new Deno.errors.PermissionDenied("Operation not permitted");
    removeSync(path, options);
  };
  try {
    const { code, stderr } = await run(at, ["prune", "--older-than", "1d", "--workflow", "nightly", "--yes"]);
    assertEquals(code, 5);
    assertMatch(
      stderr,
      new RegExp(`failed ${idOf(at.logs.failure)}: Operation not permitted\n1 session deleted, \\d\\.`),
    );
  } finally {
    Deno.removeSync = removeSync;
  }
});

Deno.test("ziglog pin and unpin protect sessions and take that back when they are given ids", async () => {
  using at = oldStore();
  const [success, failure] = [idOf(at.logs.success), idOf(at.logs.failure)];
  const pinned = await run(at, ["pin", success.slice(0, 13), failure, success]);
  assertEquals([pinned.code, pinned.stdout], [0, ""]);
  assertEquals(pinned.stderr, `pinned ${success}\npinned ${failure}\n`);
  assertEquals([isPinned(at.logs.success), isPinned(at.logs.failure)], [true, true]);
  const unpinned = await run(at, ["unpin", success, "--json"]);
  assertEquals(unpinned.stdout, `{"zig_session_id":"${success}","pinned":false}\n`);
  assertEquals([isPinned(at.logs.success), isPinned(at.logs.failure)], [false, true]);
});

Deno.test("ziglog pin changes nothing when one of its ids is wrong", async () => {
  using at = oldStore();
  for (const [args, code] of [[["nothing"], 3], [["../x"], 2]] as const) {
    assertEquals((await run(at, ["pin", idOf(at.logs.success), ...args])).code, code);
    assertEquals(isPinned(at.logs.success), false);
  }
  for (const verb of ["pin", "unpin"]) {
    const { code, stderr } = await run(at, [verb]);
    assertEquals([code, stderr], [2, `ziglog: Cannot ${verb} a session: name its id (see "ziglog ${verb} --help")\n`]);
  }
});

Deno.test("ziglog du shows what takes space, the largest first, when asked", async () => {
  using at = oldStore();
  const { code, stdout, stderr } = await run(at, ["du"]);
  assertEquals([code, stderr], [0, ""]);
  const lines = stdout.trimEnd().split("\n").map((line) => line.replace(/^[\d.]+ k?B/, "N").replace(/ +/g, " "));
  assertEquals(lines.slice(2), [
    "N 5 nightly",
    "N 2 indexes",
    "N 2 build",
    "N 1 script",
    "N 1 unfinished lines that repairs cut off",
  ]);
  assertMatch(lines[1]!, /^N .*-a$/);
  assertEquals((await run(at, ["du", "--all"])).stdout.trimEnd().endsWith(at.root), true);
});

Deno.test("ziglog du says so on standard error when there is nothing", async () => {
  using at = oldStore();
  for (const [args, place] of [[["du"], /\/projects\/nowhere\n$/], [["du", "--all"], /\/none\n$/]] as const) {
    const ended = await runMain([...args, "--root", `${at.root}/none`, "--project", "/nowhere"]);
    assertEquals([ended.code, ended.stdout], [0, ""]);
    assertMatch(ended.stderr, /^nothing is recorded in /);
    assertMatch(ended.stderr, place);
  }
});

Deno.test("ziglog du tells the same as JSON when asked to", async () => {
  using at = oldStore();
  const rows = (await run(at, ["du", "--all", "--json"])).stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const { size } = Deno.statSync(at.logs.stale);
  const script = rows.find(({ workflow }) => workflow === "script");
  assertEquals({ ...script, project: null }, {
    source: "zig",
    project: null,
    kind: "sessions",
    workflow: "script",
    count: 1,
    bytes: size,
  });
  assertEquals(rows.filter(({ project }) => project === null).map(({ kind }) => kind), ["indexes"]);
});
