/** The writer against a bare loop that writes the same bytes ready-made. */

import { encodeSessionEvent, SessionWriter } from "../../mod.ts";
import { type Suite, time } from "./harness.ts";

const LINES = 20_000;

/**
 * The suites of the writer, one a length of line.
 *
 * @param folder Directory for the logs, on the disk that is measured.
 * @returns The suites.
 */
export function writeSuites(folder: string): Suite[] {
  return [80, 1000].map((length) => suite(folder, length));
}

function suite(folder: string, length: number): Suite {
  const text = "The quick brown fox jumps over the lazy dog. ".repeat(Math.ceil(length / 45)).slice(0, length);
  const batch = Array.from({ length: 100 }, () => text);
  return {
    name: `write, ${length} bytes a line`,
    baseline: "bare writeSync of ready bytes",
    ratio: "speed",
    cases: [
      { name: "bare writeSync of ready bytes", run: () => bare(folder, text) },
      {
        name: "stepOutput",
        run: () => record(folder, (writer) => time(LINES, () => writer.stepOutput("build", "stdout", text))),
      },
      {
        name: "stepOutputs, 100 lines",
        run: () =>
          record(folder, (writer) => time(LINES / 100, () => writer.stepOutputs("build", "stdout", batch)) / 100),
      },
    ],
  };
}

function bare(folder: string, line: string): number {
  const path = `${folder}/bare.jsonl`;
  const event = encodeSessionEvent({
    seq: 12345,
    ts: "2026-11-21T01:51:23.758770876+00:00",
    zig_session_id: "289aa865-eb73-48c9-a995-6b3245bfcc28",
    type: "step_output",
    step_name: "build",
    stream: "stdout",
    line,
  });
  const bytes = new TextEncoder().encode(event + "\n");
  using file = Deno.openSync(path, { append: true, create: true });
  try {
    return time(LINES, () => file.writeSync(bytes));
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
