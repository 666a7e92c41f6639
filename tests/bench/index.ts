/** Starting and ending a session when the indexes are long, and listing them. */

import { SessionWriter } from "../../mod.ts";
import type { Layout } from "../../src/storage/layout.ts";
import { type Case, type Suite, timed } from "./harness.ts";
import { fillStore } from "./logs.ts";

const SIZES = [10, 1000, 10_000] as const;

/**
 * The suites of the indexes.
 *
 * @param folder Directory for the stores.
 * @returns The suites.
 */
export function indexSuites(folder: string): Suite[] {
  const stores = SIZES.map((sessions) => ({ sessions, layout: fillStore(`${folder}/${sessions}`, sessions) }));
  const nameOf = (sessions: number): string => `with ${sessions} sessions in both indexes`;
  const suite = (name: string, isSettled: boolean): Suite => ({
    name,
    unit: "ms",
    baseline: nameOf(10),
    ratio: "cost",
    cases: stores.map(({ sessions, layout }): Case => ({
      name: nameOf(sessions),
      run: () => startAndEnd(layout, isSettled),
    })),
    goals: isSettled
      ? [{
        what: `cost ${nameOf(10_000)}, compared with 10`,
        measure: (median) => median(nameOf(10_000)) / median(nameOf(10)),
        atMost: 5,
      }]
      : [],
  });
  return [suite("start and end of a session", true), suite("start and end, one straight after the other", false)];
}

/**
 * A session that does nothing.
 *
 * @param layout The store.
 * @param isSettled Whether what was written before has reached the disk when it starts, and when it ends: as it has when
 * sessions take longer than milliseconds. Taking away an old file that has not costs most of the time otherwise.
 * @returns Milliseconds.
 */
async function startAndEnd(
  { root, projectDir, indexPath, globalIndexPath }: Layout,
  isSettled: boolean,
): Promise<number> {
  const settle = (): void => {
    for (const path of isSettled ? [indexPath, globalIndexPath] : []) {
      using file = Deno.openSync(path, { read: true, write: true });
      file.syncSync();
    }
  };
  const options = { workflowName: "bench", workflowPath: "", tierCount: 0, root, project: projectDir };
  let writer: SessionWriter;
  settle();
  const start = await timed(() => writer = SessionWriter.create(options));
  settle();
  return start + await timed(() => writer.ended("success", 0));
}
