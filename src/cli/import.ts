import { IMPORTABLE, type ImportableAgent, importAgentSessions } from "../agent/import.ts";
import { UsageError } from "../errors.ts";
import { parseTime } from "../query/units.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { ImportOutput } from "./import_output.ts";

const OPTIONS = {
  since: { kind: "string", value: "TIME", help: "only sessions written to then or later: 2h, 7d (ago), or RFC 3339" },
  from: { kind: "string", value: "DIR", help: "the agent's folder, where it is not the usual one" },
  "dry-run": { kind: "boolean", help: "only tell what would be imported" },
  json: { kind: "boolean", help: "one JSON object a session (NDJSON)" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** `ziglog import`: takes over what agents have recorded themselves. */
export const importCommand: Command<typeof OPTIONS> = defineCommand({
  usage: [`import ${IMPORTABLE.join("|")} [OPTIONS]`],
  description:
    "Imports past sessions of an agent, from the files that it keeps itself, into the agent sessions of the store. A " +
    "session gets the project of the directory that it worked in. What was imported stays as it is: a second import " +
    "adds only what is new, and one that was killed goes on where it was. zag's own logs are copied byte for byte; those in " +
    "$ZAG_USER_LOG_DIR become the project's.\n\n" +
    "It reads the agent's folder and writes the store, and needs no other right. What an agent's files hold that has " +
    "no place in a session is counted, by kind, on standard error.\n\n" +
    "An object of --json has provider, session_id, result, path (the agent's file), events (that were added), bytes, " +
    "losses (by kind) and, where it failed, reason. result is imported, completed, unchanged, recorded (the store has the " +
    "session from another source), busy (it is being written there), empty or failed.",
  maxPositionals: 1,
  options: OPTIONS,
  examples: [
    { command: "ziglog import claude --since 30d", help: "the last month of Claude Code" },
    { command: "ziglog import codex --dry-run", help: "what would be imported, and what be lost?" },
    { command: "ziglog import gemini --from /mnt/old/.gemini", help: "from another place" },
    { command: "ziglog import zag", help: "what zag has recorded" },
  ],
  async run({ positionals, options, host, layout, style }: Context): Promise<number> {
    const agent = agentOf(positionals[0]);
    const now = host.now().getTime();
    using output = new ImportOutput(host, agent, { json: options.json, dryRun: options["dry-run"], style });
    const results = importAgentSessions(agent, {
      root: layout.root,
      project: layout.project,
      folder: options.from,
      since: options.since === undefined ? undefined : parseTime(options.since, now),
      dryRun: options["dry-run"],
      onProgress: (progress) => output.advance(progress),
      onSetAside: (path) => output.say(`ziglog: The record of earlier imports was damaged; it is now ${path}`),
    });
    for await (const result of results) output.print(result);
    return output.end() === 0 ? ExitCode.ok : ExitCode.io;
  },
});

function agentOf(name: string | undefined): ImportableAgent {
  const agent = IMPORTABLE.find((each) => each === name);
  if (agent !== undefined) return agent;
  const known = IMPORTABLE.join(", ");
  throw new UsageError(
    name === undefined
      ? `Cannot import: name one of ${known} (see "ziglog import --help")`
      : `Cannot import from "${name}": AGENT is one of ${known}`,
  );
}
