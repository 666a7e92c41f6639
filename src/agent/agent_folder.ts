import { join } from "../deps/path.ts";
import { UsageError } from "../errors.ts";
import { homeDirectory, type ReadVariable } from "../storage/permission.ts";
import type { AgentFolder } from "./agent_folders.ts";

/**
 * Finds the folder that an agent keeps for itself.
 *
 * @param folder What is known of it.
 * @param env Reads a variable of the environment that the agent runs in.
 * @returns The folder; `undefined` when there is no home directory, or nobody may know it.
 */
export function findAgentFolder({ name, movedBy, isBelow }: AgentFolder, env: ReadVariable): string | undefined {
  const moved = env(movedBy) || undefined;
  if (moved !== undefined && !isBelow) return moved;
  const parent = moved ?? homeDirectory(env);
  return parent === undefined ? undefined : join(parent, name);
}

/**
 * Finds the folder that an agent keeps for itself, and insists on it.
 *
 * @param folder What is known of it.
 * @param env Reads a variable of the environment that the agent runs in.
 * @returns The folder.
 * @throws {UsageError} When there is no home directory, or nobody may know it.
 */
export function agentFolder(folder: AgentFolder, env: ReadVariable): string {
  const path = findAgentFolder(folder, env);
  if (path !== undefined) return path;
  throw new UsageError(
    `Cannot find the folder of ${folder.agent}: HOME is not set or may not be read (--allow-env=HOME)`,
  );
}
