import { assertArrayIncludes, assertEquals } from "@std/assert";
import { importZagSessions, type ZagImportOptions } from "../../src/agent/import_zag.ts";
import { decodeIndex } from "../../src/codec/index_text.ts";
import { ZAG } from "../../src/codec/zag.ts";
import type { AgentIndexEntry } from "../../src/codec/zag_index.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { logsLayout, projectLayout } from "../../src/storage/layout.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";

/** A store of zag with two projects, and one of ours. */
class Stores extends TempDir {
  constructor() {
    super();
    const log = (id: string): string =>
      `{"seq":1,"ts":"2026-01-01T00:00:00+00:00","provider":"claude","wrapper_session_id":"${id}",` +
      `"provider_session_id":"p-${id}","source_kind":"wrapper","completeness":"full","type":"session_started",` +
      `"command":"exec","model":null,"cwd":"/w","resumed":false,"backfilled":false}\n`;
    this.write("zag/projects/w/logs/sessions/one.jsonl", log("one"));
    this.write("zag/logs/sessions/two.jsonl", log("two") + '{"torn');
    const entry = {
      wrapper_session_id: "one",
      provider: "claude",
      provider_session_id: "p-one",
      log_path: this.at("zag/projects/w/logs/sessions/one.jsonl"),
      completeness: "partial",
      started_at: "2025-12-31T23:59:59+00:00",
      ended_at: null,
      workspace_path: "/w",
      command: "exec",
      source_paths: ["/home/ada/.claude/projects/-w/x.jsonl"],
      backfilled: false,
    };
    this.write("zag/projects/w/logs/index.json", JSON.stringify({ sessions: [entry] }));
    Deno.mkdirSync(this.at("agents"));
  }

  async import(options: Partial<ZagImportOptions> = {}): Promise<string[]> {
    const results = importZagSessions({ folder: this.at("zag"), root: this.at("agents"), ...options });
    return (await Array.fromAsync(results, ({ kind, session }) => `${kind} ${session}`)).sort();
  }

  /** The entries of a project in the store. */
  entries(index: string): AgentIndexEntry[] {
    return [...decodeIndex(ZAG.projectIndex, Deno.readTextFileSync(this.at(`agents/${index}`))).entries];
  }

  logs(store: string): Record<string, string> {
    const names = tree(this.at(store)).filter((name) => /sessions\/[^/]+\.jsonl$/.test(name));
    return Object.fromEntries(names.map((name) => [name, Deno.readTextFileSync(this.at(`${store}/${name}`))]));
  }
}

Deno.test("importZagSessions() copies logs byte for byte, and enters them into the indexes", async () => {
  using stores = new Stores();
  assertEquals(await stores.import(), ["imported one", "imported two"]);
  assertEquals(stores.logs("agents"), stores.logs("zag"));
  const one = stores.entries("projects/w/logs/index.json");
  assertEquals(one.map(({ log_path, started_at, completeness }) => [log_path, started_at, completeness]), [
    [stores.at("agents/projects/w/logs/sessions/one.jsonl"), "2025-12-31T23:59:59+00:00", "partial"],
  ]);
  const rebuilt = stores.entries("logs/index.json");
  assertEquals(rebuilt.map(({ wrapper_session_id, command }) => [wrapper_session_id, command]), [["two", "exec"]]);
});

Deno.test("importZagSessions() copies once, and completes what has grown", async () => {
  using stores = new Stores();
  await stores.import();
  assertEquals(await stores.import(), ["unchanged one", "unchanged two"]);
  Deno.writeTextFileSync(stores.at("zag/logs/sessions/two.jsonl"), " line\n", { append: true });
  assertEquals(await stores.import(), ["completed two", "unchanged one"]);
  assertEquals(stores.logs("agents"), stores.logs("zag"));
});

Deno.test("importZagSessions() leaves a session for later that somebody writes or appends to", async () => {
  using stores = new Stores();
  await stores.import();
  const before = stores.logs("agents");
  Deno.writeTextFileSync(stores.at("zag/logs/sessions/two.jsonl"), " line\n", { append: true });
  for (const lock of ["two.append", "two.lock"]) {
    const held = FileLock.take(stores.at(`agents/logs/sessions/${lock}`));
    assertEquals(await stores.import(), ["busy two", "unchanged one"]);
    assertEquals(stores.logs("agents"), before);
    held.remove();
  }
  assertEquals(await stores.import(), ["completed two", "unchanged one"]);
  assertEquals(tree(stores.at("agents/logs/sessions")), ["two.jsonl"]);
});

Deno.test("importZagSessions() leaves a log alone that differs", async () => {
  using stores = new Stores();
  const { size } = Deno.statSync(stores.at("zag/logs/sessions/two.jsonl"));
  for (const other of ["other\n", "x".repeat(size), "x".repeat(size + 1)]) {
    stores.write("agents/logs/sessions/two.jsonl", other);
    assertArrayIncludes(await stores.import(), ["recorded two"]);
    assertEquals(stores.logs("agents")["logs/sessions/two.jsonl"], other);
    Deno.removeSync(stores.at("agents/import-zag.jsonl"));
  }
});

Deno.test("importZagSessions() writes nothing on a dry run", async () => {
  using stores = new Stores();
  assertEquals(await stores.import({ dryRun: true }), ["imported one", "imported two"]);
  assertEquals(tree(stores.at("agents")), []);
});

Deno.test("importZagSessions() copies what was written to since a time", async () => {
  using stores = new Stores();
  Deno.utimeSync(stores.at("zag/logs/sessions/two.jsonl"), 1, 1);
  assertEquals(await stores.import({ since: 2000 }), ["imported one"]);
});

Deno.test("importZagSessions() ends what a killed import began, wherever it was killed", async () => {
  using whole = new Stores();
  const setTime = (stores: Stores): void => Deno.utimeSync(stores.at("zag/projects/w/logs/sessions/one.jsonl"), 1, 1);
  setTime(whole);
  await whole.import();
  const sessions = "agents/projects/w/logs/sessions";
  const log = Deno.readTextFileSync(whole.at(`${sessions}/one.jsonl`));
  const state = Deno.readTextFileSync(whole.at("agents/import-zag.jsonl"));
  const copied = { [`${sessions}/one.jsonl`]: log };
  const left: readonly Record<string, string>[] = [
    { [`${sessions}/one.jsonl.tmp`]: log.slice(0, 20) },
    { ...copied, [`${sessions}/one.append`]: "" },
    { [`${sessions}/one.jsonl`]: log.slice(0, 20), [`${sessions}/one.append`]: "" },
    { ...copied, "agents/import-zag.jsonl": state.slice(0, state.lastIndexOf("\n", state.length - 2) + 1) },
    { ...copied, "agents/import-zag.jsonl": state.slice(0, state.length - 30) },
  ];
  for (const files of left) {
    using stores = new Stores();
    for (const [path, text] of Object.entries(files)) stores.write(path, text.replaceAll(whole.path, stores.path));
    setTime(stores);
    await stores.import();
    assertEquals(stores.logs("agents"), stores.logs("zag"));
    const [entry] = stores.entries("projects/w/logs/index.json");
    assertEquals([entry?.wrapper_session_id, entry?.completeness], ["one", "partial"], Object.keys(files).join());
    assertEquals(tree(stores.at(sessions)), ["one.jsonl"]);
  }
});

Deno.test("importZagSessions() passes over what is no log, and tells of one that cannot be opened any more", async () => {
  using stores = new Stores();
  Deno.symlinkSync(stores.at("nowhere.jsonl"), stores.at("zag/logs/sessions/dangling.jsonl"));
  Deno.mkdirSync(stores.at("zag/logs/sessions/folder.jsonl"));
  Deno.utimeSync(stores.at("zag/logs/sessions/two.jsonl"), 1, 1);
  const results = importZagSessions({ folder: stores.at("zag"), root: stores.at("agents") });
  const told: string[] = [];
  for await (const { kind, session } of results) {
    told.push(`${kind} ${session}`);
    if (session === "two") Deno.removeSync(stores.at("zag/projects/w/logs/sessions/one.jsonl"));
  }
  assertEquals(told, ["imported two", "failed null"]);
});

Deno.test("importZagSessions() gives a project what zag keeps elsewhere", async () => {
  using stores = new Stores();
  Deno.renameSync(stores.at("zag/logs"), stores.at("moved"));
  const moved = {
    from: logsLayout(stores.at("zag"), stores.path, stores.at("moved")),
    to: projectLayout(stores.at("agents"), stores.at("agents/projects/p")),
  };
  assertEquals(await stores.import({ moved }), ["imported one", "imported two"]);
  assertEquals(Object.keys(stores.logs("agents")), [
    "projects/p/logs/sessions/two.jsonl",
    "projects/w/logs/sessions/one.jsonl",
  ]);
});
