import { assertEquals, assertRejects } from "@std/assert";
import { AmbiguousSessionError, SessionNotFoundError } from "../../src/errors.ts";
import { openSource } from "../../src/sources/open_source.ts";
import { SOURCE_NAMES } from "../../src/sources/source.ts";
import { listSources, Sources } from "../../src/sources/sources.ts";
import "../helpers/environment.ts";
import { Shelf, timeAt } from "./shelf.ts";

/** Does something while the home directory is another. */
async function inHome<T>(shelf: Shelf, act: () => Promise<T>): Promise<T> {
  const names = ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"];
  const before = names.map((name) => [name, Deno.env.get(name)] as const);
  try {
    names.forEach((name) => Deno.env.delete(name));
    Deno.env.set("HOME", shelf.path);
    return await act();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

const NOW = Date.parse(timeAt(60));

function sourcesOf(shelf: Shelf): Sources {
  return new Sources(SOURCE_NAMES, { root: shelf.rootOf("zig"), project: shelf.path });
}

/** Sessions lie in the store itself, as outside of a git repository. */
function open(shelf: Shelf): ReturnType<Shelf["open"]>[] {
  return SOURCE_NAMES.map((name) => shelf.open(name));
}

Deno.test("listSources() puts instants in order that are written in different forms", () => {
  using shelf = new Shelf();
  shelf.put("zig", "a", { at: 1, end: "success" });
  shelf.put("outrig", "b", { at: 1, end: "success" });
  shelf.put("zag", "c", { at: 2, end: "success" });
  shelf.put("outrig", "d", { at: 0, end: "success" });
  const path = shelf.at(".local/share/outrig/sessions/b/session.json");
  Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replace("12:00:01Z", "12:00:01.5Z"));
  const rows = listSources(open(shelf), { all: true, now: NOW, notice: () => {} });
  assertEquals(rows.map(({ session }) => session.id), ["c", "b", "a", "d"]);
});

Deno.test("openSource() finds the sources below the home directory, and nothing where there is none", async () => {
  using shelf = new Shelf();
  await inHome(shelf, async () => {
    for (const name of SOURCE_NAMES) {
      const options = { project: shelf.path };
      if (name !== "zig") assertEquals(await openSource(name, options), undefined);
      shelf.put(name, "x", { at: 0, end: "success" });
      const source = await openSource(name, options);
      assertEquals([source?.name, source?.root], [name, shelf.rootOf(name)]);
    }
  });
});

Deno.test("Sources.resolve() takes an exact id from the first source that has it", async () => {
  using shelf = new Shelf();
  await inHome(shelf, async () => {
    shelf.put("agents", "same", { at: 0, end: "success" });
    shelf.put("outrig", "same", { at: 1, end: "success" });
    shelf.put("zag", "same-2", { at: 1, end: "success" });
    const { source, session } = await sourcesOf(shelf).resolve({ kind: "id", id: "same" }, NOW);
    assertEquals([source.name, session.id], ["agents", "same"]);
  });
});

Deno.test("Sources.resolve() lists all that a beginning fits, also where a source has several", async () => {
  using shelf = new Shelf();
  await inHome(shelf, async () => {
    for (const [name, id] of [["agents", "s-1"], ["zag", "s-2"], ["outrig", "s-3"], ["outrig", "s-4"]] as const) {
      shelf.put(name, id, { at: 0, end: "success" });
    }
    const resolve = (id: string): Promise<unknown> => sourcesOf(shelf).resolve({ kind: "id", id }, NOW);
    const error = await assertRejects(
      () => resolve("s-"),
      AmbiguousSessionError,
      "agents s-1, zag s-2, outrig s-3, outrig s-4",
    );
    assertEquals(error.candidates, ["s-1", "s-2", "s-3", "s-4"]);
    await assertRejects(() => resolve("t"), SessionNotFoundError);
    await assertRejects(() => resolve("../s"), SyntaxError);
  });
});

Deno.test("Sources.resolve() takes the latest of all that were asked for", async () => {
  using shelf = new Shelf();
  await inHome(shelf, async () => {
    await assertRejects(() => sourcesOf(shelf).resolve({ kind: "latest" }, NOW), SessionNotFoundError);
    shelf.put("agents", "old", { at: 0, end: "success" });
    shelf.put("outrig", "new", { at: 1, end: "success" });
    assertEquals((await sourcesOf(shelf).resolve({ kind: "latest" }, NOW)).session.id, "new");
  });
});
