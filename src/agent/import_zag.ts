/** Importing what zag itself has recorded: its logs are taken over as they are. */

import { ZAG } from "../codec/zag.ts";
import type { AgentIndexEntry } from "../codec/zag_index.ts";
import { basename, join } from "../deps/path.ts";
import { isSessionId, parseSessionId, type SessionId } from "../session_id.ts";
import { gatherEvidence } from "../storage/evidence.ts";
import { IndexFile } from "../storage/index_file.ts";
import { allProjects, type Layout, logPathOf, projectLayout } from "../storage/layout.ts";
import { requirePath } from "../storage/permission.ts";
import { copyLog, lookAtCopy } from "./copy_log.ts";
import { importFiles, type ImportFilesOptions } from "./import_files.ts";
import { failed, type ImportKind, type ImportResult } from "./import_transcript.ts";
import type { TranscriptFile } from "./transcript.ts";
import { transcriptAt, transcriptsBelow } from "./transcript_head.ts";

/** How the sessions of zag are imported. */
export interface ZagImportOptions extends ImportFilesOptions {
  /** The store of zag, such as `~/.zag`. */
  readonly folder: string;
  /** Logs that zag keeps elsewhere, and the project in the store that gets them. */
  readonly moved?: { readonly from: Layout; readonly to: Layout } | undefined;
}

/** What has become of sessions that the store has from zag. */
const IN_STORE: ReadonlySet<ImportKind> = new Set(["imported", "completed", "unchanged"]);

/** A log of zag, and where it belongs. */
interface ZagLog {
  readonly file: TranscriptFile;
  readonly id: SessionId;
  readonly from: Layout;
  readonly to: Layout;
}

/**
 * Imports the sessions that zag has recorded, byte for byte. A log that has grown since is completed; one that differs
 * from what is in the store is left alone.
 *
 * @param options What is imported, and where to.
 * @returns What became of each session, one after the other.
 * @throws {Deno.errors.NotCapable} When the folder may not be read, or the store not be written; the message names the
 * flag.
 * @throws {LogLockedError} When another import from zag is going on.
 */
export async function* importZagSessions(options: ZagImportOptions): AsyncGenerator<ImportResult, void, void> {
  const { dryRun = false } = options;
  const logs = new Map(listLogs(options).map((log) => [log.file.path, log]));
  const entries = new ZagEntries();
  yield* importFiles({
    name: "zag",
    list: () => Array.from(logs.values(), ({ file }) => file),
    begin: (_changed, { indexes }) => ({
      take(file): ImportResult {
        const log = logs.get(file.path)!;
        const result = takeOver(log, dryRun);
        if (!dryRun && IN_STORE.has(result.kind)) indexes.add(log.to, entries.of(log));
        return result;
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
    entryOf: (to, id, path) => entries.of(logs.get(path) ?? { id, to }),
  }, options);
}

function listLogs({ folder, root, moved }: ZagImportOptions): ZagLog[] {
  requirePath("read", folder);
  const inPlace = allProjects(folder).flatMap((from) => {
    const projectDir = from.projectDir === folder ? root : join(root, from.projectDir.slice(folder.length + 1));
    return logsOf(from, projectLayout(root, projectDir));
  });
  if (moved === undefined) return inPlace;
  requirePath("read", moved.from.logsDir);
  return [...inPlace, ...logsOf(moved.from, moved.to)];
}

function logsOf(from: Layout, to: Layout): ZagLog[] {
  const files = transcriptsBelow(from.sessionsDir, ({ name }, path) => isLogName(name) ? transcriptAt(path, null) : []);
  return files.map((file) => ({ file, id: parseSessionId(basename(file.path, ".jsonl")), from, to }));
}

function isLogName(name: string): boolean {
  return name.endsWith(".jsonl") && isSessionId(basename(name, ".jsonl"));
}

/** Copies what the store lacks of a log, while nobody else appends to it. */
function takeOver(log: ZagLog, dryRun: boolean): ImportResult {
  const { file, id: session, to } = log;
  let source: Deno.FsFile;
  try {
    source = Deno.openSync(file.path, { read: true });
  } catch (error) {
    return failed(file, error);
  }
  using _source = source;
  const path = logPathOf(to, session);
  const kind = dryRun ? lookAtCopy(source, path) : copyLog(source, path);
  return { kind, file, session, projectDir: to.projectDir, events: 0, losses: new Map() };
}

/** What zag's own indexes say of its logs. */
class ZagEntries {
  readonly #indexes = new Map<string, ReadonlyMap<string, AgentIndexEntry>>();

  /** The entry that zag has, for where the log is now; where it has none, what the log tells. */
  of({ id, to, from }: Pick<ZagLog, "id" | "to"> & { readonly from?: Layout }): AgentIndexEntry {
    const told = from === undefined ? undefined : this.#indexOf(from).get(id);
    return { ...told ?? ZAG.rebuild(gatherEvidence(to, id, ZAG)).project, log_path: logPathOf(to, id) };
  }

  #indexOf({ indexPath }: Layout): ReadonlyMap<string, AgentIndexEntry> {
    let index = this.#indexes.get(indexPath);
    if (index === undefined) {
      const { entries } = new IndexFile(indexPath, ZAG.projectIndex, () => []).load();
      this.#indexes.set(indexPath, index = new Map(entries.map((entry) => [entry.wrapper_session_id, entry])));
    }
    return index;
  }
}
