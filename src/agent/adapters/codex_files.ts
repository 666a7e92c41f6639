/** Where Codex keeps its sessions. */

import { join } from "../../deps/path.ts";
import { readEnv, type ReadVariable, requirePath } from "../../storage/permission.ts";
import { agentFolder } from "../agent_folder.ts";
import { AGENT_FOLDERS } from "../agent_folders.ts";
import type { TranscriptFile } from "../transcript.ts";
import { headText, transcriptAt, transcriptsBelow } from "../transcript_head.ts";

const ROLLOUT = /^rollout-.*\.jsonl(\.zst)?$/;

/** Years, months and days have a folder each. */
const DEPTH = 3;

/**
 * Finds the folder of Codex.
 *
 * @param env Reads a variable of the environment that it runs in.
 * @returns `$CODEX_HOME`, else `$HOME/.codex`.
 * @throws {UsageError} When neither is known.
 */
export function codexFolder(env: ReadVariable = readEnv): string {
  return agentFolder(AGENT_FOLDERS.codex, env);
}

/**
 * Lists the sessions, archived ones too. One that is there both compressed and not, as while it is compressed, is listed
 * once. Of a compressed sub-agent it is not told whose it is.
 *
 * @param folder The folder of Codex, such as `~/.codex`.
 * @param since Only sessions that were written to then or later, in milliseconds since the epoch.
 * @returns The sessions, in no order.
 * @throws {Deno.errors.NotCapable} When it may not be read; the message names the flag.
 */
export function listCodexSessions(folder: string, since?: number): TranscriptFile[] {
  requirePath("read", folder);
  return [
    ...rolloutsBelow(join(folder, "sessions"), DEPTH, since),
    ...rolloutsBelow(join(folder, "archived_sessions"), 0, since),
  ];
}

function rolloutsBelow(folder: string, depth: number, since: number | undefined): TranscriptFile[] {
  return transcriptsBelow(folder, ({ name, isDirectory }, path, names) => {
    if (isDirectory) return depth > 0 ? rolloutsBelow(path, depth - 1, since) : [];
    if (!ROLLOUT.test(name) || names.has(name.replace(/\.zst$/, "")) && name.endsWith(".zst")) return [];
    return transcriptAt(path, () => headText(path, "parent_thread_id"), since);
  });
}
