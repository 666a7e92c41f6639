/** The file that holds the record of a run. */

import { encodeRunRecord, parseRunRecord, type RunRecord } from "../codec/outrig.ts";
import { join } from "../deps/path.ts";
import { FileLock } from "../storage/file_lock.ts";
import { mayRead } from "../storage/permission.ts";
import { replaceFile } from "../storage/replace_file.ts";
import { lookAt } from "../storage/session_files.ts";
import { RECORD_FILE } from "./run.ts";

/** The largest record that is read, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads the record in a directory.
 *
 * @param dir The directory.
 * @returns The record.
 * @throws {Deno.errors.NotFound} When there is none.
 * @throws {SyntaxError} When there is something else; the message says where and what.
 */
export function readRecord(dir: string): RunRecord {
  const path = `${dir}/${RECORD_FILE}`;
  const info = Deno.lstatSync(path);
  const problem = problemOf(info.isSymlink ? statAllowed(path) : info);
  if (problem !== undefined) throw new SyntaxError(`Cannot read record "${path}": ${problem}`);
  const text = Deno.readTextFileSync(path);
  try {
    // What is not UTF-8 has been replaced by this character: it would be written back.
    if (text.includes("\ufffd")) utf8.decode(Deno.readFileSync(path));
    return parseRunRecord(text);
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : "it is not UTF-8";
    throw new SyntaxError(`Cannot read record "${path}": ${why}`, { cause: error });
  }
}

/** Opening a pipe would wait for ever, and a device may never end. */
function problemOf(info: Deno.FileInfo): string | undefined {
  if (!info.isFile) return "it is not a file";
  return info.size > MAX_BYTES ? `it is larger than ${MAX_BYTES} bytes` : undefined;
}

function statAllowed(path: string): Deno.FileInfo {
  if (mayRead(path)) return Deno.statSync(path);
  throw new Deno.errors.NotCapable(`Cannot read record "${path}": it is a link to where reading is not allowed`);
}

/**
 * Does something with a record while no other program of this project changes it.
 *
 * @param dir The directory that holds it, or shall.
 * @param act What to do.
 * @returns What that returned.
 * @throws {Deno.errors.NotFound} When there is no such directory.
 */
export function withRecordLock<T>(dir: string, act: () => T): T {
  const path = join(dir, `${RECORD_FILE}.lock`);
  if (lookAt(path)?.isSymlink) Deno.removeSync(path); // it would have a file made somewhere else
  const lock = FileLock.wait(path);
  try {
    return act();
  } finally {
    lock.remove(); // the Rust program would take the file for the user's
  }
}

/**
 * Writes the record in a directory at once. The caller has the lock.
 *
 * @param dir The directory.
 * @param record The record.
 * @throws {TypeError} When the record cannot be written.
 */
export function writeRecord(dir: string, record: RunRecord): void {
  const path = join(dir, RECORD_FILE);
  const text = encodeRunRecord(record);
  removeTemporary(dir); // a link of that name would lead the writing somewhere else
  replaceFile(path, text);
}

/**
 * Removes what a crash left of writing a record.
 *
 * @param dir The directory that holds the record.
 */
export function removeTemporary(dir: string): void {
  const path = join(dir, `${RECORD_FILE}.tmp`);
  const info = lookAt(path);
  if (info !== undefined && !info.isDirectory) Deno.removeSync(path);
}
