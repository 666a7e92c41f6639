import type { Decoded } from "../codec/dialect.ts";
import type { OutputStream } from "../codec/zig_events.ts";
import { UsageError } from "../errors.ts";
import type { AnyEvent } from "../query/event_view.ts";
import { compileFilter, type EventFilter } from "../query/filter.ts";
import { parseTime } from "../query/units.ts";
import type { SessionLog } from "../sources/source.ts";
import { scan, scanLast } from "../storage/scan.ts";
import { checkTypes } from "./check_types.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { LinePrinter } from "./line_printer.ts";
import { loadMarkdown } from "./load_markdown.ts";
import { LATEST, selectorOf } from "./selector.ts";
import { chooseSession, ID_SOURCE } from "./source_option.ts";

const STREAMS: readonly OutputStream[] = ["stdout", "stderr"];

const OPTIONS = {
  source: ID_SOURCE,
  latest: LATEST,
  type: { kind: "list", value: "TYPE", help: "only events of this type, such as step_failed; repeat for more" },
  step: { kind: "string", value: "STEP", help: "only what is about this step" },
  stream: { kind: "string", value: "STREAM", choices: STREAMS, help: "only output of this stream" },
  "after-seq": { kind: "integer", value: "N", help: "only events with a greater number" },
  "before-seq": { kind: "integer", value: "N", help: "only events with a smaller number" },
  since: { kind: "string", value: "TIME", help: "only events of then or later: 15m, 2h, 7d (ago), or RFC 3339" },
  until: { kind: "string", value: "TIME", help: "only events before then" },
  last: { kind: "integer", short: "n", value: "N", help: "the last N of them; does not read the whole log" },
  count: { kind: "boolean", help: "how many there are, instead of them" },
  json: { kind: "boolean", help: 'the stored lines, byte for byte (NDJSON); with --count {"count":N}' },
  "show-thinking": { kind: "boolean", help: "what an agent thought, too" },
  raw: { kind: "boolean", help: "send control characters of the output to the terminal as they are" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** `ziglog events`: the lines of a log. */
export const events: Command<typeof OPTIONS> = defineCommand({
  usage: ["events [ID | --latest] [OPTIONS]"],
  description:
    "Prints the lines of a session's log that fit all that is asked for, each with its number and time, heartbeats " +
    "too. ID is a session id or the beginning of one; it may be that of an agent session, too. A TYPE is a known type of event, or any other that the log " +
    "holds. Times are in UTC unless they have an offset.\n\n" +
    "Damaged lines are told on standard error when nothing is asked for but a number of lines; they fit no filter.",
  maxPositionals: 1,
  options: OPTIONS,
  examples: [
    { command: "ziglog events --last 20", help: "the last twenty lines of the newest session" },
    { command: "ziglog events 289aa865 --type step_failed --json", help: "its failures, for a program" },
    { command: "ziglog events --step test --stream stderr --since 15m", help: "what test complained about lately" },
    { command: "ziglog events --type step_output --count", help: "how many lines of output are there?" },
  ],
  run,
});

async function run(context: Context): Promise<number> {
  const { options, host, style } = context;
  const now = host.now().getTime();
  const spec = {
    types: options.type,
    step: options.step,
    stream: options.stream as OutputStream | undefined,
    afterSeq: options["after-seq"],
    beforeSeq: options["before-seq"],
    since: options.since === undefined ? undefined : parseTime(options.since, now),
    until: options.until === undefined ? undefined : parseTime(options.until, now),
  };
  const { source, session } = await chooseSession(context, selectorOf(context.positionals, options), options.source);
  const log = await source.logOf(session);
  const { dialect, view } = log.format;
  refuseSteps(context, log);
  checkTypes("--type", options.type, [log.format], () => [log]);
  const filter = compileFilter(spec, view);
  if (options.count) {
    const count = countLines(log, filter, options.last);
    host.stdout.write(options.json ? `{"count":${count}}\n` : `${count}\n`);
    return ExitCode.ok;
  }
  const { json, raw } = options;
  const showHidden = options["show-thinking"] || options.type.some((type) => view.hiddenTypes.includes(type));
  const printer = new LinePrinter(host, {
    ...{ json, raw, view, showHidden, style },
    timestamps: true,
    numbered: true,
    types: [],
    markdown: await loadMarkdown(context, options, view),
  });
  const batches = options.last === undefined
    ? fittingLines(log, filter)
    : [scanLast(log.logPath, dialect, filter, options.last)];
  let isEmpty = true;
  for (const lines of batches) {
    isEmpty &&= lines.length === 0;
    printer.print(lines);
  }
  if (isEmpty) host.stderr.write("no line fits\n");
  return ExitCode.ok;
}

/** Nothing would fit, and that would look as if nothing had happened. */
function refuseSteps({ options }: Context, { format }: SessionLog): void {
  if (format.view.hasSteps || options.step === undefined && options.stream === undefined) return;
  const option = options.step === undefined ? "--stream" : "--step";
  throw new UsageError(`Cannot use option "${option}": a session of an agent has no steps`);
}

function* fittingLines({ logPath, format }: SessionLog, filter: EventFilter): Generator<Decoded<AnyEvent>[]> {
  for (const lines of scan(logPath, format.dialect, { prefilter: filter.prefilter })) {
    yield lines.filter((line) => filter.matches(line));
  }
}

function countLines(log: SessionLog, filter: EventFilter, last = Infinity): number {
  let count = 0;
  for (const lines of fittingLines(log, filter)) count += lines.filter(({ kind }) => kind !== "malformed").length;
  return Math.min(count, last);
}
