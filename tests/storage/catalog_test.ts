import { assertEquals, assertThrows } from "@std/assert";
import { ZIG } from "../../src/codec/zig.ts";
import { AmbiguousSessionError, SessionNotFoundError } from "../../src/errors.ts";
import { Catalog, type SessionEntry, type SessionSelector } from "../../src/storage/catalog.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { lockPathOf } from "../../src/storage/layout.ts";
import { goldenText } from "../helpers/golden.ts";
import { ENDED, globalEntry, indexText, projectEntry, Store } from "../helpers/sessions.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";

function ids(rows: readonly SessionEntry<unknown>[]): string[] {
  return rows.map((row) => row.id);
}

function at(minute: number): string {
  return `2026-11-21T02:${String(minute).padStart(2, "0")}:00.000000001+00:00`;
}

function catalogOf(store: Store): Catalog<unknown, unknown, unknown> {
  return new Catalog(store.layout, ZIG) as unknown as Catalog<unknown, unknown, unknown>;
}

function byId(catalog: Catalog<unknown, unknown, unknown>, id: string): SessionEntry<unknown> {
  return catalog.resolve({ kind: "id", id });
}

Deno.test("Catalog.list() gives nothing and creates nothing when there is no store", () => {
  using dir = new TempDir();
  const catalog = catalogOf(new Store(dir));
  assertEquals([catalog.list(), catalog.listAll()], [[], []]);
  for (const kind of ["latest", "active"] as const) {
    assertThrows(() => catalog.resolve({ kind }), SessionNotFoundError);
  }
  assertEquals(tree(dir.path), ["repo/.git/"]);
});

Deno.test("Catalog.list() gives the sessions of the index and those whose logs no index names, newest first", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  store.index(indexText([
    projectEntry("indexed", { started_at: at(2), ended_at: at(3), status: "success" }),
    projectEntry("no-log", { started_at: at(4), ended_at: at(5), status: "failure" }),
    projectEntry("twin-1", { started_at: at(1), ended_at: at(5), status: "failure" }),
    projectEntry("twin-2", { started_at: at(1), ended_at: at(5), status: "failure" }),
  ]));
  store.log("indexed", { at: at(2), end: "success" });
  store.log("unindexed", { at: at(3), end: "failure", name: "found" });
  dir.write(`${store.layout.sessionsDir.slice(dir.path.length + 1)}/no session id!.jsonl`, "");
  Deno.mkdirSync(`${store.layout.sessionsDir}/directory.jsonl`);
  const catalog = catalogOf(store);
  assertEquals(ids(catalog.list()), ["no-log", "unindexed", "indexed", "twin-2", "twin-1"]);
  const found = catalog.list()[1]!;
  assertEquals([found.name, found.logPath, found.startedAt, found.endedAt, found.status, found.state], [
    "found",
    `${store.layout.sessionsDir}/unindexed.jsonl`,
    at(3),
    ENDED,
    "failure",
    "failure",
  ]);
  assertEquals(
    found.entry,
    projectEntry("unindexed", {
      workflow_name: "found",
      log_path: found.logPath,
      started_at: at(3),
      ended_at: ENDED,
      status: "failure",
      workspace_path: store.layout.projectDir,
    }),
  );
});

Deno.test("Catalog.listAll() gives the sessions of all projects, in the global index or not, and list() only its own", () => {
  using dir = new TempDir();
  const [one, two, none] = [new Store(dir, "one"), new Store(dir, "two"), new Store(dir, "none")];
  one.globalIndex(indexText([globalEntry("global", { started_at: at(9), ended_at: at(9), status: "success" })]));
  one.log("in-one", { at: at(1), end: "success" });
  two.log("in-two", { at: at(2), end: "success" });
  dir.write("store/logs/sessions/in-root.jsonl", "");
  assertEquals(ids(catalogOf(one).list()), ["in-one"]);
  assertEquals(ids(catalogOf(two).list()), ["in-two"]);
  assertEquals(ids(catalogOf(none).list()), []);
  assertEquals(ids(catalogOf(none).listAll()).sort(), ["global", "in-one", "in-root", "in-two"]);
  assertEquals(ids(catalogOf(one).listAll()).slice(-2), ["in-two", "in-one"]);
  assertEquals(byId(catalogOf(none), "in-two").logPath, `${two.layout.sessionsDir}/in-two.jsonl`);
});

Deno.test("Catalog.list() sorts by time, newest first, when the index is in another order", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  const over = { ended_at: ENDED, status: "success" as const };
  for (const minutes of [[1, 2, 3], [3, 2, 1], [2, 3, 1]]) {
    store.index(indexText(minutes.map((minute) => projectEntry(`at-${minute}`, { ...over, started_at: at(minute) }))));
    assertEquals(ids(catalogOf(store).list()), ["at-3", "at-2", "at-1"]);
    assertEquals(catalogOf(store).resolve({ kind: "latest" }).id, "at-3");
  }
});

Deno.test("Catalog.list() takes the log of its own project when an index names another one", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  const over = { ended_at: ENDED, status: "success" as const };
  const moved = projectEntry("moved", { ...over, log_path: "/elsewhere/moved.jsonl" });
  const gone = projectEntry("gone", { ...over, log_path: "/elsewhere/gone.jsonl" });
  const mixed = projectEntry("mixed", { ...over, log_path: `${store.layout.sessionsDir}/moved.jsonl` });
  store.index(indexText([moved, gone, mixed]));
  const [path, mixedPath] = [store.log("moved"), store.log("mixed")];
  const paths = (): unknown => Object.fromEntries(catalogOf(store).list().map((row) => [row.id, row.logPath]));
  assertEquals(paths(), { moved: path, gone: "/elsewhere/gone.jsonl", mixed: mixedPath });
  store.globalIndex(indexText([globalEntry("moved", { ...over, log_path: "/elsewhere/moved.jsonl" })]));
  assertEquals(catalogOf(store).listAll().map(({ logPath }) => logPath).sort(), [mixedPath, path].sort());
});

Deno.test("Catalog.sessions() looks into the log of a session only when its row is reached", () => {
  using dir = new TempDir();
  const [one, two] = [new Store(dir, "one"), new Store(dir, "two")];
  const entries = ["a", "b", "c"].map((id, minute) => ({ id, started_at: at(minute) }));
  for (const { id, started_at } of entries) one.log(id, { at: started_at });
  two.log("d", { at: at(9), end: "success" });
  one.index(indexText(entries.map(({ id, started_at }) => projectEntry(id, { started_at }))));
  one.globalIndex(indexText(entries.map(({ id, started_at }) => globalEntry(id, { started_at }))));
  let decoded = 0;
  const decode = (text: string): ReturnType<typeof ZIG.decode> => {
    if (!text.includes('"zig_session_id":"d"')) decoded++; // that one is in no index
    return ZIG.decode(text);
  };
  const catalog = new Catalog(one.layout, { ...ZIG, decode });
  for (const [all, ids] of [[false, ["c", "b", "a"]], [true, ["d", "c", "b", "a"]]] as const) {
    decoded = 0;
    const sessions = catalog.sessions({ all, now: Date.now() });
    assertEquals([sessions.size, sessions.ids(), decoded], [ids.length, ids, 0]);
    assertEquals([sessions.at(0).id, decoded > 0], [ids[0], !all]);
    assertEquals(sessions.toArray().map(({ id }) => id), ids);
    assertEquals(decoded > 0, true);
  }
});

Deno.test("Catalog tells which sessions are protected, in every project, and by the mark beside the log alone", () => {
  using dir = new TempDir();
  const [one, two] = [new Store(dir, "one"), new Store(dir, "two")];
  const pinned = [one.log("a", { end: "success" }), two.log("b", { end: "success" })];
  one.log("c", { end: "success" });
  two.log("d", { end: "success" });
  const marks = (rows: readonly SessionEntry<unknown>[]): string => {
    return rows.filter((row) => row.pinned).map(({ id }) => id).sort().join();
  };
  assertEquals([marks(catalogOf(one).list()), marks(catalogOf(one).listAll())], ["", ""]);
  for (const log of pinned) Deno.writeTextFileSync(log.replace(/jsonl$/, "pin"), "");
  Deno.writeTextFileSync(`${one.layout.sessionsDir}/d.pin`, ""); // of the other project
  assertEquals([marks(catalogOf(one).list()), marks(catalogOf(two).list())], ["a", "b"]);
  assertEquals([marks(catalogOf(one).listAll()), marks(catalogOf(two).listAll())], ["a,b", "a,b"]);
  assertEquals(["a", "b", "c", "d"].filter((id) => byId(catalogOf(one), id).pinned), ["a", "b"]);
});

Deno.test("Catalog.list() lists from the logs when an index is damaged, and writes nothing", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  store.log("a", { at: at(1), end: "success" });
  store.log("b", { at: at(2), end: "failure" });
  for (const damage of ["", "{", indexText([{}])]) {
    store.index(damage);
    store.globalIndex(damage);
    const before = tree(dir.path);
    assertEquals(ids(catalogOf(store).list()), ["b", "a"]);
    assertEquals(ids(catalogOf(store).listAll()), ["b", "a"]);
    assertEquals(tree(dir.path), before);
    assertEquals(Deno.readTextFileSync(store.layout.indexPath), damage);
  }
});

Deno.test("Catalog.list() reads the golden indexes with the fields of their entries when they lie in a store", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  for (const name of ["all", "crash-drop", "two-sessions", "coordinator-heartbeat"]) {
    const index = goldenText(`zig/${name}/index.json`);
    const globalIndex = goldenText(`zig/${name}/sessions_index.json`);
    store.index(index);
    store.globalIndex(globalIndex);
    const sessions = (text: string): unknown[] => (JSON.parse(text) as { sessions: unknown[] }).sessions.reverse();
    const catalog = catalogOf(store);
    assertEquals(catalog.list().map((row) => row.entry), sessions(index));
    assertEquals(catalog.listAll().map((row) => row.entry), sessions(globalIndex));
    for (const row of catalog.list()) assertEquals([row.state, row.status], [row.status, row.status]);
  }
});

const A = "aaaa1111-0000-4000-8000-000000000000";

/** A store in which every place a session can be found at has one of its own. */
function crowded(dir: TempDir): Store {
  const [store, other] = [new Store(dir, "own"), new Store(dir, "other")];
  const over = { ended_at: ENDED, status: "success" as const };
  store.index(indexText([
    projectEntry(A, { ...over, started_at: at(1) }),
    projectEntry("pref", { ...over, started_at: at(2) }),
    projectEntry("prefix-own", { ...over, started_at: at(3) }),
    projectEntry("twin-a", { ...over, started_at: at(4) }),
    projectEntry("twin-b", { ...over, started_at: at(5) }),
    projectEntry("both", { ...over, started_at: at(6), workflow_name: "of the project" }),
  ]));
  store.globalIndex(indexText([
    globalEntry("aaaa1111", { ...over, started_at: at(20) }),
    globalEntry("both", { ...over, started_at: at(21), workflow_name: "of all projects" }),
    globalEntry("twin", { ...over, started_at: at(22) }),
    globalEntry("far-1", { ...over, started_at: at(23) }),
    globalEntry("far-2", { ...over, started_at: at(24) }),
  ]));
  store.log("log-only", { at: at(7), end: "success" });
  other.log("else-where", { at: at(30), end: "success" });
  return store;
}

for (
  const [id, expected] of [
    [A, A],
    ["both", "both"],
    ["pref", "pref"], // exact before longer ones
    ["prefix", "prefix-own"],
    ["aaaa1111", A], // a prefix in the project before an exact id elsewhere, as the Rust programs have it
    ["far-1", "far-1"],
    ["log-only", "log-only"],
    ["log", "log-only"],
    ["else-where", "else-where"],
    ["else", "else-where"],
  ] as const
) {
  Deno.test(`Catalog.resolve() chooses ${expected} when it is asked for ${id}`, () => {
    using dir = new TempDir();
    const row = byId(catalogOf(crowded(dir)), id);
    assertEquals([row.id, row.name === "of all projects"], [expected, false]);
  });
}

for (const [id, candidates] of [["twin", ["twin-a", "twin-b"]], ["far", ["far-1", "far-2"]]] as const) {
  Deno.test(`Catalog.resolve() names the candidates when ${id} fits several`, () => {
    using dir = new TempDir();
    const error = assertThrows(() => byId(catalogOf(crowded(dir)), id), AmbiguousSessionError);
    assertEquals(error.candidates, candidates);
  });
}

Deno.test("Catalog.resolve() chooses a session by its prefix when an index names it twice", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  store.index(indexText([projectEntry("twice"), projectEntry("twice")]));
  assertEquals(byId(catalogOf(store), "tw").id, "twice");
});

Deno.test("Catalog.resolve() refuses what is no id and finds nothing that is not there", () => {
  using dir = new TempDir();
  const catalog = catalogOf(crowded(dir));
  for (const id of ["", "../../x", "a/b", ".", "..", "a\0", " ", "x".repeat(10_000), "é"]) {
    assertThrows(() => byId(catalog, id), SyntaxError, "session id");
  }
  for (const id of ["nobody", "TWIN", "ref"]) assertThrows(() => byId(catalog, id), SessionNotFoundError, id);
});

Deno.test("Catalog.resolve() chooses the session started last, of this project before all others, when asked for the latest", () => {
  using dir = new TempDir();
  const store = crowded(dir);
  assertEquals(catalogOf(store).resolve({ kind: "latest" }).id, "log-only");
  assertEquals(catalogOf(new Store(dir, "empty")).resolve({ kind: "latest" }).id, "else-where");
});

Deno.test("Catalog.resolve() chooses the running session written last when asked for the active one", () => {
  using dir = new TempDir();
  const store = new Store(dir);
  const active: SessionSelector = { kind: "active" };
  store.log("over", { end: "success" });
  const [early, late, dead] = [store.log("early"), store.log("late"), store.log("dead")];
  Deno.utimeSync(early, 1, 2_000_000_000);
  Deno.utimeSync(late, 1, 2_000_000_001);
  Deno.utimeSync(dead, 1, 2_000_000_002);
  FileLock.take(lockPathOf(dead)).release();
  const now = 2_000_000_003_000;
  assertEquals(catalogOf(store).resolve(active, now).id, "late");
  {
    using _lock = FileLock.take(lockPathOf(early));
    // One that runs for certain comes before one that may not.
    assertEquals(catalogOf(store).resolve(active, now + 60_000).id, "early");
  }
  Deno.removeSync(early);
  Deno.removeSync(late);
  assertThrows(() => catalogOf(store).resolve(active, now), SessionNotFoundError);
});
