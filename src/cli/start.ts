import { UsageError } from "../errors.ts";
import { startSession } from "../session/session_appender.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";

const OPTIONS = {
  tiers: { kind: "integer", value: "N", help: "how many tiers it has (default: 1)" },
  prompt: { kind: "string", value: "TEXT", help: "what it is asked to do" },
  json: { kind: "boolean", help: "one JSON object instead: zig_session_id and log_path" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** A script that records itself. Lines behind the first are indented as the help is. */
const SCRIPT = [
  "set -eo pipefail",
  "id=$(ziglog start nightly)",
  "trap '[ $? = 0 ] && s=success || s=failure; ziglog end \"$id\" --status $s' EXIT",
  'ziglog emit "$id" step_started step_name=build',
  'make 2>&1 | jq --unbuffered -cR \'{type: "step_output", step_name: "build", line: .}\' | ziglog emit "$id"',
  'ziglog emit "$id" step_completed step_name=build duration_ms=$((SECONDS * 1000))',
].join("\n  ");

/** Jobs on several machines that write one session. */
const JOBS = [
  "export ZIGLOG_ROOT=/mnt/ci/ziglog        # in every job: a directory that all of them share",
  "ziglog start release --tiers 2 > id      # in the first job, which hands the file on",
  'ziglog emit "$(cat id)" step_skipped step_name=docs reason="nothing changed"    # in any job',
  'ziglog end "$(cat id)" --status success  # in the last job',
].join("\n  ");

/** `ziglog start`: starts a session that scripts write. */
export const start = defineCommand({
  usage: ["start WORKFLOW [--tiers N] [--prompt TEXT] [--json]"],
  description:
    "Starts a session for a script, or for several jobs at once, and prints its id. Write it with ziglog emit, and end " +
    "it with ziglog end.\n\n" +
    "No program stays behind to look after such a session: after 30 seconds without an event it counts as stale until " +
    'the next one, so a script that is silent for longer may emit a "heartbeat" now and then.',
  maxPositionals: 1,
  options: OPTIONS,
  examples: [
    { command: "id=$(ziglog start nightly)", help: "start a session and keep its id" },
    { command: SCRIPT, help: "a bash script that records itself, and how it ended" },
    { command: JOBS, help: "several CI jobs that write one session" },
  ],
  run(context: Context): Promise<number> {
    return Promise.try(run, context);
  },
});

function run({ positionals: [workflow], options, host, layout, redact }: Context): number {
  if (!workflow) throw new UsageError('Cannot start a session: name its workflow (see "ziglog start --help")');
  const { sessionId, logPath } = startSession({
    ...layout,
    workflowName: workflow,
    workflowPath: "",
    prompt: options.prompt ?? null,
    tierCount: options.tiers ?? 1,
    cwd: host.cwd(),
    redact,
  });
  if (options.json) writeJsonLines(host, [{ zig_session_id: sessionId, log_path: logPath }]);
  else host.stdout.write(`${sessionId}\n`);
  return ExitCode.ok;
}
