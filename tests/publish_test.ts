/** The package as JSR would get it, and its papers. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { chooseImports } from "../scripts/imports.ts";
import { TempDir } from "./helpers/temp_dir.ts";

const TOP = new URL("../", import.meta.url);

/** What is not part of a checkout. */
const LEFT_OUT = [".git", "node_modules", "dist", "coverage"];

/** The largest that the package may become, in kB. */
const MOST_KB = 1500;

const { exports, name, version } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", TOP)));

/** Copies a checkout. */
function copy(from: URL, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory, isFile } of Deno.readDirSync(from)) {
    if (LEFT_OUT.includes(name)) continue;
    if (isDirectory) copy(new URL(`${encodeURIComponent(name)}/`, from), `${to}/${name}`);
    else if (isFile) Deno.copyFileSync(new URL(encodeURIComponent(name), from), `${to}/${name}`);
  }
}

/** Has Deno prepare the package, from a copy in which the imports are those that can be reached. */
async function dryRun(): Promise<{ success: boolean; text: string }> {
  using dir = new TempDir();
  copy(TOP, dir.path);
  if (await chooseImports() === "npm") {
    const config = JSON.parse(Deno.readTextFileSync(dir.at("deno.json")));
    const { imports } = JSON.parse(Deno.readTextFileSync(dir.at("scripts/npm_imports.json")));
    dir.write("deno.json", JSON.stringify({ ...config, imports }));
  }
  // Types are checked by a check of their own; the slow types of the public interface are looked for all the same.
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty", "--no-check"],
    cwd: dir.path,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  return { success, text: text.replaceAll(new URL(`file://${dir.path}/`).href, "") };
}

Deno.test("deno publish takes the package without a complaint, and nothing but what runs and its papers", async () => {
  const { success, text } = await dryRun();
  assert(success, text);
  assertEquals(text.match(/^(warning|error).*/gim), null, text);
  assertMatch(text, new RegExp(`^Simulating publish of ${name}@${version} `, "m"));
  const files = Array.from(text.matchAll(/^ +(\S+) \(([\d.]+)(k?)B\)$/gim), ([, path, size, kilo]) => (
    { path: path!, kb: Number(size) / (kilo ? 1 : 1000) }
  ));
  assert(files.length > 100, text);
  const papers = ["CHANGELOG.md", "LICENSE", "README.md", "cli.ts", "deno.json", "mod.ts"];
  assertEquals(files.map(({ path }) => path).filter((path) => !path.startsWith("src/")).sort(), papers);
  const strangers = files.filter(({ path }) => path.startsWith("src/") && !/\.(ts|html|css|js|svg)$/.test(path));
  assertEquals(strangers, []);
  assertEquals(files.filter(({ path }) => /test|fixture|bench/.test(path)).map(({ path }) => path), []);
  assert(files.reduce((sum, { kb }) => sum + kb, 0) < MOST_KB, text);
});

Deno.test("every entry point of the package begins with documentation that has an example", () => {
  for (const path of Object.values<string>(exports)) {
    const text = Deno.readTextFileSync(new URL(path, TOP)).replace(/^#!.*\n/, "");
    const doc = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? "";
    assertMatch(doc, /^ \* @module$/m, path);
    assertMatch(doc, path.endsWith("cli.ts") ? /^ \* ```sh$/m : /^ \* ```ts$/m, path);
  }
});

Deno.test("CONTRIBUTING.md names every folder of src, and the files that it names are there", () => {
  const text = Deno.readTextFileSync(new URL("CONTRIBUTING.md", TOP));
  const folders = [...Deno.readDirSync(new URL("src/", TOP))].filter(({ isDirectory }) => isDirectory);
  assertEquals(folders.map(({ name }) => name).filter((name) => !text.includes(`\n| \`${name}\``)), []);
  const rows = Array.from(text.matchAll(/^\| `(\w+)` /gm), ([, name]) => name!);
  assertEquals(rows.filter((row) => !folders.some(({ name }) => name === row)), []);
  for (const [, path] of text.matchAll(/`((?:src|tests|scripts|\.github)\/[^`<>]*)`/g)) {
    Deno.statSync(new URL(path!, TOP));
  }
});

Deno.test("the workflows take every action by the commit that it is, and name its version", () => {
  const folder = new URL(".github/workflows/", TOP);
  const lines = Array.from(Deno.readDirSync(folder)).flatMap(({ name }) =>
    Deno.readTextFileSync(new URL(name, folder)).split("\n").filter((line) => /\buses:/.test(line))
  );
  assert(lines.length > 0);
  for (const line of lines) assertMatch(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});
