/** What a log itself tells of its session: enough to make its index entries again, and to say whether it goes on. */

import { decodeBlock } from "../codec/decode_block.ts";
import type { Decoded, LineDialect, LogEvidence, SessionEnd } from "../codec/dialect.ts";
import type { SessionId } from "../session_id.ts";
import { type Layout, logPathOf } from "./layout.ts";
import { Listing } from "./listing.ts";
import { openFile } from "./open_file.ts";
import { firstEvent, lastLines } from "./read.ts";
import { readFully } from "./read_fully.ts";

/** How a log ends. */
export interface LogTail<Event> {
  /** How the session ended, if the event that says so stands near the end of the log. */
  readonly end: SessionEnd | undefined;
  /** The last event that could be decoded. */
  readonly last: Event | undefined;
  /** When the file was last written, in milliseconds since the epoch. */
  readonly modified: number;
}

/** How far back from its end a log is read for the event that ended it, in lines. */
const LAST_LINES = 16;

/** How far back its bytes are searched for that event where the last lines do not hold it. */
const FAR_BACK = 256 * 1024;

/** One character a byte: all that counts is where they stand. */
const latin1 = new TextDecoder("latin1");

/**
 * Looks at the end of a log.
 *
 * @param logPath The log.
 * @param dialect Its wire format.
 * @param isLive Whether its writer lives for certain: then its end is not searched for further back.
 * @returns What stands there.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export function readTail<Event>(logPath: string, dialect: LineDialect<Event>, isLive = false): LogTail<Event> {
  using file = openFile(logPath);
  return tailOf(file, dialect, isLive);
}

function tailOf<Event>(file: Deno.FsFile, dialect: LineDialect<Event>, isLive: boolean): LogTail<Event> {
  const modified = file.statSync().mtime?.getTime() ?? 0;
  const isEnd = (line: Decoded<Event>): boolean => line.kind === "event" && dialect.endOf(line.event) !== undefined;
  const lines = lastLines(file, dialect, (lines) => lines.length >= LAST_LINES || lines.some(isEnd));
  let end: SessionEnd | undefined;
  let last: Event | undefined;
  for (const line of lines) {
    if (line.kind !== "event") continue;
    last = line.event;
    end = dialect.begins?.(line.event) ? undefined : dialect.endOf(line.event) ?? end;
  }
  const before = lines[0]?.offset ?? 0;
  return { end: end ?? (isLive ? undefined : endBefore(file, before, dialect)), last, modified };
}

/** Others may have written more than a few lines behind the end: its text is searched for, and nothing else decoded. */
function endBefore<Event>(file: Deno.FsFile, to: number, dialect: LineDialect<Event>): SessionEnd | undefined {
  const { endMark } = dialect;
  if (endMark === undefined || to === 0) return undefined;
  const from = Math.max(0, to - FAR_BACK);
  const bytes = readFully(file, from, to - from);
  const text = latin1.decode(bytes);
  for (let at = text.lastIndexOf(endMark); at > 0; at = text.lastIndexOf(endMark, at - 1)) {
    const start = text.lastIndexOf("\n", at) + 1;
    if (start === 0 && from > 0) return undefined; // only the rest of a line
    const stop = text.indexOf("\n", at) + 1 || text.length;
    const [line] = decodeBlock(dialect, { offset: from + start, bytes: bytes.subarray(start, stop) });
    const end = line?.kind === "event" ? dialect.endOf(line.event) : undefined;
    if (end !== undefined) return end;
  }
  return undefined;
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
  using file = openFile(logPath);
  const { birthtime, mtime } = file.statSync();
  const { end, last } = tailOf(file, dialect, false);
  return {
    id,
    logPath,
    projectDir: layout.projectDir,
    first: firstEvent(file, dialect),
    last,
    end,
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
  return new Listing(layout).ids();
}
