/** Where the sessions of agents are. */

import { dirname, join, resolve } from "../deps/path.ts";
import { UsageError } from "../errors.ts";
import { type Layout, logsLayout, openLayout, storeRoot } from "../storage/layout.ts";
import { homeDirectory, readEnv } from "../storage/permission.ts";
import type { AgentStoreOptions } from "./agent_options.ts";

/** The paths of one project's agent sessions. */
export interface AgentLayout extends Layout {
  /** Whether the sessions are entered into an index of all projects. */
  readonly hasGlobalIndex: boolean;
}

/** A store of the original. */
export interface ZagStore extends AgentStoreOptions {
  /** Its directory. */
  readonly root: string;
}

/**
 * Finds the store of agent sessions and the project in it.
 *
 * @param options Which.
 * @returns The paths; nothing is created.
 * @throws {UsageError} When neither a root nor a home directory is known.
 * @throws {Deno.errors.NotCapable} When the store may not be read.
 */
export function agentLayout(options: AgentStoreOptions = {}): AgentLayout {
  if (options.logsDir !== undefined) return layoutOf(resolve(options.logsDir), options.globalIndexDir);
  const layout = openLayout({ root: options.root ?? agentRoot(), project: options.project });
  const { globalIndexDir } = options;
  const moved = globalIndexDir === undefined ? {} : { globalIndexPath: indexIn(resolve(globalIndexDir)) };
  return { ...layout, ...moved, hasGlobalIndex: true };
}

/**
 * The directory where this program keeps the sessions of agents.
 *
 * @returns `agents` in the store of zig sessions: `~/.zig/agents`, unless `ZIGLOG_ROOT` moves it.
 * @throws {UsageError} When no home directory is known.
 */
export function agentRoot(): string {
  return join(storeRoot({}), "agents");
}

/**
 * The directory where the original keeps the logs of a project, to record there or to read what it recorded.
 *
 * @param options The project; the one of the working directory when it is left out.
 * @returns `$ZAG_USER_LOG_DIR`, or `~/.zag/projects/<project>/logs`; `~/.zag/logs` outside of a repository.
 * @throws {UsageError} When no home directory is known.
 */
export function logsDir(options: Pick<AgentStoreOptions, "project"> = {}): string {
  const { root, logsDir } = zagStore(options);
  return logsDir ?? openLayout({ root, project: options.project }).logsDir;
}

/**
 * Finds the store of the original. `$ZAG_USER_LOG_DIR` stands there for the logs of the project, whichever it is.
 *
 * @param options The project; the one of the working directory when it is left out.
 * @returns What opens it.
 * @throws {UsageError} When no home directory is known.
 */
export function zagStore(options: Pick<AgentStoreOptions, "project"> = {}): ZagStore {
  const home = homeDirectory();
  if (home === undefined) {
    throw new UsageError(
      "Cannot find the sessions of zag: HOME is not set, or may not be read (run with --allow-env=HOME,USERPROFILE)",
    );
  }
  const root = join(home, ".zag");
  const moved = readEnv("ZAG_USER_LOG_DIR");
  return moved === undefined
    ? { root, project: options.project }
    : { root, logsDir: resolve(moved), globalIndexDir: root };
}

function layoutOf(logsDir: string, globalIndexDir: string | undefined): AgentLayout {
  const projectDir = dirname(logsDir);
  const root = globalIndexDir === undefined ? projectDir : resolve(globalIndexDir);
  return { ...logsLayout(root, projectDir, logsDir), hasGlobalIndex: globalIndexDir !== undefined };
}

function indexIn(directory: string): string {
  return join(directory, "sessions_index.json");
}
