/** Compares two recorded sessions. */

import type { Decoded } from "../codec/dialect.ts";
import { ZIG } from "../codec/zig.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import { diffRuns, type RunDiff } from "../query/diff.ts";
import { diffOutput, type OutputDiff, type OutputDiffOptions } from "../query/diff_output.ts";
import { RunFold } from "../query/summary.ts";
import { read } from "../storage/read.ts";

/** How two sessions differ. */
export interface SessionDiff extends RunDiff {
  /** Where the output of the steps that both have begins to differ. */
  readonly output: OutputDiff;
  /** Whether no difference was found. What could not be compared is none. */
  readonly alike: boolean;
}

/**
 * Compares two sessions. Each log is read once, and need not have ended.
 *
 * @param logPathA Log of the first: what is expected.
 * @param logPathB Log of the second.
 * @param options How much of the output may wait in memory.
 * @returns The differences.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export async function diffSessions(
  logPathA: string,
  logPathB: string,
  options: OutputDiffOptions = {},
): Promise<SessionDiff> {
  const [a, b] = [new RunFold(), new RunFold()];
  const all = await diffOutput(folded(logPathA, a), folded(logPathB, b), options);
  const run = diffRuns(a.summary(), b.summary());
  const alone = new Set([...run.added, ...run.dropped]);
  const output = {
    differences: all.differences.filter(({ step }) => !alone.has(step)),
    uncompared: all.uncompared.filter(({ step }) => !alone.has(step)),
  };
  const found = [run.added, run.dropped, run.flips, run.slower, output.differences];
  return { ...run, output, alike: run.status === null && found.every((list) => list.length === 0) };
}

async function* folded(
  logPath: string,
  fold: RunFold,
): AsyncGenerator<readonly Decoded<SessionLogEvent>[], void, void> {
  for await (const lines of read(logPath, ZIG)) {
    for (const line of lines) fold.add(line);
    yield lines;
  }
}
