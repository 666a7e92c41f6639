/**
 * Measures what the README claims.
 *
 * Usage: `deno task bench [--json | --markdown] [--rounds N] [NAME…]`, where a NAME is a topic; default: all of them.
 *
 * @module
 */

import { parseArgs } from "../../src/deps/cli.ts";
import { binarySuites } from "./binary.ts";
import { followSuites } from "./follow.ts";
import { measure, type Suite, type SuiteResult } from "./harness.ts";
import { importSuites } from "./import.ts";
import { indexSuites } from "./index.ts";
import { thisMachine } from "./machine.ts";
import { memorySuites } from "./memory.ts";
import { readSuites } from "./read.ts";
import { recordSuites } from "./record.ts";
import { markdown } from "./report.ts";
import { runsSuites } from "./runs.ts";
import { searchSuites } from "./search.ts";
import { startSuites } from "./start.ts";
import { writeSuites } from "./write.ts";

type Topic = (folder: string) => readonly Suite[] | Promise<readonly Suite[]>;

const TOPICS: Readonly<Record<string, Topic>> = {
  write: writeSuites,
  read: readSuites,
  follow: followSuites,
  search: searchSuites,
  index: indexSuites,
  import: importSuites,
  record: recordSuites,
  start: startSuites,
  binary: binarySuites,
  memory: memorySuites,
  runs: runsSuites,
};

const options = parseArgs(Deno.args, { boolean: ["json", "markdown"], string: ["rounds"], default: { rounds: "9" } });
const rounds = Number(options.rounds);
const names: readonly string[] = options._.length === 0 ? Object.keys(TOPICS) : options._.map(String);
const unknown = names.find((name) => !Object.hasOwn(TOPICS, name));
if (unknown !== undefined || !(rounds >= 1)) {
  console.error(`bench: ${unknown ?? `--rounds ${options.rounds}`}: topics are ${Object.keys(TOPICS).join(", ")}`);
  Deno.exit(2);
}

const machine = thisMachine();
const results: SuiteResult[] = [];
for (const name of names) {
  const folder = Deno.makeTempDirSync({ prefix: `ziglog-bench-${name}-` });
  try {
    for (const suite of await TOPICS[name]!(folder)) {
      console.error(`bench: ${suite.name}`);
      results.push(await measure(suite, rounds));
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
console.log(options.json ? JSON.stringify({ machine, results }) : markdown(machine, results));
