/** The program at a terminal, which `script` of util-linux makes: a test asks for it with `needs("script")`. */

import { denoArgs } from "./deno.ts";

const CLI = new URL("../../cli.ts", import.meta.url).href;

/** What the terminal is like, and who sits at it. */
export interface TerminalOptions {
  /** The working directory. */
  readonly cwd: string;
  /** Its columns; it does not tell when left out. */
  readonly columns?: number;
  /** Further environment variables. */
  readonly env?: Record<string, string>;
}

/**
 * Starts the CLI from source, with all rights, at a terminal.
 *
 * @param args The arguments after `ziglog`.
 * @param options What the terminal is like.
 * @returns The process: what it reads are keys, what it writes is what is seen.
 */
export function spawnAtTerminal(
  args: readonly string[],
  { cwd, columns, env = {} }: TerminalOptions,
): Deno.ChildProcess {
  const size = columns === undefined ? "" : `stty columns ${columns}; `;
  const command = [Deno.execPath(), ...denoArgs("run"), "--allow-all", CLI, ...args].map(quote).join(" ");
  return new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", size + command, "/dev/null"],
    cwd,
    env: { SHELL: "/bin/sh", ...env },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
