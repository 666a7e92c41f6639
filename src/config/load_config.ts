import { join } from "../deps/path.ts";
import { requirePath } from "../storage/permission.ts";
import type { ConfigFile } from "./config_file.ts";

/**
 * Gives the path of a store's configuration.
 *
 * @param root Directory of the store.
 * @returns The path.
 */
export function configPath(root: string): string {
  return join(root, "ziglog.jsonc");
}

/**
 * Reads the configuration of a store. Where there is none, this costs one attempt to open it.
 *
 * @param root Directory of the store.
 * @returns The configuration; `undefined` when the store has none.
 * @throws {UsageError} When something is wrong with it; the message names the file, the line and the column.
 * @throws {Deno.errors.NotCapable} When it may not be read.
 */
export async function loadConfig(root: string): Promise<ConfigFile | undefined> {
  requirePath("read", root);
  const path = configPath(root);
  let text: string;
  try {
    requirePath("read", path); // it may be a link that leads elsewhere
    if (!Deno.statSync(path).isFile) throw new Error("it is not a file"); // who reads a pipe waits for its writer
    text = Deno.readTextFileSync(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) return undefined;
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new Error(`Cannot read configuration "${path}": ${(cause as Error).message}`, { cause });
  }
  const { ConfigFile } = await import("./config_file.ts");
  return ConfigFile.parse(text, path);
}
