import { assertEquals, assertThrows } from "@std/assert";
import { AmbiguousSessionError, SessionNotFoundError } from "../../src/errors.ts";
import { type Layout, projectLayout } from "../../src/storage/layout.ts";
import { locateLog } from "../../src/storage/locate.ts";

/** A store with logs of these names in this project and in another. */
function store(own: readonly string[], other: readonly string[]): { own: Layout; other: Layout } & Disposable {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  const make = (name: string, ids: readonly string[]): Layout => {
    const layout = projectLayout(root, `${root}/projects/${name}`);
    Deno.mkdirSync(layout.sessionsDir, { recursive: true });
    for (const id of ids) Deno.writeTextFileSync(`${layout.sessionsDir}/${id}.jsonl`, "");
    return layout;
  };
  const dispose = (): void => Deno.removeSync(root, { recursive: true });
  return { own: make("own", own), other: make("other", other), [Symbol.dispose]: dispose };
}

const CASES: readonly (readonly [what: string, id: string, project: "own" | "other", found: string])[] = [
  ["its name in the project, even where it begins others", "aa", "own", "aa"],
  ["its name in another project before a beginning in this one", "ab", "other", "ab"],
  ["the only beginning in the project, even where another has more", "ac", "own", "ac1"],
  ["the only beginning in another project", "b", "other", "b1"],
];

for (const [what, id, project, found] of CASES) {
  Deno.test(`locateLog() finds a log by ${what}`, () => {
    using at = store(["aa", "aaa", "ab1", "ac1"], ["aa", "ab", "ac2", "ac3", "b1"]);
    const { layout, id: full, logPath } = locateLog(at.own, id);
    assertEquals([layout.projectDir, full, logPath], [
      at[project].projectDir,
      found,
      `${at[project].sessionsDir}/${found}.jsonl`,
    ]);
  });
}

Deno.test("locateLog() names the candidates when a beginning fits several", () => {
  using at = store(["a1", "a2"], ["b1", "b2"]);
  assertEquals([...assertThrows(() => locateLog(at.own, "a"), AmbiguousSessionError).candidates].sort(), ["a1", "a2"]);
  assertEquals([...assertThrows(() => locateLog(at.own, "b"), AmbiguousSessionError).candidates].sort(), ["b1", "b2"]);
});

Deno.test("locateLog() finds nothing when no log fits, whatever an index or a directory says", () => {
  using at = store(["a1"], []);
  Deno.mkdirSync(`${at.own.sessionsDir}/c1.jsonl`);
  const entry = { zig_session_id: "d1", log_path: "/etc/passwd" };
  Deno.writeTextFileSync(at.own.indexPath, JSON.stringify({ sessions: [entry] }));
  for (const id of ["c1", "c", "d1", "x"]) assertThrows(() => locateLog(at.own, id), SessionNotFoundError, `"${id}"`);
  for (const id of ["", "../a1", "/etc/passwd"]) assertThrows(() => locateLog(at.own, id), SyntaxError);
});
