/** How the sessions of a store did over time. */

import { SESSION_EVENT_TYPES, ZIG } from "../codec/zig.ts";
import { compileFilter } from "../query/filter.ts";
import { compileSessionFilter } from "../query/session_filter.ts";
import { RunStats, type Stats } from "../query/stats.ts";
import { RunFold } from "../query/summary.ts";
import { isFileError } from "../storage/file_error.ts";
import type { LayoutOptions } from "../storage/layout.ts";
import { scan } from "../storage/scan.ts";
import { requireLog, type SearchedSession } from "./search.ts";
import { openCatalog } from "./sessions.ts";

/** Which sessions are looked at. */
export interface SessionStatsOptions extends LayoutOptions {
  /** Whether the sessions of all projects are looked at. Default `false`: those of one project. */
  readonly all?: boolean | undefined;
  /** The name of the workflow; `*` stands for any text. */
  readonly workflow?: string | undefined;
  /** Only sessions that were started then or later: milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Milliseconds since the epoch, to judge by who is alive. Default: now. */
  readonly now?: number | undefined;
  /** Told of a session whose log cannot be read. By default it is passed over. */
  readonly onUnreadable?: ((session: SearchedSession, error: Error) => void) | undefined;
}

/**
 * Finds out how sessions did over time. What steps wrote is not read.
 *
 * @param options Which sessions.
 * @returns How their runs and steps did.
 * @throws {UsageError} When no store can be found.
 */
export async function sessionStats(options: SessionStatsOptions = {}): Promise<Stats> {
  const catalog = openCatalog(options);
  const sessions: SearchedSession[] = options.all ? catalog.listAll(options.now) : catalog.list(options.now);
  const types = SESSION_EVENT_TYPES.filter((type) => type !== "step_output");
  const { prefilter } = compileFilter({ types });
  const stats = new RunStats();
  for (const session of sessions.filter(compileSessionFilter(options)).reverse()) {
    const fold = new RunFold();
    try {
      requireLog(session.logPath);
      for (const lines of scan(session.logPath, ZIG, { prefilter })) lines.forEach((line) => fold.add(line));
    } catch (error) {
      if (!isFileError(error)) throw error;
      options.onUnreadable?.(session, error);
      continue;
    }
    stats.add(session.name, session.state, fold.summary());
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return stats.stats();
}
