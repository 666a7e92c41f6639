/** Reading a whole log, or what fits a filter, against the least that reading JSON lines can cost. */

import { readSessionEvents, readSessionLines } from "../../mod.ts";
import { ZIG } from "../../src/codec/zig.ts";
import { compilePrefilter } from "../../src/query/line_prefilter.ts";
import { read } from "../../src/storage/read.ts";
import { scan } from "../../src/storage/scan.ts";
import { type Suite, timed } from "./harness.ts";
import { textOf, writeLog } from "./logs.ts";
import { hasProgram, linesOf } from "./programs.ts";

const BYTES = 300_000_000;
const CHUNK = 64 * 1024;
/** A word that stands in one line of a thousand. */
const RARE = "Xylophone";

const BARE = "bare JSON.parse of 64 kB chunks as one array";
const EACH = "bare JSON.parse of each line";
const BATCHES = "read, in batches";
const FILTERED = "scan for a word";

/**
 * The suites of the reader.
 *
 * @param folder Directory for the logs.
 * @returns The suites.
 */
export function readSuites(folder: string): Suite[] {
  const plain = textOf(80);
  const escaped = `\x1b[32m${plain.slice(9)}\x1b[0m`;
  const words = (seq: number): string => seq % 1000 === 0 ? `${RARE} ${plain.slice(10)}` : plain;
  return [
    suite(`${folder}/plain.jsonl`, "read 300 MB, 80 bytes of text a line", BYTES, words, true),
    suite(`${folder}/escaped.jsonl`, "read 30 MB, each line with escapes", BYTES / 10, () => escaped, false),
  ];
}

function suite(path: string, name: string, bytes: number, textAt: (seq: number) => string, isSearched: boolean): Suite {
  const events = writeLog(path, bytes, textAt);
  const rare = Math.floor(events / 1000);
  const each = (count: () => number | Promise<number>, expected: number = events) => async (): Promise<number> => {
    let found = 0;
    const cost = await timed(async () => found = await count());
    if (found !== expected) throw new Error(`${found} events were read, not ${expected}`);
    return cost * 1000 / events;
  };
  const grep = hasProgram("grep") && isSearched;
  return {
    name,
    unit: "µs a line",
    baseline: BARE,
    ratio: "speed",
    cases: [
      { name: BARE, run: each(() => parseChunks(path)) },
      { name: EACH, run: each(() => parseLines(path)) },
      { name: BATCHES, run: each(() => countBatches(path)) },
      { name: "readSessionLines, one by one", run: each(() => count(readSessionLines(path))) },
      { name: "readSessionEvents, one by one", run: each(() => count(readSessionEvents(path))) },
      ...isSearched ? [{ name: FILTERED, run: each(() => countRare(path), rare) }] : [],
      ...grep ? [{ name: "grep -F", run: each(async () => (await linesOf(grepFor(path))).length, rare) }] : [],
    ],
    goals: [
      {
        what: `speed of ${BATCHES}, compared with ${BARE}`,
        measure: (median) => median(BARE) / median(BATCHES),
        atLeast: 0.8,
      },
      ...isSearched
        ? [{
          what: `speed of ${FILTERED} (1 line in 1,000), compared with ${BATCHES}`,
          measure: (median: (name: string) => number) => median(BATCHES) / median(FILTERED),
          atLeast: 3,
        }]
        : [],
      ...grep
        ? [{
          what: `speed of ${FILTERED}, compared with grep -F`,
          measure: (median: (name: string) => number) => median("grep -F") / median(FILTERED),
          atLeast: 0.5,
        }]
        : [],
    ],
    absent: isSearched && !grep ? ["grep"] : [],
  };
}

function grepFor(path: string): Deno.Command {
  return new Deno.Command("grep", { args: ["-F", RARE, path], env: { LC_ALL: "C" } });
}

function parseChunks(path: string): number {
  let count = 0;
  for (const text of chunksOf(path)) {
    count += (JSON.parse(`[${text.slice(0, -1).replaceAll("\n", ",")}]`) as unknown[]).length;
  }
  return count;
}

function parseLines(path: string): number {
  let count = 0;
  for (const text of chunksOf(path)) {
    for (const line of text.slice(0, -1).split("\n")) if (typeof JSON.parse(line) === "object") count++;
  }
  return count;
}

/** The text of a file, in pieces of whole lines. */
function* chunksOf(path: string): Generator<string> {
  using file = Deno.openSync(path, { read: true });
  const buffer = new Uint8Array(CHUNK);
  const decoder = new TextDecoder();
  let rest = "";
  for (let length = file.readSync(buffer); length !== null; length = file.readSync(buffer)) {
    const text = rest + decoder.decode(buffer.subarray(0, length), { stream: true });
    const end = text.lastIndexOf("\n") + 1;
    yield text.slice(0, end);
    rest = text.slice(end);
  }
}

async function countBatches(path: string): Promise<number> {
  let count = 0;
  for await (const batch of read(path, ZIG)) count += batch.length;
  return count;
}

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _item of items) count++;
  return count;
}

function countRare(path: string): number {
  let count = 0;
  for (const lines of scan(path, ZIG, { prefilter: compilePrefilter([RARE], true) })) {
    for (const line of lines) {
      if (line.kind === "event" && line.event.type === "step_output" && line.event.line.includes(RARE)) count++;
    }
  }
  return count;
}
