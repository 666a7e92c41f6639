import { join, resolve } from "../deps/path.ts";
import { UsageError } from "../errors.ts";
import { openLayout, storeRoot } from "../storage/layout.ts";
import { requirePath } from "../storage/permission.ts";
import { AGENTS } from "./adapters/agents.ts";
import { agentLayout, zagStore } from "./agent_layout.ts";
import type { ImportProgress } from "./import_progress.ts";
import { importSessions } from "./import_sessions.ts";
import { importSourceOf } from "./import_source.ts";
import type { ImportResult } from "./import_transcript.ts";
import { importZagSessions, type ZagImportOptions } from "./import_zag.ts";
import type { AgentName, TranscriptFile } from "./transcript.ts";

/** Whose sessions can be imported. */
export type ImportableAgent = AgentName | "zag";

/** Whose sessions can be imported. */
export const IMPORTABLE: readonly ImportableAgent[] = ["claude", "codex", "gemini", "copilot", "zag"];

/** How sessions are imported. */
export interface AgentImportOptions {
  /** Directory of the store of zig sessions, which holds that of agent sessions; the usual one when it is left out. */
  readonly root?: string | undefined;
  /** The agent's folder; the usual one when it is left out. */
  readonly folder?: string | undefined;
  /**
   * Directory whose git repository names the project that gets what `$ZAG_USER_LOG_DIR` holds; the working directory when
   * it is left out. All other sessions name the directory that they worked in.
   */
  readonly project?: string | undefined;
  /** Only sessions that were written to then or later, in milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Whether only to tell what would be imported. */
  readonly dryRun?: boolean | undefined;
  /** Told what is going on. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Told where a damaged record of earlier imports was put. */
  readonly onSetAside?: ((path: string) => void) | undefined;
}

/**
 * Imports past sessions of an agent, or of zag.
 *
 * @param agent Whose.
 * @param options What is imported, and where to.
 * @returns What became of each session, one after the other.
 * @throws {UsageError} When the agent's folder or the store cannot be found, or the folder that was named is none.
 * @throws {Deno.errors.NotCapable} When the folder may not be read, or the store not be written; the message names the
 * flag.
 * @throws {LogLockedError} When another import from that agent is going on.
 *
 * @example
 * ```ts
 * import { importAgentSessions } from "@ziglog/ziglog/zag";
 *
 * const root = Deno.makeTempDirSync(); // leave it out to import into ~/.zig/agents
 * const folder = Deno.makeTempDirSync(); // leave it out for ~/.claude
 * for await (const { kind, session, events } of importAgentSessions("claude", { root, folder })) {
 *   console.log(kind, session, events);
 * }
 * ```
 */
export async function* importAgentSessions(
  agent: ImportableAgent,
  options: AgentImportOptions = {},
): AsyncGenerator<ImportResult, void, void> {
  const root = join(storeRoot(options), "agents");
  if (agent === "zag") {
    const { folder } = options;
    const where = folder === undefined ? zagLogs(root, options) : { folder: namedFolder(folder) };
    yield* importZagSessions({ ...options, root, ...where });
    return;
  }
  const source = AGENTS[agent];
  const folder = options.folder === undefined ? resolve(source.folder()) : namedFolder(options.folder);
  yield* importSessions({ ...options, source: importSourceOf(source), root, folder, threads: threadsFor });
}

/** Bytes that are imported before several threads could have started. */
const LEAST_BYTES = 32 * 1024 * 1024;

/** More threads wait for the disk, and take memory. */
const MOST_THREADS = 4;

function threadsFor(files: readonly TranscriptFile[]): number {
  if (files.reduce((sum, { size }) => sum + size, 0) < LEAST_BYTES) return 1;
  return Math.min(files.length, navigator.hardwareConcurrency, MOST_THREADS);
}

/** A folder that somebody names is there; an agent that was never used has none. */
function namedFolder(name: string): string {
  const folder = resolve(name);
  requirePath("read", folder);
  if (isDirectory(folder)) return folder;
  throw new UsageError(`Cannot import from "${folder}": it is no directory`);
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** Where zag keeps its logs: those that it keeps elsewhere are those of the project, as where they are only read. */
function zagLogs(root: string, { project }: AgentImportOptions): Pick<ZagImportOptions, "folder" | "moved"> {
  const store = zagStore({ project });
  if (store.logsDir === undefined) return { folder: store.root };
  return { folder: store.root, moved: { from: agentLayout(store), to: openLayout({ root, project }) } };
}
