import { assert, assertEquals } from "@std/assert";

const TOP = new URL("../../", import.meta.url);
const STATIC = /^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)";$/gm;

/** All modules that one of them loads at once. */
function loadedWith(path: string): string[] {
  const seen = new Set([new URL(path, TOP).href]);
  for (const url of seen) {
    for (const [, specifier] of Deno.readTextFileSync(new URL(url)).matchAll(STATIC)) {
      seen.add(new URL(specifier!, url).href);
    }
  }
  return Array.from(seen, (url) => url.slice(TOP.href.length));
}

for (const name of ["list", "show", "listen", "events", "search"]) {
  Deno.test(`${name} loads the code of no source before it is used`, () => {
    const modules = loadedWith(`src/cli/${name}.ts`);
    assert(modules.includes("src/sources/open_source.ts"), "the walk missed the sources");
    const ofSources = /^src\/(outrig|agent)\/|^src\/codec\/(zag|outrig)|^src\/query\/(zag|zig)_view|_source\.ts$/;
    const opener = "src/sources/open_source.ts";
    assertEquals(modules.filter((path) => ofSources.test(path) && path !== opener), []);
  });
}

for (const name of ["listen", "events"]) {
  Deno.test(`${name} loads what shows markdown only where a person reads what an agent said`, () => {
    const modules = loadedWith(`src/cli/${name}.ts`);
    assert(modules.includes("src/cli/load_markdown.ts"), "the walk missed what loads it");
    assertEquals(modules.filter((path) => /^src\/(cli\/markdown|deps\/marked)/.test(path)), []);
  });
}

Deno.test("the sources of workflows and of agents load nothing of outrig, nor of each other", () => {
  const zig = loadedWith("src/sources/zig_source.ts");
  assertEquals(zig.filter((path) => /zag|outrig/.test(path)), []);
  const agents = loadedWith("src/sources/agent_source.ts");
  assertEquals(agents.filter((path) => /zig|outrig/.test(path)), []);
});
