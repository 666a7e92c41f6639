import { UsageError } from "../errors.ts";
import { AGENT_COMMANDS } from "./agents_line.ts";
import { type Command, defineCommand } from "./command.ts";

const OPTIONS = {} as const;

/** `ziglog agents`: what is left of it when no command follows; see {@linkcode agentsLine}. */
export const agents: Command<typeof OPTIONS> = defineCommand({
  usage: AGENT_COMMANDS.map((name) => `agents ${name} [ARGUMENT…] [OPTIONS]`),
  description:
    "The commands of those names over the sessions of agents that are recorded beside those of workflows: the same as " +
    "with --source agents. Without an id, listen, show and events take the latest of them. " +
    "ziglog agents COMMAND --help tells the options.",
  options: OPTIONS,
  examples: [
    { command: "ziglog agents list", help: "which agents have worked on this project?" },
    { command: "ziglog agents show", help: "what did the last one do and use?" },
    { command: "ziglog agents search 'rm -rf'", help: "which agent did that?" },
  ],
  run({ positionals: [name] }): Promise<number> {
    const what = name === undefined ? "Cannot run agents: a command is missing" : `Cannot run agents command "${name}"`;
    return Promise.reject(new UsageError(`${what}: it is one of ${AGENT_COMMANDS.join(", ")}`));
  },
});
