import type { SessionStatus } from "../codec/zig_events.ts";
import { UsageError } from "../errors.ts";
import { endSession } from "../session/session_appender.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";

const STATUSES: readonly SessionStatus[] = ["success", "failure"];

const OPTIONS = {
  status: { kind: "string", value: "STATUS", choices: STATUSES, help: "how it ended (default: success)" },
  json: { kind: "boolean", help: "print the last event as it is stored" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** `ziglog end`: ends a session that scripts write. */
export const end = defineCommand({
  usage: ["end ID [--status STATUS] [--json]"],
  description:
    "Ends a session that ziglog start has started: it lasted from its first event until now. ID is a session id or the " +
    "beginning of one.\n\n" +
    "Exit code 3: there is no such session, or it has ended already.",
  maxPositionals: 1,
  options: OPTIONS,
  examples: [
    { command: 'ziglog end "$id"', help: "all went well" },
    { command: 'make test || ziglog end "$id" --status failure', help: "it did not" },
  ],
  run(context: Context): Promise<number> {
    return Promise.try(run, context);
  },
});

function run({ positionals: [id], options, host, layout }: Context): number {
  if (!id) throw new UsageError('Cannot end a session: name its id (see "ziglog end --help")');
  const event = endSession(id, options.status === "failure" ? "failure" : "success", layout);
  if (options.json) writeJsonLines(host, [{ ...event }]);
  return ExitCode.ok;
}
