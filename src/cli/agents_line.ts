import { optionsOf } from "./command_line.ts";

/** The commands that `ziglog agents` stands in front of. */
export const AGENT_COMMANDS = ["list", "show", "listen", "events", "search", "stats"] as const;

/** Name of a command that `ziglog agents` stands in front of. */
export type AgentCommandName = (typeof AGENT_COMMANDS)[number];

/**
 * Tells whether `ziglog agents` stands in front of a command.
 *
 * @param name What follows it.
 * @returns `true` for the name of such a command.
 */
export function isAgentCommand(name: string | undefined): name is AgentCommandName {
  return (AGENT_COMMANDS as readonly (string | undefined)[]).includes(name);
}

/**
 * Says in full what `ziglog agents COMMAND` says in short: the source is named, and the provider is what other commands
 * call the name of the workflow or agent.
 *
 * @param args The arguments after the program's name.
 * @param at Where `agents` stands among them.
 * @returns The arguments of the same command without `agents`; `undefined` when no such command follows.
 */
export function agentsLine(args: readonly string[], at: number): string[] | undefined {
  const name = args[at + 1];
  if (!isAgentCommand(name)) return undefined;
  const own = optionsOf(args);
  const full = args.map((arg, place) => place < own.length ? arg.replace(/^--provider(?==|$)/, "--workflow") : arg);
  return [...full.slice(0, at), name, "--source=agents", ...full.slice(at + 2)];
}
