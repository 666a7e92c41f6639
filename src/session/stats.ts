/** How the sessions of a store did over time. */

import { SESSION_EVENT_TYPES, ZIG } from "../codec/zig.ts";
import type { GlobalSessionEntry } from "../codec/zig_index.ts";
import { compileFilter } from "../query/filter.ts";
import { projectNameOf } from "../query/project_name.ts";
import { compileSessionFilter } from "../query/session_filter.ts";
import { type AgentUsages, RunStats, type Stats } from "../query/stats.ts";
import { RunFold, type RunSummary } from "../query/summary.ts";
import type { ModelUsage } from "../query/usage.ts";
import { ZIG_VIEW } from "../query/zig_view.ts";
import { isFileError } from "../storage/file_error.ts";
import type { LayoutOptions } from "../storage/layout.ts";
import { scan } from "../storage/scan.ts";
import type { SearchedSession } from "./search.ts";
import { requireLog, type SearchProgress } from "./search_logs.ts";
import { openCatalog } from "./sessions.ts";
import { Turn } from "../storage/turn.ts";

/** Which sessions are looked at. */
export interface SessionStatsOptions extends LayoutOptions {
  /** Whether the sessions of all projects are looked at, each project apart. Default `false`: those of one project. */
  readonly all?: boolean | undefined;
  /** The name of the workflow; `*` stands for any text. */
  readonly workflow?: string | undefined;
  /** Only sessions that were started then or later: milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Milliseconds since the epoch, to judge by who is alive. Default: now. */
  readonly now?: number | undefined;
  /** Tells what an agent session used that a step ran; `null` where nobody knows. By default nobody is asked. */
  readonly usageOf?: ((agentSessionId: string) => Promise<ModelUsage | null>) | undefined;
  /** Told of a session whose log cannot be read. By default it is passed over. */
  readonly onUnreadable?: ((session: SearchedSession, error: Error) => void) | undefined;
  /** Told how far it is, before each session. */
  readonly onProgress?: ((progress: SearchProgress) => void) | undefined;
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
  const { prefilter } = compileFilter({ types }, ZIG_VIEW);
  const stats = new RunStats();
  const chosen = sessions.filter(compileSessionFilter(options)).reverse();
  const turn = new Turn();
  for (const [done, session] of chosen.entries()) {
    options.onProgress?.({ done, sessions: chosen.length });
    const fold = new RunFold();
    try {
      requireLog(session.logPath);
      for (const lines of scan(session.logPath, ZIG, { prefilter })) lines.forEach((line) => fold.add(line));
    } catch (error) {
      if (!isFileError(error)) throw error;
      options.onUnreadable?.(session, error);
      continue;
    }
    const run = fold.summary();
    const project = options.all
      ? projectNameOf(session.logPath, (session.entry as Partial<GlobalSessionEntry>).project)
      : undefined;
    stats.add(session.name, session.state, run, { project, usages: await usagesOf(run, options) });
    if (!turn.isOver) continue;
    await turn.pass();
  }
  return stats.stats();
}

async function usagesOf({ tiers }: RunSummary, { usageOf }: SessionStatsOptions): Promise<AgentUsages> {
  const usages = new Map<string, ModelUsage>();
  for (const id of tiers.flatMap(({ steps }) => steps.flatMap(({ agentSessions }) => agentSessions))) {
    const usage = await usageOf?.(id);
    if (usage) usages.set(id, usage);
  }
  return usages;
}
