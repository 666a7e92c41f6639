/** The agent sessions that steps of workflows ran, found by the ids that the steps name. */

import { agentLayout } from "../agent/agent_layout.ts";
import { ZAG } from "../codec/zag.ts";
import { UsageError } from "../errors.ts";
import { AgentFold, type AgentSummary } from "../query/agent_summary.ts";
import { parseSessionId, type SessionId } from "../session_id.ts";
import { isFileError } from "../storage/file_error.ts";
import type { Layout, LayoutOptions } from "../storage/layout.ts";
import { findLog } from "../storage/locate.ts";
import { mayRead } from "../storage/permission.ts";
import { scan } from "../storage/scan.ts";
import { findAgentStore } from "./agent_store.ts";
import { AGENT_SOURCES } from "./source.ts";

/** Finds agent sessions in the store beside the workflows', and in that of the Rust program zag where it may be read. */
export class AgentSessions {
  readonly #options: LayoutOptions;
  #stores: readonly Layout[] | undefined;

  /** @param options The store and project of the workflows. */
  constructor(options: LayoutOptions) {
    this.#options = options;
  }

  /**
   * Sums up an agent session.
   *
   * @param id What a step names.
   * @returns The session in short; `undefined` where there is none within reach.
   */
  summaryOf(id: string): AgentSummary | undefined {
    const wanted = sessionIdOf(id);
    if (wanted === undefined) return undefined;
    for (const layout of this.#stores ??= openStores(this.#options)) {
      const log = findLog(layout, wanted);
      const summary = log && mayRead(log.logPath) ? summarize(log.logPath) : undefined;
      if (summary !== undefined) return summary;
    }
    return undefined;
  }
}

function openStores(options: LayoutOptions): Layout[] {
  const stores: Layout[] = [];
  for (const name of AGENT_SOURCES) {
    try {
      const store = findAgentStore(name, options);
      if (store !== undefined) stores.push(agentLayout(store));
    } catch (error) {
      // Agent sessions only add to what is shown: without the right to read them it is shown without them.
      if (!(error instanceof Deno.errors.NotCapable || error instanceof UsageError)) throw error;
    }
  }
  return stores;
}

function summarize(logPath: string): AgentSummary | undefined {
  const fold = new AgentFold();
  try {
    for (const lines of scan(logPath, ZAG)) lines.forEach((line) => fold.add(line));
  } catch (error) {
    if (!isFileError(error)) throw error;
    return undefined;
  }
  return fold.summary();
}

/** The original lets any text be an id; one that is no file name has no log. */
function sessionIdOf(id: string): SessionId | undefined {
  try {
    return parseSessionId(id);
  } catch {
    return undefined;
  }
}
