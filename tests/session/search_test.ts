import { assertEquals, assertRejects } from "@std/assert";
import { type SearchOptions, searchSessions } from "../../src/session/search.ts";
import type { SearchProgress } from "../../src/session/search_logs.ts";
import { ENDED, indexText, projectEntry, Store } from "../helpers/sessions.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const IDS = ["aaaa", "bbbb", "cccc"];

/** Three sessions, the last one the newest, each with the needle twice. */
function fill(dir: TempDir): SearchOptions {
  const store = new Store(dir);
  IDS.forEach((id, at) => {
    store.log(id, { at: `2026-11-21T01:51:2${at}+00:00`, end: "success", output: ["a needle", "hay", "NEEDLES"] });
  });
  return { root: dir.at("store"), project: dir.at("repo") };
}

async function texts(query: string, options: SearchOptions): Promise<string[]> {
  return (await Array.fromAsync(searchSessions(query, options))).map(({ session, text }) => `${session.id} ${text}`);
}

Deno.test("searchSessions() gives the hits of the newest session first, in the order of each log", async () => {
  using dir = new TempDir();
  const options = fill(dir);
  const expected = ["cccc a needle", "cccc NEEDLES", "bbbb a needle", "bbbb NEEDLES", "aaaa a needle", "aaaa NEEDLES"];
  assertEquals(await texts("needle", options), expected);
  assertEquals(await texts("needle", { ...options, caseSensitive: true, limit: 2 }), [
    "cccc a needle",
    "bbbb a needle",
  ]);
  assertEquals(await texts("^N\\w+$", { ...options, regex: true }), expected.filter((text) => text.includes("N")));
});

Deno.test("searchSessions() opens no further log when it has enough", async () => {
  using dir = new TempDir();
  const progress: SearchProgress[] = [];
  const options = { ...fill(dir), onProgress: (at: SearchProgress) => void progress.push(at) };
  assertEquals((await texts("needle", { ...options, limit: 2 })).length, 2);
  assertEquals(progress, [{ done: 0, sessions: 3 }]);
  progress.length = 0;
  await texts("needle", options);
  assertEquals(progress, [0, 1, 2, 3].map((done) => ({ done, sessions: 3 })));
});

Deno.test("searchSessions() ends when its signal is aborted", async () => {
  using dir = new TempDir();
  const controller = new AbortController();
  const found: string[] = [];
  for await (const { session } of searchSessions("needle", { ...fill(dir), signal: controller.signal })) {
    found.push(session.id);
    controller.abort();
  }
  assertEquals(found, ["cccc"]);
});

Deno.test("searchSessions() does not open a session that had ended before the time that matters", async () => {
  using dir = new TempDir();
  const searched: number[] = [];
  const since = Date.parse("2026-11-21T01:51:25Z");
  const onProgress = ({ sessions }: SearchProgress): void => void searched.push(sessions);
  assertEquals(await texts("needle", { ...fill(dir), since, onProgress }), []);
  assertEquals(searched, [0]);
});

Deno.test("searchSessions() tells of a log that cannot be read, and searches the others", async () => {
  using dir = new TempDir();
  const options = fill(dir);
  const store = new Store(dir);
  const entry = projectEntry("gone", { log_path: dir.at("gone.jsonl"), ended_at: ENDED, status: "success" });
  store.index(indexText([entry]));
  const unreadable: string[] = [];
  const onUnreadable: SearchOptions["onUnreadable"] = ({ id }, error) => void unreadable.push(`${id} ${error.name}`);
  assertEquals((await texts("needle", { ...options, onUnreadable })).length, 6);
  assertEquals(unreadable, ["gone NotFound"]);
  assertEquals((await texts("needle", options)).length, 6);
});

Deno.test("searchSessions() rejects when there is nothing to look for", async () => {
  using dir = new TempDir();
  const options = fill(dir);
  await assertRejects(() => texts("", options), SyntaxError, "a text is expected");
  await assertRejects(() => texts("(", { ...options, regex: true }), SyntaxError, "Unterminated group");
});
