/** The writer against a bare loop that writes the same bytes ready-made, against the least it must do, and against others. */

import { SessionWriter } from "../../mod.ts";
import { type Case, type Goal, type Suite, time } from "./harness.ts";
import { outputOf, textOf } from "./logs.ts";
import { loadPeers, type PeerKind } from "./peers.ts";

const LINES = 20_000;

const BARE = "bare writeSync of ready bytes";
const LEAST = "template, encodeInto, writeSync; no clock, no checks";
const ONE = "stepOutput";
const MANY = "stepOutputs, 100 lines";

/** What is at least wanted of `stepOutput`, as a share of the speed of the bare loop, by the length of the text. */
const SHARES = { 80: 0.55, 1000: 0.5 } as const;

/**
 * The suites of the writer, one a length of text.
 *
 * @param folder Directory for the logs, on the disk that is measured.
 * @returns The suites.
 */
export async function writeSuites(folder: string): Promise<Suite[]> {
  const { kinds, absent } = await loadPeers();
  return ([80, 1000] as const).map((length) => {
    const text = textOf(length);
    const line = outputOf(123456, text);
    const batch = Array.from({ length: 100 }, () => text);
    const each = (writer: SessionWriter): number => time(LINES, () => writer.stepOutput("build", "stdout", text));
    const many = (writer: SessionWriter): number =>
      time(LINES / 100, () => writer.stepOutputs("build", "stdout", batch)) / 100;
    return {
      name: `write, ${length} bytes of text`,
      unit: "µs a line",
      baseline: BARE,
      ratio: "speed",
      cases: [
        { name: BARE, run: () => bare(folder, line) },
        { name: LEAST, run: () => least(folder, line, text) },
        { name: ONE, run: () => record(folder, each) },
        { name: MANY, run: () => record(folder, many) },
        ...kinds.map((kind): Case => ({ name: kind.name, run: () => peer(kind, folder, text) })),
      ],
      goals: [
        { what: `speed of ${ONE}, compared with ${BARE}`, measure: speed(ONE, BARE), atLeast: SHARES[length] },
        ...kinds.flatMap(({ name }): Goal[] => {
          const atLeast = name === "pino, sync" ? 4 : name.startsWith("LogTape") ? 8 : undefined;
          return atLeast === undefined
            ? []
            : [{ what: `speed of ${ONE}, compared with ${name}`, measure: speed(ONE, name), atLeast }];
        }),
        ...length === 80
          ? [{ what: `speed of ${MANY}, compared with ${ONE}`, measure: speed(MANY, ONE), atLeast: 1.7 }]
          : [],
      ],
      absent,
    };
  });
}

function speed(name: string, baseline: string): Goal["measure"] {
  return (median) => median(baseline) / median(name);
}

function bare(folder: string, line: string): number {
  const bytes = new TextEncoder().encode(line);
  return inFile(folder, (file) => time(LINES, () => file.writeSync(bytes)));
}

/** The least that a program in JavaScript can do for a line of its own: its number and its text differ from the last one. */
function least(folder: string, line: string, text: string): number {
  const encoder = new TextEncoder();
  const buffer = encoder.encode(line.padEnd(2 * line.length));
  const digits = '{"seq":'.length;
  const start = line.indexOf(text);
  const target = buffer.subarray(start, start + text.length);
  const bytes = buffer.subarray(0, line.length);
  return inFile(folder, (file) =>
    time(LINES, (at) => {
      let rest = at;
      for (let place = digits + 5; place >= digits; place--) {
        buffer[place] = 0x30 + rest % 10;
        rest = (rest / 10) | 0;
      }
      encoder.encodeInto(text, target);
      file.writeSync(bytes);
    }));
}

function inFile(folder: string, run: (file: Deno.FsFile) => number): number {
  const path = `${folder}/bare.jsonl`;
  using file = Deno.openSync(path, { append: true, create: true });
  try {
    return run(file);
  } finally {
    Deno.removeSync(path);
  }
}

function record(folder: string, run: (writer: SessionWriter) => number): number {
  const root = `${folder}/store`;
  const writer = SessionWriter.create({ workflowName: "bench", workflowPath: "", tierCount: 1, root });
  try {
    const cost = run(writer);
    writer.ended("success", 0);
    return cost;
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}

async function peer(kind: PeerKind, folder: string, text: string): Promise<number> {
  const path = `${folder}/peer.jsonl`;
  const peer = await kind.open(path);
  const cost = time(LINES, () => peer.log(text));
  await peer.close();
  Deno.removeSync(path);
  return cost;
}
