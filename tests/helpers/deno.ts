/** Starting `deno`, and the CLI from source, as users do. */

import { chooseImports, denoDir, importFlags, PROJECT } from "../../scripts/imports.ts";
import "./environment.ts";

const imports = await chooseImports();
const CLI = new URL("../../cli.ts", import.meta.url).href;

/**
 * Gives the beginning of a command line for `deno`.
 *
 * @param subcommand The subcommand, such as `run`.
 * @returns It, and the flags that its imports need.
 */
export function denoArgs(subcommand: string): string[] {
  return [subcommand, ...importFlags(imports, subcommand)];
}

/** How to run the CLI. Nothing of the tests' own environment reaches it but what is needed to start programs. */
export interface CliOptions {
  /** The home directory. */
  readonly home: string;
  /** The working directory; default: the home directory. */
  readonly cwd?: string;
  /** Further environment variables. */
  readonly env?: Record<string, string>;
  /** The only folder that it may write; default: `.zig` in the home directory. Say `--root` or `ZIGLOG_ROOT` yourself. */
  readonly root?: string;
  /** What it may read; default: everything. */
  readonly read?: readonly string[];
  /** Default: `null`. */
  readonly stdin?: "piped" | "null";
}

/** What a program left behind. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Prepares the CLI from source, with no more rights than the README names. Output is piped.
 *
 * @param args The arguments after `ziglog`.
 * @param options How to run it.
 * @returns The command, to spawn or to take the output of.
 */
export function cliCommand(args: readonly string[], options: CliOptions): Deno.Command {
  const { home, cwd = home, env = {}, root = `${home}/.zig`, read, stdin = "null" } = options;
  const reading = read === undefined ? "--allow-read" : `--allow-read=${read.join(",")}`;
  const rights = ["--no-prompt", "--allow-env", reading, `--allow-write=${root}`, "--allow-run"];
  return new Deno.Command(Deno.execPath(), {
    args: [...denoArgs("run"), ...rights, CLI, ...args],
    cwd,
    clearEnv: true,
    env: { ...inherited(), HOME: home, USERPROFILE: home, ...env },
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}

/**
 * Runs the CLI from source to its end.
 *
 * @param args The arguments after `ziglog`.
 * @param options How to run it; `input` is what it reads.
 * @returns Its exit code and all that it wrote.
 */
export async function runCli(
  args: readonly string[],
  options: CliOptions & { readonly input?: string | Uint8Array<ArrayBuffer> },
): Promise<CliResult> {
  const { input } = options;
  const child = cliCommand(args, { ...options, stdin: input === undefined ? "null" : "piped" }).spawn();
  const [output] = await Promise.all([child.output(), input === undefined ? undefined : feed(child.stdin, input)]);
  const decoder = new TextDecoder();
  return { code: output.code, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}

async function feed(stdin: WritableStream<Uint8Array>, input: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  try {
    await ReadableStream.from([bytes]).pipeTo(stdin);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error; // It need not read all of it.
  }
}

let environment: Record<string, string> | undefined;

/** What it takes to start `deno` with another home: the cache stays where it is, and holds what the CLI loads. */
function inherited(): Record<string, string> {
  if (environment !== undefined) return environment;
  const load = { args: [...denoArgs("cache"), CLI], cwd: PROJECT };
  const { success, stderr } = new Deno.Command(Deno.execPath(), load).outputSync();
  if (!success) throw new Error(`Cannot load the CLI: ${new TextDecoder().decode(stderr)}`);
  environment = { DENO_DIR: denoDir(), DENO_NO_UPDATE_CHECK: "1" };
  for (const name of ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot", "ComSpec", "PATHEXT"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
