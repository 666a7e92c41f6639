/** What a log itself tells of its session: enough to make its index entries again, and to say whether it goes on. */

import type { LineDialect, LogEvidence, SessionEnd } from "../codec/dialect.ts";
import { basename } from "../deps/path.ts";
import { parseSessionId, type SessionId } from "../session_id.ts";
import { type Layout, logPathOf, readDir } from "./layout.ts";
import { readFirst, readLast } from "./read.ts";

/** How a log ends. */
export interface LogTail<Event> {
  /** How the session ended, if the event that says so is among the last lines. */
  readonly end: SessionEnd | undefined;
  /** The last event that could be decoded. */
  readonly last: Event | undefined;
  /** When the file was last written, in milliseconds since the epoch. */
  readonly modified: number;
}

/** How far back from its end a log is searched for the event that ended it, in lines. */
const LAST_LINES = 16;

/**
 * Looks at the end of a log.
 *
 * @param logPath The log.
 * @param dialect Its wire format.
 * @returns What stands there.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export function readTail<Event>(logPath: string, dialect: LineDialect<Event>): LogTail<Event> {
  const modified = Deno.statSync(logPath).mtime?.getTime() ?? 0;
  let end: SessionEnd | undefined;
  let last: Event | undefined;
  for (const line of readLast(logPath, dialect, LAST_LINES)) {
    if (line.kind !== "event") continue;
    last = line.event;
    end = dialect.endOf(line.event) ?? end;
  }
  return { end, last, modified };
}

/**
 * Gathers what a log tells of its session.
 *
 * @param layout The project that the log belongs to.
 * @param id The session.
 * @param dialect The wire format.
 * @returns The evidence, as `Dialect.rebuild` takes it.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export function gatherEvidence<Event>(
  layout: Layout,
  id: SessionId,
  dialect: LineDialect<Event>,
): LogEvidence<Event> {
  const logPath = logPathOf(layout, id);
  const { birthtime, mtime } = Deno.statSync(logPath);
  return {
    id,
    logPath,
    projectDir: layout.projectDir,
    first: readFirst(logPath, dialect),
    end: readTail(logPath, dialect).end,
    created: (birthtime ?? mtime ?? new Date(0)).toISOString().replace("Z", "+00:00"),
  };
}

/**
 * Lists the logs of a project, by the names of the files.
 *
 * @param layout The project.
 * @returns The ids, in no order; files whose name is no session id are passed over.
 */
export function listLogs(layout: Layout): SessionId[] {
  const ids: SessionId[] = [];
  for (const { name, isDirectory } of readDir(layout.sessionsDir)) {
    if (isDirectory || !name.endsWith(".jsonl")) continue;
    try {
      ids.push(parseSessionId(basename(name, ".jsonl")));
    } catch {
      // Not one of ours: nothing this program made has such a name.
    }
  }
  return ids;
}
