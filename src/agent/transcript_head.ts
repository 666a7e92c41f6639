import { join } from "../deps/path.ts";
import { readDir } from "../storage/layout.ts";
import { mayRead } from "../storage/permission.ts";
import { readFully } from "../storage/read_fully.ts";
import type { TranscriptFile } from "./transcript.ts";

/** Bytes looked at from the beginning of a transcript. */
const HEAD = 16 * 1024;

const utf8 = new TextDecoder();

/**
 * Finds the first text with a name near the beginning of a transcript, without reading its records.
 *
 * @param path The transcript; nothing is found in a compressed one.
 * @param name The name.
 * @returns The text; `null` when there is none, or no such file.
 */
export function headText(path: string, name: string): string | null {
  if (path.endsWith(".zst")) return null;
  try {
    using file = Deno.openSync(path, { read: true });
    const head = utf8.decode(readFully(file, 0, HEAD));
    const found = new RegExp(`"${name}":("(?:[^"\\\\]|\\\\.)*")`).exec(head)?.[1];
    return found === undefined ? null : JSON.parse(found);
  } catch {
    return null; // taken away in the meantime, or damaged: it only helps
  }
}

/**
 * Looks at a file that may hold a session.
 *
 * @param path The file.
 * @param parentId The session that it is a part of, or what finds that out.
 * @param since Only a file that was written to then or later counts, in milliseconds since the epoch.
 * @returns It, in a list; an empty list when it is no such file, or this program may not read it.
 */
export function transcriptAt(
  path: string,
  parentId: string | null | (() => string | null),
  since: number = -Infinity,
): TranscriptFile[] {
  try {
    const link = Deno.lstatSync(path);
    if (link.isFile && timeOf(link) < since || !mayRead(path)) return []; // a link may lead out of the folder
    const info = link.isFile ? link : Deno.statSync(path);
    const modified = timeOf(info);
    if (!info.isFile || modified < since) return [];
    return [{ path, parentId: typeof parentId === "function" ? parentId() : parentId, modified, size: info.size }];
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied ? [closed(path)] : []; // taken away in the meantime
  }
}

/**
 * Finds sessions in a directory of an agent. One that the system does not let us list stands for what is in it: whoever
 * wants to read that learns why it cannot be, and the others are found all the same.
 *
 * @param directory The directory, which may not exist.
 * @param find Finds the sessions of an entry.
 * @returns All that were found.
 */
export function transcriptsBelow(
  directory: string,
  find: (entry: Deno.DirEntry, path: string, siblings: ReadonlySet<string>) => readonly TranscriptFile[],
): TranscriptFile[] {
  let entries: Deno.DirEntry[];
  try {
    entries = readDir(directory);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return [closed(directory)];
    throw error;
  }
  const names = new Set(entries.map(({ name }) => name));
  return entries.flatMap((entry) => find(entry, join(directory, entry.name), names));
}

/** What is there, but nobody lets us look at. */
function closed(path: string): TranscriptFile {
  return { path, parentId: null, modified: Date.now(), size: 0 };
}

function timeOf({ mtime }: Deno.FileInfo): number {
  return mtime?.getTime() ?? 0;
}
