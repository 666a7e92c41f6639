/** Where the Rust program outrig keeps its runs. */

import { parse } from "../deps/toml.ts";
import { dirname, isAbsolute, join, resolve } from "../deps/path.ts";
import { UsageError } from "../errors.ts";
import { isGranted, readEnv, requirePath } from "../storage/permission.ts";

/** How the directory of the store is chosen. */
export interface SessionRootOptions {
  /** The directory, as it was asked for; nothing else is looked at then. */
  readonly flag?: string | undefined;
  /** Directory in whose repository a configuration is looked for; default: the working directory. */
  readonly cwd?: string | undefined;
  /** The configuration of the user; default: `$XDG_CONFIG_HOME/outrig/config.toml`, or `~/.outrig/config.toml`. */
  readonly globalConfig?: string | undefined;
}

/** How the directory of a store is chosen that is only read. */
export interface ReadSessionRootOptions extends SessionRootOptions {
  /** Called for each configuration that has to be passed over, with the reason; default: nothing is said. */
  readonly notice?: ((message: string) => void) | undefined;
}

/** A configuration, and the directory that relative paths in it start from. */
interface Config {
  readonly path: string;
  readonly base: string;
}

const REPOSITORY_CONFIG = join(".agents", "outrig", "config.toml");

/**
 * Finds the store that runs are recorded in: the flag, `session-root` in the configuration of the repository, the same in
 * that of the user, `$XDG_DATA_HOME/outrig/sessions`, `~/.local/share/outrig/sessions`.
 *
 * @param options Where to look.
 * @returns The directory, absolute; nothing is made.
 * @throws {UsageError} When a configuration is wrong, or no home directory is known.
 * @throws {Deno.errors.NotCapable} When a configuration may not be read; the message names the flag.
 */
export function resolveSessionRoot(options: SessionRootOptions = {}): string {
  return choose(options, (error) => {
    throw error;
  });
}

/**
 * Finds the store for a command that only reads it: the same places, but a configuration that is wrong, or that may not
 * be read, is passed over.
 *
 * @param options Where to look.
 * @returns The directory, absolute.
 * @throws {UsageError} When no home directory is known, or the configuration that was asked for is not there.
 */
export function resolveSessionRootForReading(options: ReadSessionRootOptions = {}): string {
  const { notice = (): void => {} } = options;
  return choose(options, (error) => notice(error.message));
}

function choose(options: SessionRootOptions, problem: (error: Error) => void): string {
  const { flag, cwd = Deno.cwd() } = options;
  if (flag !== undefined && flag !== "") return resolve(cwd, flag);
  for (const find of [() => repositoryConfig(cwd), () => globalConfig(options.globalConfig)]) {
    const configured = attempt(() => rootIn(find()), problem);
    if (configured !== undefined) return configured;
  }
  return defaultRoot();
}

/** A named configuration that is missing is never passed over: the name is mistyped. */
function attempt(find: () => string | undefined, problem: (error: Error) => void): string | undefined {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof MissingError) throw error;
    problem(error);
    return undefined;
  }
}

class MissingError extends UsageError {}

/** The nearest configuration upwards. Where reading is not allowed there is none. */
function repositoryConfig(from: string): Config | undefined {
  for (let base = resolve(from);; base = dirname(base)) {
    const path = join(base, REPOSITORY_CONFIG);
    if (!isGranted({ name: "read", path })) return undefined;
    const info = statOf(path);
    if (info?.isFile) {
      refuseForeign(path, info);
      return { path, base };
    }
    if (dirname(base) === base) return undefined;
  }
}

/** Anybody may put a file into a directory that all may write, such as that for temporary files. */
function refuseForeign(path: string, { uid }: Deno.FileInfo): void {
  if (uid === null || !isGranted({ name: "sys", kind: "uid" })) return;
  if (uid !== Deno.uid()) throw new UsageError(`Cannot use configuration "${path}": it belongs to somebody else`);
}

function globalConfig(named: string | undefined): Config | undefined {
  if (named !== undefined) {
    const path = resolve(named);
    requirePath("read", path);
    if (statOf(path) === undefined) {
      throw new MissingError(`Cannot read configuration "${named}": there is no such file`);
    }
    return { path, base: dirname(path) };
  }
  const xdg = absoluteEnv("XDG_CONFIG_HOME");
  const home = homeDirectory();
  const base = xdg !== undefined ? join(xdg, "outrig") : home !== undefined ? join(home, ".outrig") : undefined;
  if (base === undefined) return undefined;
  const path = join(base, "config.toml");
  requirePath("read", path);
  return statOf(path) === undefined ? undefined : { path, base };
}

function rootIn(config: Config | undefined): string | undefined {
  if (config === undefined) return undefined;
  const { path, base } = config;
  const value = parseConfig(path)["session-root"];
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value === "") {
    throw new UsageError(`Cannot use session-root in "${path}": ${JSON.stringify(value)} is not a path`);
  }
  const home = homeDirectory();
  return /^~(?:\/|$)/.test(value) && home !== undefined ? resolve(home, `.${value.slice(1)}`) : resolve(base, value);
}

function parseConfig(path: string): Record<string, unknown> {
  try {
    return parse(Deno.readTextFileSync(path));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot read configuration "${path}": ${why.trim().replaceAll(/\s+/g, " ")}`, {
      cause: error,
    });
  }
}

function defaultRoot(): string {
  const data = absoluteEnv("XDG_DATA_HOME");
  if (data !== undefined) return join(data, "outrig", "sessions");
  const home = homeDirectory();
  if (home !== undefined) return join(home, ".local", "share", "outrig", "sessions");
  const why = isGranted({ name: "env", variable: "HOME" })
    ? "HOME is not set"
    : "HOME may not be read (run with --allow-env=HOME,USERPROFILE,XDG_CONFIG_HOME,XDG_DATA_HOME)";
  throw new UsageError(`Cannot find the runs of outrig: ${why}`);
}

function homeDirectory(): string | undefined {
  return absoluteEnv("HOME") ?? absoluteEnv("USERPROFILE");
}

/** A relative path would depend on where the program was started. */
function absoluteEnv(name: string): string | undefined {
  const value = readEnv(name);
  return value !== undefined && isAbsolute(value) ? value : undefined;
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
