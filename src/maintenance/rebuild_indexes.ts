/** Makes the indexes of a store what its logs say. */

import type { IndexDifference } from "../query/compare_index.ts";
import { allProjects } from "../storage/layout.ts";
import { requirePath } from "../storage/permission.ts";
import { checkIndexes, gatherFacts, type Scope } from "./index_check.ts";
import { openStore, type StoreOptions } from "./stores.ts";

/** Which indexes are rebuilt, and how. */
export interface RebuildOptions extends StoreOptions {
  /** Whether the indexes of every project are rebuilt, not only that of this one. */
  readonly all?: boolean | undefined;
  /** Whether only to tell what would be done. */
  readonly dryRun?: boolean | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: number | undefined;
}

/** What became of an index. */
export interface IndexRebuild {
  /** The file. */
  readonly path: string;
  /** Whether there was one. */
  readonly exists: boolean;
  /** What was wrong with the file itself; it was set aside as `<name>.broken-<time>`. `null` when nothing was. */
  readonly damage: string | null;
  /** Where its entries differed from the logs. */
  readonly differences: readonly IndexDifference[];
}

/**
 * Makes the index of a project, and that of all projects, what the logs say: missing entries are made again, wrong ones
 * corrected, those without a log dropped. Entries without fault stay as they are, byte for byte, and an end that only the
 * index still knows is kept. Sessions may start and end meanwhile.
 *
 * @param options Which store and project, and how.
 * @returns The indexes that were not what the logs say; none when nothing had to be done.
 * @throws {UsageError} When no store can be found.
 * @throws {Deno.errors.NotCapable} When the store may not be written.
 */
export function rebuildIndexes(options: RebuildOptions = {}): IndexRebuild[] {
  const { layout, ...format } = openStore(options);
  if (!options.dryRun) requirePath("write", layout.root);
  const layouts = allProjects(layout.root);
  const rebuilt = rebuildScope({ layouts, format }, options, (path) => {
    return options.all === true || path === layout.indexPath || path === layout.globalIndexPath;
  });
  return rebuilt;
}

/**
 * Makes the index entries of some sessions what the logs say.
 *
 * @param scope The projects; of all, when the index of all projects is to be complete. Or one session.
 * @param options How.
 * @param isMeant Tells of an index whether it is to be looked at.
 * @returns The indexes that were not what the logs say.
 */
export function rebuildScope(
  scope: Scope,
  options: Pick<RebuildOptions, "dryRun" | "now">,
  isMeant: (path: string) => boolean = () => true,
): IndexRebuild[] {
  const facts = gatherFacts(scope, options.now ?? Date.now());
  const wrong = checkIndexes(scope, facts).filter(({ path, damage, differences }) =>
    isMeant(path) && (damage !== undefined || differences.some(isMendable))
  );
  return wrong.map(({ path, exists, damage, differences, correct }) => {
    if (!options.dryRun) correct();
    return { path, exists, damage: damage ?? null, differences: differences.filter(isMendable) };
  });
}

/** An end that the log has lost cannot be taken from it. */
function isMendable({ kind }: IndexDifference): boolean {
  return kind !== "end_unfounded";
}
