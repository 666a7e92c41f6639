import { UsageError } from "../errors.ts";
import { pinSession, unpinSession } from "../maintenance/pins.ts";
import { openLayout } from "../storage/layout.ts";
import { locateLog } from "../storage/locate.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";

const OPTIONS = {
  json: { kind: "boolean", help: "one JSON object a session: zig_session_id and pinned" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** `ziglog pin`: protects sessions from being pruned. */
export const pin: Command<typeof OPTIONS> = defineCommand({
  usage: ["pin ID… [--json]"],
  description:
    "Protects sessions: ziglog prune never deletes them, until ziglog unpin. An ID is a session id or the beginning of " +
    "one. When one of them cannot be found, none is pinned.",
  options: OPTIONS,
  examples: [
    { command: "ziglog pin 289aa865", help: "keep this run" },
    { command: "ziglog list --state failure --json | jq -r .zig_session_id | xargs ziglog pin", help: "keep failures" },
  ],
  run(context: Context): Promise<number> {
    return Promise.try(change, true, context);
  },
});

/** `ziglog unpin`: takes the protection back. */
export const unpin: Command<typeof OPTIONS> = defineCommand({
  usage: ["unpin ID… [--json]"],
  description:
    "Takes back what ziglog pin has done. An ID is a session id or the beginning of one. When one of them cannot be " +
    "found, none is unpinned.",
  options: OPTIONS,
  examples: [{ command: "ziglog unpin 289aa865", help: "this run may go" }],
  run(context: Context): Promise<number> {
    return Promise.try(change, false, context);
  },
});

function change(pinned: boolean, { positionals, options, host, layout }: Context): number {
  const [verb, act] = pinned ? ["pin", pinSession] as const : ["unpin", unpinSession] as const;
  if (positionals.length === 0) {
    throw new UsageError(`Cannot ${verb} a session: name its id (see "ziglog ${verb} --help")`);
  }
  const project = openLayout(layout);
  const ids = [...new Set(positionals.map((id) => locateLog(project, id).id))];
  for (const id of ids) act(id, layout);
  if (options.json) writeJsonLines(host, ids.map((id) => ({ zig_session_id: id, pinned })));
  else host.stderr.write(ids.map((id) => `${verb}ned ${id}\n`).join(""));
  return ExitCode.ok;
}
