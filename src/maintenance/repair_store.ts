/** Repairs sessions: one, or all of a store. */

import type { IndexSchema } from "../codec/dialect.ts";
import { Catalog } from "../storage/catalog.ts";
import { listLogs } from "../storage/evidence.ts";
import type { IndexFile } from "../storage/index_file.ts";
import { allProjects, type Layout, logPathOf } from "../storage/layout.ts";
import { findLeftovers, leftoversOfIndex } from "../storage/leftovers.ts";
import { locateLog } from "../storage/locate.ts";
import { requirePath } from "../storage/permission.ts";
import { type IndexRebuild, rebuildScope } from "./rebuild_indexes.ts";
import { type KnownSession, type LogRepair, type LogRepairOptions, repairLog } from "./repair_log.ts";
import { openStore, type StoreFormat, type StoreOptions } from "./stores.ts";

/** How sessions are repaired. */
export interface RepairOptions extends StoreOptions, LogRepairOptions {}

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
  const { layout, ...format } = openStore(options);
  if (!options.dryRun) requirePath("write", layout.root);
  const located = locateLog(layout, sessionId);
  const log = await repairLog(located, format, options, () => knownSessions(located.layout, format).get(located.id));
  if (log.untouched !== null) return { log, indexes: [] };
  return { log, indexes: rebuildScope({ layouts: [located.layout], format, only: located.id }, options) };
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
  const { layout: { root, globalIndexPath }, ...format } = openStore(options);
  if (!options.dryRun) requirePath("write", root);
  const layouts = allProjects(root);
  const now = options.now ?? Date.now();
  for (const layout of layouts) yield* repairProject(layout, format, options);
  const leftovers = [
    ...layouts.flatMap((layout) => findLeftovers(layout, now)),
    ...leftoversOfIndex(globalIndexPath, now),
  ];
  for (const { path, what, remove } of leftovers) {
    if (!options.dryRun) remove();
    yield { kind: "leftover", path, what };
  }
  for (const rebuild of rebuildScope({ layouts, format }, options)) yield { kind: "index", rebuild };
}

async function* repairProject(
  layout: Layout,
  format: StoreFormat,
  options: RepairOptions,
): AsyncGenerator<StoreRepair, void, void> {
  let known: ReadonlyMap<string, KnownSession> | undefined;
  const inIndex = (id: string): KnownSession | undefined => (known ??= knownSessions(layout, format)).get(id);
  for (const id of listLogs(layout).sort()) {
    const logPath = logPathOf(layout, id);
    try {
      const repair = await repairLog({ layout, id, logPath }, format, options, () => inIndex(id));
      yield { kind: "log", repair };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue; // removed since it was listed
      if (!(error instanceof Error)) throw error;
      yield { kind: "failed", sessionId: id, logPath, error };
    }
  }
}

/** What the indexes know of sessions; that of the project counts for more. */
function knownSessions(layout: Layout, { dialect }: StoreFormat): ReadonlyMap<string, KnownSession> {
  const { projectIndex, globalIndex } = new Catalog(layout, dialect);
  const known = new Map<string, KnownSession>();
  for (
    const [id, session] of [
      ...sessionsOf(globalIndex, dialect.globalIndex),
      ...sessionsOf(projectIndex, dialect.projectIndex),
    ]
  ) {
    known.set(id, { name: session.name, end: session.end ?? known.get(id)?.end });
  }
  return known;
}

function sessionsOf<Entry>(index: IndexFile<Entry>, schema: IndexSchema<Entry>): [string, KnownSession][] {
  return index.load().entries.map((entry): [string, KnownSession] => {
    const { id, name, endedAt, status } = schema.summarize(entry);
    return [id, { name, end: endedAt === null || status === null ? undefined : { endedAt, status } }];
  });
}
