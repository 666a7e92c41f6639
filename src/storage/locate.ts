/** Finding a log by its name alone: an index may name any path, and what is to be changed must lie in the store. */

import { AmbiguousSessionError, SessionNotFoundError } from "../errors.ts";
import { parseSessionId, type SessionId } from "../session_id.ts";
import { listLogs } from "./evidence.ts";
import { allProjects, type Layout, logPathOf } from "./layout.ts";
import { lookAt } from "./session_files.ts";

/** A log of the store. */
export interface LocatedLog {
  /** The project that it belongs to. */
  readonly layout: Layout;
  /** The session. */
  readonly id: SessionId;
  /** The log. */
  readonly logPath: string;
}

/**
 * Finds a log: that of this name in the project, in any project; or the only one whose name begins so, in the project,
 * in any project.
 *
 * @param layout The project.
 * @param id The session id, or the beginning of it.
 * @returns The log.
 * @throws {SyntaxError} When the id could not be a session's.
 * @throws {SessionNotFoundError} When there is none.
 * @throws {AmbiguousSessionError} When the beginning fits several.
 */
export function locateLog(layout: Layout, id: string): LocatedLog {
  const wanted = parseSessionId(id);
  const found = findLog(layout, wanted) ??
    onlyOne(wanted, fitting(layout, wanted)) ??
    onlyOne(wanted, projectsFrom(layout).slice(1).flatMap((project) => fitting(project, wanted)));
  if (found !== undefined) return found;
  throw new SessionNotFoundError(`Cannot find session "${id}": no log in "${layout.root}" fits it`);
}

/**
 * Finds the log of a session whose full id is known.
 *
 * @param layout The project that is looked at first.
 * @param id The session id.
 * @returns The log; `undefined` when no project has it.
 */
export function findLog(layout: Layout, id: SessionId): LocatedLog | undefined {
  const project = projectsFrom(layout).find((each) => isLog(logPathOf(each, id)));
  return project && located(project, id);
}

/** All projects of the store, this one first. */
function projectsFrom(layout: Layout): Layout[] {
  return [layout, ...allProjects(layout.root).filter((each) => each.projectDir !== layout.projectDir)];
}

function fitting(layout: Layout, prefix: SessionId): LocatedLog[] {
  return listLogs(layout).filter((id) => id.startsWith(prefix)).map((id) => located(layout, id));
}

function onlyOne(prefix: SessionId, found: readonly LocatedLog[]): LocatedLog | undefined {
  if (found.length > 1) throw new AmbiguousSessionError(prefix, found.map(({ id }) => id));
  return found[0];
}

function located(layout: Layout, id: SessionId): LocatedLog {
  return { layout, id, logPath: logPathOf(layout, id) };
}

function isLog(path: string): boolean {
  const info = lookAt(path);
  return info !== undefined && (info.isFile || info.isSymlink);
}
