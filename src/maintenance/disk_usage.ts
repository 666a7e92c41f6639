/** What takes space in a store. */

import type { SessionSummary } from "../codec/dialect.ts";
import { basename, join } from "../deps/path.ts";
import { Catalog } from "../storage/catalog.ts";
import { allProjects, readDir } from "../storage/layout.ts";
import { lookAt, type SessionFile, sessionFiles } from "../storage/session_files.ts";
import { type CaredStore, openStore, type StoreOptions } from "./stores.ts";

/** Files, and what they take. */
export interface SpaceTaken {
  /** How many. */
  readonly count: number;
  /** Bytes of them all. */
  readonly bytes: number;
}

/** What the sessions of a workflow, or of an agent, take. */
export interface WorkflowUsage extends SpaceTaken {
  /** The workflow, or the agent. */
  readonly name: string;
}

/** What a project takes. */
export interface ProjectUsage {
  /** The name of its storage directory; `null` for sessions outside of any project. */
  readonly name: string | null;
  /** Its storage directory. */
  readonly projectDir: string;
  /** Bytes of all that follows. */
  readonly bytes: number;
  /** Its sessions by workflow or agent, logs and what belongs to them, the largest first. */
  readonly workflows: readonly WorkflowUsage[];
  /** Copies of unfinished lines that repairs cut off. */
  readonly copies: SpaceTaken;
  /** Its index. */
  readonly indexes: SpaceTaken;
  /** Broken indexes that were set aside. */
  readonly broken: SpaceTaken;
  /** What no part of the store explains. */
  readonly others: SpaceTaken;
}

/** What a store takes. */
export interface DiskUsage {
  /** Its directory. */
  readonly root: string;
  /** Bytes of all that follows. */
  readonly bytes: number;
  /** The projects that were looked at, the largest first. */
  readonly projects: readonly ProjectUsage[];
  /** The index of all projects; looked at with all of them only. */
  readonly indexes: SpaceTaken;
  /** Broken indexes that were set aside. */
  readonly broken: SpaceTaken;
  /** The store of agents' sessions in it; looked at with all projects only. */
  readonly agents: SpaceTaken;
  /** What lies in the store besides all these. */
  readonly others: SpaceTaken;
}

/** Which part of a store is looked at. */
export interface DiskUsageOptions extends StoreOptions {
  /** Whether to look at every project of the store, not only at this one. */
  readonly all?: boolean | undefined;
}

/**
 * Finds out what takes space in a store. Symbolic links count as nothing, and are not followed.
 *
 * @param options Which part of it.
 * @returns What takes space.
 * @throws {UsageError} When no store can be found.
 */
export function diskUsage(options: DiskUsageOptions = {}): DiskUsage {
  const { layout, ...format } = openStore(options);
  const { root } = layout;
  const projects = (options.all ? allProjects(root) : [layout]).map((layout) => usageOf({ ...format, layout }))
    .filter(({ bytes, name }) => bytes > 0 || name !== null)
    .sort((a, b) => b.bytes - a.bytes);
  const top = new Tally();
  const agents: number[] = [];
  if (options.all) {
    for (const { name, isDirectory } of readDir(root)) {
      if (isDirectory && (name === "projects" || name === "logs")) continue;
      const sizes = bytesBelow(join(root, name));
      if (isDirectory && name === "agents" && format.source === "zig") agents.push(...sizes);
      else top.add(name, sizes);
    }
  }
  const inAgents = sum(agents);
  const bytes = projects.reduce((sum, project) => sum + project.bytes, top.bytes + inAgents.bytes);
  return { root, bytes, projects, agents: inAgents, ...top.parts() };
}

function usageOf({ layout, dialect }: CaredStore): ProjectUsage {
  const files = sessionFiles(layout);
  const copies = sum([...files.values()].flat().filter(({ kind }) => kind === "copy").map(({ bytes }) => bytes));
  const workflows = workflowsOf(new Catalog(layout, dialect).list(), files);
  const known = new Set([...files.values()].flat().map(({ path }) => path));
  const rest = new Tally();
  for (const { name } of readDir(layout.logsDir)) {
    const path = join(layout.logsDir, name);
    if (path !== layout.sessionsDir) rest.add(name, bytesBelow(path));
  }
  for (const { name } of readDir(layout.sessionsDir)) {
    const path = join(layout.sessionsDir, name);
    if (!known.has(path)) rest.add("", bytesBelow(path));
  }
  if (layout.projectFound) {
    for (const { name } of readDir(layout.projectDir)) {
      const path = join(layout.projectDir, name);
      if (path !== layout.logsDir) rest.add("", bytesBelow(path));
    }
  }
  return {
    name: layout.projectFound ? basename(layout.projectDir) : null,
    projectDir: layout.projectDir,
    bytes: workflows.reduce((total, { bytes }) => total + bytes, copies.bytes + rest.bytes),
    workflows,
    copies,
    ...rest.parts(),
  };
}

/** A session belongs to the workflow, or to the agent, that its index entry or its log names; what has no log any more to none. */
function workflowsOf(
  sessions: readonly SessionSummary[],
  files: ReadonlyMap<string, readonly SessionFile[]>,
): WorkflowUsage[] {
  const names = new Map(sessions.map(({ id, name }) => [id, name]));
  const taken = new Map<string, { count: number; bytes: number }>();
  for (const [id, own] of files) {
    const name = names.get(id) ?? "";
    const workflow = taken.get(name) ?? { count: 0, bytes: 0 };
    taken.set(name, workflow);
    if (own.some(({ kind }) => kind === "log")) workflow.count += 1;
    workflow.bytes += own.reduce((total, { kind, bytes }) => kind === "copy" ? total : total + bytes, 0);
  }
  return Array.from(taken, ([name, { count, bytes }]) => ({ name, count, bytes }))
    .filter(({ count, bytes }) => count > 0 || bytes > 0)
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
}

/** Files that are no session's, told apart by their names. */
class Tally {
  readonly #taken = { indexes: [] as number[], broken: [] as number[], others: [] as number[] };

  add(name: string, sizes: readonly number[]): void {
    const kind = /\.broken-/.test(name) ? "broken" : /^(sessions_)?index\.json/.test(name) ? "indexes" : "others";
    this.#taken[kind].push(...sizes);
  }

  get bytes(): number {
    return sum(Object.values(this.#taken).flat()).bytes;
  }

  parts(): { readonly indexes: SpaceTaken; readonly broken: SpaceTaken; readonly others: SpaceTaken } {
    const { indexes, broken, others } = this.#taken;
    return { indexes: sum(indexes), broken: sum(broken), others: sum(others) };
  }
}

function sum(sizes: readonly number[]): SpaceTaken {
  return { count: sizes.length, bytes: sizes.reduce((total, size) => total + size, 0) };
}

/** The sizes of a file, or of all files below a directory. */
function bytesBelow(path: string): number[] {
  const info = lookAt(path);
  if (info === undefined || info.isSymlink) return [];
  if (!info.isDirectory) return [info.size];
  return readDir(path).flatMap(({ name }) => bytesBelow(join(path, name)));
}
