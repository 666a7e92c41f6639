/** How the agent sessions of a store did over time. */

import { ZAG } from "../codec/zag.ts";
import { AgentStats, type ProviderStats } from "../query/agent_stats.ts";
import { AgentFold } from "../query/agent_summary.ts";
import { compileSessionFilter } from "../query/session_filter.ts";
import { requireLog, type SearchProgress } from "../session/search_logs.ts";
import type { SessionEntry } from "../storage/catalog.ts";
import { isFileError } from "../storage/file_error.ts";
import { scan } from "../storage/scan.ts";
import type { AgentStoreOptions } from "./agent_options.ts";
import { openAgentCatalog } from "./sessions.ts";
import { Turn } from "../storage/turn.ts";

/** Which sessions are looked at. */
export interface AgentStatsOptions extends AgentStoreOptions {
  /** Whether the sessions of all projects are looked at. Default `false`: those of one project. */
  readonly all?: boolean | undefined;
  /** The agent; `*` stands for any text. */
  readonly provider?: string | undefined;
  /** Only sessions that were started then or later: milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Milliseconds since the epoch, to judge by who is alive. Default: now. */
  readonly now?: number | undefined;
  /** Told of a session whose log cannot be read. By default it is passed over. */
  readonly onUnreadable?: ((session: SessionEntry<unknown>, error: Error) => void) | undefined;
  /** Told how far it is, before each session. */
  readonly onProgress?: ((progress: SearchProgress) => void) | undefined;
}

/**
 * Finds out how agents did over time, and what they used. Each log is read once, a piece at a time.
 *
 * @param options Which sessions.
 * @returns The agents with their models; the one that was run last comes first.
 * @throws {UsageError} When no store can be found.
 * @throws {Deno.errors.NotCapable} When the store may not be read.
 *
 * @example
 * ```ts
 * import { agentStats } from "@ziglog/ziglog/zag";
 *
 * const agents = await agentStats({ root: Deno.makeTempDirSync(), all: true }); // leave root out for ~/.zig/agents
 * for (const { provider, sessions, usage } of agents) console.log(provider, sessions, usage?.tokens.output);
 * ```
 */
export async function agentStats(options: AgentStatsOptions = {}): Promise<ProviderStats[]> {
  const { provider: workflow, since } = options;
  const catalog = openAgentCatalog(options);
  const sessions: SessionEntry<unknown>[] = options.all ? catalog.listAll(options.now) : catalog.list(options.now);
  const stats = new AgentStats();
  const chosen = sessions.filter(compileSessionFilter({ workflow, since })).reverse();
  const turn = new Turn();
  for (const [done, session] of chosen.entries()) {
    options.onProgress?.({ done, sessions: chosen.length });
    const fold = new AgentFold();
    try {
      requireLog(session.logPath);
      for (const lines of scan(session.logPath, ZAG)) {
        for (const line of lines) fold.add(line);
        if (!turn.isOver) continue;
        await turn.pass();
      }
    } catch (error) {
      if (!isFileError(error)) throw error;
      options.onUnreadable?.(session, error);
      continue;
    }
    stats.add(session.name, { ...session, summary: fold.summary() });
  }
  return stats.stats();
}
