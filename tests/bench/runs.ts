/** Listing the runs of a store against reading the same files. */

import { RunStore } from "../../src/outrig/mod.ts";
import type { Suite } from "./harness.ts";

const RUNS = 1000;

/**
 * The suites of the run store.
 *
 * @param folder Directory for the store.
 * @returns The suites.
 */
export function runsSuites(folder: string): Suite[] {
  const store = new RunStore(`${folder}/runs`);
  writeRuns(store);
  return [{
    name: "list, 1,000 runs",
    unit: "µs a run",
    baseline: "bare readTextFileSync of each record",
    ratio: "cost",
    cases: [
      { name: "bare readTextFileSync of each record", run: () => each(() => readFiles(store.root)) },
      { name: "RunStore.list", run: () => each(() => store.list().length) },
    ],
  }];
}

function writeRuns(store: RunStore): void {
  for (let at = 0; at < RUNS; at++) {
    const startedAt = new Date(Date.UTC(2026, 4, 1) + at * 61_003).toISOString();
    const { id } = store.create({
      containerName: `outrig-${at}`,
      imageTag: "localhost/outrig/default:4f2c8a91d03b",
      imageConfigName: "default",
      agentName: "coder",
      workingDir: "/home/you/src/project",
      startedAt,
    });
    store.finalize(id, { exitCode: at % 7 === 0 ? 1 : 0, endedAt: startedAt });
  }
}

function each(run: () => number): number {
  const start = performance.now();
  const count = run();
  if (count !== RUNS) throw new Error(`${count} runs were read, not ${RUNS}`);
  return (performance.now() - start) * 1000 / RUNS;
}

function readFiles(root: string): number {
  let count = 0;
  for (const { name } of Deno.readDirSync(root)) {
    if (Deno.readTextFileSync(`${root}/${name}/session.json`).length > 0) count++;
  }
  return count;
}
