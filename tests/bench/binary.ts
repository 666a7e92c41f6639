/** How long a binary takes to start, next to an empty program compiled in the same way. */

import { compile } from "../../scripts/compile.ts";
import { findDenort } from "../helpers/denort.ts";
import type { Case, Suite } from "./harness.ts";

const [EMPTY, VERSION, LIST] = ["an empty program", "ziglog --version", "ziglog list, of an empty store"] as const;

/**
 * Builds both, and compares them.
 *
 * @param folder Where to work.
 * @returns The suite.
 */
export async function binarySuites(folder: string): Promise<Suite[]> {
  const common = { name: "binary", unit: "ms", baseline: EMPTY, ratio: "cost" } as const;
  const runtime = findDenort();
  if (runtime === "none") return [{ ...common, cases: [], absent: ["denort"] }];
  if (runtime.file !== undefined) Deno.env.set("DENORT_BIN", runtime.file);
  Deno.mkdirSync(`${folder}/empty`);
  for (const name of ["main.ts", "main_worker.ts"]) Deno.writeTextFileSync(`${folder}/empty/${name}`, "");
  await compile({ folder: `${folder}/empty`, output: `${folder}/nothing` });
  await compile({ output: `${folder}/ziglog` });
  return [{
    ...common,
    cases: [
      start(EMPTY, `${folder}/nothing`),
      start(VERSION, `${folder}/ziglog`, "--version"),
      start(LIST, `${folder}/ziglog`, "list", "--root", `${folder}/store`),
    ],
    goals: [
      { what: "--version ÷ an empty program", measure: (median) => median(VERSION) / median(EMPTY), atMost: 1.3 },
      { what: "list ÷ an empty program", measure: (median) => median(LIST) / median(EMPTY), atMost: 3 },
    ],
  }];
}

function start(name: string, program: string, ...args: readonly string[]): Case {
  const command = new Deno.Command(program, { args: [...args], stdin: "null", stdout: "null", stderr: "null" });
  return {
    name,
    run(): number {
      const begin = performance.now();
      command.outputSync();
      return performance.now() - begin;
    },
  };
}
