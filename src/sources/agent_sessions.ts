/** The agent sessions that steps of workflows ran, found by the ids that the steps name. */

import { ZAG } from "../codec/zag.ts";
import { UsageError } from "../errors.ts";
import { AgentFold, type AgentSummary } from "../query/agent_summary.ts";
import { parseSessionId, type SessionId } from "../session_id.ts";
import { isFileError } from "../storage/file_error.ts";
import { type LayoutOptions, projectLayout } from "../storage/layout.ts";
import { findLog } from "../storage/locate.ts";
import { mayRead } from "../storage/permission.ts";
import { scan } from "../storage/scan.ts";
import { openSource } from "./open_source.ts";
import type { Source } from "./source.ts";

/** Where agent sessions may be, in the order they are looked up. */
const STORES = ["agents", "zag"] as const;

/** Finds agent sessions in the store beside the workflows', and in that of the Rust program zag where it may be read. */
export class AgentSessions {
  readonly #options: LayoutOptions;
  #stores: Promise<readonly Source[]> | undefined;

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
  async summaryOf(id: string): Promise<AgentSummary | undefined> {
    const wanted = sessionIdOf(id);
    if (wanted === undefined) return undefined;
    for (const { root, projectDir } of await (this.#stores ??= openStores(this.#options))) {
      const log = findLog(projectLayout(root, projectDir), wanted);
      const summary = log && mayRead(log.logPath) ? summarize(log.logPath) : undefined;
      if (summary !== undefined) return summary;
    }
    return undefined;
  }
}

async function openStores(options: LayoutOptions): Promise<Source[]> {
  const stores: Source[] = [];
  for (const name of STORES) {
    try {
      const store = await openSource(name, options);
      if (store !== undefined) stores.push(store);
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
