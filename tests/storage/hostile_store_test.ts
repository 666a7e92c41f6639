/** Stores that somebody tampered with, or that something else went wrong in: one bad session costs no other. */

import { assertEquals, assertThrows } from "@std/assert";
import { ZIG } from "../../src/codec/zig.ts";
import { Catalog } from "../../src/storage/catalog.ts";
import { resultOf, spawnFixture } from "../helpers/fixture.ts";
import { ENDED, globalEntry, indexText, logText, projectEntry, Store } from "../helpers/sessions.ts";
import { TempDir } from "../helpers/temp_dir.ts";

/** States of the sessions by their ids, from both lists. */
function states(store: Store): Record<string, string>[] {
  const catalog = new Catalog(store.layout, ZIG);
  return [catalog.list(), catalog.listAll()].map((rows) =>
    Object.fromEntries(rows.map(({ id, state }) => [id, state]))
  );
}

/** Paths that an index may name, and that lead to no log. */
function badPaths(dir: TempDir): Record<string, string> {
  Deno.mkdirSync(dir.at("directory.jsonl"));
  Deno.symlinkSync("loop.jsonl", dir.at("loop.jsonl"));
  Deno.symlinkSync("nowhere", dir.at("dangling.jsonl"));
  return {
    directory: dir.at("directory.jsonl"),
    loop: dir.at("loop.jsonl"),
    dangling: dir.at("dangling.jsonl"),
    through: `${dir.write("file", "")}/a.jsonl`,
    missing: dir.at("missing.jsonl"),
    nul: "/a\0b.jsonl",
    empty: "",
    relative: "a.jsonl",
    device: "/dev/null",
    pipe: pipe(dir.at("pipe.jsonl")),
    long: `/${"x".repeat(300)}.jsonl`,
  };
}

/** A pipe that nobody writes to: who opens it waits forever. */
function pipe(path: string): string {
  new Deno.Command("mkfifo", { args: [path] }).outputSync();
  return path;
}

Deno.test("Catalog.list() lists all sessions when the index names paths that lead to no log", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  const paths = Object.entries(badPaths(dir));
  store.log("good", { end: "success" });
  store.index(indexText(paths.map(([id, log_path]) => projectEntry(id, { log_path }))));
  store.globalIndex(indexText(paths.map(([id, log_path]) => globalEntry(id, { log_path }))));
  for (const listed of states(store)) {
    assertEquals(listed, { ...Object.fromEntries(paths.map(([id]) => [id, "stale"])), good: "success" });
  }
});

Deno.test("Catalog.list() lists all sessions when files of logs are not what they should be", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  store.log("good", { end: "success" });
  const { sessionsDir } = store.layout;
  Deno.symlinkSync("loop.jsonl", `${sessionsDir}/loop.jsonl`);
  Deno.symlinkSync(dir.path, `${sessionsDir}/directory.jsonl`);
  Deno.symlinkSync("nowhere", `${sessionsDir}/dangling.jsonl`);
  pipe(`${sessionsDir}/pipe.jsonl`);
  for (const listed of states(store)) assertEquals(listed["good"], "success");
  // With an index that is damaged everything is made again from the logs.
  store.index("{");
  store.globalIndex("{");
  for (const listed of states(store)) assertEquals(listed["good"], "success");
});

Deno.test("Catalog.list() lists all sessions when ids of an index are no names of files", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  const ids = ["../../../etc/passwd", "", "a/b", "x".repeat(1000), "\0", "."];
  store.log("good", { end: "success" });
  store.index(indexText(ids.map((id) => projectEntry(id, { ended_at: ENDED, status: "success" }))));
  const listed = states(store)[0]!;
  assertEquals(Object.keys(listed).sort(), [...ids, "good"].sort());
  for (const id of ids) {
    assertThrows(() => new Catalog(store.layout, ZIG).resolve({ kind: "id", id }), SyntaxError);
  }
});

Deno.test("Catalog.list() lists all sessions when one log and one lock may not be read", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  store.log("good", { end: "success" });
  store.log("secret");
  store.log("locked");
  const { openSync } = Deno;
  try {
    Deno.openSync = (path, options): Deno.FsFile => {
      if (/secret\.jsonl$|locked\.lock$/.test(String(path))) throw new Deno.errors.PermissionDenied("(os error 13)");
      return openSync(path, options);
    };
    for (const listed of states(store)) assertEquals(listed["good"], "success");
    store.index(indexText([projectEntry("secret"), projectEntry("locked")]));
    assertEquals(states(store)[0], { good: "success", secret: "stale", locked: "stale" });
  } finally {
    Deno.openSync = openSync;
  }
});

Deno.test("listSessions() reads nothing outside of what it may read when an index or a link leads there", async () => {
  using dir = new TempDir();
  Deno.mkdirSync(dir.at("repo/.git"), { recursive: true });
  const root = dir.at("home/.zig");
  const outside = dir.write("outside/secret.jsonl", logText("secret", { name: "secret", end: "success" }));
  dir.write("home/.zig/logs/sessions/good.jsonl", logText("good", { end: "success" }));
  Deno.symlinkSync(outside, `${root}/logs/sessions/link.jsonl`);
  Deno.symlinkSync(dir.at("outside"), `${root}/logs/sessions/way`);
  const paths = {
    direct: outside,
    linked: `${root}/logs/sessions/link.jsonl`,
    way: `${root}/logs/sessions/way/secret.jsonl`,
  };
  const entries = Object.entries(paths);
  dir.write("home/.zig/logs/index.json", indexText(entries.map(([id, log_path]) => projectEntry(id, { log_path }))));
  dir.write("home/.zig/sessions_index.json", indexText(entries.map(([id, log_path]) => globalEntry(id, { log_path }))));
  const list = async (rights: readonly string[]): Promise<Record<string, string>[]> => {
    const child = spawnFixture("list_sessions.ts", { args: [root], rights, cwd: dir.at("repo") });
    const { code, stdout, stderr } = await resultOf(child);
    assertEquals([code, stderr], [0, ""]);
    return stdout.trim().split("\n").map((line) => JSON.parse(line));
  };
  const kept = await list(["--no-prompt", `--allow-read=${root}`]);
  const expected = [["direct", "stale"], ["linked", "stale"], ["way", "stale"], ["good", "success"]];
  for (const [id, state] of expected) {
    assertEquals(kept.filter((row) => row["id"] === id).map((row) => row["state"]), [state, state], id);
  }
  assertEquals(kept.filter((row) => row["id"] === "link" && row["state"] === "success"), []);
  const free = await list(["--no-prompt", "--allow-read"]);
  assertEquals(free.filter((row) => row["id"] === "direct").map((row) => row["state"]), ["success"]);
});
