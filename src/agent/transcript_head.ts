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
 * @returns It, in a list; an empty list when it is no such file, or may not be read.
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
  } catch {
    return []; // taken away in the meantime
  }
}

function timeOf({ mtime }: Deno.FileInfo): number {
  return mtime?.getTime() ?? 0;
}
