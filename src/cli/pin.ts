import { UsageError } from "../errors.ts";
import { pinSession, unpinSession } from "../maintenance/pins.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";
import { ID_STORE_SOURCE, jsonNames, locateStored } from "./store_option.ts";

const OPTIONS = {
  source: ID_STORE_SOURCE,
  json: { kind: "boolean", help: "one JSON object a session: zig_session_id (or wrapper_session_id) and pinned" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** `ziglog pin`: protects sessions from being pruned. */
export const pin: Command<typeof OPTIONS> = defineCommand({
  usage: ["pin ID… [--source SOURCE] [--json]"],
  description:
    "Protects sessions: ziglog prune never deletes them, until ziglog unpin. An ID is a session id or the beginning of " +
    "one, of a workflow or of an agent. When one of them cannot be found, none is pinned.",
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
  usage: ["unpin ID… [--source SOURCE] [--json]"],
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
  const logs = new Map(positionals.map((id) => {
    const log = locateStored(id, layout, options.source);
    return [log.logPath, log];
  }));
  for (const { id, source } of logs.values()) act(id, { ...layout, source });
  const all = [...logs.values()];
  if (options.json) writeJsonLines(host, all.map(({ id, source }) => ({ [jsonNames(source).id]: id, pinned })));
  else host.stderr.write(all.map(({ id }) => `${verb}ned ${id}\n`).join(""));
  return ExitCode.ok;
}
