import type { Decoded } from "../codec/dialect.ts";
import { SessionNotFoundError, UsageError } from "../errors.ts";
import type { AnyEvent } from "../query/event_view.ts";
import { renderMalformed } from "../query/render_line.ts";
import { visible } from "../query/visible.ts";
import type { AnySession, SessionLog, SourceName } from "../sources/source.ts";
import type { SourceSession } from "../sources/sources.ts";
import type { SessionSelector } from "../storage/catalog.ts";
import { follow, type FollowEnd } from "../storage/follow.ts";
import type { SessionState } from "../storage/liveness.ts";
import { read, readBackUntil, readLast } from "../storage/read.ts";
import { checkTypes } from "./check_types.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import type { Host } from "./host.ts";
import { Interruption } from "./interruption.ts";
import { LinePrinter } from "./line_printer.ts";
import { listenAll } from "./listen_all.ts";
import { loadMarkdown } from "./load_markdown.ts";
import { LATEST, selectorOf } from "./selector.ts";
import { chooseSession, ID_SOURCE } from "./source_option.ts";

const OPTIONS = {
  source: ID_SOURCE,
  latest: LATEST,
  active: { kind: "boolean", help: "the running session of this project that was written last" },
  json: { kind: "boolean", help: "the stored lines, byte for byte, heartbeats too (NDJSON)" },
  timestamps: { kind: "boolean", short: "t", help: "the time in UTC in front of each event" },
  filter: { kind: "list", value: "TYPE", help: "only events of this type, such as step_failed; repeat for more" },
  last: { kind: "integer", short: "n", value: "N", help: "begin with the last N events instead of the first" },
  "no-follow": { kind: "boolean", help: "stop at the end of the log instead of waiting for more" },
  all: { kind: "boolean", short: "a", help: "every session of the store that runs, or begins to" },
  cursor: { kind: "string", value: "FILE", help: "with --all: go on where FILE says, and keep it up to date" },
  wait: { kind: "boolean", help: "wait for a session to appear, and follow one that has been silent for long" },
  "show-thinking": { kind: "boolean", help: "what an agent thought, too" },
  raw: { kind: "boolean", help: "send control characters of the output to the terminal as they are" },
} as const;

type Context = CommandContext<typeof OPTIONS>;
type Line = Decoded<AnyEvent>;

/** Milliseconds between two looks for a session that is not there yet. */
const LOOK_MS = 250;

/** `ziglog listen`: follows a session as it is written. */
export const listen: Command<typeof OPTIONS> = defineCommand({
  usage: ["listen [ID | --latest | --active] [OPTIONS]", "listen --all [--cursor FILE] [OPTIONS]"],
  description:
    "Prints what a session has recorded so far, then what it records, until it ends. ID is a session id or the " +
    "beginning of one; it may be that of an agent session, too.\n\n" +
    "The events are on standard output, in the words of the original zig listen; damaged lines and notes are on " +
    "standard error. On a terminal, control characters of recorded output are shown instead of obeyed. A TYPE for " +
    "--filter is a known type of event, or any other that the log already holds.\n\n" +
    "With --all it prints what every running session of the store records, of all projects, and every session that " +
    "begins, until a signal comes; with --no-follow, what there is. Text tells the session and its workflow in front of " +
    "each line. --cursor FILE goes on where an earlier listen stopped, also in sessions that have begun or ended " +
    "meanwhile. FILE holds a time and the byte offset behind what was printed of each session; after a crash, events " +
    "of the last second may be printed again.\n\n" +
    "Exit code 4: the writer died, or the session has been silent for so long that nobody can tell.",
  maxPositionals: 1,
  options: OPTIONS,
  examples: [
    { command: "ziglog listen", help: "follow the newest session" },
    {
      command: "ziglog listen --active --wait",
      help: "follow what runs in this project, or wait until something does",
    },
    { command: "ziglog listen 289aa865 --filter step_failed -t", help: "when did which step fail?" },
    { command: "ziglog listen --all --cursor ~/.ship --json", help: "ship every event of every session somewhere" },
    { command: "ziglog listen --no-follow --json | jq .type", help: "the events of the newest session for a program" },
  ],
  async run(context: Context): Promise<number> {
    const { options, host } = context;
    if (options.all) return await listenToAll(context);
    if (options.cursor !== undefined) throw new UsageError('Cannot use option "--cursor": it needs --all');
    const selector = selectorOf(context.positionals, options);
    using interruption = options["no-follow"] ? undefined : new Interruption(host);
    const chosen = await choose(context, selector, interruption?.signal);
    if (chosen === undefined) return interruption?.exitCode ?? ExitCode.ok;
    const { source, session } = chosen;
    const log = await source.logOf(session);
    checkTypes("--filter", options.filter, [log.format], () => [log]);
    host.stderr.write(`listening to session log: ${visible(log.logPath)}\n`);
    const printer = new LinePrinter(host, {
      ...options,
      types: options.filter,
      view: log.format.view,
      showHidden: options["show-thinking"],
      style: context.style,
      markdown: await loadMarkdown(context, options, log.format.view),
    });
    const end = options["no-follow"]
      ? await printSoFar(context, session, log, printer)
      : await printOn(context, log, printer, interruption?.signal);
    return interruption?.exitCode ?? tellEnd(context, session, log, end);
  },
});

function listenToAll({ positionals, options, ...context }: Context): Promise<number> {
  const [id = options.latest ? "--latest" : options.active ? "--active" : undefined] = positionals;
  if (id !== undefined) throw new UsageError(`Cannot listen to "${id}" and --all: only one of them can be meant`);
  const { source = "zig" } = options;
  if (source === "all" || source === "outrig") {
    throw new UsageError(`Cannot listen to --all of source "${source}": it must be zig, agents or zag`);
  }
  return listenAll(context, {
    ...options,
    source: source as SourceName,
    showHidden: options["show-thinking"],
    once: options["no-follow"],
  });
}

/** The session that is meant; with `--wait` it may still have to appear. */
async function choose(
  context: Context,
  selector: SessionSelector,
  signal: AbortSignal | undefined,
): Promise<SourceSession | undefined> {
  const { options, host } = context;
  let said = false;
  while (!signal?.aborted) {
    try {
      return await chooseSession(context, selector, options.source, said);
    } catch (error) {
      if (!options.wait || options["no-follow"] || !(error instanceof SessionNotFoundError)) throw error;
    }
    if (!said) host.stderr.write("waiting for a session\n");
    said = true;
    await sleep(LOOK_MS, signal);
  }
  return undefined;
}

async function printSoFar(
  { options }: Context,
  session: AnySession,
  log: SessionLog,
  printer: LinePrinter,
): Promise<SessionState> {
  if (options.last === undefined) {
    for await (const lines of read(log.logPath, log.format.dialect)) printer.print(lines);
  } else {
    printLast(log, options.last, printer, true);
  }
  return session.state;
}

async function printOn(
  { options, host }: Context,
  log: SessionLog,
  printer: LinePrinter,
  signal: AbortSignal | undefined,
): Promise<FollowEnd> {
  const from = options.last === undefined ? 0 : printLast(log, options.last, printer, false);
  let end: FollowEnd = "aborted";
  let saidSilent = false;
  for await (const item of follow(log.logPath, log.format.dialect, { from, signal, waitForStale: options.wait })) {
    if (item.kind === "lines") printer.print(item.lines);
    else if (item.kind === "end") end = item.why;
    else if (item.kind === "restarted") host.stderr.write(`the log was ${item.why}: from its beginning again\n`);
    else if (!saidSilent) {
      saidSilent = true;
      host.stderr.write(`nothing has been written for ${item.seconds} s: still waiting\n`);
    }
  }
  return end;
}

/** Prints the last events that print at all; returns the byte offset behind them, before an unfinished line. */
function printLast({ logPath, format }: SessionLog, count: number, printer: LinePrinter, withTorn: boolean): number {
  const printed = (lines: readonly Line[]): Line[] => lines.filter((line) => printer.prints(line));
  const isEnough = (lines: readonly Line[]): boolean => lines.length > 0 && printed(lines).length >= count;
  const lines = readBackUntil(logPath, format.dialect, isEnough);
  const last = lines.at(-1);
  if (last === undefined) return 0;
  const isTorn = last.kind === "malformed" && last.torn;
  const whole = isTorn && !withTorn ? lines.slice(0, -1) : lines;
  const [first = whole[0]] = printed(whole).slice(-count);
  if (count > 0 && first !== undefined) printer.print(whole.slice(whole.indexOf(first)));
  return isTorn ? last.offset : last.offset + last.length;
}

/** Says on standard error why the end is not a good one. */
function tellEnd(context: Context, session: AnySession, log: SessionLog, end: FollowEnd | SessionState): number {
  const { host } = context;
  const id = visible(session.id);
  switch (end) {
    case "writer_died":
      tellTorn(host, log);
      return tellEnd(context, session, log, "crashed");
    case "crashed":
      host.stderr.write(`ziglog: the writer of session ${id} died: its log has no end\n`);
      return ExitCode.incomplete;
    case "stale":
      host.stderr.write(
        `ziglog: session ${id} has been silent for long: nobody can tell whether it still runs (--wait goes on)\n`,
      );
      return ExitCode.incomplete;
    case "removed":
      host.stderr.write(`ziglog: the log of session ${id} was removed\n`);
      return ExitCode.incomplete;
    default:
      return ExitCode.ok;
  }
}

/** Following never shows an unfinished line; when its writer is dead, nobody will finish it. */
function tellTorn(host: Host, { logPath, format }: SessionLog): void {
  const [last] = readLast(logPath, format.dialect, 1);
  if (last?.kind === "malformed" && last.torn) host.stderr.write(`${renderMalformed(last)}\n`);
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal?.addEventListener("abort", wake);
  });
}
