/** Where Copilot CLI keeps its sessions. */

import { basename, dirname, join } from "../../deps/path.ts";
import { parse as parseYaml } from "../../deps/yaml.ts";
import { isJsonObject, type JsonObject } from "../../codec/json.ts";
import { mayRead, readEnv, type ReadVariable, requirePath } from "../../storage/permission.ts";
import { agentFolder } from "../agent_folder.ts";
import { AGENT_FOLDERS } from "../agent_folders.ts";
import type { TranscriptFile } from "../transcript.ts";
import { headText, transcriptAt, transcriptsBelow } from "../transcript_head.ts";

/**
 * Finds the folder of Copilot CLI.
 *
 * @param env Reads a variable of the environment that it runs in.
 * @returns `$COPILOT_HOME`, else `$HOME/.copilot`.
 * @throws {UsageError} When neither is known.
 */
export function copilotFolder(env: ReadVariable = readEnv): string {
  return agentFolder(AGENT_FOLDERS.copilot, env);
}

/**
 * Lists the sessions: a folder each, or a file each in older versions.
 *
 * @param folder The folder of Copilot CLI, such as `~/.copilot`.
 * @returns The sessions, in no order.
 * @throws {Deno.errors.NotCapable} When it may not be read; the message names the flag.
 */
export function listCopilotSessions(folder: string): TranscriptFile[] {
  requirePath("read", folder);
  return transcriptsBelow(join(folder, "session-state"), ({ name, isFile }, path) => {
    if (!isFile) return transcriptAt(join(path, "events.jsonl"), null);
    return name.endsWith(".jsonl") ? transcriptAt(path, null) : [];
  });
}

/**
 * Tells the id of a session.
 *
 * @param path The events, as listed.
 * @returns The id, by the name of its folder, or of its file in older versions.
 */
export function copilotId(path: string): string {
  const name = basename(path);
  return name === "events.jsonl" ? basename(dirname(path)) : name.replace(/\.jsonl$/, "");
}

/**
 * Finds the directory that a session works in: older events do not tell, but the files beside them do.
 *
 * @param path The events, as listed.
 * @returns The directory; `null` when nothing tells.
 */
export function copilotCwd(path: string): string | null {
  if (basename(path) !== "events.jsonl") return headText(path, "cwd");
  const folder = dirname(path);
  const metadata = readObject(join(folder, "vscode.metadata.json"), JSON.parse);
  const workspace = readObject(join(folder, "workspace.yaml"), parseYaml);
  const told = [metadata.cwd, metadata.workspacePath, workspace.cwd, metadata.gitRoot, workspace.git_root];
  return told.find((each) => typeof each === "string") ?? headText(path, "cwd");
}

function readObject(path: string, parse: (text: string) => unknown): JsonObject {
  try {
    const value = mayRead(path) ? parse(Deno.readTextFileSync(path)) : {};
    return isJsonObject(value) ? value : {};
  } catch {
    return {}; // not there, or damaged: it only helps
  }
}
