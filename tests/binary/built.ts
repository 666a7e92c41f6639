/** Binaries, built for the tests. */

import { compile } from "../../scripts/compile.ts";
import type { CliResult } from "../helpers/deno.ts";
import { findDenort } from "../helpers/denort.ts";
import { GIVE_UP_MS } from "../helpers/following.ts";

const SUFFIX = Deno.build.os === "windows" ? ".exe" : "";

/** A binary in a folder of its own, which is removed in the end. */
export class Binary implements Disposable {
  /** The file. */
  readonly path: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = `${folder}/ziglog${SUFFIX}`;
  }

  /**
   * Builds one.
   *
   * @param folder The folder of its first modules; default: those of the program.
   * @returns The binary.
   */
  static async build(folder?: string): Promise<Binary> {
    const runtime = findDenort();
    if (runtime === "none") throw new Error("Cannot build a binary: there is no runtime");
    if (runtime.file !== undefined) Deno.env.set("DENORT_BIN", runtime.file);
    const binary = new Binary(Deno.makeTempDirSync());
    const code = await compile({ output: binary.path, ...(folder === undefined ? {} : { folder }) });
    if (code !== 0) throw new Error(`Cannot build a binary: exit code ${code}`);
    return binary;
  }

  /** Prepares a run in a world that knows nothing but a home directory. */
  command(args: readonly string[], options: RunOptions): Deno.Command {
    const { home, cwd = home, env = {}, stdin = "null" } = options;
    const path = Deno.env.get("PATH") ?? "";
    return new Deno.Command(this.path, {
      args: [...args],
      cwd,
      clearEnv: true,
      env: { HOME: home, USERPROFILE: home, PATH: path, ...env },
      stdin,
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
  }

  /** Runs it to its end. */
  async run(args: readonly string[], options: RunOptions & { readonly input?: string }): Promise<CliResult> {
    const { input } = options;
    const child = this.command(args, { ...options, stdin: input === undefined ? "null" : "piped" }).spawn();
    const [output] = await Promise.all([
      child.output(),
      input === undefined ? undefined : ReadableStream.from([new TextEncoder().encode(input)]).pipeTo(child.stdin),
    ]);
    const decoder = new TextDecoder();
    return { code: output.code, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

/** How to run a binary. */
export interface RunOptions {
  readonly home: string;
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly stdin?: "piped" | "null";
}

/**
 * Builds a binary once, when the first test wants it, and removes it when the program ends.
 *
 * @param folder The folder of its first modules.
 * @returns Gives the binary.
 */
export function builtOnce(folder?: string): () => Promise<Binary> {
  let binary: Promise<Binary> | undefined;
  addEventListener("unload", () => void binary?.then((built) => built[Symbol.dispose](), () => {}));
  return () => binary ??= Binary.build(folder);
}
