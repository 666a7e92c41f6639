import { assertEquals, assertThrows } from "@std/assert";
import { IndexBrokenError } from "../../src/errors.ts";
import { loadGlobalIndex, loadProjectIndex, saveGlobalIndex, saveProjectIndex } from "../../src/session/indexes.ts";
import { goldenText } from "../helpers/golden.ts";
import { globalEntry, indexText, projectEntry } from "../helpers/sessions.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";

Deno.test("loadProjectIndex() and loadGlobalIndex() give the entries of golden indexes, and save them byte for byte", () => {
  for (const name of ["all", "two-sessions", "empty"]) {
    using dir = new TempDir();
    const project = goldenText(`zig/${name}/index.json`);
    const global = goldenText(`zig/${name}/sessions_index.json`);
    const projectIndex = loadProjectIndex(dir.write("index.json", project));
    const globalIndex = loadGlobalIndex(dir.write("sessions_index.json", global));
    assertEquals([projectIndex, globalIndex] as unknown, [JSON.parse(project), JSON.parse(global)]);
    saveProjectIndex(dir.at("new/index.json"), projectIndex);
    saveGlobalIndex(dir.at("new/sessions_index.json"), globalIndex);
    assertEquals(Deno.readTextFileSync(dir.at("new/index.json")), project);
    assertEquals(Deno.readTextFileSync(dir.at("new/sessions_index.json")), global);
  }
});

Deno.test("loadProjectIndex() and loadGlobalIndex() give an empty index when there is no file", () => {
  assertEquals(loadProjectIndex("/nowhere/index.json"), { sessions: [] });
  assertEquals(loadGlobalIndex("/nowhere/index.json"), { sessions: [] });
});

Deno.test("loadProjectIndex() and loadGlobalIndex() throw IndexBrokenError when the file is damaged", () => {
  using dir = new TempDir();
  for (const text of ["", "{", "[]", '{"sessions":null}', indexText([{}])]) {
    const path = dir.write("index.json", text);
    for (const load of [loadProjectIndex, loadGlobalIndex]) {
      assertEquals(assertThrows(() => load(path), IndexBrokenError, path).path, path);
    }
  }
});

Deno.test("saveProjectIndex() and saveGlobalIndex() replace everything, and keep members that they do not know", () => {
  using dir = new TempDir();
  const path = dir.write("index.json", indexText([projectEntry("a"), projectEntry("b")], { version: 2 }));
  saveProjectIndex(path, { sessions: [projectEntry("c")] });
  assertEquals(Deno.readTextFileSync(path), indexText([projectEntry("c")], { version: 2 }));
  saveGlobalIndex(dir.at("global.json"), { sessions: [globalEntry("d")] });
  assertEquals(Deno.readTextFileSync(dir.at("global.json")), indexText([globalEntry("d")]));
});

Deno.test("saveProjectIndex() sets a damaged file aside when it replaces it", () => {
  using dir = new TempDir();
  const path = dir.write("index.json", "precious");
  saveProjectIndex(path, { sessions: [projectEntry("a")] });
  const aside = tree(dir.path).find((name) => name.startsWith("index.json.broken-"));
  assertEquals(Deno.readTextFileSync(dir.at(aside!)), "precious");
  assertEquals(Deno.readTextFileSync(path), indexText([projectEntry("a")]));
});

Deno.test("saveProjectIndex() throws TypeError and leaves the file when an entry cannot be written", () => {
  using dir = new TempDir();
  const path = dir.write("index.json", indexText([projectEntry("a")]));
  const { log_path: _left, ...incomplete } = projectEntry("b");
  assertThrows(() => saveProjectIndex(path, { sessions: [incomplete as never] }), TypeError, "log_path");
  assertThrows(() => saveProjectIndex(path, { sessions: [projectEntry("b", { status: "odd" as never })] }), TypeError);
  assertEquals(Deno.readTextFileSync(path), indexText([projectEntry("a")]));
});
