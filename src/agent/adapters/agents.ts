/** The agents whose own files can be read, and their adapters. */

import { basename } from "../../deps/path.ts";
import type { HistoricalLogAdapter } from "../adapter.ts";
import { HistoricalAdapter } from "../historical_adapter.ts";
import { importSourceOf } from "../import_source.ts";
import { LiveAdapter } from "../live_adapter.ts";
import type { LiveContext, TranscriptAgent } from "../live_agent.ts";
import type { AgentName } from "../transcript.ts";
import { headText } from "../transcript_head.ts";
import { ClaudeFold } from "./claude.ts";
import { claudeFolder, listClaudeSessions } from "./claude_files.ts";
import { CodexFold } from "./codex.ts";
import { codexFolder, listCodexSessions } from "./codex_files.ts";
import { CopilotFold } from "./copilot.ts";
import { copilotCwd, copilotFolder, copilotId, listCopilotSessions } from "./copilot_files.ts";
import { GeminiFold } from "./gemini.ts";
import { geminiCwd, geminiFolder, listGeminiSessions } from "./gemini_files.ts";

/** The agents by name. */
export const AGENTS: Readonly<Record<AgentName, TranscriptAgent>> = {
  claude: {
    name: "claude",
    folder: claudeFolder,
    list: listClaudeSessions,
    cwdOf: (path) => headText(path, "cwd"),
    isNamed: (path, id) => basename(path) === `${id}.jsonl`,
    fold: (_path, source) => new ClaudeFold({ source }),
  },
  codex: {
    name: "codex",
    folder: codexFolder,
    list: listCodexSessions,
    cwdOf: (path) => headText(path, "cwd"),
    isNamed: (path, id) => basename(path).endsWith(`-${id}.jsonl`),
    fold: (_path, source) => new CodexFold({ source }),
  },
  gemini: {
    name: "gemini",
    folder: geminiFolder,
    list: listGeminiSessions,
    cwdOf: geminiCwd,
    isNamed: (path, id) => headText(path, "sessionId") === id,
    fold: async (path, source) => new GeminiFold({ source, cwd: await geminiCwd(path) }),
  },
  copilot: {
    name: "copilot",
    folder: copilotFolder,
    list: listCopilotSessions,
    cwdOf: copilotCwd,
    isNamed: (path, id) => copilotId(path) === id,
    fold: (path, source) => new CopilotFold({ source, cwd: copilotCwd(path), sessionId: copilotId(path) }),
  },
};

/**
 * Makes the adapter that records what a run of an agent writes down itself. To be made just before the agent is started:
 * what is on disk then is not the run's.
 *
 * @param name The agent.
 * @param context The run.
 * @returns The adapter, for {@linkcode AgentLogCoordinator}.
 * @throws {UsageError} When the agent's folder cannot be found.
 * @throws {Deno.errors.NotCapable} When it may not be read; the message names the flag.
 *
 * @example
 * ```ts
 * import { AgentLogCoordinator, liveAdapterFor } from "@ziglog/ziglog/zag";
 *
 * const cwd = Deno.makeTempDirSync();
 * await using session = AgentLogCoordinator.start({
 *   provider: "claude",
 *   wrapperSessionId: crypto.randomUUID(),
 *   command: "run",
 *   root: Deno.makeTempDirSync(),
 *   adapter: liveAdapterFor("claude", { cwd, startedAt: Date.now(), folder: Deno.makeTempDirSync() }),
 * });
 * // … start the agent in `cwd` and wait for it …
 * await session.finish(true);
 * ```
 */
export function liveAdapterFor(name: AgentName, context: LiveContext): LiveAdapter {
  return new LiveAdapter(AGENTS[name], context);
}

/**
 * Makes the adapter that tells the sessions that an agent has on disk.
 *
 * @param name The agent.
 * @param folder Its folder; its own default when it is left out.
 * @returns The adapter, for {@linkcode runBackfill}.
 * @throws {UsageError} When the agent's folder cannot be found.
 */
export function historicalAdapterFor(name: AgentName, folder?: string): HistoricalLogAdapter {
  const agent = AGENTS[name];
  return new HistoricalAdapter(importSourceOf(agent), folder ?? agent.folder());
}
