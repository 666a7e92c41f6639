/** A run in a store. */

import type { RunRecord } from "../codec/outrig.ts";
import { join } from "../deps/path.ts";
import type { RunId } from "./run_id.ts";

/** A run, and where it is. */
export interface Run {
  /** The id: the name of its entry in the store. */
  readonly id: RunId;
  /** Directory that holds the record, without symbolic links where the entry is one. */
  readonly dir: string;
  /** Where the entry leads, as it stands in the link; `null` when the entry is the directory itself. */
  readonly linkTarget: string | null;
  /** What is recorded. */
  readonly record: RunRecord;
}

/** Name of the file that holds the record. */
export const RECORD_FILE = "session.json";

/** Name of the directory that holds what the run wrote. */
export const LOGS_DIRECTORY = "logs";

/**
 * The directory for what a run writes.
 *
 * @param run The run, or the directory that holds its record.
 * @returns The path.
 */
export function logsDirOf(run: Pick<Run, "dir">): string {
  return join(run.dir, LOGS_DIRECTORY);
}

/**
 * Tells whether a run has ended, or nobody has said so yet.
 *
 * @param record Its record.
 * @returns `true` when the record says when it ended, or how.
 */
export function hasEnded(record: RunRecord): boolean {
  return record.ended_at !== null || record.exit_code !== null;
}
