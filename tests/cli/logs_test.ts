import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import "../helpers/environment.ts";
import { readUntil } from "./recorded.ts";
import { runMain } from "./fake_host.ts";
import { CliShelf } from "./source_shelf.ts";

const RUNS = ".local/share/outrig/sessions";

/** A run with two logs. */
function fill(shelf: CliShelf, end: "success" | null = "success", silent = false): void {
  shelf.write(`${RUNS}/run-1/logs/build.stderr`, "a\x1b[31mb\n\nlast");
  shelf.write(`${RUNS}/run-1/logs/deep/x.stdout`, "");
  if (silent) {
    const old = new Date(Date.UTC(2026, 0, 1));
    for (const name of ["build.stderr", "deep/x.stdout"]) {
      Deno.utimeSync(shelf.at(`${RUNS}/run-1/logs/${name}`), old, old);
    }
  }
  shelf.put("outrig", "run-1", { at: 0, end, silent });
}

/** Makes the record of the run say that it has ended. */
function end(shelf: CliShelf): void {
  const path = shelf.at(`${RUNS}/run-1/session.json`);
  const record = JSON.parse(Deno.readTextFileSync(path));
  Deno.writeTextFileSync(`${path}.new`, JSON.stringify({ ...record, ended_at: "2026-01-01T12:00:09Z", exit_code: 0 }));
  Deno.renameSync(`${path}.new`, path);
}

Deno.test("logs lists what a run wrote, with sizes", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  const { code, stdout, stderr } = await shelf.run(["logs", "run"]);
  assertEquals([code, stderr], [0, ""]);
  const rows = stdout.trimEnd().split("\n").map((row) => row.split(/ {2,}/));
  assertEquals(rows.map(([size, , name]) => [size, name]), [
    ["SIZE", "NAME"],
    ["13 B", "build.stderr"],
    ["0 B", "deep/x.stdout"],
  ]);
  const logs = await shelf.objects("logs", "run-1", "--json");
  assertEquals(logs.map(({ name, bytes, path }) => [name, bytes, path]), [
    ["build.stderr", 13, shelf.at(`${RUNS}/run-1/logs/build.stderr`)],
    ["deep/x.stdout", 0, shelf.at(`${RUNS}/run-1/logs/deep/x.stdout`)],
  ]);
  assertEquals(typeof logs[0]!.modified, "number");
});

Deno.test("logs prints a log byte for byte, and with --json its lines", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  shelf.write(`${RUNS}/run-1/logs/raw`, new Uint8Array([0xff, 0x0a, 0x00]));
  assertEquals((await shelf.run(["logs", "run-1", "build.stderr"])).stdout, "a\x1b[31mb\n\nlast");
  assertEquals((await shelf.run(["logs", "run-1", "deep/x.stdout"])).stdout, "");
  const { stdout } = await shelf.command(["logs", "run-1", "raw"]).output();
  assertEquals(stdout, new Uint8Array([0xff, 0x0a, 0x00]));
  assertEquals(await shelf.objects("logs", "run-1", "build.stderr", "--json"), [
    { name: "build.stderr", line: "a\x1b[31mb" },
    { name: "build.stderr", line: "" },
    { name: "build.stderr", line: "last" },
  ]);
});

Deno.test("logs shows control characters on a terminal instead of obeying them", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  const home = Deno.env.get("HOME");
  try {
    Deno.env.set("HOME", shelf.path);
    const args = ["logs", "run-1", "build.stderr", "--root", shelf.rootOf("zig")];
    assertEquals((await runMain(args, { columns: 80 })).stdout, "a␛[31mb\n\nlast\n");
    assertEquals((await runMain([...args, "--raw"], { columns: 80 })).stdout, "a\x1b[31mb\n\nlast");
  } finally {
    if (home !== undefined) Deno.env.set("HOME", home);
  }
});

Deno.test("logs exits with 3 when there is no such log, or none at all", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  shelf.put("zig", "zig-1", { at: 0, end: "success" });
  const wrong = await shelf.run(["logs", "run-1", "build.stdrr"]);
  assertEquals([wrong.code, wrong.stdout], [3, ""]);
  assertStringIncludes(wrong.stderr, "did you mean build.stderr? (its logs: build.stderr, deep/x.stdout)");
  const outside = await shelf.run(["logs", "run-1", "../session.json"]);
  assertEquals([outside.code, outside.stdout], [3, ""]);
  const session = await shelf.run(["logs", "zig-1"]);
  assertEquals(session.code, 3);
  assertMatch(session.stderr, /one of zig has none besides its events/);
  shelf.put("outrig", "run-2", { at: 0, end: "success" });
  const none = await shelf.run(["logs", "run-2"]);
  assertEquals([none.code, none.stdout, none.stderr], [0, "", "run run-2 has no logs\n"]);
  for (const args of [["logs"], ["logs", "run-1", "--follow"]]) assertEquals((await shelf.run(args)).code, 2);
});

Deno.test("logs --follow prints what is written until the record has an end", async () => {
  using shelf = new CliShelf();
  fill(shelf, null);
  const log = shelf.at(`${RUNS}/run-1/logs/build.stderr`);
  const child = shelf.command(["logs", "run-1", "build.stderr", "--follow"]).spawn();
  const reader = child.stdout.getReader();
  await readUntil(reader, "last");
  Deno.writeTextFileSync(log, " words\nmore\n", { append: true });
  await readUntil(reader, "more\n");
  Deno.writeTextFileSync(log, "at the end\n", { append: true });
  end(shelf);
  await readUntil(reader, "at the end\n");
  assertEquals((await reader.read()).done, true);
  await child.stderr.cancel();
  assertEquals((await child.status).code, 0);
});

Deno.test("logs --follow stops when the run has ended, was removed, or has been silent for long", async () => {
  using shelf = new CliShelf();
  fill(shelf);
  const ended = await shelf.run(["logs", "run-1", "build.stderr", "-f"]);
  assertEquals([ended.code, ended.stderr], [0, ""]);
  fill(shelf, null, true);
  const silent = await shelf.run(["logs", "run-1", "build.stderr", "-f"]);
  assertEquals([silent.code, silent.stdout], [4, "a\x1b[31mb\n\nlast"]);
  assertMatch(silent.stderr, /^ziglog: run run-1 has been silent for long/);
  fill(shelf, null);
  const child = shelf.command(["logs", "run-1", "build.stderr", "-f"]).spawn();
  const reader = child.stdout.getReader();
  await readUntil(reader, "last");
  Deno.removeSync(shelf.at(`${RUNS}/run-1/session.json`));
  assertEquals((await reader.read()).done, true);
  await child.stderr.cancel();
  assertEquals((await child.status).code, 0);
});
