/** Repairs sessions: one, or all of a store. */

import type { IndexSchema, SessionEnd } from "../codec/dialect.ts";
import { ZIG } from "../codec/zig.ts";
import { Catalog } from "../storage/catalog.ts";
import { listLogs } from "../storage/evidence.ts";
import type { IndexFile } from "../storage/index_file.ts";
import { allProjects, type Layout, type LayoutOptions, logPathOf, openLayout } from "../storage/layout.ts";
import { findLeftovers, leftoversOfIndex } from "../storage/leftovers.ts";
import { locateLog } from "../storage/locate.ts";
import { requirePath } from "../storage/permission.ts";
import { type IndexRebuild, rebuildScope } from "./rebuild_indexes.ts";
import { type LogRepair, type LogRepairOptions, repairLog } from "./repair_log.ts";

/** How sessions are repaired. */
export interface RepairOptions extends LayoutOptions, LogRepairOptions {}

/** What became of a session. */
export interface SessionRepair {
  /** What became of its log. */
  readonly log: LogRepair;
  /** The indexes whose entries of the session were not what the log says. */
  readonly indexes: readonly IndexRebuild[];
}

/** What repairing a store brings. */
export type StoreRepair =
  /** A log, whether anything was done to it or not. */
  | { readonly kind: "log"; readonly repair: LogRepair }
  /** A log that could not be repaired; the others are. */
  | { readonly kind: "failed"; readonly sessionId: string; readonly logPath: string; readonly error: Error }
  /** A file that nobody needed any more. */
  | { readonly kind: "leftover"; readonly path: string; readonly what: "lock" | "temporary file" }
  /** An index that was not what the logs say. */
  | { readonly kind: "index"; readonly rebuild: IndexRebuild };

/**
 * Repairs one session: moves an unfinished last line of its log to a file beside it, ends the session as a failure when
 * its writer has died, and makes its index entries what the log says. A session that goes on is not touched.
 *
 * Lines that cannot be read stay where they are: readers pass over them, and they are all that is left of what was there.
 *
 * @param sessionId The session, or the unambiguous beginning of its id.
 * @param options Which store, and how.
 * @returns What was done.
 * @throws {SessionNotFoundError} When there is no such log.
 * @throws {AmbiguousSessionError} When the beginning fits several.
 * @throws {Deno.errors.NotCapable} When the store may not be written.
 *
 * @example
 * ```ts
 * import { repairSession, SessionWriter } from "@ziglog/ziglog";
 *
 * const root = Deno.makeTempDirSync();
 * const writer = SessionWriter.create({ workflowName: "build", workflowPath: "", tierCount: 0, root });
 * writer[Symbol.dispose](); // as if it had died
 * const { log } = await repairSession(writer.sessionId, { root });
 * console.log(log.state, log.actions[0]?.kind); // crashed end_session
 * ```
 */
export async function repairSession(sessionId: string, options: RepairOptions = {}): Promise<SessionRepair> {
  const layout = openLayout(options);
  if (!options.dryRun) requirePath("write", layout.root);
  const located = locateLog(layout, sessionId);
  const log = await repairLog(located, options, () => knownEnds(located.layout).get(located.id));
  if (log.untouched !== null) return { log, indexes: [] };
  return { log, indexes: rebuildScope({ layouts: [located.layout], only: located.id }, options) };
}

/**
 * Repairs all sessions of all projects of a store, removes what killed programs left behind, and makes the indexes what
 * the logs say. Running it again changes nothing more.
 *
 * @param options Which store, and how.
 * @returns What was done, or would be done, as it is done.
 * @throws {UsageError} When no store can be found.
 * @throws {Deno.errors.NotCapable} When the store may not be written.
 */
export async function* repairStore(options: RepairOptions = {}): AsyncGenerator<StoreRepair, void, void> {
  const { root, globalIndexPath } = openLayout(options);
  if (!options.dryRun) requirePath("write", root);
  const layouts = allProjects(root);
  const now = options.now ?? Date.now();
  for (const layout of layouts) yield* repairProject(layout, options);
  const leftovers = [
    ...layouts.flatMap((layout) => findLeftovers(layout, now)),
    ...leftoversOfIndex(globalIndexPath, now),
  ];
  for (const { path, what, remove } of leftovers) {
    if (!options.dryRun) remove();
    yield { kind: "leftover", path, what };
  }
  for (const rebuild of rebuildScope({ layouts }, options)) yield { kind: "index", rebuild };
}

async function* repairProject(layout: Layout, options: RepairOptions): AsyncGenerator<StoreRepair, void, void> {
  let ends: ReadonlyMap<string, SessionEnd> | undefined;
  for (const id of listLogs(layout).sort()) {
    const logPath = logPathOf(layout, id);
    try {
      const repair = await repairLog({ layout, id, logPath }, options, () => (ends ??= knownEnds(layout)).get(id));
      yield { kind: "log", repair };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue; // removed since it was listed
      if (!(error instanceof Error)) throw error;
      yield { kind: "failed", sessionId: id, logPath, error };
    }
  }
}

/** How sessions ended, as far as the indexes know. */
function knownEnds(layout: Layout): ReadonlyMap<string, SessionEnd> {
  const catalog = new Catalog(layout, ZIG);
  return new Map([...endsOf(catalog.globalIndex, ZIG.globalIndex), ...endsOf(catalog.projectIndex, ZIG.projectIndex)]);
}

function endsOf<Entry>(index: IndexFile<Entry>, schema: IndexSchema<Entry>): [string, SessionEnd][] {
  return index.load().entries.flatMap((entry): [string, SessionEnd][] => {
    const { id, endedAt, status } = schema.summarize(entry);
    return endedAt === null || status === null ? [] : [[id, { endedAt, status }]];
  });
}
