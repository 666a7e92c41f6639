/** What holds of each list of sessions, be it kept in indexes or in directories: one suite, run for all of them. */

import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { AmbiguousSessionError, SessionNotFoundError } from "../../src/errors.ts";
import { SOURCE_NAMES } from "../../src/sources/source.ts";
import type { SourceName } from "../../src/sources/source.ts";
import { Shelf, timeAt } from "../sources/shelf.ts";

function idsOf(shelf: Shelf, name: SourceName, now = Date.now()): string[] {
  return shelf.open(name).list({ all: false, now, notice: () => {} }).ids();
}

function resolved(shelf: Shelf, name: SourceName, id: string): string {
  return shelf.open(name).resolve({ kind: "id", id }, Date.now()).id;
}

for (const name of SOURCE_NAMES) {
  Deno.test(`${name}: list() puts the newest first, whatever their names`, () => {
    using shelf = new Shelf();
    shelf.put(name, "bbb", { at: 2, end: "success" });
    shelf.put(name, "ccc", { at: 0, end: "failure" });
    shelf.put(name, "aaa", { at: 1, end: null });
    assertEquals(idsOf(shelf, name), ["bbb", "aaa", "ccc"]);
    const all = shelf.open(name).list({ all: true, now: Date.now(), notice: () => {} }).toArray();
    assertEquals(all.map(({ id }) => id), ["bbb", "aaa", "ccc"]);
  });

  Deno.test(`${name}: list() tells state, times and duration of each session`, () => {
    using shelf = new Shelf();
    shelf.put(name, "good", { at: 0, end: "success" });
    shelf.put(name, "bad", { at: 1, end: "failure" });
    shelf.put(name, "live", { at: 2, end: null });
    shelf.put(name, "quiet", { at: 3, end: null, silent: true });
    const rows = shelf.open(name).list({ all: false, now: Date.now(), notice: () => {} }).toArray();
    const byId = new Map(rows.map((row) => [row.id, row]));
    assertEquals([...byId].map(([id, { state }]) => [id, state]), [
      ["quiet", "stale"],
      ["live", "running"],
      ["bad", "failure"],
      ["good", "success"],
    ]);
    const { startedAt, endedAt, durationMs } = byId.get("good")!;
    assertEquals([startedAt, endedAt].map((time) => Date.parse(time!)), [0, 5].map((at) => Date.parse(timeAt(at))));
    assertEquals([durationMs, byId.get("live")!.endedAt], [5000, null]);
    for (const { id, logPath, name } of rows) assert(logPath.includes(id) && name !== "", logPath);
  });

  Deno.test(`${name}: list() is empty where nothing was recorded`, () => {
    using shelf = new Shelf();
    assertEquals(idsOf(shelf, name), []);
  });

  Deno.test(`${name}: list() loses one row to a damaged entry, and no other`, () => {
    using shelf = new Shelf();
    shelf.put(name, "aaa", { at: 0, end: "success" });
    shelf.put(name, "ccc", { at: 1, end: "success" });
    shelf.damage(name, "bbb");
    assertEquals(idsOf(shelf, name), ["ccc", "aaa"]);
    assertEquals(resolved(shelf, name, "aa"), "aaa");
  });

  Deno.test(`${name}: storedOf() gives the fields of the wire format`, () => {
    using shelf = new Shelf();
    shelf.put(name, "aaa", { at: 0, end: "success" });
    const source = shelf.open(name);
    for (const all of [false, true]) {
      const row = source.list({ all, now: Date.now(), notice: () => {} }).at(0);
      const stored = source.storedOf(row);
      assert(Object.values(stored).includes("aaa"), Deno.inspect(stored));
      assertEquals(stored.started_at, row.startedAt);
    }
  });

  Deno.test(`${name}: resolve() prefers the id itself to those that begin with it`, () => {
    using shelf = new Shelf();
    shelf.put(name, "aaa-1", { at: 0, end: "success" });
    shelf.put(name, "aaa", { at: 1, end: "success" });
    assertEquals(resolved(shelf, name, "aaa"), "aaa");
  });

  Deno.test(`${name}: resolve() takes the beginning of an id when it fits one session`, () => {
    using shelf = new Shelf();
    shelf.put(name, "aaa-1", { at: 0, end: "success" });
    shelf.put(name, "bbb-2", { at: 1, end: "success" });
    assertEquals(resolved(shelf, name, "a"), "aaa-1");
  });

  Deno.test(`${name}: resolve() names all that fit when several do`, () => {
    using shelf = new Shelf();
    for (const id of ["aaa-1", "aaa-2", "bbb"]) shelf.put(name, id, { at: 0, end: "success" });
    const error = assertThrows(() => resolved(shelf, name, "aaa"), AmbiguousSessionError);
    assertEquals(error.candidates.toSorted(), ["aaa-1", "aaa-2"]);
  });

  Deno.test(`${name}: resolve() finds nothing where nothing fits`, () => {
    using shelf = new Shelf();
    const missing = (): unknown => resolved(shelf, name, "zzz");
    assertInstanceOf(assertThrows(missing), SessionNotFoundError);
    shelf.put(name, "aaa", { at: 0, end: "success" });
    assertThrows(missing, SessionNotFoundError, "zzz");
    assertThrows(() => resolved(shelf, name, "aaaa"), SessionNotFoundError);
  });

  Deno.test(`${name}: resolve() refuses an id that could leave the store`, () => {
    using shelf = new Shelf();
    for (const id of ["../aaa", "a/b", "", ".", "a\nb", "a".repeat(129)]) {
      assertThrows(() => resolved(shelf, name, id), SyntaxError);
    }
  });

  Deno.test(`${name}: resolve() finds the latest session, and the active one`, () => {
    using shelf = new Shelf();
    assertThrows(() => shelf.open(name).resolve({ kind: "latest" }, Date.now()), SessionNotFoundError, "latest");
    shelf.put(name, "live", { at: 0, end: null });
    shelf.put(name, "last", { at: 1, end: "success" });
    assertEquals(shelf.open(name).resolve({ kind: "latest" }, Date.now()).id, "last");
    assertEquals(shelf.open(name).resolve({ kind: "active" }, Date.now()).id, "live");
    shelf.put(name, "live", { at: 0, end: "success" });
    assertThrows(() => shelf.open(name).resolve({ kind: "active" }, Date.now()), SessionNotFoundError, "active");
  });
}
