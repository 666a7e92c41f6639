/**
 * The end of an index, which is all that starting or ending a session changes. Its cost hardly grows with the index: the
 * text before the end is copied by the system, and nothing of it is parsed.
 *
 * @module
 */

import type { IndexSchema } from "../codec/dialect.ts";
import { decodeEntry, encodeEntry } from "../codec/index_text.ts";
import { openFile } from "./open_file.ts";
import { replaceFileTail } from "./replace_file.ts";
import { readFully } from "./read_fully.ts";

/** Bytes looked at first from the end: the entries of some dozens of sessions that run side by side. */
const FIRST_WINDOW = 32 * 1024;
/** Bytes after which looking for an entry is left to those who parse the whole file. */
const LAST_WINDOW = 1024 * 1024;

const ENTRY_START = "\n    {\n";
const ENTRY_END = "\n    }";
const LIST_END = "\n  ]\n}";

/**
 * Adds an entry at the end of an index.
 *
 * @param path The index: written by this program, and not changed since.
 * @param schema What its entries hold.
 * @param entry The entry; if the index has one of its id, then among the last.
 * @returns Whether it was added; `false` when the end of the file is not as expected or has one of its id, and nothing
 * was changed.
 */
export function appendEntry<Entry>(path: string, schema: IndexSchema<Entry>, entry: Entry): boolean {
  const { id } = schema.summarize(entry);
  return editTail(path, (tail) => {
    // Who made the index again from the logs while this session started has entered it already.
    if (!tail.endsWith(ENTRY_END + LIST_END) || tail.includes(`: "${id}",\n`)) return undefined;
    return `${tail.slice(0, -LIST_END.length)},\n${encodeEntry(schema, entry)}${LIST_END}`;
  });
}

/**
 * Changes the entry of a session.
 *
 * @param path The index: written by this program, and not changed since.
 * @param schema What its entries hold.
 * @param id The session.
 * @param change Gets the entry and returns what it shall be.
 * @returns Whether it was changed; `false` when the entry is not near the end of the file, and nothing was changed.
 */
export function reviseEntry<Entry>(
  path: string,
  schema: IndexSchema<Entry>,
  id: string,
  change: (entry: Entry) => Entry,
): boolean {
  return editTail(path, (tail) => {
    const found = tail.lastIndexOf(`: "${id}",\n`);
    const start = tail.lastIndexOf(ENTRY_START, found) + 1;
    const close = tail.indexOf(ENTRY_END, found) + ENTRY_END.length;
    if (found === -1 || start === 0) return undefined;
    const entry = decodeEntry(schema, tail.slice(start, close));
    if (entry === undefined || schema.summarize(entry).id !== id) return undefined;
    return tail.slice(0, start) + encodeEntry(schema, change(entry)) + tail.slice(close);
  });
}

/** Edits the text from the beginning of some entry to the end, taking more of it as long as the edit finds too little. */
function editTail(path: string, edit: (tail: string) => string | undefined): boolean {
  using file = openIfReadable(path);
  if (file === undefined) return false;
  const { size } = file.statSync();
  for (let window = FIRST_WINDOW; window <= LAST_WINDOW; window *= 8) {
    const bytes = readFully(file, Math.max(0, size - window), Math.min(size, window));
    const text = new TextDecoder().decode(bytes);
    const start = text.indexOf(ENTRY_START);
    if (start === -1) continue;
    const tail = text.slice(start); // begins behind what the window cut: from there on the text is whole
    const edited = edit(tail);
    if (edited !== undefined) {
      const old = utf8.encode(tail);
      return replaceFileTail(path, size - old.length, old, edited);
    }
    if (window >= size) return false;
  }
  return false;
}

/** What may not be read any more is left to those who make the whole file again. */
function openIfReadable(path: string): Deno.FsFile | undefined {
  try {
    return openFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}

const utf8 = new TextEncoder();
