/** Reading a whole log against the least that reading JSON lines can cost. */

import { encodeSessionEvent, readSessionLines } from "../../mod.ts";
import { ZIG } from "../../src/codec/zig.ts";
import { read } from "../../src/storage/read.ts";
import type { Suite } from "./harness.ts";

const EVENTS = 100_000;
const CHUNK = 64 * 1024;

/**
 * The suite of the reader.
 *
 * @param folder Directory for the log.
 * @returns The suite.
 */
export function readSuite(folder: string): Suite {
  const path = `${folder}/read.jsonl`;
  writeLog(path);
  return {
    name: "read, 80 bytes a line",
    baseline: "bare JSON.parse of chunks as one array",
    ratio: "speed",
    cases: [
      { name: "bare JSON.parse of chunks as one array", run: () => each(() => parseChunks(path)) },
      { name: "read, in batches", run: () => each(() => countBatches(path)) },
      { name: "readSessionLines, one by one", run: () => each(() => countLines(path)) },
    ],
  };
}

function writeLog(path: string): void {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const line = "The quick brown fox jumps over the lazy dog. The quick brown fox jumps over the".padEnd(80, ".");
  const utf8 = new TextEncoder();
  for (let seq = 1; seq <= EVENTS; seq += 1000) {
    const lines = Array.from({ length: 1000 }, (_, at) =>
      encodeSessionEvent({
        seq: seq + at,
        ts: "2026-11-21T01:51:23.758770876+00:00",
        zig_session_id: "289aa865-eb73-48c9-a995-6b3245bfcc28",
        type: "step_output",
        step_name: "build",
        stream: "stdout",
        line,
      }) + "\n");
    file.writeSync(utf8.encode(lines.join("")));
  }
}

async function each(run: () => number | Promise<number>): Promise<number> {
  const start = performance.now();
  const count = await run();
  if (count !== EVENTS) throw new Error(`${count} events were read, not ${EVENTS}`);
  return (performance.now() - start) * 1000 / EVENTS;
}

function parseChunks(path: string): number {
  using file = Deno.openSync(path, { read: true });
  const buffer = new Uint8Array(CHUNK);
  const decoder = new TextDecoder();
  let count = 0;
  let rest = "";
  for (let length = file.readSync(buffer); length !== null; length = file.readSync(buffer)) {
    const text = rest + decoder.decode(buffer.subarray(0, length), { stream: true });
    const end = text.lastIndexOf("\n");
    count += (JSON.parse(`[${text.slice(0, end).replaceAll("\n", ",")}]`) as unknown[]).length;
    rest = text.slice(end + 1);
  }
  return count;
}

async function countBatches(path: string): Promise<number> {
  let count = 0;
  for await (const batch of read(path, ZIG)) count += batch.length;
  return count;
}

async function countLines(path: string): Promise<number> {
  let count = 0;
  for await (const _line of readSessionLines(path)) count++;
  return count;
}
