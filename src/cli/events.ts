import { ZIG } from "../codec/zig.ts";
import type { OutputStream } from "../codec/zig_events.ts";
import { compileFilter, type EventFilter } from "../query/filter.ts";
import { parseTime } from "../query/units.ts";
import { openCatalog } from "../session/sessions.ts";
import { scan, scanLast } from "../storage/scan.ts";
import { checkTypes } from "./check_types.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { LinePrinter } from "./line_printer.ts";
import { LATEST, selectorOf } from "./selector.ts";

const STREAMS: readonly OutputStream[] = ["stdout", "stderr"];

const OPTIONS = {
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
  raw: { kind: "boolean", help: "send control characters of the output to the terminal as they are" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** `ziglog events`: the lines of a log. */
export const events: Command<typeof OPTIONS> = defineCommand({
  usage: ["events [ID | --latest] [OPTIONS]"],
  description:
    "Prints the lines of a session's log that fit all that is asked for, each with its number and time, heartbeats " +
    "too. ID is a session id or the beginning of one. A TYPE is a known type of event, or any other that the log " +
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
  run(context: Context): Promise<number> {
    return Promise.try(run, context);
  },
});

function run(context: Context): number {
  const { options, host, layout, style } = context;
  const now = host.now().getTime();
  const filter = compileFilter({
    types: options.type,
    step: options.step,
    stream: options.stream as OutputStream | undefined,
    afterSeq: options["after-seq"],
    beforeSeq: options["before-seq"],
    since: options.since === undefined ? undefined : parseTime(options.since, now),
    until: options.until === undefined ? undefined : parseTime(options.until, now),
  });
  const { logPath } = openCatalog(layout).resolve(selectorOf(context.positionals, options), now);
  checkTypes("--type", options.type, () => [logPath]);
  if (options.count) {
    const count = countLines(logPath, filter, options.last);
    host.stdout.write(options.json ? `{"count":${count}}\n` : `${count}\n`);
    return ExitCode.ok;
  }
  const { json, raw } = options;
  const printer = new LinePrinter(host, { json, raw, timestamps: true, numbered: true, types: [], style });
  if (options.last === undefined) printAll(logPath, filter, printer);
  else printer.print(scanLast(logPath, ZIG, filter, options.last));
  return ExitCode.ok;
}

function printAll(logPath: string, filter: EventFilter, printer: LinePrinter): void {
  for (const lines of scan(logPath, ZIG, { prefilter: filter.prefilter })) {
    printer.print(lines.filter((line) => filter.matches(line)));
  }
}

function countLines(logPath: string, filter: EventFilter, last = Infinity): number {
  let count = 0;
  for (const lines of scan(logPath, ZIG, { prefilter: filter.prefilter })) {
    for (const line of lines) {
      if (line.kind !== "malformed" && filter.matches(line)) count++;
    }
  }
  return Math.min(count, last);
}
