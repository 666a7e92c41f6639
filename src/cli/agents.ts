import { UsageError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { AGENT_COMMANDS } from "./agents_line.ts";
import { type Command, defineCommand } from "./command.ts";

const OPTIONS = {} as const;

/** The commands that care for the sessions of agents when `--source` says so, often together with the others. */
const CARE: readonly string[] = ["verify", "repair", "reindex", "prune", "pin", "unpin", "du"];

/** `ziglog agents`: what is left of it when no command follows; see {@linkcode agentsLine}. */
export const agents: Command<typeof OPTIONS> = defineCommand({
  usage: AGENT_COMMANDS.map((name) => `agents ${name}${name === "search" ? " QUERY" : ""} [OPTIONS]`),
  description:
    "The commands of those names over the sessions of agents that are recorded beside those of workflows: the same as " +
    "with --source agents; --source zag takes those of the program zag. Without an id, listen, show and events take the " +
    "latest of them. ziglog agents COMMAND --help tells the options.\n\n" +
    `What cares for a store has an option instead: ziglog ${CARE.join(", ")} --source agents.`,
  options: OPTIONS,
  examples: [
    { command: "ziglog agents list", help: "which agents have worked on this project?" },
    { command: "ziglog agents show", help: "what did the last one do and use?" },
    { command: "ziglog agents search 'rm -rf'", help: "which agent did that?" },
    { command: "ziglog agents stats", help: "how did they do, and what have they used?" },
  ],
  run({ positionals: [name] }): Promise<number> {
    return Promise.reject(noAgentCommand(name));
  },
});

/**
 * Says that no command of that name is behind `agents`.
 *
 * @param name What stands there.
 * @returns The error.
 */
export function noAgentCommand(name: string | undefined): UsageError {
  const meant = name === undefined ? undefined : nearest(name, AGENT_COMMANDS);
  const isCare = name !== undefined && CARE.includes(name);
  const hint = isCare ? `; say ziglog ${name} --source agents` : meant === undefined ? "" : `, did you mean ${meant}?`;
  const what = name === undefined ? "Cannot run agents: a command is missing" : `Cannot run agents command "${name}"`;
  return new UsageError(`${what}: it is one of ${AGENT_COMMANDS.join(", ")}${hint}`);
}
