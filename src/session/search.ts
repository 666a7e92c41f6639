/** Searches over what sessions have recorded. */

import type { Decoded } from "../codec/dialect.ts";
import { ZIG } from "../codec/zig.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import type { GlobalSessionEntry, SessionLogIndexEntry } from "../codec/zig_index.ts";
import { compileFilter, type EventFilterSpec, type TextMatch } from "../query/filter.ts";
import { compileSessionFilter } from "../query/session_filter.ts";
import type { SessionEntry } from "../storage/catalog.ts";
import { isFileError } from "../storage/file_error.ts";
import type { LayoutOptions } from "../storage/layout.ts";
import type { SessionState } from "../storage/liveness.ts";
import { mayRead, requirePath } from "../storage/permission.ts";
import { scan } from "../storage/scan.ts";
import { openCatalog } from "./sessions.ts";

/** A session that is searched. */
export type SearchedSession = SessionEntry<SessionLogIndexEntry | GlobalSessionEntry>;

/** What is searched, and for what besides the text. */
export interface SearchOptions extends LayoutOptions, Omit<EventFilterSpec, "text"> {
  /** Whether the text is a regular expression in the syntax of JavaScript. Default `false`. */
  readonly regex?: boolean | undefined;
  /** Whether upper and lower case differ. Default `false`. */
  readonly caseSensitive?: boolean | undefined;
  /** Whether the sessions of all projects are searched. Default `false`: those of one project. */
  readonly all?: boolean | undefined;
  /** The name of the workflow; `*` stands for any text. */
  readonly workflow?: string | undefined;
  /** The states that a session may have; any when it is empty. */
  readonly states?: readonly SessionState[] | undefined;
  /** How many hits are enough. */
  readonly limit?: number | undefined;
  /** Milliseconds since the epoch, to judge by who is alive. Default: now. */
  readonly now?: number | undefined;
  /** Ends the search. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far the search is, now and then and behind each session. */
  readonly onProgress?: ((progress: SearchProgress) => void) | undefined;
  /** Told of a session whose log cannot be read. By default it is passed over. */
  readonly onUnreadable?: ((session: SearchedSession, error: Error) => void) | undefined;
}

/** How far a search is. */
export interface SearchProgress {
  /** Sessions that are done. */
  readonly done: number;
  /** Sessions to search. */
  readonly sessions: number;
}

/** A line that a search has found. */
export interface SearchHit extends TextMatch {
  /** The session. */
  readonly session: SearchedSession;
  /** The line. A damaged one is found by the bytes that are left of it. */
  readonly line: Decoded<SessionLogEvent>;
}

/** The longest that a search keeps timers and signals waiting, in milliseconds. */
const TURN_MS = 20;

/**
 * Searches sessions for a text: in output, errors, reasons of skipped steps, prompts, commands, and the names of
 * workflows, steps, models, agent sessions and saved variables where they are introduced; in events of an unknown type,
 * in every text. Times bound the events; a session that had ended before `since` is not opened.
 *
 * @param query The text.
 * @param options What is searched.
 * @returns The hits: newest session first, in each the lines in the order of the log.
 * @throws {SyntaxError} When the text is empty, or no regular expression.
 * @throws {UsageError} When no store can be found.
 *
 * @example
 * ```ts
 * import { searchSessions, SessionWriter } from "@ziglog/ziglog";
 *
 * const root = Deno.makeTempDirSync();
 * using writer = SessionWriter.create({ workflowName: "build", workflowPath: "", tierCount: 0, root });
 * writer.stepOutput("compile", "stderr", "error: no such file");
 * for await (const { session, text } of searchSessions("ERROR", { root })) {
 *   console.log(session.name, text); // build error: no such file
 * }
 * ```
 */
export async function* searchSessions(
  query: string,
  options: SearchOptions = {},
): AsyncGenerator<SearchHit, void, void> {
  const { regex, caseSensitive, limit = Infinity, signal, onProgress, onUnreadable } = options;
  const filter = compileFilter({ ...options, text: { text: query, regex, caseSensitive } });
  if (limit === 0) return;
  const sessions = chooseSessions(options);
  let found = 0;
  let turn = performance.now();
  for (const [done, session] of sessions.entries()) {
    onProgress?.({ done, sessions: sessions.length });
    try {
      requireLog(session.logPath);
      for (const lines of scan(session.logPath, ZIG, { prefilter: filter.prefilter })) {
        for (const line of lines) {
          if (!filter.matches(line)) continue;
          yield { session, line, ...filter.locate(line)! };
          if (++found === limit || signal?.aborted) return;
        }
        if (performance.now() - turn < TURN_MS) continue;
        await new Promise((resolve) => setTimeout(resolve, 0));
        turn = performance.now();
        if (signal?.aborted) return;
      }
    } catch (error) {
      if (!isFileError(error)) throw error;
      onUnreadable?.(session, error);
    }
  }
  onProgress?.({ done: sessions.length, sessions: sessions.length });
}

function chooseSessions(options: SearchOptions): SearchedSession[] {
  const { workflow, states, since, until } = options;
  const catalog = openCatalog(options);
  const sessions: SearchedSession[] = options.all ? catalog.listAll(options.now) : catalog.list(options.now);
  return sessions.filter(compileSessionFilter({ workflow, states, activeSince: since, until }));
}

/**
 * Makes sure that a log may be read. An index may name any file: it is read only where reading is allowed, links
 * followed.
 *
 * @param path The log.
 * @throws {Deno.errors.NotCapable} When it may not.
 */
export function requireLog(path: string): void {
  requirePath("read", path);
  if (!mayRead(path)) requirePath("read", Deno.realPathSync(path));
}
