/** Starting the program, and listing a long index. */

import { cliCommand, denoArgs } from "../helpers/deno.ts";
import { type Suite, timed } from "./harness.ts";
import { fillStore } from "./logs.ts";
import { linesOf } from "./programs.ts";

const SESSIONS = 10_000;
const PARSES = 20;

const VERSION = "ziglog --version";
const PARSE = "one parse of the index";
const LIST = "ziglog list";
const LIST_NOTHING = "ziglog list of an empty store";
const EMPTY = "an empty program";
const LEAST = "the least: names of the directory, one parse, a line a session";

/**
 * The suites of starting.
 *
 * @param folder Directory for the store.
 * @returns The suites.
 */
export function startSuites(folder: string): Suite[] {
  const root = `${folder}/store`;
  const empty = `${folder}/empty`;
  const { indexPath, sessionsDir } = fillStore(root, SESSIONS);
  const program = (...args: readonly string[]) => async (): Promise<string[]> =>
    await linesOf(cliCommand(args, { home: folder }));
  const bare = (name: string, ...args: readonly string[]) => async (): Promise<string[]> =>
    await linesOf(
      new Deno.Command(Deno.execPath(), {
        args: [...denoArgs("run"), "-A", new URL(name, import.meta.url).href, ...args],
      }),
    );
  const list = (sessions: number, ...more: readonly string[]) => async (): Promise<void> => {
    const store = sessions === 0 ? empty : root;
    const { length } = await program("list", "--root", store, "--project", store, ...more)();
    if (length < sessions) throw new Error(`${length} sessions were listed, not ${sessions}`);
  };
  return [{
    name: `start, ${SESSIONS.toLocaleString("en")} sessions in the index`,
    unit: "ms",
    baseline: VERSION,
    ratio: "cost",
    cases: [
      { name: EMPTY, run: () => timed(bare("./empty.ts")) },
      { name: LEAST, run: () => timed(bare("./least_list.ts", sessionsDir, indexPath)) },
      { name: VERSION, run: () => timed(program("--version")) },
      { name: "ziglog help", run: () => timed(program("help")) },
      { name: PARSE, run: () => parse(indexPath) },
      { name: LIST_NOTHING, run: () => timed(list(0)) },
      { name: `${LIST} --limit 20`, run: () => timed(list(20, "--limit", "20")) },
      { name: LIST, run: () => timed(list(SESSIONS)) },
      { name: `${LIST} --json`, run: () => timed(list(SESSIONS, "--json")) },
    ],
    goals: [{
      what: `cost of ${LIST}, compared with ${VERSION} and ${PARSE}`,
      measure: (median) => median(LIST) / (median(VERSION) + median(PARSE)),
      atMost: 1.5,
    }, {
      what: `cost of ${LIST}, compared with ${LIST_NOTHING}`,
      measure: (median) => median(LIST) / median(LIST_NOTHING),
      atMost: 1.5,
    }],
  }];
}

/** Milliseconds that one parse takes, without what a first one takes longer. */
async function parse(path: string): Promise<number> {
  return await timed(() => {
    for (let at = 0; at < PARSES; at++) JSON.parse(Deno.readTextFileSync(path));
  }) / PARSES;
}
