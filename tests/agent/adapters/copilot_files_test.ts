import { assertEquals } from "@std/assert";
import { copilotCwd, copilotId, listCopilotSessions } from "../../../src/agent/adapters/copilot_files.ts";
import { pathOf } from "../../helpers/path_of.ts";
import { TempDir } from "../../helpers/temp_dir.ts";

const FOLDER = pathOf("../../fixtures/agents/copilot", import.meta.url);
const MAIN = `${FOLDER}/session-state/5fecb21a-8cde-4fa1-ac96-934505967671/events.jsonl`;
const QUOTED = `${FOLDER}/session-state/be25adf7-5860-40ac-bfb6-2eb178a0f848/events.jsonl`;
const FLAT = `${FOLDER}/session-state/0cfbd1c8-1f45-4d6c-8a3e-6e5a0e1f7c11.jsonl`;

Deno.test("listCopilotSessions() finds sessions that are folders, and those that are files", () => {
  const found = listCopilotSessions(FOLDER).map(({ path, parentId, size }) => [path, parentId, size]).sort();
  assertEquals(found, [FLAT, MAIN, QUOTED].map((path) => [path, null, Deno.statSync(path).size]));
});

Deno.test("listCopilotSessions() passes over folders without events", () => {
  using dir = new TempDir();
  dir.write("session-state/empty/workspace.yaml", "id: empty");
  assertEquals(listCopilotSessions(dir.path), []);
});

const WORKSPACES: readonly (readonly [name: string, files: Record<string, string>, cwd: string | null])[] = [
  ["a plain text", { "workspace.yaml": "id: x\ncwd: /home/ada/shop # here\n" }, "/home/ada/shop"],
  ["a quoted text", { "workspace.yaml": "cwd: 'C:\\it''s here'\n" }, "C:\\it's here"],
  ["not what a block of text holds", { "workspace.yaml": "summary: |-\n  cwd: /no\ngit_root: /yes\n" }, "/yes"],
  ["what an editor notes", { "vscode.metadata.json": '{"workspacePath":"/from/editor"}' }, "/from/editor"],
  ["nothing of a damaged file", { "workspace.yaml": "cwd: [", "vscode.metadata.json": "{" }, null],
  ["what the events tell where there is no other file", { "events.jsonl": '{"data":{"context":{"cwd":"/e"}}}' }, "/e"],
  ["nothing where there is no file", {}, null],
];

for (const [name, files, cwd] of WORKSPACES) {
  Deno.test(`copilotCwd() reads ${name}`, () => {
    using dir = new TempDir();
    for (const [file, text] of Object.entries(files)) dir.write(`s/${file}`, text);
    assertEquals(copilotCwd(dir.at("s/events.jsonl")), cwd);
  });
}

Deno.test("copilotCwd() reads the sessions of all versions", () => {
  assertEquals([MAIN, QUOTED, FLAT].map(copilotCwd), ["/home/ada/shop", "/home/ada/it's here", null]);
});

Deno.test("copilotId() knows the sessions of all versions", () => {
  assertEquals([MAIN, FLAT].map(copilotId), [
    "5fecb21a-8cde-4fa1-ac96-934505967671",
    "0cfbd1c8-1f45-4d6c-8a3e-6e5a0e1f7c11",
  ]);
});
