/** Where Claude Code keeps its sessions. */

import { join } from "../../deps/path.ts";
import { readEnv, type ReadVariable, requirePath } from "../../storage/permission.ts";
import { agentFolder } from "../agent_folder.ts";
import { AGENT_FOLDERS } from "../agent_folders.ts";
import type { TranscriptFile } from "../transcript.ts";
import { headText, transcriptAt, transcriptsBelow } from "../transcript_head.ts";

/** The file of a sub-agent. */
const SUB_AGENT = /^agent-.*\.jsonl$/;

/**
 * Finds the folder of Claude Code.
 *
 * @param env Reads a variable of the environment that it runs in.
 * @returns `$CLAUDE_CONFIG_DIR`, else `$HOME/.claude`.
 * @throws {UsageError} When neither is known.
 */
export function claudeFolder(env: ReadVariable = readEnv): string {
  return agentFolder(AGENT_FOLDERS.claude, env);
}

/**
 * Lists the sessions of all projects, and those of sub-agents: in a folder beside their session, or beside it themselves
 * in older versions.
 *
 * @param folder The folder of Claude Code, such as `~/.claude`.
 * @param since Only sessions that were written to then or later, in milliseconds since the epoch.
 * @returns The sessions, in no order.
 * @throws {Deno.errors.NotCapable} When it may not be read; the message names the flag.
 */
export function listClaudeSessions(folder: string, since?: number): TranscriptFile[] {
  requirePath("read", folder);
  const projects = join(folder, "projects");
  return transcriptsBelow(projects, (_entry, path) => sessionsOf(path, since));
}

function sessionsOf(project: string, since: number | undefined): TranscriptFile[] {
  return transcriptsBelow(project, ({ name, isDirectory }, path) => {
    if (isDirectory) return subAgentsOf(join(path, "subagents"), name, since);
    if (SUB_AGENT.test(name)) return transcriptAt(path, () => headText(path, "sessionId"), since);
    return name.endsWith(".jsonl") ? transcriptAt(path, null, since) : [];
  });
}

function subAgentsOf(folder: string, parentId: string, since: number | undefined): TranscriptFile[] {
  return transcriptsBelow(folder, ({ name, isDirectory }, path) => {
    if (isDirectory) return subAgentsOf(path, parentId, since);
    return SUB_AGENT.test(name) ? transcriptAt(path, parentId, since) : [];
  });
}
