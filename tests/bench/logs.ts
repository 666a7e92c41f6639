/** Logs and stores to measure with. */

import { encodeIndex } from "../../src/codec/index_text.ts";
import { encodeSessionEvent } from "../../src/codec/zig.ts";
import {
  type GlobalSessionEntry,
  type SessionLogIndexEntry,
  ZIG_GLOBAL_INDEX,
  ZIG_PROJECT_INDEX,
} from "../../src/codec/zig_index.ts";
import { type Layout, openLayout } from "../../src/storage/layout.ts";

const TS = "2026-11-21T01:51:23.758770876+00:00";
const ID = "289aa865-eb73-48c9-a995-6b3245bfcc28";

/**
 * Makes a text.
 *
 * @param length How many characters.
 * @returns The text, without anything to escape.
 */
export function textOf(length: number): string {
  const text = "The quick brown fox jumps over the lazy dog. ".repeat(Math.ceil(length / 45)).slice(0, length);
  return JSON.parse(JSON.stringify(text)) as string; // in one piece, as text that came from elsewhere is
}

/**
 * Makes a line of output.
 *
 * @param seq Its number.
 * @param line Its text.
 * @param id The session.
 * @returns The line as it stands in a log, with its newline.
 */
export function outputOf(seq: number, line: string, id = ID): string {
  const envelope = { seq, ts: TS, zig_session_id: id };
  const kind = { type: "step_output", step_name: "build", stream: "stdout", line } as const;
  return `${encodeSessionEvent({ ...envelope, ...kind })}\n`;
}

/**
 * Writes a log of output.
 *
 * @param path The file.
 * @param bytes How long it shall be, at least.
 * @param textAt Makes the text of a line from its number.
 * @returns How many lines it has.
 */
export function writeLog(path: string, bytes: number, textAt: (seq: number) => string): number {
  using file = Deno.openSync(path, { write: true, createNew: true });
  let seq = 0;
  for (let length = 0; length < bytes;) {
    let piece = "";
    while (piece.length < 1e6) piece += outputOf(++seq, textAt(seq));
    length += writeAll(file, piece);
  }
  return seq;
}

/**
 * Writes a text to a file, all of it.
 *
 * @param file The file.
 * @param text The text.
 * @returns Its length in bytes.
 */
export function writeAll(file: Deno.FsFile, text: string): number {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  return bytes.length;
}

/**
 * Makes a store with sessions in both of its indexes.
 *
 * @param root Where.
 * @param sessions How many.
 * @returns The store.
 */
export function fillStore(root: string, sessions: number): Layout {
  Deno.mkdirSync(root, { recursive: true });
  const layout = openLayout({ root, project: root });
  Deno.mkdirSync(layout.sessionsDir, { recursive: true });
  const entries = Array.from({ length: sessions }, (_, at): SessionLogIndexEntry & GlobalSessionEntry => {
    const id = crypto.randomUUID();
    const day = new Date(Date.UTC(2026, 0, 1) + at * 60_000).toISOString().replace("Z", "+00:00");
    return {
      zig_session_id: id,
      workflow_name: "build and test",
      workflow_path: `${root}/workflow.zwf`,
      log_path: `${layout.sessionsDir}/${id}.jsonl`,
      started_at: day,
      ended_at: day,
      status: "success",
      workspace_path: layout.projectDir,
      project: layout.projectDir,
    };
  });
  for (const { log_path } of entries) Deno.writeTextFileSync(log_path, "{}\n");
  const projectEntries = entries.map(({ project: _, ...entry }) => entry);
  const globalEntries = entries.map(({ workspace_path: _, workflow_path: __, ...entry }) => entry);
  Deno.writeTextFileSync(layout.indexPath, encodeIndex(ZIG_PROJECT_INDEX, projectEntries));
  Deno.writeTextFileSync(layout.globalIndexPath, encodeIndex(ZIG_GLOBAL_INDEX, globalEntries));
  return layout;
}
