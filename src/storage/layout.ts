/** Where the files of a store are. */

import { dirname, join, resolve } from "../deps/path.ts";
import { UsageError } from "../errors.ts";
import type { SessionId } from "../session_id.ts";
import { homeDirectory, isGranted, readEnv, requirePath } from "./permission.ts";

/** How a store and the project in it are chosen. */
export interface LayoutOptions {
  /** Directory of the store; `$ZIGLOG_ROOT`, then `$HOME/.zig` when it is left out. */
  readonly root?: string | undefined;
  /** Directory whose git repository names the project; the working directory when it is left out. */
  readonly project?: string | undefined;
}

/** The paths of one project in a store. */
export interface Layout {
  /** Directory of the store. */
  readonly root: string;
  /** Storage directory of the project. */
  readonly projectDir: string;
  /** Whether a git repository was found; without one the files lie in the root itself. */
  readonly projectFound: boolean;
  /** Directory of the project's logs and index. */
  readonly logsDir: string;
  /** Directory of the project's session logs. */
  readonly sessionsDir: string;
  /** Index of the project. */
  readonly indexPath: string;
  /** Index of all projects. */
  readonly globalIndexPath: string;
}

/**
 * Finds the store and the project.
 *
 * @param options Which; see {@linkcode LayoutOptions}.
 * @returns The paths; nothing is created.
 * @throws {UsageError} When neither a root nor a home directory is known.
 * @throws {Deno.errors.NotCapable} When the store may not be read.
 */
export function openLayout(options: LayoutOptions = {}): Layout {
  const root = storeRoot(options);
  requirePath("read", root);
  const gitRoot = options.project === undefined ? findGitRoot(Deno.cwd()) : namedProject(options.project);
  return projectLayout(root, gitRoot === undefined ? root : join(root, "projects", projectName(gitRoot)));
}

/**
 * Finds the store.
 *
 * @param options Which.
 * @returns Its directory.
 * @throws {UsageError} When neither a root nor a home directory is known.
 */
export function storeRoot({ root }: Pick<LayoutOptions, "root">): string {
  return resolve(root ?? defaultRoot());
}

/**
 * The paths of a project whose storage directory is known.
 *
 * @param root Directory of the store.
 * @param projectDir Storage directory of the project: the root itself, or one below `projects`.
 * @returns The paths.
 */
export function projectLayout(root: string, projectDir: string): Layout {
  return logsLayout(root, projectDir, join(projectDir, "logs"));
}

/**
 * The paths of a project whose logs may lie anywhere.
 *
 * @param root Directory of the store, which holds the index of all projects.
 * @param projectDir Storage directory of the project.
 * @param logsDir Directory of its logs and index.
 * @returns The paths.
 */
export function logsLayout(root: string, projectDir: string, logsDir: string): Layout {
  return {
    root,
    projectDir,
    projectFound: projectDir !== root,
    logsDir,
    sessionsDir: join(logsDir, "sessions"),
    indexPath: join(logsDir, "index.json"),
    globalIndexPath: join(root, "sessions_index.json"),
  };
}

/**
 * The layouts of all projects of a store.
 *
 * @param root Directory of the store.
 * @returns The root's own, then one a project, by name.
 */
export function allProjects(root: string): Layout[] {
  const layouts = [projectLayout(root, root)];
  const projects = join(root, "projects");
  for (const { isDirectory, name } of readDir(projects)) {
    if (!isDirectory) continue;
    layouts.push(projectLayout(root, join(projects, name)));
    // The name of a repository at the top of the file system is empty: its logs lie in this directory itself.
    if (name === "logs") layouts.push(projectLayout(root, projects));
  }
  return layouts.sort((a, b) => a.projectDir < b.projectDir ? -1 : 1);
}

/**
 * The log of a session.
 *
 * @param layout The project.
 * @param id The session.
 * @returns The path.
 */
export function logPathOf(layout: Layout, id: SessionId): string {
  return join(layout.sessionsDir, `${id}.jsonl`);
}

/**
 * The lock that stands beside a log while it is written.
 *
 * @param logPath The log.
 * @returns The path.
 */
export function lockPathOf(logPath: string): string {
  return `${logPath.replace(/\.jsonl$/, "")}.lock`;
}

/**
 * Lists a directory that may not exist.
 *
 * @param path The directory.
 * @returns Its entries, in no order; none when there is no such directory.
 */
export function readDir(path: string): Deno.DirEntry[] {
  try {
    return Array.from(Deno.readDirSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

/**
 * Names the storage directory of a project after its git root, as the Rust programs do: `/a/b` becomes `a-b`. On Windows
 * `C:\a\b` becomes `C-a-b`; elsewhere backslashes and colons are letters like any other.
 *
 * @param gitRoot The top directory of the repository.
 * @param onWindows Whether it is a path of Windows.
 * @returns A name that is safe as a directory's.
 */
export function projectName(gitRoot: string, onWindows: boolean = Deno.build.os === "windows"): string {
  if (!onWindows) return gitRoot.replace(/^\/+/, "").replaceAll("/", "-");
  const path = gitRoot.replace(/^[\\/]{2}[?.][\\/](?:UNC[\\/])?/, ""); // such as \\?\C:\a and \\?\UNC\server\share
  return path.replace(/^[\\/]+/, "").replaceAll(/[\\/]/g, "-").replaceAll(":", "");
}

const known = new Map<string, string | undefined>();

/**
 * Tells which repository a directory is in, for a program that may not look for itself.
 *
 * @param directory The directory, absolute.
 * @param gitRoot What {@linkcode findGitRoot} says of it.
 */
export function rememberGitRoot(directory: string, gitRoot: string | undefined): void {
  known.set(directory, gitRoot);
}

/**
 * Finds the git repository of a directory.
 *
 * @param from The directory.
 * @returns The nearest directory upwards that holds `.git`, as a directory or a file; none where reading is not allowed.
 */
export function findGitRoot(from: string): string | undefined {
  if (known.has(resolve(from))) return known.get(resolve(from));
  for (let directory = resolve(from);;) {
    const git = join(directory, ".git");
    if (!isGranted({ name: "read", path: git })) return undefined;
    if (exists(git)) return directory;
    const parent = dirname(directory);
    if (parent === directory) return undefined;
    directory = parent;
  }
}

/** A project that was asked for by its directory: its git root, or the directory itself where that cannot be seen. */
function namedProject(directory: string): string {
  return findGitRoot(directory) ?? resolve(directory);
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

function defaultRoot(): string {
  const moved = readEnv("ZIGLOG_ROOT");
  if (moved !== undefined) return moved;
  const home = homeDirectory();
  if (home !== undefined) return join(home, ".zig");
  const why = isGranted({ name: "env", variable: "HOME" })
    ? "HOME is not set"
    : "HOME may not be read (run with --allow-env=HOME,USERPROFILE)";
  throw new UsageError(`Cannot find the store: ${why}; name its directory with --root`);
}
