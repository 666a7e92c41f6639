/** Where the store of outrig is, and what says so. */

import { dirname, isAbsolute, join, resolve } from "../deps/path.ts";
import { resolveSessionRootForReading } from "../outrig/session_root.ts";
import { homeDirectory, readEnv } from "../storage/permission.ts";

/**
 * Names all that is read to find the store of outrig, and the store.
 *
 * @param directory The directory whose repository may have a configuration.
 * @returns The paths.
 * @throws {UsageError} When no home directory is known.
 */
export function sessionRootPaths(directory: string): string[] {
  const paths = [resolveSessionRootForReading({ cwd: directory }), ...globalConfig()];
  for (let base = resolve(directory);; base = dirname(base)) {
    paths.push(join(base, ".agents", "outrig", "config.toml"));
    if (dirname(base) === base) return paths;
  }
}

function globalConfig(): string[] {
  const xdg = readEnv("XDG_CONFIG_HOME");
  if (xdg !== undefined && isAbsolute(xdg)) return [join(xdg, "outrig", "config.toml")];
  const home = homeDirectory();
  return home === undefined ? [] : [join(home, ".outrig", "config.toml")];
}
