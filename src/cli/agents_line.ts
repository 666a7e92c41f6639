/** The commands that `ziglog agents` stands in front of. */
export const AGENT_COMMANDS: readonly string[] = ["list", "show", "listen", "events", "search"];

/**
 * Says in full what `ziglog agents COMMAND` says in short.
 *
 * @param args The arguments after the program's name.
 * @param at Where `agents` stands among them.
 * @returns The arguments of the same command with the source named; `undefined` when no such command follows.
 */
export function agentsLine(args: readonly string[], at: number): string[] | undefined {
  const name = args[at + 1];
  if (name === undefined || !AGENT_COMMANDS.includes(name)) return undefined;
  return [...args.slice(0, at), name, "--source=agents", ...args.slice(at + 2)];
}
