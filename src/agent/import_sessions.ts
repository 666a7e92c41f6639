/** Importing what an agent has on disk. */

import { ZAG } from "../codec/zag.ts";
import { gatherEvidence } from "../storage/evidence.ts";
import { type Importer, type ImporterContext, importFiles, type ImportFilesOptions } from "./import_files.ts";
import { ImportPool } from "./import_pool.ts";
import type { ImportSource } from "./import_source.ts";
import { type ImportContext, type ImportResult, importTranscript } from "./import_transcript.ts";
import type { TranscriptFile } from "./transcript.ts";

/** How an import is done. */
export interface ImportOptions extends ImportFilesOptions {
  /** The agent. */
  readonly source: ImportSource;
  /** The agent's folder. */
  readonly folder: string;
  /**
   * Tells how many threads import these transcripts at the same time; one when it is left out. Where there are several,
   * the source must be the one of the agent itself.
   */
  readonly threads?: ((files: readonly TranscriptFile[]) => number) | undefined;
}

/**
 * Imports the sessions of an agent, oldest first. What is in the store already is left as it is; a session that has gone
 * on since is completed. What was done is saved after each session.
 *
 * @param options What is imported, and where to.
 * @returns What became of each session, one after the other.
 * @throws {Deno.errors.NotCapable} When the folder may not be read, or the store not be written; the message names the
 * flag.
 * @throws {LogLockedError} When another import from that agent is going on.
 */
export function importSessions(options: ImportOptions): AsyncGenerator<ImportResult, void, void> {
  const { source, folder } = options;
  return importFiles({
    name: source.name,
    list: () => source.list(folder),
    begin: (changed, context) => importer(changed, context, options),
    entryOf: (layout, id, path) => {
      return { ...ZAG.rebuild(gatherEvidence(layout, id, ZAG)).project, source_paths: [path] };
    },
  }, options);
}

function importer(
  changed: readonly TranscriptFile[],
  { indexes, onRead, placeOf }: ImporterContext,
  { source, root, dryRun = false, threads = () => 1 }: ImportOptions,
): Importer {
  const context: ImportContext = { source, root, dryRun, indexes, placeOf };
  const pool = ImportPool.start({ files: changed, threads: threads(changed), context, onRead });
  return {
    take: (file) => pool?.next() ?? importTranscript(file, context, (bytes) => onRead(file, bytes)),
    [Symbol.asyncDispose]: async () => await pool?.[Symbol.asyncDispose](),
  };
}
