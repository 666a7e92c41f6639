/** The files of a store, looked over: rights, and what was left behind. */

import { join } from "../deps/path.ts";
import { type Layout, readDir } from "../storage/layout.ts";
import { findLeftovers, leftoversOfIndex } from "../storage/leftovers.ts";
import { lookAt } from "../storage/session_files.ts";
import { type Diagnosis, type OwnCommand, quoted } from "./diagnosis.ts";

/** Rights of others than the owner. */
const OTHERS = 0o077;

/**
 * Checks that nobody but the owner may read the store: logs hold whatever programs print.
 *
 * @param root The store.
 * @param layouts Its projects.
 * @returns What it came to.
 */
export function checkPermissions(root: string, layouts: readonly Layout[]): Diagnosis {
  const check = "permissions";
  const paths = [root, join(root, "projects"), ...filesOf(root)];
  for (const { projectDir, logsDir, sessionsDir } of layouts) {
    paths.push(projectDir, logsDir, sessionsDir, ...filesOf(logsDir), ...filesOf(sessionsDir));
  }
  const open = [...new Set(paths)].filter((path) => {
    const info = lookAt(path);
    return info !== undefined && !info.isSymlink && ((info.mode ?? 0) & OTHERS) !== 0;
  });
  const [first] = open;
  if (first === undefined) return { check, state: "ok", message: "only the owner may read the store", fix: null };
  const mode = (lookAt(first)!.mode! & 0o777).toString(8).padStart(4, "0");
  return {
    check,
    state: "warn",
    message: `others may use ${open.length} of its files and directories, such as ${first} (${mode})`,
    fix: `chmod -R go= ${quoted(root)}`,
  };
}

/**
 * Checks for files that killed programs left behind.
 *
 * @param layouts The projects.
 * @param globalIndexPath The index of all projects.
 * @param options Locks of sessions that have ended; the time; how to call this program.
 * @returns What it came to.
 */
export function checkLeftovers(
  layouts: readonly Layout[],
  globalIndexPath: string,
  options: { readonly endedWithLock: readonly string[]; readonly now: number; readonly own: OwnCommand },
): Diagnosis {
  const { endedWithLock, now, own } = options;
  const check = "left-over files";
  const found = [
    ...endedWithLock,
    ...layouts.flatMap((layout) => findLeftovers(layout, now)).map(({ path }) => path),
    ...leftoversOfIndex(globalIndexPath, now).map(({ path }) => path),
  ];
  const [first] = found;
  if (first === undefined) return { check, state: "ok", message: "none", fix: null };
  return {
    check,
    state: "warn",
    message: `${found.length} locks and temporary files that nobody needs, such as ${first}`,
    fix: own("repair --all"),
  };
}

/**
 * Counts what was set aside: damaged indexes, and unfinished lines that a repair cut off.
 *
 * @param layouts The projects.
 * @param root The store.
 * @returns What it came to; always well, as these files are kept on purpose.
 */
export function checkAside(layouts: readonly Layout[], root: string): Diagnosis {
  const names = [root, ...layouts.flatMap(({ logsDir, sessionsDir }) => [logsDir, sessionsDir])]
    .flatMap((directory) => readDir(directory)).map(({ name }) => name);
  const broken = names.filter((name) => name.includes("index.json.broken-")).length;
  const torn = names.filter((name) => name.includes(".jsonl.torn-")).length;
  const message = `${broken} damaged indexes and ${torn} unfinished lines are kept`;
  return { check: "set aside", state: "ok", message: broken + torn === 0 ? "nothing" : message, fix: null };
}

function filesOf(directory: string): string[] {
  return readDir(directory).filter(({ isFile }) => isFile).map(({ name }) => join(directory, name));
}
