import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type SessionLogIndexEntry, ZIG_PROJECT_INDEX } from "../../src/codec/zig_index.ts";
import { lockState } from "../../src/storage/file_lock.ts";
import { IndexFile } from "../../src/storage/index_file.ts";
import { golden, goldenText } from "../helpers/golden.ts";
import { ENDED, indexText, projectEntry } from "../helpers/sessions.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";

const LATER = "2026-11-22T00:00:00+00:00";

function openIndex(dir: TempDir, fromLogs: readonly SessionLogIndexEntry[] = []): IndexFile<SessionLogIndexEntry> {
  return new IndexFile(dir.at("logs/index.json"), ZIG_PROJECT_INDEX, () => fromLogs);
}

function idsIn(dir: TempDir): string[] {
  const { sessions } = JSON.parse(Deno.readTextFileSync(dir.at("logs/index.json"))) as {
    sessions: SessionLogIndexEntry[];
  };
  return sessions.map((entry) => entry.zig_session_id);
}

/** What an update of a damaged index set aside. */
function asideOf(dir: TempDir): string[] {
  return tree(dir.at("logs")).filter((name) => !/^index\.json(\.lock)?$/.test(name));
}

Deno.test("IndexFile.load() tells nothing and no damage when there is no file", () => {
  using dir = new TempDir();
  assertEquals(openIndex(dir).load(), { entries: [], rest: {}, damage: undefined, exists: false });
  assertEquals(openIndex(dir, [projectEntry("a")]).loadOrRebuild().entries, []);
});

Deno.test("IndexFile.update() leaves no moment without an index when it sets a damaged one aside", () => {
  using dir = new TempDir();
  const path = dir.write("logs/index.json", "{ damaged");
  const { renameSync } = Deno;
  const present: boolean[] = [];
  try {
    Deno.renameSync = (from: string | URL, to: string | URL): void => {
      renameSync(from, to);
      present.push(tree(dir.at("logs")).includes("index.json"));
    };
    openIndex(dir, [projectEntry("a")]).update((entries) => entries);
  } finally {
    Deno.renameSync = renameSync;
  }
  assertEquals([new Set(present), idsIn(dir)], [new Set([true]), ["a"]]);
  assertEquals(asideOf(dir).map((name) => Deno.readTextFileSync(dir.at(`logs/${name}`))), ["{ damaged"]);
  assertEquals(Deno.readTextFileSync(path).length > 0, true);
});

Deno.test("IndexFile.update() makes a file of the Rust programs' bytes for its owner alone when there is none", () => {
  using dir = new TempDir();
  openIndex(dir).update((entries) => [...entries, projectEntry("a"), projectEntry("b", { started_at: LATER })]);
  const path = dir.at("logs/index.json");
  const expected = [projectEntry("a"), projectEntry("b", { started_at: LATER })];
  assertEquals(Deno.readTextFileSync(path), indexText(expected));
  assertEquals([Deno.statSync(path).mode! & 0o777, Deno.statSync(dir.at("logs")).mode! & 0o777], [0o600, 0o700]);
  openIndex(dir).update(() => []);
  assertEquals(Deno.readTextFileSync(path), goldenText("zig/empty/index.json"));
});

for (const path of golden("zig", /(?<!sessions_|cases\/.*)index\.json$/)) {
  Deno.test(`IndexFile.update() leaves the bytes of ${path} when it changes nothing`, () => {
    using dir = new TempDir();
    const text = goldenText(path);
    dir.write("logs/index.json", text);
    openIndex(dir).update((entries) => entries);
    assertEquals(Deno.readTextFileSync(dir.at("logs/index.json")), text);
    assertEquals(asideOf(dir), []);
  });
}

Deno.test("IndexFile.update() keeps unlisted fields and members, and integers beyond 2^53, when it changes an entry", () => {
  using dir = new TempDir();
  const entries = [{ ...projectEntry("a"), labels: ["x", { y: 1 }] }, projectEntry("b")];
  const text = indexText(entries, { version: 2, big: 0 }).replace('"big": 0', '"big": 18446744073709551615');
  dir.write("logs/index.json", text);
  openIndex(dir).update((all) => all.map((entry) => ({ ...entry, workflow_name: "changed" })));
  assertEquals(Deno.readTextFileSync(dir.at("logs/index.json")), text.replaceAll('"made up"', '"changed"'));
});

Deno.test("IndexFile.update() makes the entries again from the logs when the file is missing", () => {
  using dir = new TempDir();
  const fromLogs = [projectEntry("b", { started_at: LATER }), projectEntry("a")];
  openIndex(dir, fromLogs).update((entries) => [...entries, projectEntry("c")]);
  assertEquals(idsIn(dir), ["a", "b", "c"]);
});

const DAMAGED: Readonly<Record<string, string>> = {
  empty: "",
  "white space": " \n",
  torn: indexText([projectEntry("a"), projectEntry("b")]).slice(0, 300),
  "filled with NUL": "\0".repeat(300),
  "no object": "[]",
  "without sessions": "{}",
  "with null for sessions": '{"sessions":null}',
};

for (const [what, text] of Object.entries(DAMAGED)) {
  Deno.test(`IndexFile.update() sets the file aside and makes its entries again from the logs when it is ${what}`, () => {
    using dir = new TempDir();
    dir.write("logs/index.json", text);
    const fromLogs = [projectEntry("a"), projectEntry("b", { started_at: LATER })];
    const index = openIndex(dir, fromLogs);
    assertEquals(index.loadOrRebuild().entries, fromLogs);
    assertEquals(Deno.readTextFileSync(dir.at("logs/index.json")), text);
    index.update((entries) => [...entries, projectEntry("c")]);
    assertEquals(idsIn(dir), ["a", "b", "c"]);
    const [aside, ...more] = asideOf(dir);
    assertEquals([Deno.readTextFileSync(dir.at(`logs/${aside}`)), more], [text, []]);
    assertEquals(aside!.startsWith("index.json.broken-"), true);
    index.update((entries) => entries);
    assertEquals(asideOf(dir).length, 1);
  });
}

Deno.test("IndexFile.update() keeps what a damaged file still tells: entries without a log, ends and unlisted fields", () => {
  using dir = new TempDir();
  const ended = projectEntry("ended", { ended_at: ENDED, status: "success", workspace_path: "as it was" });
  const open = { ...projectEntry("open", { workspace_path: "as it was" }), label: "x" };
  const noLog = projectEntry("no-log");
  dir.write("logs/index.json", indexText([ended, { broken: true }, open, noLog], { version: 2 }));
  const fromLogs = [
    projectEntry("ended"),
    projectEntry("open", { ended_at: ENDED, status: "failure" }),
    projectEntry("lost", { started_at: LATER }),
  ];
  openIndex(dir, fromLogs).update((entries) => entries);
  const openNow = { ...projectEntry("open", { ended_at: ENDED, status: "failure" }), label: "x" };
  const lost = projectEntry("lost", { started_at: LATER });
  assertEquals(
    Deno.readTextFileSync(dir.at("logs/index.json")),
    indexText([ended, openNow, noLog, lost], { version: 2 }),
  );
});

Deno.test("IndexFile.update() sets aside what stands in the place of the file when that is a directory", () => {
  using dir = new TempDir();
  dir.write("logs/index.json/mine.txt", "precious");
  openIndex(dir, [projectEntry("a")]).update((entries) => [...entries, projectEntry("b")]);
  assertEquals(idsIn(dir), ["a", "b"]);
  const [aside] = asideOf(dir);
  assertEquals(Deno.readTextFileSync(dir.at(`logs/${aside}`)), "precious");
});

Deno.test("IndexFile.update() sets the file aside when it may not be read", () => {
  using dir = new TempDir();
  const text = indexText([projectEntry("a")]);
  dir.write("logs/index.json", text);
  const { openSync } = Deno;
  try {
    Deno.openSync = (path, options): Deno.FsFile => {
      if (String(path).endsWith("index.json")) {
        throw new Deno.errors.PermissionDenied("Permission denied (os error 13)");
      }
      return openSync(path, options);
    };
    const index = openIndex(dir, [projectEntry("b")]);
    assertEquals(index.load().exists, true);
    index.update((entries) => entries);
  } finally {
    Deno.openSync = openSync;
  }
  assertEquals(idsIn(dir), ["b"]);
  assertEquals(Deno.readTextFileSync(dir.at(`logs/${asideOf(dir)[0]}`)), text);
});

Deno.test("IndexFile.update() sets the file aside as it is when it is not UTF-8", () => {
  using dir = new TempDir();
  const bytes = new TextEncoder().encode(indexText([projectEntry("a?")]));
  bytes[bytes.indexOf(0x3f)] = 0xff;
  dir.write("logs/index.json", bytes);
  openIndex(dir, [projectEntry("b")]).update((entries) => entries);
  assertEquals(idsIn(dir), ["b"]);
  assertEquals(Deno.readFileSync(dir.at(`logs/${asideOf(dir)[0]}`)), bytes);
});

Deno.test("IndexFile.update() leaves the file and frees the lock when the change throws", () => {
  using dir = new TempDir();
  const whole = indexText([projectEntry("a")]);
  const change = (): never => {
    throw new RangeError("no");
  };
  for (const text of [whole, whole.slice(1)]) {
    dir.write("logs/index.json", text);
    assertThrows(() => openIndex(dir).update(change), RangeError);
    assertEquals(Deno.readTextFileSync(dir.at("logs/index.json")), text);
    assertEquals([asideOf(dir), lockState(dir.at("logs/index.json.lock"))], [[], "free"]);
  }
});

Deno.test("IndexFile.remove() removes the entries that are meant, and writes nothing when there is none", () => {
  using dir = new TempDir();
  const index = openIndex(dir, [projectEntry("from-log")]);
  index.remove(() => true);
  assertEquals(tree(dir.path), []);
  dir.write("logs/index.json", indexText([projectEntry("a"), projectEntry("b")]).replace(/}$/, ', "version": 2}'));
  const written = Deno.statSync(dir.at("logs/index.json")).ino;
  index.remove(({ zig_session_id }) => zig_session_id === "c");
  assertEquals([idsIn(dir), Deno.statSync(dir.at("logs/index.json")).ino], [["a", "b"], written]);
  index.remove(({ zig_session_id }) => zig_session_id === "a");
  assertEquals([idsIn(dir), index.load().rest], [["b"], { version: 2 }]);
  dir.write("logs/index.json", "{");
  index.remove(({ zig_session_id }) => zig_session_id === "b");
  assertEquals([idsIn(dir), asideOf(dir).length], [["from-log"], 1]);
});

Deno.test("IndexFile.update() holds the lock while it changes the entries", () => {
  using dir = new TempDir();
  const states: string[] = [];
  openIndex(dir).update((entries) => {
    states.push(lockState(dir.at("logs/index.json.lock")));
    return entries;
  });
  assertEquals(states, ["held"]);
});

Deno.test("IndexFile.update() loses no entry that the logs have whatever the file holds", () => {
  using dir = new TempDir();
  const whole = indexText([projectEntry("a"), projectEntry("b")]);
  const content = fc.oneof(
    fc.nat(whole.length).map((end) => whole.slice(0, end)),
    fc.uint8Array({ maxLength: 9 }).map((bytes) => String.fromCharCode(...bytes)),
    fc.tuple(fc.nat(whole.length), fc.string({ maxLength: 5 })).map(([at, put]) =>
      whole.slice(0, at) + put + whole.slice(at)
    ),
  );
  fc.assert(
    fc.property(content, (content) => {
      dir.write("logs/index.json", content);
      const index = openIndex(dir, [projectEntry("a"), projectEntry("b")]);
      const isWhole = index.load().damage === undefined;
      index.update((entries) => [...entries, projectEntry("c")]);
      if (!isWhole) { for (const id of ["a", "b"]) assertEquals(idsIn(dir).includes(id), true); }
      assertEquals(idsIn(dir).includes("c"), true);
      for (const aside of asideOf(dir)) Deno.removeSync(dir.at(`logs/${aside}`));
    }),
    { numRuns: 60 },
  );
});
