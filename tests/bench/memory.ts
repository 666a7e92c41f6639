/** The most memory that a process takes, with all that the runtime itself takes. Linux only. */

import { denoArgs } from "../helpers/deno.ts";
import type { Case, Suite } from "./harness.ts";
import { textOf, writeLog } from "./logs.ts";
import { linesOf } from "./programs.ts";

const BYTES = 300_000_000;
const EVENTS = 10_000_000;

/** Logs of which each line is as the text says. */
const LOGS: Readonly<Record<string, (seq: number) => string>> = {
  "80 bytes of text a line": () => textOf(80),
  "Cyrillic with escapes": (seq) => `\x1b[32m${"съешь же ещё этих мягких французских булок ".repeat(2)}${seq}\x1b[0m`,
  "200 kB a line": () => textOf(200_000),
};
const RUN = `a run of ${EVENTS / 1e6} million events`;

/** Where the texts of a run come from, and how the run is called then. */
const RUNS: Readonly<Record<string, string>> = {
  bytes: RUN,
  numbers: `${RUN}, each text made of a number`,
  nowhere: `${EVENTS / 1e6} million writes of such texts to nowhere`,
};

/**
 * The suites of memory.
 *
 * @param folder Directory for the logs.
 * @returns The suites; none where a process cannot tell what it took.
 */
export function memorySuites(folder: string): Suite[] {
  if (Deno.build.os !== "linux") return [];
  const reads = Object.entries(LOGS).map(([name, textAt], at): Case => {
    const path = `${folder}/${at}.jsonl`;
    writeLog(path, BYTES, textAt);
    return { name: `read 300 MB, ${name}`, run: () => peakOf("../fixtures/read_all.ts", path) };
  });
  const garbage = `${folder}/garbage.jsonl`;
  writeGarbage(garbage);
  return [{
    name: "memory",
    unit: "MB at most",
    ratio: "cost",
    mostRounds: 3,
    cases: [
      { name: "an empty program", run: () => peakOf("./empty.ts") },
      ...reads,
      { name: "read 300 MB, damage only", run: () => peakOf("../fixtures/read_all.ts", garbage) },
      ...Object.entries(RUNS).map(([kind, name]): Case => ({
        name,
        run: () => peakOf("./long_run.ts", folder, `${EVENTS}`, kind),
      })),
    ],
    goals: [
      ...[...reads.map(({ name }) => name), "read 300 MB, damage only"].map((name) => ({
        what: `${name}, in MB`,
        measure: (median: (name: string) => number) => median(name),
        atMost: 100,
      })),
      { what: `${RUN}, in MB`, measure: (median) => median(RUN), atMost: 120 },
    ],
  }];
}

function writeGarbage(path: string): void {
  const lines = new TextEncoder().encode(`${textOf(200)}\n{"seq":1,"ts":"2026-11-21T01:51:23.7587\n`.repeat(5000));
  using file = Deno.openSync(path, { write: true, createNew: true });
  for (let length = 0; length < BYTES; length += lines.length) {
    for (let from = 0; from < lines.length;) from += file.writeSync(lines.subarray(from));
  }
}

/** Runs a program that prints, as its last word, the most memory it ever used, in kB. */
async function peakOf(program: string, ...args: readonly string[]): Promise<number> {
  const path = new URL(program, import.meta.url).pathname;
  const [line = ""] = await linesOf(
    new Deno.Command(Deno.execPath(), { args: [...denoArgs("run"), "-A", path, ...args] }),
  );
  return Number(line.split(" ").at(-1)) * 1024 / 1e6;
}
