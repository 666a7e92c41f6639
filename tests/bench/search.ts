/** Searching a store against `grep -r`, and the end of a long log against that of a short one. */

import { encodeIndex } from "../../src/codec/index_text.ts";
import { type SessionLogIndexEntry, ZIG_PROJECT_INDEX } from "../../src/codec/zig_index.ts";
import { type SearchOptions, searchSessions } from "../../src/session/search.ts";
import { openLayout } from "../../src/storage/layout.ts";
import { cliCommand } from "../helpers/deno.ts";
import { type Suite, timed } from "./harness.ts";
import { outputOf, writeAll } from "./logs.ts";
import { hasProgram, linesOf } from "./programs.ts";

const SESSIONS = 1000;
const SESSION_BYTES = 1_000_000;
const LONG_BYTES = 1_000_000_000;
const LAST = 10;

/** A word that stands in one line of one session. */
const RARE = "Xylophone";

const WORDS = (
  "the quick brown fox jumps over a lazy dog compile link error warning test passed failed module package build deploy " +
  "running in with for from file line result ok cache hit miss fetch download upload server client request status code"
).split(" ");

/**
 * The suites of the search; one less where there is no `grep` to compare with.
 *
 * @param folder Directory for the store.
 * @returns The suites.
 */
export function searchSuites(folder: string): Suite[] {
  return [...hasProgram("grep") ? [searchSuite(`${folder}/search`)] : [], lastSuite(`${folder}/last`)];
}

function searchSuite(root: string): Suite {
  const options = { root, project: root };
  const { sessionsDir } = openLayout(fill(options, SESSIONS, SESSION_BYTES));
  const cli = ["search", RARE, "--root", root, "--project", root];
  const perSession = (run: () => Promise<void>): () => Promise<number> => async () =>
    await timed(run) * 1000 / SESSIONS;
  return {
    name: `search ${SESSIONS} sessions of ${SESSION_BYTES / 1e6} MB for a rare word`,
    unit: "µs a session",
    baseline: "grep -rF",
    mostRounds: 5,
    ratio: "speed",
    cases: [
      {
        name: "grep -rF",
        run: perSession(() => expectLine(new Deno.Command("grep", { args: ["-rF", RARE, sessionsDir] }))),
      },
      { name: "ziglog search", run: perSession(() => expectLine(cliCommand(cli, { home: root }))) },
      {
        name: "ziglog search --case-sensitive",
        run: perSession(() => expectLine(cliCommand([...cli, "-s"], { home: root }))),
      },
      { name: "searchSessions, in this process", run: perSession(() => expectHit(options)) },
    ],
  };
}

function lastSuite(root: string): Suite {
  const cases = [SESSION_BYTES, LONG_BYTES].map((bytes) => {
    const place = { root: `${root}/${bytes}`, project: root };
    fill(place, 1, bytes);
    const args = ["events", "--last", `${LAST}`, "--json", "--root", place.root, "--project", root];
    const run = (...more: readonly string[]): () => Promise<number> => () =>
      timed(async () => {
        const lines = await linesOf(cliCommand([...args, ...more], { home: root }));
        if (lines.length !== LAST) throw new Error(`${lines.length} lines were printed, not ${LAST}`);
      });
    return [
      { name: `of ${bytes / 1e6} MB`, run: run() },
      { name: `of ${bytes / 1e6} MB, --stream stdout`, run: run("--stream", "stdout") },
    ];
  }).flat();
  const [short, , long] = cases.map(({ name }) => name) as [string, string, string];
  return {
    name: `events --last ${LAST}`,
    unit: "ms",
    baseline: short,
    ratio: "cost",
    cases,
    goals: [{
      what: `cost ${long}, compared with that ${short}`,
      measure: (median) => median(long) / median(short),
      atMost: 1.1,
    }],
  };
}

/** Makes a store of sessions that all hold about as many bytes; the word stands in the middle one. */
function fill(
  options: { readonly root: string; readonly project: string },
  sessions: number,
  bytes: number,
): typeof options {
  Deno.mkdirSync(options.root, { recursive: true });
  const layout = openLayout(options);
  Deno.mkdirSync(layout.sessionsDir, { recursive: true });
  const id = crypto.randomUUID();
  // One session is written as it is made, however long; many are copies of the first.
  const body = sessions === 1 ? linesUpTo(id, bytes) : [...linesUpTo(id, bytes)];
  const entries = Array.from({ length: sessions }, (_, at): SessionLogIndexEntry => {
    const own = crypto.randomUUID();
    const path = `${layout.sessionsDir}/${own}.jsonl`;
    const day = new Date(Date.UTC(2026, 0, 1 + at)).toISOString().replace("Z", "+00:00");
    using file = Deno.openSync(path, { write: true, createNew: true });
    for (const part of body) writeAll(file, part.replaceAll(id, own));
    if (at === sessions >> 1) writeAll(file, outputOf(999_999, `the ${RARE} plays`, own));
    return {
      zig_session_id: own,
      workflow_name: "bench",
      workflow_path: "",
      log_path: path,
      started_at: day,
      ended_at: day,
      status: "success",
      workspace_path: layout.projectDir,
    };
  });
  Deno.writeTextFileSync(layout.indexPath, encodeIndex(ZIG_PROJECT_INDEX, entries));
  return options;
}

/** Lines of output of some words each, in pieces of a megabyte. */
function* linesUpTo(id: string, bytes: number): Generator<string> {
  let random = 1;
  const next = (below: number): number => (random = (random * 1103515245 + 12345) & 0x7fffffff) % below;
  let seq = 0;
  for (let length = 0; length < bytes;) {
    let piece = "";
    while (piece.length < Math.min(1e6, bytes - length)) {
      const words = Array.from({ length: 4 + next(16) }, () => WORDS[next(WORDS.length)]).join(" ");
      const kind = next(50);
      const line = kind < 2 ? `\x1b[32m${words}\x1b[0m` : kind < 4 ? `"${words}"` : kind < 5 ? `✓ ${words}` : words;
      piece += outputOf(++seq, line, id);
    }
    length += piece.length;
    yield piece;
  }
}

async function expectLine(command: Deno.Command): Promise<void> {
  const lines = await linesOf(command);
  if (lines.length !== 1) throw new Error(`${lines.length} lines were found, not 1`);
}

async function expectHit(options: SearchOptions): Promise<void> {
  const hits = await Array.fromAsync(searchSessions(RARE, options));
  if (hits.length !== 1) throw new Error(`${hits.length} hits were found, not 1`);
}
