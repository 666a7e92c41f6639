import type { Decoded } from "../codec/dialect.ts";
import { SessionNotFoundError } from "../errors.ts";
import type { AnyEvent, LogFormat } from "../query/event_view.ts";
import { compileFilter } from "../query/filter.ts";
import { visible } from "../query/visible.ts";
import { listLogs } from "../storage/evidence.ts";
import { unlessGone } from "../storage/file_error.ts";
import { followAll, type FollowAllItem } from "../storage/follow_all.ts";
import { openSource } from "../sources/open_source.ts";
import type { SourceName } from "../sources/source.ts";
import { allProjects, logPathOf } from "../storage/layout.ts";
import { ListenCursor } from "../storage/listen_cursor.ts";
import { readFirst } from "../storage/read.ts";
import { scanLast } from "../storage/scan.ts";
import type { FollowedLog } from "../storage/store_follower.ts";
import { checkTypes, type TypedLog } from "./check_types.ts";
import type { CommandContext, OptionTable } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { Interruption } from "./interruption.ts";
import { LinePrinter, type PrintOptions } from "./line_printer.ts";
import { loadMarkdown } from "./load_markdown.ts";
import { SHORT_ID } from "./short_id.ts";
import type { Style } from "./style.ts";

/** How the sessions of a store are followed. */
export interface ListenAllOptions
  extends Omit<PrintOptions, "types" | "view" | "style" | "markdown" | "prefix" | "numbered"> {
  /** Whose sessions. */
  readonly source: SourceName;
  /** The types to print; all of them when empty. */
  readonly filter: readonly string[];
  /** How many events of a session that runs already are printed; all of them when left out. */
  readonly last: number | undefined;
  /** Whether to stop when all is printed that there is. */
  readonly once: boolean;
  /** A file that tells where to go on, and is kept up to date. */
  readonly cursor: string | undefined;
}

/**
 * Prints what all live sessions of a store record, until a signal comes.
 *
 * @param context Where to, and which store.
 * @param options How.
 * @returns The exit code.
 */
export async function listenAll(
  { host, layout, style, redact }: Pick<CommandContext<OptionTable>, "host" | "layout" | "style" | "redact">,
  options: ListenAllOptions,
): Promise<number> {
  const source = await openSource(options.source, layout);
  if (source?.format === undefined) {
    throw new SessionNotFoundError(`Cannot listen to the sessions of ${options.source}: nothing is recorded there yet`);
  }
  const { root, format } = source;
  const types = options.filter;
  checkTypes("--filter", types, [format], () => allLogs(root, format));
  using interruption = options.once ? undefined : new Interruption(host);
  const now = host.now().getTime();
  using cursor = options.cursor === undefined ? undefined : ListenCursor.open(options.cursor, now);
  host.stderr.write(`listening to all sessions of: ${visible(root)}\n`);

  const markdown = await loadMarkdown({ host, style, redact }, options, format.view);
  const print = { ...options, types, view: format.view, style, markdown };
  const printers = new Map<string, LinePrinter>();
  const printerOf = (log: FollowedLog, lines: readonly Decoded<AnyEvent>[]): LinePrinter => {
    const known = printers.get(log.logPath);
    if (known !== undefined) return known;
    const title = titleOf(log, lines, format);
    const printer = new LinePrinter(host, { ...print, prefix: prefixOf(log, title, pick(style, printers.size)) });
    printers.set(log.logPath, printer);
    return printer;
  };
  const items = followAll(root, format.dialect, {
    since: cursor?.since ?? now,
    positions: cursor?.positions,
    startAt: options.last === undefined
      ? undefined
      : startAtLast(options.last, types, new LinePrinter(host, print), format),
    signal: interruption?.signal,
  });
  const opened = new Set<string>();
  for await (const item of items) {
    if (item.kind === "opened") opened.add(item.log.logPath);
    if (item.kind === "lines") printerOf(item.log, item.lines).print(item.lines);
    // What was over before is no news; that it cannot be read is.
    const isNews = item.kind === "unreadable" || item.kind !== "idle" && opened.has(item.log.logPath);
    const note = isNews ? noteOn(item) : undefined;
    if (note !== undefined) host.stderr.write(`ziglog: ${visible(note)}\n`);
    cursor?.advance(item);
    if (item.kind === "idle" && options.once) break;
  }
  return interruption?.exitCode ?? ExitCode.ok;
}

/** Where the last events of a log begin that print at all; its end when there is none. */
function startAtLast(
  count: number,
  types: readonly string[],
  printer: LinePrinter,
  { dialect, view }: LogFormat,
): (log: FollowedLog) => number {
  const { prefilter } = compileFilter({ types }, view);
  const matches = (line: Decoded<AnyEvent>): boolean => printer.prints(line);
  return ({ logPath }) => scanLast(logPath, dialect, { prefilter, matches }, count)[0]?.offset ?? Infinity;
}

/** What a session runs, as its first event says. */
function titleOf(
  { logPath }: FollowedLog,
  [line]: readonly Decoded<AnyEvent>[],
  { dialect, view }: LogFormat,
): string | undefined {
  const title = line?.kind === "event" ? view.titleOf(line.event) : undefined;
  if (title !== undefined) return title;
  const first = unlessGone(() => readFirst(logPath, dialect));
  return first && view.titleOf(first);
}

/** The session and what it runs, in front of each line of text. */
function prefixOf({ id }: FollowedLog, title: string | undefined, paint: (text: string) => string): string {
  return `${paint(`${id.slice(0, SHORT_ID)}${title === undefined ? "" : ` ${visible(title)}`} |`)} `;
}

/** Sessions side by side are told apart by their colours. */
function pick(style: Style, at: number): (text: string) => string {
  return [style.cyan, style.yellow, style.green][at % 3]!;
}

function noteOn(item: Exclude<FollowAllItem<unknown>, { kind: "idle" }>): string | undefined {
  const { id } = item.log;
  if (item.kind === "unreadable") return `Cannot follow session ${id}: ${item.error.message}`;
  if (item.kind === "restarted") return `the log of session ${id} was ${item.why}: from its beginning again`;
  if (item.kind !== "closed") return undefined;
  switch (item.why) {
    case "writer_died":
      return `the writer of session ${id} died: its log has no end`;
    case "stale":
      return `session ${id} has been silent for long: nobody can tell whether it still runs`;
    case "removed":
      return `the log of session ${id} was removed`;
    default:
      return undefined;
  }
}

function* allLogs(root: string, format: LogFormat): Generator<TypedLog> {
  for (const layout of allProjects(root)) {
    for (const id of listLogs(layout)) yield { logPath: logPathOf(layout, id), format };
  }
}
