import { assertEquals } from "@std/assert";
import { importZagSessions, type ZagImportOptions } from "../../src/agent/import_zag.ts";
import { decodeIndex } from "../../src/codec/index_text.ts";
import { ZAG } from "../../src/codec/zag.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
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

  import(options: Partial<ZagImportOptions> = {}): string[] {
    const results = importZagSessions({ folder: this.at("zag"), root: this.at("agents"), ...options });
    return Array.from(results, ({ kind, session }) => `${kind} ${session}`).sort();
  }

  logs(store: string): Record<string, string> {
    const names = tree(this.at(store)).filter((name) => name.endsWith(".jsonl"));
    return Object.fromEntries(names.map((name) => [name, Deno.readTextFileSync(this.at(`${store}/${name}`))]));
  }
}

Deno.test("importZagSessions() copies logs byte for byte, and enters them into the indexes", () => {
  using stores = new Stores();
  assertEquals(stores.import(), ["imported one", "imported two"]);
  assertEquals(stores.logs("agents"), stores.logs("zag"));
  const index = decodeIndex(ZAG.projectIndex, Deno.readTextFileSync(stores.at("agents/projects/w/logs/index.json")));
  assertEquals(index.entries.map(({ log_path, started_at, completeness }) => [log_path, started_at, completeness]), [
    [stores.at("agents/projects/w/logs/sessions/one.jsonl"), "2025-12-31T23:59:59+00:00", "partial"],
  ]);
  const rebuilt = decodeIndex(ZAG.projectIndex, Deno.readTextFileSync(stores.at("agents/logs/index.json")));
  assertEquals(rebuilt.entries.map(({ wrapper_session_id, command }) => [wrapper_session_id, command]), [[
    "two",
    "exec",
  ]]);
});

Deno.test("importZagSessions() copies once, and completes what has grown", () => {
  using stores = new Stores();
  stores.import();
  assertEquals(stores.import(), ["unchanged one", "unchanged two"]);
  Deno.writeTextFileSync(stores.at("zag/logs/sessions/two.jsonl"), " line\n", { append: true });
  assertEquals(stores.import(), ["completed two", "unchanged one"]);
  assertEquals(stores.logs("agents"), stores.logs("zag"));
});

Deno.test("importZagSessions() leaves a session for later that somebody writes or appends to", () => {
  using stores = new Stores();
  stores.import();
  const before = stores.logs("agents");
  Deno.writeTextFileSync(stores.at("zag/logs/sessions/two.jsonl"), " line\n", { append: true });
  for (const lock of ["two.append", "two.lock"]) {
    const held = FileLock.take(stores.at(`agents/logs/sessions/${lock}`));
    assertEquals(stores.import(), ["busy two", "unchanged one"]);
    assertEquals(stores.logs("agents"), before);
    held.remove();
  }
  assertEquals(stores.import(), ["completed two", "unchanged one"]);
  assertEquals(tree(stores.at("agents/logs/sessions")), ["two.jsonl"]);
});

Deno.test("importZagSessions() leaves a log alone that differs", () => {
  using stores = new Stores();
  stores.write("agents/logs/sessions/two.jsonl", "other\n");
  assertEquals(stores.import(), ["imported one", "recorded two"]);
  assertEquals(stores.logs("agents")["logs/sessions/two.jsonl"], "other\n");
});

Deno.test("importZagSessions() writes nothing on a dry run", () => {
  using stores = new Stores();
  assertEquals(stores.import({ dryRun: true }), ["imported one", "imported two"]);
  assertEquals(tree(stores.at("agents")), []);
});

Deno.test("importZagSessions() copies what was written to since a time", () => {
  using stores = new Stores();
  Deno.utimeSync(stores.at("zag/logs/sessions/two.jsonl"), 1, 1);
  assertEquals(stores.import({ since: 2000 }), ["imported one"]);
});
