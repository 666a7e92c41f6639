/** The program in a home directory with sessions of all sources. */

import { type CliResult, denoArgs } from "../helpers/deno.ts";
import { denoDir } from "../../scripts/imports.ts";
import { Shelf } from "../sources/shelf.ts";

const CLI = new URL("../../cli.ts", import.meta.url).href;

/** All rights. */
export const ALL_RIGHTS: readonly string[] = ["--allow-all"];

/** A home directory, and the program in it. */
export class CliShelf extends Shelf {
  /** Environment variables to add. */
  readonly env: Record<string, string> = {};

  /** The program, with these rights; its output is piped. */
  command(args: readonly string[], rights: readonly string[] = ALL_RIGHTS): Deno.Command {
    return new Deno.Command(Deno.execPath(), {
      args: [...denoArgs("run"), "--no-prompt", ...rights, CLI, ...args],
      cwd: this.path,
      clearEnv: true,
      env: {
        HOME: this.path,
        USERPROFILE: this.path,
        PATH: Deno.env.get("PATH") ?? "",
        DENO_DIR: denoDir(),
        DENO_NO_UPDATE_CHECK: "1",
        NO_COLOR: "1",
        ...this.env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  /** Runs the program to its end. */
  async run(args: readonly string[], rights: readonly string[] = ALL_RIGHTS): Promise<CliResult> {
    const { code, stdout, stderr } = await this.command(args, rights).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /** Runs the program, which must succeed and say nothing on standard error; gives the objects that it prints. */
  async objects(...args: readonly string[]): Promise<Record<string, unknown>[]> {
    const { code, stdout, stderr } = await this.run(args);
    if (code !== 0 || stderr !== "") throw new Error(`exit code ${code}: ${stderr}`);
    return stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }
}
