import { assertEquals, assertThrows } from "@std/assert";
import { loadGlobalIndex, loadIndex, saveIndex, upsertGlobalEntry } from "../../src/agent/indexes.ts";
import { IndexBrokenError } from "../../src/errors.ts";
import { goldenText } from "../helpers/golden.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { AgentStore } from "./agents.ts";

Deno.test("saveIndex() writes the bytes that loadIndex() read, when they are the Rust program's", () => {
  for (const name of ["all", "agent-output", "backfill", "coordinator"]) {
    using dir = new TempDir();
    const text = goldenText(`zag/${name}/index.json`);
    dir.write("from/index.json", text);
    saveIndex(dir.at("to"), loadIndex(dir.at("from")));
    assertEquals(Deno.readTextFileSync(dir.at("to/index.json")), text);
  }
});

Deno.test("loadIndex() and loadGlobalIndex() give an empty index when there is no file, and tell of a damaged one", () => {
  using dir = new TempDir();
  assertEquals([loadIndex(dir.path), loadGlobalIndex(dir.path)], [{ sessions: [] }, { sessions: [] }]);
  for (const name of ["index.json", "sessions_index.json"]) dir.write(name, '{"sessions": [1]}');
  assertThrows(() => loadIndex(dir.path), IndexBrokenError);
  assertThrows(() => loadGlobalIndex(dir.path), IndexBrokenError);
});

Deno.test("loadIndex() fills in what older programs left out", () => {
  using dir = new TempDir();
  const entry = { wrapper_session_id: "s", provider: "p", log_path: "/l", completeness: "full", started_at: "t" };
  dir.write("index.json", JSON.stringify({ sessions: [entry] }));
  const absent = { provider_session_id: null, ended_at: null, workspace_path: null, command: null };
  assertEquals(loadIndex(dir.path).sessions, [{ ...entry, ...absent, source_paths: [], backfilled: false }]);
});

Deno.test("upsertGlobalEntry() writes the bytes of the golden index, and corrects an entry where it stands", () => {
  using dir = new TempDir();
  const entry = (session_id: string, provider = "claude"): Parameters<typeof upsertGlobalEntry>[1] => ({
    session_id,
    project: "p",
    log_path: `/home/user/.zag/projects/p/logs/sessions/${session_id}.jsonl`,
    provider,
    started_at: "2026-11-21T02:09:48.463615481+00:00",
  });
  upsertGlobalEntry(dir.path, entry("w-1", "codex"));
  upsertGlobalEntry(dir.path, entry("w-1"));
  assertEquals(Deno.readTextFileSync(dir.at("sessions_index.json")), goldenText("zag/all/sessions_index.json"));
  upsertGlobalEntry(dir.path, entry("w-2"));
  upsertGlobalEntry(dir.path, entry("w-1", "gemini"));
  const { sessions } = loadGlobalIndex(dir.path);
  assertEquals(sessions.map((each) => [each.session_id, each.provider]), [["w-1", "gemini"], ["w-2", "claude"]]);
});

Deno.test("upsertGlobalEntry() makes a damaged index again from the logs and sets it aside", () => {
  using store = new AgentStore();
  for (const id of ["a", "b"]) store.open(id).finish(true);
  const path = `${store.where.root}/sessions_index.json`;
  Deno.writeTextFileSync(path, "{");
  const entry = { session_id: "c", project: "p", log_path: "/c", provider: "x", started_at: "2099" };
  upsertGlobalEntry(store.where.root, entry);
  assertEquals(loadGlobalIndex(store.where.root).sessions.map((each) => each.session_id), ["a", "b", "c"]);
  const aside = [...Deno.readDirSync(store.where.root)].filter(({ name }) => name.includes(".broken-"));
  assertEquals(aside.length, 1);
});
