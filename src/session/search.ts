/** Searches over what sessions have recorded. */

import type { Decoded } from "../codec/dialect.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import type { GlobalSessionEntry, SessionLogIndexEntry } from "../codec/zig_index.ts";
import type { EventFilterSpec, TextMatch } from "../query/filter.ts";
import { compileSessionFilter } from "../query/session_filter.ts";
import { ZIG_LOG } from "../query/zig_view.ts";
import type { SessionEntry } from "../storage/catalog.ts";
import type { LayoutOptions } from "../storage/layout.ts";
import type { SessionState } from "../storage/liveness.ts";
import { type SearchedLog, searchLogs, type SearchProgress } from "./search_logs.ts";
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

/** The log of a session. */
interface SessionLog extends SearchedLog<SessionLogEvent> {
  readonly session: SearchedSession;
}

/** A line that a search has found. */
export interface SearchHit extends TextMatch {
  /** The session. */
  readonly session: SearchedSession;
  /** The line. A damaged one is found by the bytes that are left of it. */
  readonly line: Decoded<SessionLogEvent>;
}

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
export function searchSessions(query: string, options: SearchOptions = {}): AsyncGenerator<SearchHit, void, void> {
  const { regex, caseSensitive, onUnreadable } = options;
  return searchLogs<SessionLogEvent, SessionLog, SearchHit>(
    () => chooseSessions(options).map((session) => ({ session, logPath: session.logPath, format: ZIG_LOG })),
    {
      ...options,
      text: { text: query, regex, caseSensitive },
      onUnreadable: ({ session }, error) => onUnreadable?.(session, error),
    },
    ({ session }, line, match) => ({ session, line, ...match }),
  );
}

function chooseSessions(options: SearchOptions): SearchedSession[] {
  const { workflow, states, since, until } = options;
  const catalog = openCatalog(options);
  const sessions: SearchedSession[] = options.all ? catalog.listAll(options.now) : catalog.list(options.now);
  return sessions.filter(compileSessionFilter({ workflow, states, activeSince: since, until }));
}
