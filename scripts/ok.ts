/**
 * Runs every check that a change must pass, and stops at the first that fails.
 *
 * Usage: `deno task ok [CHECK…]`, where a CHECK is one of `fmt lint check doc examples test`; default: all of them.
 * `doc` asks for documentation of all that is public, `examples` runs what it shows.
 *
 * @module
 */

import { chooseImports, denoDir, PROJECT } from "./imports.ts";
import { launch } from "./launch.ts";

/** What the package offers, by the paths of its modules. */
const ENTRY_POINTS = Object.values<string>(JSON.parse(Deno.readTextFileSync(`${PROJECT}/deno.json`)).exports);

const CHECKS: Readonly<Record<string, readonly [subcommand: string, ...args: string[]]>> = {
  fmt: ["fmt", "--check"],
  lint: ["lint"],
  check: ["check"],
  doc: ["doc", "--lint", ...ENTRY_POINTS],
  // Unchecked, as Deno adds imports to an example that it may not use.
  examples: ["test", "-A", "--doc", "--no-check", "mod.ts", "src"],
  test: ["test", "-A"],
};

const wanted = Deno.args.length > 0 ? Deno.args : Object.keys(CHECKS);
const unknown = wanted.find((name) => !Object.hasOwn(CHECKS, name));
if (unknown !== undefined) {
  console.error(`ok: no check is named "${unknown}": there are ${Object.keys(CHECKS).join(", ")}`);
  Deno.exit(2);
}

const imports = await chooseImports({ say: true });
// An example may record under the home directory, as its reader would.
const home = Deno.makeTempDirSync({ prefix: "ziglog-ok-" });
const elsewhere = { HOME: home, USERPROFILE: home, DENO_DIR: denoDir() };
let code = 0;
let failed = "";
try {
  for (const name of wanted) {
    const [subcommand, ...args] = CHECKS[name]!;
    console.error(`ok: ${name}`);
    code = await launch({ subcommand, args, imports, env: name === "examples" ? elsewhere : {} });
    failed = name;
    if (code !== 0) break;
  }
} finally {
  Deno.removeSync(home, { recursive: true });
}
console.error(code === 0 ? `ok: all passed (${wanted.join(", ")})` : `ok: ${failed} failed (exit code ${code})`);
Deno.exit(code);
