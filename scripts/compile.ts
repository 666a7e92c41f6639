/**
 * Builds the program as one binary.
 *
 * Usage: `deno task compile [--target TARGET] [--output FILE]`; default: for this machine, to `dist/ziglog`.
 *
 * The modules are bundled first, into one file for each part that is loaded by itself: that takes a third of the time to
 * start, and leaves out what is not used. `deno compile` then puts them behind the runtime `denort`, which it loads by
 * itself. Where that cannot be had, `DENORT_BIN` names a file to take instead; if it is of another version than this
 * Deno, the fitting `deno` is taken from npm.
 *
 * @module
 */

import { COMMANDS } from "../src/cli/commands.ts";
import { chooseImports, importFlags, PROJECT } from "./imports.ts";

/** Systems that binaries can be built for. */
export const TARGETS: readonly string[] = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
  "aarch64-pc-windows-msvc",
];

/** The modules that threads run. */
const THREADS = ["main_worker", "import_thread"];

/** What to build. */
export interface Build {
  /** The folder of `main.ts`, which the program starts with, and of what its threads run: {@linkcode THREADS}. */
  readonly folder?: string;
  /** One of {@linkcode TARGETS}; default: this machine. */
  readonly target?: string | undefined;
  /** The file to write. */
  readonly output: string;
}

/**
 * Builds a binary. Its rights are those that all commands need together: it gives each command its own.
 *
 * @param build What to build.
 * @returns The exit code of the first step that failed; 0 when none did.
 */
export async function compile({ folder = `${PROJECT}/src/binary`, target, output }: Build): Promise<number> {
  const bundle = await Deno.makeTempDir();
  try {
    const flags = ["--quiet", "--platform=deno", "--code-splitting", `--outdir=${bundle}`];
    const entries = ["main", ...THREADS].map((name) => `${folder}/${name}.ts`);
    const imports = importFlags(await chooseImports(), "bundle");
    return await succeed([Deno.execPath(), "bundle", ...imports, ...flags, ...entries]) ||
      await succeed([...await compiler(), "compile", ...compileFlags(target, output), ...entriesOf(bundle)]);
  } finally {
    await Deno.remove(bundle, { recursive: true });
  }
}

function entriesOf(bundle: string): string[] {
  return [...THREADS.map((name) => `--include=${bundle}/${name}.js`), `${bundle}/main.js`];
}

function compileFlags(target: string | undefined, output: string): string[] {
  return [
    "--quiet",
    "--no-config",
    "--no-check",
    "--no-prompt",
    "--no-code-cache", // what is compiled at run time is not kept in a file, which others could exchange
    "--unstable-worker-options",
    "--v8-flags=--max-semi-space-size=4", // the young part of the heap, in MB: recording takes a third less memory, no longer
    ...rights(),
    ...(target === undefined ? [] : [`--target=${target}`]),
    `--output=${output}`,
  ];
}

async function succeed([program, ...args]: readonly string[]): Promise<number> {
  return (await new Deno.Command(program!, { args, cwd: PROJECT }).spawn().status).code;
}

/** The rights of all commands together, and to know whose a configuration is. */
function rights(): string[] {
  const accesses = Object.values(COMMANDS).map(({ access }) => access);
  const sys = ["uid", ...new Set(accesses.flatMap(({ sys = [] }) => sys))];
  return [
    "--allow-read",
    "--allow-write",
    "--allow-env",
    ...(accesses.some(({ run }) => run) ? ["--allow-run"] : []),
    `--allow-sys=${sys.join(",")}`,
  ];
}

/** The beginning of the command line of a Deno that can use the runtime. */
async function compiler(): Promise<readonly string[]> {
  const runtime = Deno.env.get("DENORT_BIN");
  const wanted = runtime === undefined ? undefined : await versionOf(runtime);
  if (wanted === undefined || wanted === minorOf(Deno.version.deno)) return [Deno.execPath()];
  return [Deno.build.os === "windows" ? "npx.cmd" : "npx", "-y", `deno@${wanted}`];
}

/** The version of a runtime, without the last number: those of one minor version go together. */
async function versionOf(runtime: string): Promise<string | undefined> {
  const text = new TextDecoder("latin1").decode(await Deno.readFile(runtime));
  const found = /Deno\/(\d+\.\d+\.\d+)/.exec(text)?.[1]; // how it calls itself on the web
  return found === undefined ? undefined : minorOf(found);
}

function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** The values of the options, by name. */
function optionsOf(args: readonly string[]): { target?: string; output?: string } {
  const options: Record<string, string> = {};
  const left = args.flatMap((arg) => arg.startsWith("--") && arg.includes("=") ? arg.split(/=(.*)/s, 2) : [arg]);
  while (left.length > 0) {
    const [name, value] = left.splice(0, 2);
    if (value === undefined || name !== "--target" && name !== "--output") {
      throw new Error(`Cannot use "${name}": compile takes --target TARGET and --output FILE`);
    }
    options[name.slice(2)] = value;
  }
  return options;
}

/**
 * Builds what a command line asks for.
 *
 * @param args The command line.
 * @returns The exit code.
 */
async function compileAsAsked(args: readonly string[]): Promise<number> {
  const { target, output = "dist/ziglog" } = optionsOf(args);
  if (target !== undefined && !TARGETS.includes(target)) {
    throw new Error(`Cannot build for "${target}": there are ${TARGETS.join(", ")}`);
  }
  const code = await compile({ target, output });
  if (code === 0) console.error(`built ${output}`);
  return code;
}

if (import.meta.main) {
  try {
    Deno.exit(await compileAsAsked(Deno.args));
  } catch (error) {
    console.error(`compile: ${(error as Error).message}`);
    Deno.exit(2);
  }
}
