import { UsageError } from "../errors.ts";
import { compileSessionFilter, type SessionFilterSpec } from "../query/session_filter.ts";
import { parseTime } from "../query/units.ts";
import { searchLogs, type SearchLogsOptions } from "../session/search_logs.ts";
import { listSources, Sources, type SourceSession } from "../sources/sources.ts";
import type { Source } from "../sources/source.ts";
import type { SessionState } from "../storage/liveness.ts";
import { checkTypes } from "./check_types.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { SearchOutput, type SourceHit, type SourceLog } from "./search_output.ts";
import { SOURCE, sourceNames, tellGaps } from "./source_option.ts";

const STATES: readonly SessionState[] = ["running", "success", "failure", "crashed", "stale"];

const OPTIONS = {
  source: SOURCE,
  regex: { kind: "boolean", short: "E", help: "QUERY is a regular expression in the syntax of JavaScript" },
  "case-sensitive": { kind: "boolean", short: "s", help: "upper and lower case differ" },
  all: { kind: "boolean", short: "a", help: "the sessions of every project, not only of this one" },
  workflow: { kind: "string", value: "NAME", help: "only runs of this workflow or agent; * stands for any text" },
  state: { kind: "list", value: "STATE", choices: STATES, help: "only sessions in this state; repeat for more" },
  step: { kind: "string", value: "STEP", help: "only what is about this step" },
  type: { kind: "list", value: "TYPE", help: "only events of this type, such as step_failed; repeat for more" },
  since: { kind: "string", value: "TIME", help: "only events of then or later: 15m, 2h, 7d (ago), or RFC 3339" },
  until: { kind: "string", value: "TIME", help: "only events before then" },
  limit: { kind: "integer", short: "n", value: "N", help: "stop after N hits" },
  count: { kind: "boolean", help: "how many hits there are, instead of them" },
  json: { kind: "boolean", help: 'one JSON object a hit (NDJSON); with --count {"count":N}' },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** `ziglog search`: looks for text in many sessions. */
export const search: Command<typeof OPTIONS> = defineCommand({
  usage: ["search QUERY [OPTIONS]"],
  description:
    "Looks for a text in the sessions of this project, newest first: in output, errors, reasons of skipped steps, " +
    "prompts, commands, and names of workflows, steps, models, agent sessions and saved variables where they are " +
    "introduced. Case does not matter unless you say so. A damaged line is found by what is left of it.\n\n" +
    "A line of text tells the session, the time, the workflow and step, and what the text is when it is not output. " +
    "An object of --json has source, id, name, log_path, offset (of the line, in bytes), field, text, " +
    "ranges (of the matches in the text, in UTF-16 units) and event, the stored line; of a damaged line, stored " +
    "instead of text and event; of a workflow, also zig_session_id and workflow_name. Times are in UTC unless they have " +
    "an offset.\n\n" +
    "With --source it looks in what agents said and did, or in the logs of the runs of outrig, whose lines have no time.",
  maxPositionals: 1,
  options: OPTIONS,
  examples: [
    { command: "ziglog search 'connection refused'", help: "which runs saw that, and where?" },
    { command: "ziglog search timeout --type step_failed --since 7d --all", help: "failures of a week, everywhere" },
    { command: "ziglog search -E 'warning: .*deprecated' --step build -n 20", help: "a regular expression" },
    { command: "ziglog search 'rm -rf' --source agents --type tool_call", help: "which agent did that?" },
    { command: "ziglog search OOM --json | jq -r .zig_session_id | uniq", help: "the sessions, for a program" },
  ],
  async run(context: Context): Promise<number> {
    const { options, host, layout, style } = context;
    const [query] = context.positionals;
    if (query === undefined) throw new UsageError('Cannot search: QUERY is missing (see "ziglog search --help")');
    const wanted = searchOptions(context, query);
    const sources = new Sources(sourceNames(options.source, ["zig"]), layout);
    const opened = await sources.open();
    tellGaps(host, sources);
    using output = new SearchOutput(host, { json: options.json, style, redact: context.redact });
    const now = host.now().getTime();
    const rows = listSources(opened, { all: options.all, now, notice: (text) => output.say(`ziglog: ${text}`) });
    const all = rows.flatMap(logsOf);
    const formats = new Set([...opened.flatMap(({ format }) => format ?? []), ...all.map(({ format }) => format)]);
    if (opened.length > 0) refuseSteps(options.step, opened);
    checkTypes("--type", options.type, [...formats], () => all);
    const fits = compileSessionFilter(sessionSpec(context, wanted));
    const logs = all.filter(({ session }) => fits(session));
    const hits = searchLogs(
      () => logs,
      {
        ...wanted,
        onProgress: (at) => output.advance(at),
        onUnreadable: ({ session }, error) =>
          output.say(`ziglog: Cannot search session ${session.id}: ${error.message}`),
      },
      (log, line, match): SourceHit => ({ log, line, ...match }),
    );
    let count = 0;
    for await (const hit of hits) {
      count++;
      if (!options.count) output.print(hit);
    }
    output.end();
    const searched = new Set(logs.map(({ session }) => session)).size;
    if (options.count) host.stdout.write(options.json ? `{"count":${count}}\n` : `${count}\n`);
    else if (count === 0) output.say(`nothing fits in ${searched} ${searched === 1 ? "session" : "sessions"}`);
    return ExitCode.ok;
  },
});

function searchOptions({ options, host }: Context, text: string): SearchLogsOptions<SourceLog> {
  const now = host.now().getTime();
  const { regex, step, limit } = options;
  return {
    text: { text, regex, caseSensitive: options["case-sensitive"] },
    step,
    limit,
    types: options.type,
    since: options.since === undefined ? undefined : parseTime(options.since, now),
    until: options.until === undefined ? undefined : parseTime(options.until, now),
  };
}

/** Nothing would fit, and that would look as if nothing had happened. */
function refuseSteps(step: string | undefined, sources: readonly Source[]): void {
  if (step === undefined || sources.some(({ name }) => name === "zig")) return;
  const names = sources.map(({ name }) => name).join(" and ");
  throw new UsageError(`Cannot use option "--step": a session of ${names} has no steps`);
}

/** A session that had ended before need not be opened. */
function sessionSpec({ options }: Context, { since, until }: SearchLogsOptions<SourceLog>): SessionFilterSpec {
  return {
    workflow: options.workflow,
    states: options.state as readonly SessionState[],
    activeSince: since,
    until,
  };
}

function logsOf({ source, session }: SourceSession): SourceLog[] {
  return source.searchableOf(session).map((log) => ({ ...log, source, session }));
}
