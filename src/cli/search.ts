import { UsageError } from "../errors.ts";
import { parseTime } from "../query/units.ts";
import { type SearchOptions, searchSessions } from "../session/search.ts";
import { openCatalog } from "../session/sessions.ts";
import type { SessionState } from "../storage/liveness.ts";
import { checkTypes } from "./check_types.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { SearchOutput } from "./search_output.ts";

const STATES: readonly SessionState[] = ["running", "success", "failure", "crashed", "stale"];

const OPTIONS = {
  regex: { kind: "boolean", short: "E", help: "QUERY is a regular expression in the syntax of JavaScript" },
  "case-sensitive": { kind: "boolean", short: "s", help: "upper and lower case differ" },
  all: { kind: "boolean", short: "a", help: "the sessions of every project, not only of this one" },
  workflow: { kind: "string", value: "NAME", help: "only runs of this workflow; * stands for any text" },
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
    "An object of --json has zig_session_id, workflow_name, log_path, offset (of the line, in bytes), field, text, " +
    "ranges (of the matches in the text, in UTF-16 units) and event, the stored line; of a damaged line, stored " +
    "instead of text and event. Times are in UTC unless they have an offset.",
  maxPositionals: 1,
  options: OPTIONS,
  examples: [
    { command: "ziglog search 'connection refused'", help: "which runs saw that, and where?" },
    { command: "ziglog search timeout --type step_failed --since 7d --all", help: "failures of a week, everywhere" },
    { command: "ziglog search -E 'warning: .*deprecated' --step build -n 20", help: "a regular expression" },
    { command: "ziglog search OOM --json | jq -r .zig_session_id | uniq", help: "the sessions, for a program" },
  ],
  async run(context: Context): Promise<number> {
    const { options, host, layout, style } = context;
    const [query] = context.positionals;
    if (query === undefined) throw new UsageError('Cannot search: QUERY is missing (see "ziglog search --help")');
    const wanted = searchOptions(context);
    checkTypes("--type", options.type, () => {
      const catalog = openCatalog(layout);
      return (options.all ? catalog.listAll() : catalog.list()).map(({ logPath }) => logPath);
    });
    using output = new SearchOutput(host, { json: options.json, style });
    const hits = searchSessions(query, {
      ...wanted,
      onProgress: (at) => output.advance(at),
      onUnreadable: ({ id }, { message }) => output.say(`ziglog: Cannot search session ${id}: ${message}`),
    });
    let count = 0;
    for await (const hit of hits) {
      count++;
      if (!options.count) output.print(hit);
    }
    output.end();
    const { sessions } = output;
    if (options.count) host.stdout.write(options.json ? `{"count":${count}}\n` : `${count}\n`);
    else if (count === 0) output.say(`nothing fits in ${sessions} ${sessions === 1 ? "session" : "sessions"}`);
    return ExitCode.ok;
  },
});

function searchOptions({ options, host, layout }: Context): SearchOptions {
  const now = host.now().getTime();
  const { regex, all, workflow, step, limit } = options;
  return {
    ...layout,
    ...{ regex, all, workflow, step, limit, now },
    caseSensitive: options["case-sensitive"],
    states: options.state as readonly SessionState[],
    types: options.type,
    since: options.since === undefined ? undefined : parseTime(options.since, now),
    until: options.until === undefined ? undefined : parseTime(options.until, now),
  };
}
