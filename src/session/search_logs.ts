/** Looking for text in logs, whatever their dialects. */

import type { Decoded } from "../codec/dialect.ts";
import type { AnyEvent, LogFormat } from "../query/event_view.ts";
import { compileFilter, type EventFilter, type EventFilterSpec, type TextMatch } from "../query/filter.ts";
import { TextQuery, type TextQuerySpec } from "../query/text_query.ts";
import { isFileError } from "../storage/file_error.ts";
import { mayRead, requirePath } from "../storage/permission.ts";
import { scan } from "../storage/scan.ts";
import { Turn } from "../storage/turn.ts";

/** A log that is searched. */
export interface SearchedLog<Event extends AnyEvent> {
  /** Where it is. */
  readonly logPath: string;
  /** How it is read. */
  readonly format: LogFormat<Event>;
}

/** How far a search is. */
export interface SearchProgress {
  /** Sessions that are done. */
  readonly done: number;
  /** Sessions to search. */
  readonly sessions: number;
}

/** What is looked for, and when to stop. */
export interface SearchLogsOptions<Log> extends Omit<EventFilterSpec, "text"> {
  /** The text. */
  readonly text: TextQuerySpec;
  /** How many hits are enough. */
  readonly limit?: number | undefined;
  /** Ends the search. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far the search is, now and then and behind each log. */
  readonly onProgress?: ((progress: SearchProgress) => void) | undefined;
  /** Told of a log that cannot be read. By default it is passed over. */
  readonly onUnreadable?: ((log: Log, error: Error) => void) | undefined;
}

/**
 * Searches logs for a text.
 *
 * @param choose Tells the logs, in the order that they are searched in.
 * @param options What is looked for.
 * @param hitOf Makes of a line that was found, and where it matches, what the search brings.
 * @returns The hits, in each log in the order of its lines.
 * @throws {SyntaxError} When the text is empty, or no regular expression.
 */
export async function* searchLogs<Event extends AnyEvent, Log extends SearchedLog<Event>, Hit>(
  choose: () => readonly Log[],
  options: SearchLogsOptions<Log>,
  hitOf: (log: Log, line: Decoded<Event>, match: TextMatch) => Hit,
): AsyncGenerator<Hit, void, void> {
  const { limit = Infinity, signal, onProgress, onUnreadable } = options;
  new TextQuery(options.text); // what is wrong with it is wrong where there are no logs, too
  if (limit === 0) return;
  const logs = choose();
  const filters = new Map<LogFormat<Event>, EventFilter<Event>>();
  let found = 0;
  const turn = new Turn();
  for (const [done, log] of logs.entries()) {
    const { logPath, format } = log;
    const filter = filters.get(format) ?? compileFilter(options, format.view);
    filters.set(format, filter);
    onProgress?.({ done, sessions: logs.length });
    try {
      requireLog(logPath);
      for (const lines of scan(logPath, format.dialect, { prefilter: filter.prefilter })) {
        for (const line of lines) {
          if (!filter.matches(line)) continue;
          yield hitOf(log, line, filter.locate(line)!);
          if (++found === limit || signal?.aborted) return;
        }
        if (!turn.isOver) continue;
        await turn.pass();
        if (signal?.aborted) return;
      }
    } catch (error) {
      if (!isFileError(error)) throw error;
      onUnreadable?.(log, error);
    }
  }
  onProgress?.({ done: logs.length, sessions: logs.length });
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
