import type { Decoded } from "../codec/dialect.ts";
import { ZIG } from "../codec/zig.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import { compileFilter } from "../query/filter.ts";
import { visible } from "../query/visible.ts";
import { listLogs } from "../storage/evidence.ts";
import { unlessGone } from "../storage/file_cursor.ts";
import { followAll, type FollowAllItem } from "../storage/follow_all.ts";
import { allProjects, logPathOf, openLayout } from "../storage/layout.ts";
import { ListenCursor } from "../storage/listen_cursor.ts";
import { readFirst } from "../storage/read.ts";
import { scanLast } from "../storage/scan.ts";
import type { FollowedLog } from "../storage/store_follower.ts";
import { checkTypes } from "./check_types.ts";
import type { CommandContext, OptionTable } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { Interruption } from "./interruption.ts";
import { LinePrinter, type PrintOptions } from "./line_printer.ts";
import { SHORT_ID } from "./short_id.ts";
import type { Style } from "./style.ts";

/** How the sessions of a store are followed. */
export interface ListenAllOptions extends Omit<PrintOptions, "types" | "style" | "prefix" | "numbered"> {
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
  { host, layout, style }: Pick<CommandContext<OptionTable>, "host" | "layout" | "style">,
  options: ListenAllOptions,
): Promise<number> {
  const { root } = openLayout(layout);
  const types = options.filter;
  checkTypes("--filter", types, () => allLogs(root));
  using interruption = options.once ? undefined : new Interruption(host);
  const now = host.now().getTime();
  using cursor = options.cursor === undefined ? undefined : ListenCursor.open(options.cursor, now);
  host.stderr.write(`listening to all sessions of: ${visible(root)}\n`);

  const print = { ...options, types, style };
  const printers = new Map<string, LinePrinter>();
  const printerOf = (log: FollowedLog, lines: readonly Decoded<SessionLogEvent>[]): LinePrinter => {
    const known = printers.get(log.logPath);
    if (known !== undefined) return known;
    const printer = new LinePrinter(host, { ...print, prefix: prefixOf(log, lines, pick(style, printers.size)) });
    printers.set(log.logPath, printer);
    return printer;
  };
  const items = followAll(root, ZIG, {
    since: cursor?.since ?? now,
    positions: cursor?.positions,
    startAt: options.last === undefined ? undefined : startAtLast(options.last, types, new LinePrinter(host, print)),
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
function startAtLast(count: number, types: readonly string[], printer: LinePrinter): (log: FollowedLog) => number {
  const { prefilter } = compileFilter({ types });
  const matches = (line: Decoded<SessionLogEvent>): boolean => printer.prints(line);
  return ({ logPath }) => scanLast(logPath, ZIG, { prefilter, matches }, count)[0]?.offset ?? Infinity;
}

/** The session and its workflow, in front of each line of text. */
function prefixOf(
  { id, logPath }: FollowedLog,
  [line]: readonly Decoded<SessionLogEvent>[],
  paint: (text: string) => string,
): string {
  const event = line?.kind === "event" && line.event.type === "zig_session_started"
    ? line.event
    : unlessGone(() => readFirst(logPath, ZIG));
  const workflow = event?.type === "zig_session_started" ? ` ${visible(event.workflow_name)}` : "";
  return `${paint(`${id.slice(0, SHORT_ID)}${workflow} |`)} `;
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

function* allLogs(root: string): Generator<string> {
  for (const layout of allProjects(root)) {
    for (const id of listLogs(layout)) yield logPathOf(layout, id);
  }
}
