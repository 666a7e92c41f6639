/** Importing one file after the other: what every import has in common. */

import type { AgentIndexEntry } from "../codec/zag_index.ts";
import { join } from "../deps/path.ts";
import { parseSessionId, type SessionId } from "../session_id.ts";
import { type Layout, projectLayout } from "../storage/layout.ts";
import { requirePath } from "../storage/permission.ts";
import { ImportIndexes } from "./import_indexes.ts";
import { type ImportProgress, ProgressCounter } from "./import_progress.ts";
import { type ImportedTranscript, ImportState } from "./import_state.ts";
import type { ImportResult } from "./import_transcript.ts";
import type { TranscriptFile } from "./transcript.ts";

/** Sessions that are entered into the indexes at once. */
const INDEX_BATCH = 500;

/** How much is imported, and who is told of it. */
export interface ImportFilesOptions {
  /** Directory of the store of agent sessions, such as `~/.zig/agents`. */
  readonly root: string;
  /** Only sessions that were written to then or later, in milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Whether only to tell what would be imported. */
  readonly dryRun?: boolean | undefined;
  /** Told what is going on. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Told where a damaged record of earlier imports was put. */
  readonly onSetAside?: ((path: string) => void) | undefined;
}

/** What imports files that are new, or have changed since they were imported. */
export interface Importer extends AsyncDisposable {
  /**
   * Imports a file, unless only to tell; all are asked for, one after the other.
   *
   * @param file The file.
   * @returns What became of it.
   */
  take(file: TranscriptFile): Promise<ImportResult> | ImportResult;
}

/** What an importer works with. */
export interface ImporterContext {
  /** Where sessions are entered. */
  readonly indexes: ImportIndexes;
  /** Told how many bytes of a file were read. */
  readonly onRead: (file: TranscriptFile, bytes: number) => void;
  /** Tells the storage directory that an earlier import put a file's session into; `undefined` when there was none. */
  readonly placeOf: (file: TranscriptFile) => string | undefined;
}

/** What is imported, and how. */
export interface ImportJob {
  /** Whose sessions they are: nobody else imports from there meanwhile. */
  readonly name: string;
  /** All files that there are. */
  list(): readonly TranscriptFile[];
  /**
   * Begins.
   *
   * @param changed The files that are to be imported, in order.
   * @param context What to work with.
   * @returns What imports them.
   */
  begin(changed: readonly TranscriptFile[], context: ImporterContext): Importer;
  /**
   * Tells the entry of a session that is in the store.
   *
   * @throws {Deno.errors.NotFound} When it was deleted since.
   */
  entryOf(layout: Layout, id: SessionId, path: string): AgentIndexEntry;
}

/**
 * Imports files, oldest first. What was done is saved after each; one that has not changed since is not read again, and
 * what an import, which was killed, did not enter into the indexes is entered.
 *
 * @param job What is imported, and how.
 * @param options How much.
 * @returns What became of each file, one after the other.
 * @throws {Deno.errors.NotCapable} When the store may not be read or written; the message names the flag.
 * @throws {LogLockedError} When another such import is going on.
 */
export async function* importFiles(
  job: ImportJob,
  options: ImportFilesOptions,
): AsyncGenerator<ImportResult, void, void> {
  const { root, since = -Infinity, dryRun = false } = options;
  requirePath("read", root);
  if (!dryRun) requirePath("write", root);
  const files = job.list().filter(({ modified }) => modified >= since).sort(byTime);
  const statePath = join(root, `import-${job.name}.jsonl`);
  using state = dryRun ? ImportState.look(statePath) : ImportState.open(statePath);
  if (state.setAside !== undefined) options.onSetAside?.(state.setAside);
  const indexes = new ImportIndexes();
  if (!dryRun) enterLeftOvers(state.unindexed, job, root, indexes);
  const progress = new ProgressCounter(files, options.onProgress);
  const changed = files.filter((file) => !isUnchanged(file, state.get(file.path)));
  const isChanged = new Set(changed);
  await using importer = job.begin(changed, {
    indexes,
    onRead: (file, bytes) => progress.read(file, bytes),
    placeOf: ({ path }) => placeOf(state.get(path)),
  });
  try {
    for (const file of files) {
      if (!isChanged.has(file)) {
        progress.finish(file);
        const { session } = state.get(file.path)!;
        yield { kind: "unchanged", file, session, projectDir: null, events: 0, losses: new Map() };
        continue;
      }
      const result = await importer.take(file);
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

/** An import that was killed has left sessions that no index has. */
function enterLeftOvers(
  transcripts: readonly ImportedTranscript[],
  job: ImportJob,
  root: string,
  indexes: ImportIndexes,
): void {
  for (const { session, projectDir, path } of transcripts) {
    if (session === null) continue;
    const layout = projectLayout(root, projectDir);
    try {
      indexes.add(layout, job.entryOf(layout, parseSessionId(session), path));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // deleted since
    }
  }
}

function transcriptOf({ kind, file, session, projectDir }: ImportResult): ImportedTranscript {
  const { path, size, modified } = file;
  const ours = kind === "recorded" ? null : session; // what the store has from elsewhere is no work of an import
  return { path, size, modified, session: ours, projectDir: projectDir ?? "" };
}

function placeOf(known: ImportedTranscript | undefined): string | undefined {
  return known === undefined || known.session === null ? undefined : known.projectDir;
}

function isUnchanged(file: TranscriptFile, known: ImportedTranscript | undefined): boolean {
  return known !== undefined && known.size === file.size && known.modified === file.modified;
}

function byTime(a: TranscriptFile, b: TranscriptFile): number {
  return a.modified - b.modified || (a.path < b.path ? -1 : 1);
}
