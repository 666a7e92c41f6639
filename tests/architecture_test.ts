/**
 * The rules of the source tree that no compiler holds. Each is a function from sources to complaints, applied to the
 * project and to a sample that breaks it.
 *
 * Lint leaves out `no-import-prefix`: `src/deps/` must name its packages in full (`jsr:…`), because no `deno.json`
 * applies where an entry point is run from a plain URL. The rules on packages below stand in its place.
 */

import { assert, assertEquals } from "@std/assert";

/** Sources by path, relative to the top folder. */
type Sources = ReadonlyMap<string, string>;

interface Import {
  readonly specifier: string;
  /** Whether only types come through it. */
  readonly types: boolean;
}

interface Pins {
  /** `imports` of deno.json. */
  readonly main: Readonly<Record<string, string>>;
  /** `imports` of the map that stands in for JSR. */
  readonly fallback: Readonly<Record<string, string>>;
}

/** What a folder of `src/` may import besides itself and what all may: `src/*.ts` and `src/deps/`. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  deps: [],
  codec: [],
  storage: ["codec"],
  query: ["codec", "storage (types)"],
  export: ["codec", "query", "storage (types)"],
  session: ["codec", "storage", "query"],
  maintenance: ["codec", "storage", "query"],
  agent: ["codec", "storage", "session", "query"],
  outrig: ["codec", "storage"],
  sources: ["codec", "storage", "session", "agent", "outrig", "query"],
  runner: ["codec", "storage", "session", "agent", "outrig", "query", "export"],
  config: ["query", "runner", "session", "storage"],
  fleet: ["codec", "storage", "session", "agent", "outrig", "query", "export"],
  web: ["codec", "storage", "session", "agent", "outrig", "query", "export", "fleet"],
  cli: [
    "codec",
    "storage",
    "session",
    "maintenance",
    "agent",
    "outrig",
    "query",
    "export",
    "sources",
    "runner",
    "config",
    "fleet",
    "web",
  ],
  binary: ["cli", "config", "storage", "agent", "outrig"],
  "mod.ts": ["codec", "storage", "session", "maintenance", "agent", "outrig", "query", "export"],
  "cli.ts": ["cli"],
};

const PURE = /^src\/(codec|query|export)\//;
const IMPURE = /\bDeno\b|\bDate\.now\b|\b(?:new )?Date\(\)|\bnew Date\b(?!\s*\()|\bperformance\b|\bTemporal\.Now\b/g;
const TIMER = /\bset(?:Timeout|Interval)\b/g;

const COMMENT_OR_TEXT = /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`/g;
const STATEMENT = /^(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?"([^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*(?:"([^"]+)"\s*[,)])?/g;
const MODULE_URL = /\bnew URL\(\s*"(\.[^"]+\.ts)"\s*,\s*import\.meta\.url/g;

function withoutComments(text: string): string {
  return text.replace(COMMENT_OR_TEXT, (found) => /^\/[/*]/.test(found) ? found.replace(/.+/g, "") : found);
}

/** All that a module imports; what is computed comes out as `?`. */
function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  return [
    ...Array.from(code.matchAll(STATEMENT), ([, types, specifier]) => ({ specifier: specifier!, types: !!types })),
    ...Array.from(code.matchAll(DYNAMIC), ([, specifier = "?"]) => ({ specifier, types: false })),
    ...Array.from(code.matchAll(MODULE_URL), ([, specifier]) => ({ specifier: specifier!, types: false })),
  ];
}

/** The path that a relative specifier leads to. */
function follow(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

function layerOf(path: string): string {
  const [top, folder = "", file] = path.split("/");
  if (top !== "src") return path;
  return file === undefined ? "base" : folder;
}

function relative(text: string): Import[] {
  return importsOf(text).filter(({ specifier }) => specifier.startsWith("."));
}

/** Imports point one way. */
function wrongArrows(path: string, text: string): string[] {
  const from = layerOf(path);
  const allowed = ARROWS[from];
  if (allowed === undefined) return [`${path}: no layer is named "${from}"`];
  return relative(text).flatMap(({ specifier, types }) => {
    const to = layerOf(follow(path, specifier));
    const fine = to === from || to === "base" || to === "deps" || allowed.includes(to) ||
      (types && allowed.includes(`${to} (types)`));
    return fine ? [] : [`${path}: ${from} must not import ${to} (${specifier})`];
  });
}

/** The storage gets its dialect passed in. */
function concreteDialects(path: string, text: string): string[] {
  if (!path.startsWith("src/storage/")) return [];
  return relative(text).map(({ specifier }) => follow(path, specifier))
    .filter((target) => /\/(zig|zag|outrig)[^/]*\.ts$/.test(target))
    .map((target) => `${path}: imports the dialect ${target}`);
}

/** What is pure asks neither the system nor the clock. */
function impurities(path: string, text: string): string[] {
  if (!PURE.test(path)) return [];
  const code = withoutComments(text);
  return [...code.matchAll(IMPURE), ...code.matchAll(TIMER)].map(([found]) => `${path}: uses ${found}`);
}

/** Other people's code comes in by `src/deps/` alone, and no import is computed. */
function strayPackages(path: string, text: string): string[] {
  if (path.startsWith("src/deps/")) return [];
  return importsOf(text).filter(({ specifier }) => !specifier.startsWith("."))
    .map(({ specifier }) => `${path}: imports ${specifier}`);
}

/** A dependency is named in full, at one version everywhere, and can be had where JSR cannot be reached. */
function wrongPins(sources: Sources, { main, fallback }: Pins): string[] {
  const complaints: string[] = [];
  const versions = new Map<string, string>();
  const check = (where: string, specifier: string): void => {
    const [, registry, name, version] = /^(jsr|npm):(@?[^@]+)@(\d+\.\d+\.\d+)(?:\/|$)/.exec(specifier) ?? [];
    if (registry === undefined) return void complaints.push(`${where}: ${specifier} names no exact version`);
    const pinned = versions.get(`${registry}:${name}`) ?? version!;
    versions.set(`${registry}:${name}`, pinned);
    if (pinned !== version) complaints.push(`${where}: ${specifier} is pinned to ${pinned} elsewhere`);
  };
  for (const [name, specifier] of Object.entries(main)) {
    check("deno.json", specifier);
    if (!Object.hasOwn(fallback, name)) complaints.push(`deno.json: ${name} has no key in npm_imports.json`);
  }
  for (const [path, text] of sources) {
    if (!path.startsWith("src/deps/")) continue;
    for (const { specifier } of importsOf(text)) {
      check(path, specifier);
      if (specifier.startsWith("npm:") || Object.hasOwn(fallback, specifier)) continue;
      complaints.push(`${path}: ${specifier} has no key in npm_imports.json`);
    }
  }
  for (const [name, specifier] of Object.entries(fallback)) {
    if (!/^npm:[^@]+@\d+\.\d+\.\d+(\/|$)/.test(specifier)) {
      complaints.push(`npm_imports.json: ${name} leads to ${specifier}`);
    }
  }
  return complaints;
}

/** Tests import by names that both maps know. */
function unknownNames(path: string, text: string, { main, fallback }: Pins): string[] {
  return importsOf(text).map(({ specifier }) => specifier)
    .filter((specifier) => !/^(\.|node:|\?$)/.test(specifier))
    .filter((specifier) => !Object.hasOwn(main, specifier) || !Object.hasOwn(fallback, specifier))
    .map((specifier) => `${path}: ${specifier} has no key in deno.json and npm_imports.json`);
}

/** All modules that one of them loads, sooner or later. */
function reachable(sources: Sources, start: string): Set<string> {
  const seen = new Set([start]);
  for (const path of seen) {
    for (const { specifier } of relative(sources.get(path) ?? "")) seen.add(follow(path, specifier));
  }
  return seen;
}

/** Who records or follows runs loads nobody else's code but the standard library. */
function thirdParties(sources: Sources, start: string): string[] {
  return [...reachable(sources, start)].flatMap((path) =>
    importsOf(sources.get(path) ?? "").filter(({ specifier }) => specifier.startsWith("npm:"))
      .map(({ specifier }) => `${path}: ${start} would load ${specifier}`)
  );
}

/** A file fits one head. */
function tooLong(path: string, text: string): string[] {
  const lines = text.trimEnd().split("\n").length;
  return path.startsWith("src/") && lines > 300 ? [`${path}: has ${lines} lines`] : [];
}

/** Every export is named. */
function starExports(path: string, text: string): string[] {
  return /^export\s+(type\s+)?\*/m.test(withoutComments(text)) ? [`${path}: exports *`] : [];
}

const TOP = new URL("../", import.meta.url);

function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(path, TOP));
}

function sourcesBelow(folder: string): [path: string, text: string][] {
  return [...Deno.readDirSync(new URL(folder, TOP))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}${name}`;
    if (isDirectory) return sourcesBelow(`${path}/`);
    return path.endsWith(".ts") ? [[path, textOf(path)]] : [];
  });
}

const sources: Sources = new Map([
  ...sourcesBelow("src/"),
  ["mod.ts", textOf("mod.ts")],
  ["cli.ts", textOf("cli.ts")],
]);
const pins: Pins = {
  main: JSON.parse(textOf("deno.json")).imports,
  fallback: JSON.parse(textOf("scripts/npm_imports.json")).imports,
};

/** A rule on single files, and samples that break it. */
interface Rule {
  readonly rule: (path: string, text: string) => string[];
  readonly holds: string;
  readonly broken: readonly (readonly [path: string, text: string])[];
  readonly fine: readonly (readonly [path: string, text: string])[];
}

const RULES: readonly Rule[] = [
  {
    rule: wrongArrows,
    holds: "imports point one way",
    broken: [
      ["src/codec/a.ts", 'import { b } from "../storage/b.ts";'],
      ["src/codec/a.ts", 'import {\n  b,\n  type C,\n} from "../query/b.ts";'],
      ["src/storage/a.ts", 'export { b } from "../session/b.ts";'],
      ["src/storage/a.ts", 'import type { B } from "../cli/b.ts";'],
      ["src/session/a.ts", 'const b = await import("../runner/b.ts");'],
      ["src/session/a.ts", 'import "../cli/b.ts";'],
      ["src/query/a.ts", 'import { b } from "../storage/b.ts";'],
      ["src/runner/a.ts", 'import * as b from "../web/b.ts";'],
      ["src/web/a.ts", 'new Worker(new URL("../cli/b.ts", import.meta.url));'],
      ["src/errors.ts", 'import { b } from "./codec/b.ts";'],
      ["src/deps/path.ts", 'import { b } from "../codec/b.ts";'],
      ["src/codec/a.ts", 'import { b } from "../../cli.ts";'],
      ["src/unheard_of/a.ts", ""],
      ["mod.ts", 'export { b } from "./src/cli/b.ts";'],
      ["cli.ts", 'import { b } from "./src/storage/b.ts";'],
    ],
    fine: [
      ["src/cli/a.ts", 'import { b } from "../storage/b.ts";\nconst c = () => import("../runner/c.ts");'],
      ["src/query/a.ts", 'import type { B } from "../storage/b.ts";'],
      ["src/codec/a.ts", '// import { b } from "../cli/b.ts";\n/*\nimport { b } from "../cli/b.ts";\n*/'],
      ["src/codec/a.ts", 'import { join } from "../deps/path.ts";\nimport { E } from "../errors.ts";'],
    ],
  },
  {
    rule: concreteDialects,
    holds: "the storage imports no dialect",
    broken: [
      ["src/storage/a.ts", 'import { ZIG } from "../codec/zig.ts";'],
      ["src/storage/a.ts", 'import type { E } from "../codec/zag_events.ts";'],
      ["src/storage/a.ts", 'import { O } from "../codec/outrig.ts";'],
    ],
    fine: [
      ["src/storage/a.ts", 'import type { Dialect } from "../codec/dialect.ts";'],
      ["src/session/a.ts", 'import { ZIG } from "../codec/zig.ts";'],
    ],
  },
  {
    rule: impurities,
    holds: "codec, query and export use neither the system nor the clock",
    broken: [
      ["src/codec/a.ts", 'Deno.readTextFileSync("a");'],
      ["src/query/a.ts", "const { cwd } = Deno;"],
      ["src/query/a.ts", "const now = Date.now();"],
      ["src/query/a.ts", "const now = new Date();"],
      ["src/query/a.ts", "const now = new Date;"],
      ["src/export/a.ts", "const now = `${performance.now()}`;"],
      ["src/export/a.ts", "const now = Temporal.Now.instant();"],
      ["src/export/a.ts", "setTimeout(done, 5);"],
      ["src/codec/a.ts", 'const url = "https://host/"; Deno.cwd();'],
    ],
    fine: [
      ["src/codec/a.ts", "const day = new Date(x); // not Deno.cwd(), not Date.now()\n/** As `Deno.open`. */"],
      ["src/codec/a.ts", "const day = new Date(Date.UTC(2026, 1));"],
      ["src/storage/a.ts", "Deno.cwd();"],
    ],
  },
  {
    rule: strayPackages,
    holds: "other people's code comes in by src/deps alone",
    broken: [
      ["src/codec/a.ts", 'import { join } from "@std/path";'],
      ["src/codec/a.ts", 'import { join } from "jsr:@std/path@1.1.6/join";'],
      ["src/cli/a.ts", 'import process from "node:process";'],
      ["src/cli/a.ts", 'const { parseTree } = await import("npm:jsonc-parser@3.3.1");'],
      ["src/cli/a.ts", "const { parseTree } = await import(name);"],
      ["mod.ts", 'export { a } from "https://host/a.ts";'],
      ["scripts/a.ts", 'import { join } from "@std/path";'],
    ],
    fine: [
      ["src/deps/path.ts", 'export { join } from "jsr:@std/path@1.1.6/join";'],
      ["src/codec/a.ts", '/**\n * import { a } from "@ziglog/ziglog";\n */\nimport { join } from "../deps/path.ts";'],
    ],
  },
  {
    rule: tooLong,
    holds: "no source has over 300 lines",
    broken: [["src/codec/a.ts", "a;\n".repeat(301)]],
    fine: [["src/codec/a.ts", "a;\n".repeat(300)]],
  },
  {
    rule: starExports,
    holds: "every export is named",
    broken: [["mod.ts", 'export * from "./a.ts";'], ["mod.ts", 'export type * from "./a.ts";']],
    fine: [["mod.ts", '// export * from "./a.ts";\nexport { a } from "./a.ts";']],
  },
];

for (const { rule, holds, broken, fine } of RULES) {
  Deno.test(`${rule.name}() finds nothing in the project, where ${holds}`, () => {
    const scripts = rule === strayPackages ? sourcesBelow("scripts/") : [];
    assertEquals([...sources, ...scripts].flatMap(([path, text]) => rule(path, text)), []);
  });

  Deno.test(`${rule.name}() complains about each sample that breaks it, and about no other`, () => {
    for (const [path, text] of broken) assertEquals(rule(path, text).length, 1, `${path}: ${text}`);
    for (const [path, text] of fine) assertEquals(rule(path, text), [], `${path}: ${text}`);
  });
}

Deno.test("wrongPins() finds nothing in the project, where each dependency has one version and a stand-in", () => {
  assertEquals(wrongPins(sources, pins), []);
});

Deno.test("wrongPins() complains when a version differs, is missing, or has no stand-in", () => {
  const main = { "@std/path": "jsr:@std/path@1.1.6" };
  const fallback = {
    "@std/path": "npm:deno-std@1.4.0/path/mod.js",
    "jsr:@std/path@1.1.6/join": "npm:deno-std@1.4.0/a",
  };
  const complain = (specifier: string, maps: Partial<Pins> = {}): number =>
    wrongPins(new Map([["src/deps/a.ts", `export { a } from "${specifier}";`]]), { main, fallback, ...maps }).length;
  assertEquals(complain("jsr:@std/path@1.1.6/join"), 0);
  assertEquals(complain("npm:jsonc-parser@3.3.1"), 0);
  assertEquals(complain("jsr:@std/path@1.1.6/resolve"), 1);
  assertEquals(
    complain("jsr:@std/path@1.1.5/join", { fallback: { ...fallback, "jsr:@std/path@1.1.5/join": "npm:a@1.0.0" } }),
    1,
  );
  assertEquals(complain("npm:jsonc-parser@^3"), 1);
  assertEquals(complain("npm:jsonc-parser"), 1);
  assertEquals(complain("npm:jsonc-parser@3.3.1", { main: { ...main, a: "npm:a@1.0.0" } }), 1);
  assertEquals(complain("npm:jsonc-parser@3.3.1", { fallback: { ...fallback, a: "npm:a" } }), 1);
});

Deno.test("unknownNames() finds nothing in the tests, which import by names that both maps know", () => {
  // This file quotes imports that nobody makes.
  const tests = sourcesBelow("tests/").filter(([path]) => path !== "tests/architecture_test.ts");
  assert(tests.length > 0);
  assertEquals(tests.flatMap(([path, text]) => unknownNames(path, text, pins)), []);
});

Deno.test("unknownNames() complains when a map lacks a name", () => {
  const both = { "@std/assert": "" };
  const text = 'import { assert } from "@std/assert";\nimport { a } from "./a.ts";';
  assertEquals(unknownNames("tests/a_test.ts", text, { main: both, fallback: both }), []);
  assertEquals(unknownNames("tests/a_test.ts", text, { main: both, fallback: {} }).length, 1);
  assertEquals(unknownNames("tests/a_test.ts", text, { main: {}, fallback: both }).length, 1);
});

Deno.test("thirdParties() finds nothing that mod.ts would load", () => {
  assertEquals(thirdParties(sources, "mod.ts"), []);
  const modules = reachable(sources, "mod.ts");
  assert(modules.has("src/storage/follow.ts") && modules.has("src/session/writer.ts"), "the walk missed the engine");
  for (const path of modules) assert(sources.has(path), `there is no ${path}`);
});

Deno.test("thirdParties() complains when a package hides behind other modules", () => {
  const hidden = new Map([
    ["mod.ts", 'export { a } from "./src/session/a.ts";'],
    ["src/session/a.ts", 'export const a = () => import("../deps/b.ts");'],
    ["src/deps/b.ts", 'export { b } from "npm:b@1.0.0";'],
    ["src/deps/c.ts", 'export { c } from "npm:c@1.0.0";'],
  ]);
  assertEquals(thirdParties(hidden, "mod.ts"), ["src/deps/b.ts: mod.ts would load npm:b@1.0.0"]);
});
