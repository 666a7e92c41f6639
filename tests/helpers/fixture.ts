/** Starting the programs of `tests/fixtures`. */

import { denoArgs } from "./deno.ts";
import { pathOf } from "./path_of.ts";

/** How to start one. Output is piped. */
export interface FixtureOptions {
  /** Its arguments. */
  readonly args?: readonly string[];
  /** The rights it gets; default: all. */
  readonly rights?: readonly string[];
  /** Environment variables to add. */
  readonly env?: Record<string, string>;
  /** The working directory. */
  readonly cwd?: string;
  /** Default: `null`. */
  readonly stdin?: "piped" | "null";
}

/** What a program left behind. */
export interface FixtureResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Gives the arguments with which `deno` runs a program of `tests/fixtures`.
 *
 * @param name The file.
 * @param options How to start it.
 * @returns The arguments.
 */
export function fixtureArgs(name: string, options: FixtureOptions = {}): string[] {
  const { args = [], rights = ["-A"] } = options;
  return [...denoArgs("run"), "--quiet", ...rights, pathOf(`../fixtures/${name}`, import.meta.url), ...args];
}

/**
 * Starts a program of `tests/fixtures`.
 *
 * @param name The file.
 * @param options How to start it.
 * @returns The process.
 */
export function spawnFixture(name: string, options: FixtureOptions = {}): Deno.ChildProcess {
  const { env = {}, cwd, stdin = "null" } = options;
  return new Deno.Command(Deno.execPath(), {
    args: fixtureArgs(name, options),
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stdin,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/**
 * Kills a program that may have come to its end by now.
 *
 * @param child The process.
 */
export function killIfAlive(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it has ended
  }
}

/**
 * Waits for the end of a program.
 *
 * @param child The process.
 * @returns Its exit code and all that it wrote.
 */
export async function resultOf(child: Deno.ChildProcess): Promise<FixtureResult> {
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
