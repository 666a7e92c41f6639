/** Where Gemini CLI keeps its chats. */

import { basename, dirname, join, resolve } from "../../deps/path.ts";
import { isJsonObject } from "../../codec/json.ts";
import { mayRead, readEnv, type ReadVariable, requirePath } from "../../storage/permission.ts";
import { agentFolder } from "../agent_folder.ts";
import { AGENT_FOLDERS } from "../agent_folders.ts";
import type { TranscriptFile } from "../transcript.ts";
import { transcriptAt, transcriptsBelow } from "../transcript_head.ts";

/**
 * Finds the folder of Gemini CLI.
 *
 * @param env Reads a variable of the environment that it runs in.
 * @returns `$GEMINI_CLI_HOME/.gemini`, else `$HOME/.gemini`.
 * @throws {UsageError} When neither is known.
 */
export function geminiFolder(env: ReadVariable = readEnv): string {
  return agentFolder(AGENT_FOLDERS.gemini, env);
}

/**
 * Lists the chats of all projects, those of sub-agents too. A chat that was carried over from the older format is listed
 * once.
 *
 * @param folder The folder of Gemini CLI, such as `~/.gemini`.
 * @returns The chats, in no order.
 * @throws {Deno.errors.NotCapable} When it may not be read; the message names the flag.
 */
export function listGeminiSessions(folder: string): TranscriptFile[] {
  requirePath("read", folder);
  return transcriptsBelow(join(folder, "tmp"), (_entry, project) => {
    return transcriptsBelow(join(project, "chats"), ({ name, isDirectory }, path, names) => {
      if (isDirectory) return partsOf(path, name);
      return /^session-.*\.jsonl?$/.test(name) && !names.has(`${name}l`) ? transcriptAt(path, null) : [];
    });
  });
}

function partsOf(folder: string, parentId: string): TranscriptFile[] {
  return transcriptsBelow(folder, ({ name }, path) => name.endsWith(".jsonl") ? transcriptAt(path, parentId) : []);
}

/**
 * Finds the directory that a chat is about: its own files do not say.
 *
 * @param path The chat, as listed.
 * @returns The directory; `null` when nobody knows any more.
 */
export async function geminiCwd(path: string): Promise<string | null> {
  const above = dirname(path);
  const project = dirname(basename(above) === "chats" ? above : dirname(above));
  const told = readText(join(project, ".project_root"))?.trim();
  if (told) return told;
  const name = basename(project);
  for (const [directory, slug] of registryOf(dirname(dirname(project)))) {
    if (slug === name || await sha256(directory) === name) return directory;
  }
  return null;
}

/** The directories that Gemini CLI has worked in, with their short names. */
function registryOf(folder: string): [directory: string, slug: unknown][] {
  try {
    const registry: unknown = JSON.parse(readText(join(folder, "projects.json")) ?? "{}");
    return isJsonObject(registry) && isJsonObject(registry.projects) ? Object.entries(registry.projects) : [];
  } catch {
    return []; // being written, or damaged
  }
}

function readText(path: string): string | undefined {
  try {
    return mayRead(path) ? Deno.readTextFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** How directories were named before they had short names. */
async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(resolve(text)));
  return new Uint8Array(digest).toHex();
}
