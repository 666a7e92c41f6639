/** Searching a store against `grep -r`, and the end of a long log against that of a short one. */

import { encodeSessionEvent } from "../../src/codec/zig.ts";
import { encodeIndex } from "../../src/codec/index_text.ts";
import { type SessionLogIndexEntry, ZIG_PROJECT_INDEX } from "../../src/codec/zig_index.ts";
import { type SearchOptions, searchSessions } from "../../src/session/search.ts";
import { openLayout } from "../../src/storage/layout.ts";
import { cliCommand } from "../helpers/deno.ts";
import type { Suite } from "./harness.ts";

const SESSIONS = 1000;
const SESSION_BYTES = 1_000_000;
const LONG_BYTES = 300_000_000;
const LAST = 10;

/** A word that stands in one line of one session. */
const RARE = "Xylophone";

const WORDS = (
  "the quick brown fox jumps over a lazy dog compile link error warning test passed failed module package build deploy " +
  "running in with for from file line result ok cache hit miss fetch download upload server client request status code"
).split(" ");

/**
 * The suites of the search; none where there is no `grep` to compare with.
 *
 * @param folder Directory for the store.
 * @returns The suites.
 */
export function searchSuites(folder: string): Suite[] {
  return hasGrep() ? [searchSuite(`${folder}/search`), lastSuite(`${folder}/last`)] : [];
}

function searchSuite(root: string): Suite {
  const options = { root, project: root };
  const { sessionsDir } = openLayout(fill(options, SESSIONS, SESSION_BYTES));
  const cli = ["search", RARE, "--root", root, "--project", root];
  const perSession = (run: () => Promise<void>): () => Promise<number> => async () => await timed(run) / SESSIONS;
  return {
    name: `search ${SESSIONS} sessions of ${SESSION_BYTES / 1e6} MB for a rare word, a session`,
    baseline: "grep -rF",
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
  return { name: `events --last ${LAST}`, baseline: cases[0]!.name, ratio: "cost", cases };
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
    if (at === sessions >> 1) writeAll(file, outputOf(own, 999_999, `the ${RARE} plays`));
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
      piece += outputOf(
        id,
        ++seq,
        kind < 2 ? `\x1b[32m${words}\x1b[0m` : kind < 4 ? `"${words}"` : kind < 5 ? `✓ ${words}` : words,
      );
    }
    length += piece.length;
    yield piece;
  }
}

function outputOf(id: string, seq: number, line: string): string {
  const ts = "2026-11-21T01:51:23.758770876+00:00";
  return `${
    encodeSessionEvent({ seq, ts, zig_session_id: id, type: "step_output", step_name: "build", stream: "stdout", line })
  }\n`;
}

function writeAll(file: Deno.FsFile, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

/** Microseconds that something takes. */
async function timed(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) * 1000;
}

async function linesOf(command: Deno.Command): Promise<string[]> {
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).split("\n").slice(0, -1);
}

async function expectLine(command: Deno.Command): Promise<void> {
  const lines = await linesOf(command);
  if (lines.length !== 1) throw new Error(`${lines.length} lines were found, not 1`);
}

async function expectHit(options: SearchOptions): Promise<void> {
  const hits = await Array.fromAsync(searchSessions(RARE, options));
  if (hits.length !== 1) throw new Error(`${hits.length} hits were found, not 1`);
}

function hasGrep(): boolean {
  try {
    return new Deno.Command("grep", { args: ["-rF", RARE, "/dev/null"], stdout: "null", stderr: "null" }).outputSync()
      .code < 2;
  } catch {
    return false;
  }
}
