/** The files of sessions, told apart by their names. */

import { join } from "../deps/path.ts";
import { isSessionId, type SessionId } from "../session_id.ts";
import { type Layout, readDir } from "./layout.ts";

/**
 * What a file is to its session: the log; the lock of its writer; the lock for taking turns; the mark that protects it;
 * a copy of an unfinished line that a repair cut off.
 */
export type SessionFileKind = "log" | "lock" | "append" | "pin" | "copy";

/** One file of a session. */
export interface SessionFile {
  /** What it is to its session. */
  readonly kind: SessionFileKind;
  /** Where it is. */
  readonly path: string;
  /** Bytes that it takes; 0 for a symbolic link. */
  readonly bytes: number;
  /** When it was last written, in milliseconds since the epoch. */
  readonly modified: number;
}

const COPY = /^(.+)\.jsonl\.torn-[\w.-]+$/;
const BESIDE = /^(.+)\.(lock|append|pin)$/;

/**
 * The mark that protects a session from being pruned.
 *
 * @param logPath The log.
 * @returns The path.
 */
export function pinPathOf(logPath: string): string {
  return `${logPath.replace(/\.jsonl$/, "")}.pin`;
}

/**
 * Tells which session a file belongs to, and what it is to it. What ends like a log is a log, as everywhere.
 *
 * @param name Its name, without a directory.
 * @returns The answer; `undefined` when it belongs to none.
 */
export function sessionFileOf(name: string): { readonly id: SessionId; readonly kind: SessionFileKind } | undefined {
  if (name.endsWith(".jsonl")) return made(name.slice(0, -".jsonl".length), "log");
  const [, owner, suffix] = BESIDE.exec(name) ?? [];
  if (owner !== undefined) return made(owner, suffix as SessionFileKind);
  return made(COPY.exec(name)?.[1] ?? "", "copy");
}

/**
 * Finds the files of all sessions of a project in one look.
 *
 * @param layout The project.
 * @returns The files of each session; directories, pipes, and files that are no session's, are passed over.
 */
export function sessionFiles(layout: Layout): Map<SessionId, SessionFile[]> {
  const found = new Map<SessionId, SessionFile[]>();
  for (const { name, isFile, isSymlink } of readDir(layout.sessionsDir)) {
    const file = sessionFileOf(name);
    if (file === undefined || !isFile && !isSymlink) continue;
    const path = join(layout.sessionsDir, name);
    const info = lookAt(path);
    if (info === undefined) continue;
    const own = found.get(file.id) ?? [];
    found.set(file.id, own);
    own.push({
      kind: file.kind,
      path,
      bytes: info.isSymlink ? 0 : info.size,
      modified: info.mtime?.getTime() ?? 0,
    });
  }
  return found;
}

/**
 * Looks at a file itself: at a symbolic link, not at where it leads.
 *
 * @param path The file.
 * @returns What it is; `undefined` when there is none.
 */
export function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

function made(id: string, kind: SessionFileKind): { id: SessionId; kind: SessionFileKind } | undefined {
  return isSessionId(id) ? { id, kind } : undefined;
}
