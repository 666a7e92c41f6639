/** Importing what an agent has on disk. */

import { ZAG } from "../codec/zag.ts";
import { join } from "../deps/path.ts";
import { gatherEvidence } from "../storage/evidence.ts";
import { projectLayout } from "../storage/layout.ts";
import { requirePath } from "../storage/permission.ts";
import { parseSessionId } from "../session_id.ts";
import { ImportIndexes } from "./import_indexes.ts";
import { ImportPool } from "./import_pool.ts";
import type { ImportSource } from "./import_source.ts";
import { type ImportedTranscript, ImportState } from "./import_state.ts";
import { type ImportContext, type ImportResult, importTranscript } from "./import_transcript.ts";
import type { TranscriptFile } from "./transcript.ts";

/** Sessions that are entered into the indexes at once. */
const INDEX_BATCH = 500;

/** How an import is done. */
export interface ImportOptions {
  /** The agent. */
  readonly source: ImportSource;
  /** The agent's folder. */
  readonly folder: string;
  /** Directory of the store of agent sessions, such as `~/.zig/agents`. */
  readonly root: string;
  /** Only sessions that were written to then or later, in milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Whether only to tell what would be imported. */
  readonly dryRun?: boolean | undefined;
  /**
   * Tells how many threads import these transcripts at the same time; one when it is left out. Where there are several,
   * the source must be the one of the agent itself.
   */
  readonly threads?: ((files: readonly TranscriptFile[]) => number) | undefined;
  /** Told what is going on. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Told where a damaged record of earlier imports was put. */
  readonly onSetAside?: ((path: string) => void) | undefined;
}

/** How far an import is. */
export interface ImportProgress {
  /** Transcripts that are done. */
  readonly done: number;
  /** Transcripts in all. */
  readonly transcripts: number;
  /** Bytes that were read, or need not be. */
  readonly bytes: number;
  /** Bytes in all. */
  readonly totalBytes: number;
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
export async function* importSessions(options: ImportOptions): AsyncGenerator<ImportResult, void, void> {
  const { source, folder, root, since = -Infinity, dryRun = false, threads = () => 1 } = options;
  requirePath("read", root);
  if (!dryRun) requirePath("write", root);
  const files = source.list(folder).filter(({ modified }) => modified >= since).sort(byTime);
  const statePath = join(root, `import-${source.name}.jsonl`);
  using state = dryRun ? ImportState.look(statePath) : ImportState.open(statePath);
  if (state.setAside !== undefined) options.onSetAside?.(state.setAside);
  const indexes = new ImportIndexes();
  const context: ImportContext = { source, root, dryRun, indexes };
  enterLeftOvers(state.unindexed, context);
  const progress = new Progress(files, options);
  const changed = files.filter((file) => !isUnchanged(file, state.get(file.path)));
  const isChanged = new Set(changed);
  const onRead = (file: TranscriptFile, bytes: number): void => progress.read(file, bytes);
  await using pool = ImportPool.start({ files: changed, threads: threads(changed), context, onRead });
  try {
    for (const file of files) {
      if (!isChanged.has(file)) {
        progress.finish(file);
        yield {
          kind: "unchanged",
          file,
          session: state.get(file.path)!.session,
          projectDir: null,
          events: 0,
          losses: new Map(),
        };
        continue;
      }
      const result = await (pool?.next() ?? importTranscript(file, context, (bytes) => onRead(file, bytes)));
      progress.finish(file);
      if (result.kind !== "failed" && result.kind !== "busy") state.add(transcriptOf(result));
      if (indexes.size >= INDEX_BATCH) enter(indexes, state, dryRun);
      yield result;
    }
  } finally {
    enter(indexes, state, dryRun);
  }
}

function enter(indexes: ImportIndexes, state: ImportState, dryRun: boolean): void {
  if (dryRun || indexes.size === 0) return;
  indexes.flush();
  state.indexed();
}

/** An import that was killed has left sessions that no index has: what their logs tell is entered. */
function enterLeftOvers(transcripts: readonly ImportedTranscript[], { root, indexes, dryRun }: ImportContext): void {
  if (dryRun) return;
  for (const { session, projectDir, path } of transcripts) {
    if (session === null) continue;
    const layout = projectLayout(root, projectDir);
    try {
      const { project } = ZAG.rebuild(gatherEvidence(layout, parseSessionId(session), ZAG));
      indexes.add(layout, { ...project, source_paths: [path] });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // deleted since
    }
  }
}

function transcriptOf({ file, session, projectDir }: ImportResult): ImportedTranscript {
  return { path: file.path, size: file.size, modified: file.modified, session, projectDir: projectDir ?? "" };
}

function isUnchanged(file: TranscriptFile, known: ImportedTranscript | undefined): boolean {
  return known !== undefined && known.size === file.size && known.modified === file.modified;
}

function byTime(a: TranscriptFile, b: TranscriptFile): number {
  return a.modified - b.modified || (a.path < b.path ? -1 : 1);
}

/** Counts what was read. */
class Progress {
  readonly #totalBytes: number;
  readonly #transcripts: number;
  readonly #tell: ImportOptions["onProgress"];
  /** Bytes that were read of the transcripts that are being imported, and their sum. */
  readonly #reading = new Map<string, number>();
  #bytesReading = 0;
  #done = 0;
  #bytes = 0;

  constructor(files: readonly TranscriptFile[], { onProgress }: ImportOptions) {
    this.#totalBytes = files.reduce((sum, { size }) => sum + size, 0);
    this.#transcripts = files.length;
    this.#tell = onProgress;
    this.#say();
  }

  read(file: TranscriptFile, bytes: number): void {
    this.#note(file, bytes);
    this.#say();
  }

  finish(file: TranscriptFile): void {
    this.#note(file, 0);
    this.#reading.delete(file.path);
    this.#done++;
    this.#bytes += file.size;
    this.#say();
  }

  #note({ path }: TranscriptFile, bytes: number): void {
    this.#bytesReading += bytes - (this.#reading.get(path) ?? 0);
    this.#reading.set(path, bytes);
  }

  #say(): void {
    this.#tell?.({
      done: this.#done,
      transcripts: this.#transcripts,
      bytes: this.#bytes + this.#bytesReading,
      totalBytes: this.#totalBytes,
    });
  }
}
