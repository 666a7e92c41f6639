/** `ziglog run --session-dir`, from outside. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { needs } from "../helpers/skip.ts";
import { tree } from "../helpers/temp_dir.ts";
import { readUntil } from "./recorded.ts";
import { CliShelf } from "./source_shelf.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ...needs("sh"), fn });
}

function recordIn(shelf: CliShelf, dir = "out"): Record<string, unknown> {
  return JSON.parse(Deno.readTextFileSync(shelf.at(`${dir}/session.json`)));
}

test("run --session-dir keeps a record, what each step writes, and the log of the session", async () => {
  using shelf = new CliShelf();
  const steps = [
    { name: "a/b", run: "echo one; echo two >&2" },
    { name: "A_B", run: "printf 'no newline'; exit 4", retries: 1 },
    { name: "..", run: "true", depends_on: ["A_B"] },
  ];
  shelf.write("plan.jsonc", JSON.stringify({ name: "demo", steps }));
  const { code, stderr } = await shelf.run(["run", "--quiet", "--session-dir", "out", "plan.jsonc"]);
  assertEquals(code, 1, stderr);
  const { id, exit_code, ended_at, image_config_name, session_dir, working_dir } = recordIn(shelf);
  assertEquals({ exit_code, image_config_name, session_dir, working_dir }, {
    exit_code: 1,
    image_config_name: "demo",
    session_dir: shelf.at("out"),
    working_dir: shelf.path,
  });
  assertMatch(String(ended_at), /^\d{4}-.*Z$/);
  assertEquals(Deno.readLinkSync(`${shelf.rootOf("outrig")}/${id}`), shelf.at("out"));
  const [log, ...files] = tree(shelf.at("out"));
  assertEquals(files, [
    "logs/A_B-2.stderr",
    "logs/A_B-2.stdout",
    "logs/a_b.stderr",
    "logs/a_b.stdout",
    "session.json",
  ]);
  const read = (name: string): string => Deno.readTextFileSync(shelf.at(`out/logs/${name}`));
  assertEquals([read("a_b.stdout"), read("a_b.stderr"), read("A_B-2.stdout")], [
    "one\n",
    "two\n",
    "no newlineno newline",
  ]);
  const [session] = await shelf.objects("list", "--json");
  assertEquals(log, `${session!.id}.jsonl`);
  assertEquals(Deno.readTextFileSync(shelf.at(`out/${log}`)), Deno.readTextFileSync(session!.log_path as string));
  assertEquals((await shelf.objects("events", String(id), "--json")).length > 5, true);
  assertEquals((await shelf.run(["listen", String(id)])).code, 0);
  assertEquals((await shelf.run(["verify", "--all"])).code, 0);
});

test("run --session-dir passes the command's exit code on, into the record too", async () => {
  using shelf = new CliShelf();
  const { code, stdout } = await shelf.run(["run", "--json", "--session-dir", "out", "--", "sh", "-c", "exit 42"]);
  const { id, exit_code } = recordIn(shelf);
  assertEquals([code, exit_code], [42, 42]);
  const { session_dir, run_id, exit_code: shown } = JSON.parse(stdout);
  assertEquals({ session_dir, run_id, shown }, { session_dir: shelf.at("out"), run_id: id, shown: 42 });
});

test("run --session-dir leaves nothing behind when the directory is taken", async () => {
  using shelf = new CliShelf();
  for (const name of ["session.json", "logs/mine"]) {
    shelf.write(`out/${name}`, "mine");
    const before = tree(shelf.path);
    const { code, stdout, stderr } = await shelf.run(["run", "--session-dir", "out", "--", "sh", "-c", "echo ran"]);
    assertEquals([code, stdout], [5, ""]);
    assertMatch(stderr, /^ziglog: Cannot create run in ".*out": it already holds "(session\.json|logs)"\n$/);
    assertEquals(tree(shelf.path), before);
    Deno.removeSync(shelf.at("out"), { recursive: true });
  }
});

test("run --session-dir leaves no record behind when the session cannot be recorded", async () => {
  using shelf = new CliShelf();
  shelf.write(".zig/logs", "in the way");
  const { code, stdout } = await shelf.run(["run", "--session-dir", "out", "--", "sh", "-c", "echo ran"]);
  assertEquals([code, stdout], [5, ""]);
  assertEquals(tree(shelf.path), [".local/share/outrig/sessions/", ".zig/logs"]);
});

test("run --session-dir names the rights that it lacks before it makes anything", async () => {
  using shelf = new CliShelf();
  const rights = ["--allow-env", "--allow-read", "--allow-run", `--allow-write=${shelf.at(".zig")}`];
  const { code, stderr } = await shelf.run(["run", "--session-dir", "out", "--", "sh", "-c", "echo ran"], rights);
  assertEquals(code, 5);
  assertStringIncludes(stderr, "--allow-read --allow-write");
  assertEquals(tree(shelf.path), []);
});

test("run --session-dir writes the end into the record when a signal ends the run", async () => {
  if (Deno.build.os === "windows") return;
  using shelf = new CliShelf();
  const command = ["sh", "-c", "echo ready; trap 'exit 9' TERM; while :; do sleep 0.05; done"];
  const child = shelf.command(["run", "--session-dir", "out", "--", ...command]).spawn();
  await readUntil(child.stdout.getReader(), "ready");
  assertEquals(recordIn(shelf).exit_code, undefined);
  child.kill("SIGTERM");
  await child.stderr.cancel();
  const { code } = await child.status;
  assertEquals([code, recordIn(shelf).exit_code], [143, 143]);
});

test("run --session-dir goes on when the files cannot be written, and says so", async () => {
  using shelf = new CliShelf();
  const script = "rmdir out/logs 2>/dev/null; rm -rf out/logs; echo on > out/logs; echo out";
  const steps = [{ name: "break", run: script }, { name: "next", run: "echo still here", depends_on: ["break"] }];
  shelf.write("plan.jsonc", JSON.stringify({ name: "demo", steps }));
  const { code, stdout, stderr } = await shelf.run(["run", "--session-dir", "out", "plan.jsonc"]);
  assertStringIncludes(stdout, "still here");
  assertMatch(stderr, /the files in .*logs are incomplete: .*; everything goes on/);
  assertEquals([code, recordIn(shelf).exit_code], [5, 5]);
});

test("run --session-dir ends well although the record was removed meanwhile, but says so", async () => {
  using shelf = new CliShelf();
  const { code, stdout, stderr } = await shelf.run([
    "run",
    "--session-dir",
    "out",
    "--",
    "sh",
    "-c",
    "rm out/session.json; echo a",
  ]);
  assertEquals([code, stdout], [5, "a\n"]);
  assertStringIncludes(stderr, "has no end");
  assert(stderr.includes("ziglog: success"), stderr);
});
