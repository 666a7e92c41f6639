/** Importing what zag itself has recorded: its logs are taken over as they are. */

import { ZAG } from "../codec/zag.ts";
import type { AgentIndexEntry } from "../codec/zag_index.ts";
import { join } from "../deps/path.ts";
import { LogLockedError } from "../errors.ts";
import { isSessionId, type SessionId } from "../session_id.ts";
import { gatherEvidence } from "../storage/evidence.ts";
import { IndexFile } from "../storage/index_file.ts";
import { allProjects, type Layout, logPathOf, projectLayout, readDir } from "../storage/layout.ts";
import { Ownership } from "../storage/ownership.ts";
import { mayRead, requirePath } from "../storage/permission.ts";
import { readFully } from "../storage/read_fully.ts";
import { ImportIndexes } from "./import_indexes.ts";
import type { ImportProgress } from "./import_sessions.ts";
import type { ImportKind, ImportResult } from "./import_transcript.ts";
import type { TranscriptFile } from "./transcript.ts";

/** How the sessions of zag are imported. */
export interface ZagImportOptions {
  /** The store of zag, such as `~/.zag`. */
  readonly folder: string;
  /** Directory of the store of agent sessions, such as `~/.zig/agents`. */
  readonly root: string;
  /** Only sessions that were written to then or later, in milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Whether only to tell what would be imported. */
  readonly dryRun?: boolean | undefined;
  /** Told what is going on. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** Bytes that are compared and copied at once. */
const PIECE = 1024 * 1024;

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
 */
export function* importZagSessions(options: ZagImportOptions): Generator<ImportResult, void, void> {
  const { folder, root, since = -Infinity, dryRun = false, onProgress } = options;
  requirePath("read", folder);
  requirePath("read", root);
  if (!dryRun) requirePath("write", root);
  const logs = allProjects(folder).flatMap((from) => logsOf(from, folder, root)).filter((log) =>
    log.file.modified >= since
  );
  const totalBytes = logs.reduce((sum, { file }) => sum + file.size, 0);
  const indexes = new ImportIndexes();
  const entries = new Map<string, Map<string, AgentIndexEntry>>();
  let bytes = 0;
  try {
    for (const [done, log] of logs.entries()) {
      onProgress?.({ done, transcripts: logs.length, bytes, totalBytes });
      const kind = takeOver(log, dryRun);
      bytes += log.file.size;
      if (!dryRun && (kind === "imported" || kind === "completed")) indexes.add(log.to, entryOf(log, entries));
      const { file, id: session, to: { projectDir } } = log;
      yield { kind, file, session, projectDir, events: 0, losses: new Map() };
    }
    onProgress?.({ done: logs.length, transcripts: logs.length, bytes, totalBytes });
  } finally {
    if (!dryRun && indexes.size > 0) indexes.flush();
  }
}

function logsOf(from: Layout, folder: string, root: string): ZagLog[] {
  const projectDir = from.projectDir === folder ? root : join(root, from.projectDir.slice(folder.length + 1));
  const to = projectLayout(root, projectDir);
  return readDir(from.sessionsDir).flatMap(({ name }) => {
    const id = name.replace(/\.jsonl$/, "");
    const path = join(from.sessionsDir, name);
    if (id === name || !isSessionId(id) || !mayRead(path)) return [];
    const { isFile, size, mtime } = Deno.statSync(path);
    return isFile ? [{ file: { path, parentId: null, size, modified: mtime?.getTime() ?? 0 }, id, from, to }] : [];
  });
}

/** Copies what the store lacks of a log, while nobody else appends to it. */
function takeOver(log: ZagLog, dryRun: boolean): ImportKind {
  const kind = kindOf(log);
  if (dryRun || kind === "unchanged" || kind === "recorded") return kind;
  Deno.mkdirSync(log.to.sessionsDir, { recursive: true, mode: 0o700 });
  try {
    using _ownership = Ownership.take(logPathOf(log.to, log.id));
    return copy(log, kindOf(log)); // it may have changed until the turn came
  } catch (error) {
    if (error instanceof LogLockedError) return "busy";
    throw error;
  }
}

/** Tells what has to be done about a log. */
function kindOf({ file, id, to }: ZagLog): ImportKind {
  const path = logPathOf(to, id);
  const size = sizeOf(path);
  if (size === undefined) return "imported";
  if (size < file.size && isSame(file.path, path, size)) return "completed";
  return size === file.size ? "unchanged" : "recorded";
}

function copy({ file, id, to }: ZagLog, kind: ImportKind): ImportKind {
  const path = logPathOf(to, id);
  if (kind === "completed") copyFrom(file.path, sizeOf(path)!, path);
  if (kind === "imported") {
    const temporary = `${path}.tmp`; // a log is there as a whole, or not at all
    copyFrom(file.path, 0, temporary);
    Deno.renameSync(temporary, path);
  }
  return kind;
}

function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function isSame(path: string, other: string, length: number): boolean {
  using left = Deno.openSync(path, { read: true });
  using right = Deno.openSync(other, { read: true });
  for (let at = 0; at < length; at += PIECE) {
    const size = Math.min(PIECE, length - at);
    const [a, b] = [readFully(left, at, size), readFully(right, at, size)];
    if (a.length !== b.length || a.some((byte, index) => byte !== b[index])) return false;
  }
  return true;
}

function copyFrom(path: string, offset: number, to: string): void {
  using source = Deno.openSync(path, { read: true });
  using target = Deno.openSync(to, {
    write: true,
    create: true,
    append: offset > 0,
    truncate: offset === 0,
    mode: 0o600,
  });
  const { size } = source.statSync();
  for (let at = offset; at < size;) {
    const piece = readFully(source, at, Math.min(PIECE, size - at));
    if (piece.length === 0) break; // cut off meanwhile
    for (let written = 0; written < piece.length;) written += target.writeSync(piece.subarray(written));
    at += piece.length;
  }
}

/** The entry that zag has, for where the log is now; where it has none, what the log tells. */
function entryOf({ id, from, to }: ZagLog, indexes: Map<string, Map<string, AgentIndexEntry>>): AgentIndexEntry {
  let entries = indexes.get(from.indexPath);
  if (entries === undefined) {
    const { entries: told } = new IndexFile(from.indexPath, ZAG.projectIndex, () => []).load();
    indexes.set(from.indexPath, entries = new Map(told.map((entry) => [entry.wrapper_session_id, entry])));
  }
  const known = entries.get(id) ?? ZAG.rebuild(gatherEvidence(to, id, ZAG)).project;
  return { ...known, log_path: logPathOf(to, id) };
}
