/**
 * Where the tasks get `@std` from. `deno.json` and `src/deps/` name packages on JSR, and where JSR can be reached
 * nothing else is used. Where it cannot, an import map takes the same modules from the npm package `deno-std`.
 *
 * The scripts that decide this run before anything can be imported, so they import nothing but each other.
 *
 * @module
 */

/** The registry that `@std` comes from. */
export type Imports = "jsr" | "npm";

/** The top folder of the project. */
export const PROJECT: string = `${import.meta.dirname}/..`;

/** Remembers the choice. Ignored by git; delete it to choose again. */
const CHOICE_FILE = `${PROJECT}/.imports`;

/** Milliseconds that JSR has to answer. */
const PATIENCE = 5000;

const DESCRIPTIONS: Readonly<Record<Imports, string>> = {
  jsr: "imports: @std from JSR",
  npm: "imports: @std from npm:deno-std, as JSR was not reached",
};

/** How to choose. */
export interface ChooseOptions {
  /** Says in one line on standard error what is used, even when that was chosen at an earlier start. */
  readonly say?: boolean;
}

/**
 * Tells where `@std` comes from: asks JSR the first time, remembers the answer, and says so on standard error.
 *
 * @param options How to choose.
 * @returns The registry.
 */
export async function chooseImports(options: ChooseOptions = {}): Promise<Imports> {
  const remembered = recall();
  if (remembered !== undefined) {
    if (options.say) console.error(DESCRIPTIONS[remembered]);
    return remembered;
  }
  const chosen = await reachesJsr() ? "jsr" : "npm";
  const kept = remember(chosen);
  console.error(`${DESCRIPTIONS[chosen]}${kept ? " (remembered in .imports)" : ""}`);
  return chosen;
}

/**
 * Gives the flags that a `deno` subcommand needs for its imports.
 *
 * @param imports Where `@std` comes from.
 * @param subcommand The subcommand; `fmt`, `lint` and `task` load no modules and take no such flag.
 * @returns The flags.
 */
export function importFlags(imports: Imports, subcommand: string): readonly string[] {
  if (imports === "jsr" || ["fmt", "lint", "task"].includes(subcommand)) return [];
  return [`--import-map=${PROJECT}/scripts/npm_imports.json`];
}

/**
 * Asks where `deno` keeps what it has loaded, for programs that are started with another home directory.
 *
 * @returns The folder, for `DENO_DIR`.
 */
export function denoDir(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json", "--no-config"] }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

function recall(): Imports | undefined {
  try {
    const text = Deno.readTextFileSync(CHOICE_FILE).trim();
    return text === "jsr" || text === "npm" ? text : undefined;
  } catch {
    return undefined; // Not chosen yet, or not readable: choosing again is always right.
  }
}

/** Writes by rename, since several tasks may start at once. */
function remember(chosen: Imports): boolean {
  const draft = `${CHOICE_FILE}-${Deno.pid}`;
  try {
    Deno.writeTextFileSync(draft, `${chosen}\n`);
    Deno.renameSync(draft, CHOICE_FILE);
    return true;
  } catch {
    return false; // A read-only checkout: the next start asks again.
  }
}

/** Loads one small module of a package that the project uses anyway, as every other import would be loaded. */
async function reachesJsr(): Promise<boolean> {
  const { imports } = JSON.parse(Deno.readTextFileSync(`${PROJECT}/deno.json`));
  const probe = new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--no-config", "--no-lock", `${imports["@std/assert"]}/assertion-error`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(PATIENCE),
  });
  return (await probe.output()).success;
}
