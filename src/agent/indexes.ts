/** The zag indexes as whole files, under the names that the original gives them. */

import type { IndexSchema } from "../codec/dialect.ts";
import { ZAG } from "../codec/zag.ts";
import {
  type AgentGlobalEntry,
  type AgentGlobalIndex,
  type AgentIndexEntry,
  type AgentLogIndex,
  ZAG_GLOBAL_INDEX,
  ZAG_PROJECT_INDEX,
} from "../codec/zag_index.ts";
import { join } from "../deps/path.ts";
import { IndexBrokenError } from "../errors.ts";
import { Catalog } from "../storage/catalog.ts";
import { IndexFile } from "../storage/index_file.ts";
import { projectLayout } from "../storage/layout.ts";

/**
 * Loads the index of a project.
 *
 * @param logsDir The directory that holds it, such as {@linkcode logsDir} tells.
 * @returns The index; empty when there is none.
 * @throws {IndexBrokenError} When the file is damaged.
 */
export function loadIndex(logsDir: string): AgentLogIndex {
  return load(join(logsDir, "index.json"), ZAG_PROJECT_INDEX);
}

/**
 * Saves the index of a project, under its lock and at once. What is saved replaces everything: to change one entry
 * while others write, leave it to {@linkcode AgentLogWriter}.
 *
 * @param logsDir The directory that holds it.
 * @param index The index.
 */
export function saveIndex(logsDir: string, index: AgentLogIndex): void {
  const file = new IndexFile<AgentIndexEntry>(join(logsDir, "index.json"), ZAG_PROJECT_INDEX, () => []);
  file.update(() => index.sessions);
}

/**
 * Loads the index of all projects.
 *
 * @param directory The directory that holds it, such as `~/.zag`.
 * @returns The index; empty when there is none.
 * @throws {IndexBrokenError} When the file is damaged.
 */
export function loadGlobalIndex(directory: string): AgentGlobalIndex {
  return load(join(directory, "sessions_index.json"), ZAG_GLOBAL_INDEX);
}

/**
 * Enters a session into the index of all projects, or corrects its entry, under the lock of the index.
 *
 * @param directory The directory that holds it, such as `~/.zag`.
 * @param entry The entry.
 */
export function upsertGlobalEntry(directory: string, entry: AgentGlobalEntry): void {
  const { globalIndex } = new Catalog(projectLayout(directory, directory), ZAG);
  globalIndex.revise(entry, (known) => ({ ...known, ...entry }));
}

function load<Entry>(path: string, schema: IndexSchema<Entry>): { readonly sessions: readonly Entry[] } {
  const { entries, damage } = new IndexFile(path, schema, () => []).load();
  if (damage !== undefined) throw new IndexBrokenError(path, damage);
  return { sessions: entries };
}
