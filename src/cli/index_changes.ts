import type { JsonObject } from "../codec/json.ts";
import { visible } from "../query/visible.ts";
import type { IndexRebuild } from "../maintenance/rebuild_indexes.ts";
import type { Style } from "./style.ts";

/** Entries of an index that are shown one by one: one that is made again may have thousands. */
const MOST_SHOWN = 20;

/**
 * Writes what became of an index, for people.
 *
 * @param rebuild What became of it.
 * @param dryRun Whether nothing was done.
 * @param style How to mark it.
 * @returns The lines.
 */
export function rebuildLines(
  { path, exists, damage, differences }: IndexRebuild,
  dryRun: boolean,
  style: Style,
): string[] {
  const done = exists ? damage === null ? "corrected" : "set aside and made again" : "made again";
  return [
    `${style.bold(visible(path))}: ${dryRun ? "would be " : ""}${done}${damage === null ? "" : `: ${visible(damage)}`}`,
    ...differences.slice(0, MOST_SHOWN).map(({ kind, sessionId, message }) => {
      return `  ${kind}: ${visible(`${sessionId}: ${message}`)}`;
    }),
    ...(differences.length > MOST_SHOWN ? [`  and ${differences.length - MOST_SHOWN} more (--json shows all)`] : []),
  ];
}

/**
 * Makes the JSON object that tells what became of an index.
 *
 * @param rebuild What became of it.
 * @param dryRun Whether nothing was done.
 * @param idName What session ids are called.
 * @returns The object.
 */
export function rebuildJson(
  { path, damage, differences }: IndexRebuild,
  dryRun: boolean,
  idName: string,
): JsonObject {
  return {
    type: "index",
    index_path: path,
    dry_run: dryRun,
    damage,
    changes: differences.map(({ kind, sessionId, message }) => ({ kind, [idName]: sessionId, message })),
  };
}
