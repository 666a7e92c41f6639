/** The zig indexes as whole files, under the names that the original gives them. */

import type { IndexSchema } from "../codec/dialect.ts";
import {
  type GlobalSessionEntry,
  type GlobalSessionIndex,
  type SessionLogIndex,
  type SessionLogIndexEntry,
  ZIG_GLOBAL_INDEX,
  ZIG_PROJECT_INDEX,
} from "../codec/zig_index.ts";
import { IndexBrokenError } from "../errors.ts";
import { IndexFile } from "../storage/index_file.ts";

/**
 * Loads the index of a project.
 *
 * @param path The file, `<project>/logs/index.json`.
 * @returns The index; empty when there is no such file.
 * @throws {IndexBrokenError} When the file is damaged. {@linkcode listSessions} lists such a project from its logs.
 */
export function loadProjectIndex(path: string): SessionLogIndex {
  return load(path, ZIG_PROJECT_INDEX);
}

/**
 * Saves the index of a project, under its lock and at once. What is saved replaces everything: to change one entry
 * while others write, leave it to {@linkcode SessionWriter}.
 *
 * @param path The file, `<project>/logs/index.json`.
 * @param index The index.
 */
export function saveProjectIndex(path: string, index: SessionLogIndex): void {
  save<SessionLogIndexEntry>(path, ZIG_PROJECT_INDEX, index.sessions);
}

/**
 * Loads the index of all projects.
 *
 * @param path The file, `~/.zig/sessions_index.json`.
 * @returns The index; empty when there is no such file.
 * @throws {IndexBrokenError} When the file is damaged.
 */
export function loadGlobalIndex(path: string): GlobalSessionIndex {
  return load(path, ZIG_GLOBAL_INDEX);
}

/**
 * Saves the index of all projects, under its lock and at once.
 *
 * @param path The file, `~/.zig/sessions_index.json`.
 * @param index The index.
 */
export function saveGlobalIndex(path: string, index: GlobalSessionIndex): void {
  save<GlobalSessionEntry>(path, ZIG_GLOBAL_INDEX, index.sessions);
}

function load<Entry>(path: string, schema: IndexSchema<Entry>): { readonly sessions: readonly Entry[] } {
  const { entries, damage } = new IndexFile(path, schema, () => []).load();
  if (damage !== undefined) throw new IndexBrokenError(path, damage);
  return { sessions: entries };
}

function save<Entry>(path: string, schema: IndexSchema<Entry>, entries: readonly Entry[]): void {
  new IndexFile(path, schema, () => []).update(() => entries);
}
