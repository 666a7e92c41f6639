import { join } from "../deps/path.ts";
import { UsageError } from "../errors.ts";
import { homeDirectory, type ReadVariable } from "../storage/permission.ts";

/**
 * Finds the folder that an agent keeps in the home directory.
 *
 * @param agent The agent, as people know it.
 * @param name The folder's name.
 * @param env Reads a variable of the environment that the agent runs in.
 * @returns The folder.
 * @throws {UsageError} When there is no home directory, or nobody may know it.
 */
export function folderAtHome(agent: string, name: string, env: ReadVariable): string {
  const home = homeDirectory(env);
  if (home !== undefined) return join(home, name);
  throw new UsageError(`Cannot find the folder of ${agent}: HOME is not set or may not be read (--allow-env=HOME)`);
}
