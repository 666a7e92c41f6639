/** Which sessions to prune. */

/** What is to stay. */
export interface PruneLimits {
  /** What was last heard of longer ago than this goes, in milliseconds. */
  readonly olderThanMs?: number | undefined;
  /** The newest so many of each workflow stay, whatever the other limits say. */
  readonly keepLast?: number | undefined;
  /** The oldest go until the rest takes no more than this, in bytes. */
  readonly maxBytes?: number | undefined;
}

/**
 * Why a session is pruned: it is older than it may be; without it the rest fits into the size; it is not among the last;
 * or nothing but its state or workflow was asked for.
 */
export type PruneReason = "older" | "size" | "surplus" | "selected";

/** What matters about a session here. */
export interface PruneRow {
  /** The project and the workflow. */
  readonly group: string;
  /** When it was last heard of, in milliseconds since the epoch; not a number where nobody can tell. */
  readonly lastSign: number;
  /** What its files take. */
  readonly bytes: number;
  /** Whether it must stay: it runs, or it is protected. It counts all the same. */
  readonly mustStay: boolean;
}

/**
 * Chooses what to prune. Limits of age and size are reasons to go, each by itself; what belongs to the last of its
 * workflow stays. Without either of the two, everything else goes.
 *
 * @param rows The sessions in question, newest first.
 * @param limits What is to stay.
 * @param now Milliseconds since the epoch.
 * @returns Those to prune, in the same order.
 */
export function choosePrunes<Row extends PruneRow>(
  rows: readonly Row[],
  limits: PruneLimits,
  now: number,
): { readonly row: Row; readonly reason: PruneReason }[] {
  const { olderThanMs, keepLast = 0, maxBytes } = limits;
  const stays = new Set(rows.filter(({ mustStay }) => mustStay));
  const seen = new Map<string, number>();
  for (const row of rows) {
    const rank = seen.get(row.group) ?? 0;
    seen.set(row.group, rank + 1);
    if (rank < keepLast) stays.add(row);
  }
  const reasons = new Map<Row, PruneReason>();
  if (olderThanMs === undefined && maxBytes === undefined) {
    const reason = limits.keepLast === undefined ? "selected" : "surplus";
    for (const row of rows) if (!stays.has(row)) reasons.set(row, reason);
  }
  if (olderThanMs !== undefined) {
    for (const row of rows) if (!stays.has(row) && now - row.lastSign > olderThanMs) reasons.set(row, "older");
  }
  if (maxBytes !== undefined) {
    let left = rows.reduce((sum, row) => reasons.has(row) ? sum : sum + row.bytes, 0);
    for (const row of rows.toReversed()) {
      if (left <= maxBytes) break;
      if (stays.has(row) || reasons.has(row)) continue;
      reasons.set(row, "size");
      left -= row.bytes;
    }
  }
  return rows.flatMap((row) => {
    const reason = reasons.get(row);
    return reason === undefined ? [] : [{ row, reason }];
  });
}
