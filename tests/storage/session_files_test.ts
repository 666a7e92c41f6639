import { assertEquals } from "@std/assert";
import { projectLayout } from "../../src/storage/layout.ts";
import { sessionFileOf, sessionFiles } from "../../src/storage/session_files.ts";

for (
  const [name, id, kind] of [
    ["a.jsonl", "a", "log"],
    ["a.lock", "a", "lock"],
    ["a.append", "a", "append"],
    ["a.pin", "a", "pin"],
    ["a.jsonl.torn-20261121T040000Z", "a", "copy"],
    ["a.jsonl.torn-2026-11-21T04.00.00Z-1a2b3c4d", "a", "copy"],
    ["a.b.jsonl", "a.b", "log"],
    ["a.jsonl.torn-1.jsonl", "a.jsonl.torn-1", "log"],
    ["a.jsonl.lock", "a.jsonl", "lock"],
  ] as const
) {
  Deno.test(`sessionFileOf() takes ${name} for the ${kind} of ${id}`, () => {
    assertEquals<unknown>(sessionFileOf(name), { id, kind });
  });
}

for (
  const name of [
    "",
    "a",
    ".jsonl",
    ".lock",
    "-a.jsonl",
    "a..b.jsonl",
    "a.json",
    "a.jsonl.torn",
    "a.jsonl.torn-",
    "a.torn-1",
  ]
) {
  Deno.test(`sessionFileOf() takes "${name}" for no session's`, () => {
    assertEquals(sessionFileOf(name), undefined);
  });
}

Deno.test("sessionFiles() finds the files of each session, and no directory, when it looks at a project", () => {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    const layout = projectLayout(root, root);
    assertEquals(sessionFiles(layout).size, 0);
    Deno.mkdirSync(`${layout.sessionsDir}/c.jsonl`, { recursive: true });
    Deno.writeTextFileSync(`${root}/outside`, "x".repeat(100));
    Deno.writeTextFileSync(`${layout.sessionsDir}/a.jsonl`, "12345");
    Deno.writeTextFileSync(`${layout.sessionsDir}/a.pin`, "");
    Deno.writeTextFileSync(`${layout.sessionsDir}/notes.txt`, "");
    Deno.symlinkSync(`${root}/outside`, `${layout.sessionsDir}/b.jsonl`);
    const found = [...sessionFiles(layout)].map(([id, files]) => [
      id,
      files.map(({ kind, bytes }) => `${kind} ${bytes}`).sort(),
    ]);
    assertEquals(found.sort(), [["a", ["log 5", "pin 0"]], ["b", ["log 0"]]]);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});
