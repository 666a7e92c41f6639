/** Indexes that are damaged in many ways: an index is a cache, so nothing recorded is lost with it. */

import { assert, assertEquals } from "@std/assert";
import { type GlobalSessionEntry, type SessionLogIndexEntry, SessionWriter } from "../mod.ts";
import { ZIG } from "../src/codec/zig.ts";
import { openCatalog } from "../src/session/sessions.ts";
import { Catalog } from "../src/storage/catalog.ts";
import { basename, dirname } from "../src/deps/path.ts";
import { resultOf, spawnFixture } from "./helpers/fixture.ts";
import { golden, goldenBytes, goldenJson } from "./helpers/golden.ts";
import { TempDir } from "./helpers/temp_dir.ts";

type ZigCatalog = ReturnType<typeof openCatalog>;
type Which = "projectIndex" | "globalIndex";
const INDEXES: readonly Which[] = ["projectIndex", "globalIndex"];

/** What damages an index, given its path and what it holds. */
interface Way {
  readonly damage: (path: string, text: string) => void;
  /** Which of the indexes can be read all the same, so that it need not be set aside. Default: none. */
  readonly readable?: readonly Which[];
  /** Whether it then is a sound index of something else: sessions that it does not name are listed from their logs. */
  readonly foreign?: boolean;
}

function bytes(make: (text: string) => string | Uint8Array<ArrayBuffer>): Way {
  return {
    damage: (path, text) => {
      const content = make(text);
      Deno.writeFileSync(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    },
  };
}

function instead(make: (path: string) => void, readable: readonly Which[] = []): Way {
  return {
    readable,
    damage: (path) => {
      Deno.removeSync(path);
      make(path);
    },
  };
}

/** The cases that the Rust programs were given; what they read as empty is damaged, and so are others' entries. */
function goldenWays(): Record<string, Way> {
  const results = goldenJson<Record<string, { stdout: string }>>("zig/index-cases/_results.json");
  const ways = golden("zig/index-cases", /[a-z]\.json$/).filter((path) => !path.includes("_results")).map((path) => {
    const name = basename(path, ".json");
    // Of a repeated key the last one counts, here as in most readers of JSON.
    const readable = name === "dup_key" || results[name]!.stdout.includes("s1");
    const way: Way = {
      ...bytes(() => goldenBytes(path)),
      readable: readable ? ["projectIndex"] : [],
      foreign: readable,
    };
    return [`the golden ${name}`, way] as const;
  });
  assert(ways.length >= 18);
  return Object.fromEntries(ways);
}

const WAYS: Readonly<Record<string, Way>> = {
  ...goldenWays(),
  "noise": bytes(() => crypto.getRandomValues(new Uint8Array(2000))),
  "zeros of its length": bytes((text) => new Uint8Array(text.length)),
  "cut in half and filled up with zeros": bytes((text) => text.slice(0, text.length / 2).padEnd(text.length, "\0")),
  "there twice": bytes((text) => text + text),
  "overwritten by a shorter one": bytes((text) => '{\n  "sessions": []\n}' + text.slice(20)),
  "a byte order mark and itself": bytes((text) => "\ufeff" + text),
  "in UTF-16": bytes((text) => new Uint8Array(Uint16Array.from(text, (char) => char.charCodeAt(0)).buffer)),
  "not UTF-8 at one place": bytes((text) => {
    const content = new TextEncoder().encode(text);
    content[text.indexOf("damage")] = 0xff;
    return content;
  }),
  "a list of other things": bytes(() => '{"sessions": [null, 1, "x", [], {}, true]}'),
  "an object of sessions": bytes(() => '{"sessions": {"a": {}}}'),
  "one without the first entry's name": bytes((text) => text.replace(/ *"workflow_name.*\n/, "")),
  "one with a number for an id": bytes((text) => text.replace(/"zig_session_id": "[^"]*"/, '"zig_session_id": 7')),
  "nested without end": bytes(() => '{"sessions": ' + "[".repeat(200_000)),
  "gone": instead(() => {}, INDEXES),
  "a folder": instead((path) => Deno.mkdirSync(path)),
  "a link to itself": instead((path) => Deno.symlinkSync(path, path)),
  "a link to nowhere": instead((path) => Deno.symlinkSync("/nowhere/at/all", path), INDEXES),
  "closed to its owner": {
    damage: (path) => Deno.chmodSync(path, 0o000),
    readable: Deno.uid() === 0 ? INDEXES : [],
  },
};

/** A store with sessions of all kinds, each in both indexes. */
class Store extends TempDir {
  readonly running = this.create();
  readonly catalog: ZigCatalog = openCatalog({ root: this.path, project: this.path });

  constructor() {
    super();
    this.create().ended("success", 1);
    this.create().ended("failure", 2);
  }

  create(): SessionWriter {
    const prompt = "what came before the damage";
    return SessionWriter.create({
      workflowName: "damage",
      workflowPath: "w",
      prompt,
      tierCount: 0,
      root: this.path,
      project: this.path,
    });
  }

  /** The state of every session, by id, as both lists tell it. */
  states(): Record<string, string> {
    const { layout } = this.catalog;
    const catalog = new Catalog(layout, ZIG); // one that has seen nothing yet
    const ours = (logPath: string): boolean => dirname(logPath) === layout.sessionsDir;
    const [project, all] = [catalog.list(), catalog.listAll()].map((rows) =>
      Object.fromEntries(rows.filter((row) => ours(row.logPath)).map((row) => [row.id, row.state]).sort())
    );
    assertEquals(project, all);
    return project!;
  }

  /** The entries of an index, which must be sound. */
  entries(which: Which): readonly (SessionLogIndexEntry | GlobalSessionEntry)[] {
    const { entries, damage } = this.catalog[which].load();
    assertEquals(damage, undefined);
    return entries;
  }

  /** The names of what was set aside. */
  setAside(which: Which): string[] {
    const { path } = this.catalog[which];
    return [...Deno.readDirSync(dirname(path))].map(({ name }) => name)
      .filter((name) => name.startsWith(`${basename(path)}.broken-`));
  }

  override [Symbol.dispose](): void {
    this.running[Symbol.dispose]();
    super[Symbol.dispose]();
  }
}

/** Picks the entries of other sessions. */
function isUnlike({ sessionId }: SessionWriter): (entry: { readonly zig_session_id: string }) => boolean {
  return (entry) => entry.zig_session_id !== sessionId;
}

/** Damage of the same length is seen by the time of the file, which the system moves on every few milliseconds. */
function letTimePass(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

for (const which of INDEXES) {
  for (const [name, { damage, readable = [], foreign = false }] of Object.entries(WAYS)) {
    const isReadable = readable.includes(which);

    Deno.test(`listSessions() and SessionWriter lose nothing when the ${which} is ${name}`, () => {
      using store = new Store();
      const { path } = store.catalog[which];
      const before = store.entries(which);
      const states = store.states();
      assertEquals(Object.values(states).sort(), ["failure", "running", "success"]);
      letTimePass();
      damage(path, Deno.readTextFileSync(path));

      assertEquals(store.states(), states);
      assertEquals(store.setAside(which), []); // listing changes nothing

      const next = store.create();
      assertEquals(store.setAside(which).length, isReadable ? 0 : 1);
      next.ended("success", 3);
      store.running.ended("failure", 4);
      const ended = { ...states, [store.running.sessionId]: "failure", [next.sessionId]: "success" };
      assertEquals(store.states(), Object.fromEntries(Object.entries(ended).sort()));
      if (!(isReadable && foreign)) {
        const ours = store.entries(which).filter((entry) => Object.hasOwn(ended, entry.zig_session_id));
        assertEquals(ours.slice(0, 3).filter(isUnlike(store.running)), before.filter(isUnlike(store.running)));
        assertEquals(ours.map((entry) => entry.status), ["failure", "success", "failure", "success"]);
      }
      assertEquals(store.setAside(which).length, isReadable ? 0 : 1);
    });
  }
}

for (const which of INDEXES) {
  Deno.test(`listSessions() and IndexFile.update() lose nothing when the ${which} is cut at any byte`, () => {
    using store = new Store();
    const index = store.catalog[which];
    const text = Deno.readTextFileSync(index.path);
    const before = store.entries(which);
    const states = store.states();
    for (let length = 0; length < text.length; length++) {
      Deno.writeTextFileSync(index.path, text.slice(0, length));
      assertEquals(store.states(), states);
      if (length % 10 !== 0) continue;
      index.update(<Entry>(entries: readonly Entry[]) => entries);
      assertEquals(store.entries(which), before);
    }
    assertEquals(store.setAside(which).length, Math.ceil(text.length / 10));
  });
}

Deno.test("SessionWriter loses nothing when both indexes are damaged again and again while 5 processes record", async () => {
  using store = new Store();
  const args = [store.path, store.path, "10"];
  const ids: string[] = [];
  // Whether it is hit while somebody records is up to the system: it is tried until it was.
  for (let round = 1; INDEXES.some((which) => store.setAside(which).length < 2); round++) {
    const children = Array.from({ length: 5 }, () => spawnFixture("sessions.ts", { args, stdin: "piped" }));
    let running = children.length;
    const results = children.map(async (child) => {
      await child.stdin.close();
      const result = await resultOf(child);
      running--;
      return result;
    });
    for (let time = 0; running > 0; time++) {
      const { path } = store.catalog[INDEXES[time % 2]!];
      const noise = crypto.getRandomValues(new Uint8Array(500));
      // Opened first and written later, so that some of it comes while a process has the index in hand.
      using file = Deno.openSync(path, { write: true, create: true });
      if (time % 3 === 0) file.truncateSync(Math.floor(Math.random() * 400));
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (time % 3 === 1) file.writeSync(noise);
      if (time % 3 === 2) file.writeSync(new Uint8Array(300));
    }
    for (const { code, stdout, stderr } of await Promise.all(results)) {
      assertEquals(code, 0, stderr);
      ids.push(...stdout.trim().split("\n").slice(1));
    }
    assertEquals(new Set(ids).size, 50 * round);
  }

  const states = store.states();
  for (const id of ids) assert(states[id] === "success" || states[id] === "failure", `${id} is ${states[id]}`);
  assertEquals(states[store.running.sessionId], "running");
  for (const which of INDEXES) Deno.writeTextFileSync(store.catalog[which].path, "");
  store.running.ended("success", 1);
  for (const which of INDEXES) {
    assertEquals(store.entries(which).length, ids.length + 3);
    assertEquals(store.entries(which).filter((entry) => entry.ended_at === null), []);
  }
});
