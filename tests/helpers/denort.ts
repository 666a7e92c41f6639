/** The runtime that binaries are made of. */

import { PROJECT } from "../../scripts/imports.ts";

/** A tool that gets a runtime where Deno cannot load one by itself. It may stand beside the project. */
const TOOL = `${PROJECT}/../shared/tools/get-denort`;

let known: { readonly file: string | undefined } | "none" | undefined;

/**
 * Looks for the runtime: `DENORT_BIN`, what the tool beside the project gets, what Deno loads by itself.
 *
 * @returns What `DENORT_BIN` has to be: a file, or `undefined` where Deno finds its own; `"none"` where there is none.
 */
export function findDenort(): { readonly file: string | undefined } | "none" {
  return known ??= look();
}

function look(): { readonly file: string | undefined } | "none" {
  const named = Deno.env.get("DENORT_BIN");
  if (named !== undefined) return { file: named };
  const got = output(TOOL, [`${PROJECT}/dist`]);
  if (got !== undefined) return { file: got };
  return compilesByItself() ? { file: undefined } : "none";
}

function compilesByItself(): boolean {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/empty.js`, "");
    const args = ["compile", "--quiet", "--no-config", `--output=${folder}/empty`, `${folder}/empty.js`];
    return output(Deno.execPath(), args) !== undefined;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** What a program prints, if there is one and all went well. */
function output(program: string, args: readonly string[]): string | undefined {
  try {
    const command = new Deno.Command(program, { args: [...args], stdin: "null", stderr: "null" });
    const { success, stdout } = command.outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}
