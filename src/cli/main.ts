/** The program: chooses a command, runs it, and turns what goes wrong into an exit code. */

import { UsageError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { VERSION } from "../version.ts";
import { type AgentCommandName, agentsLine, isAgentCommand } from "./agents_line.ts";
import { type Command, GLOBAL_OPTIONS } from "./command.ts";
import { asksForHelp, commandPlace, optionsOf } from "./command_line.ts";
import { type CommandEntry, COMMANDS } from "./commands.ts";
import { ExitCode } from "./exit_code.ts";
import { failureOf } from "./failure.ts";
import { commandHelp, type HelpLook, overview } from "./help.ts";
import { type Host, type HostOutput, OutputClosedError } from "./host.ts";
import { parseArguments } from "./parse.ts";
import { COLORED, PLAIN, type Style } from "./style.ts";

/** Columns of help where there is no terminal. */
const HELP_WIDTH = 80;

/** The widest that help becomes. */
const WIDEST_HELP = 100;

/**
 * Runs the program.
 *
 * @param args The arguments after the program's name.
 * @param host The outside world.
 * @returns The exit code.
 */
export async function main(args: readonly string[], host: Host): Promise<number> {
  try {
    return await dispatch(args, host);
  } catch (error) {
    if (error instanceof OutputClosedError) return ExitCode.ok;
    const { exitCode, message } = failureOf(error);
    await complain(message, host);
    return exitCode;
  }
}

/** Says what went wrong; names in it may come from anywhere. */
async function complain(message: string, host: Host): Promise<void> {
  const { visible } = await import("../query/visible.ts");
  try {
    host.stderr.write(`ziglog: ${message.split("\n").map(visible).join("\n")}\n`);
  } catch {
    // Nobody is left to tell; the exit code still does.
  }
}

async function dispatch(args: readonly string[], host: Host): Promise<number> {
  const at = commandPlace(args);
  const name = args[at];
  const before = args.slice(0, at);
  if (before.includes("--help") || before.includes("-h")) return help(args, args.slice(at), host);
  if (before.includes("--version") || before.includes("-V")) return version(host);
  if (name === "help") return await help(args, args.slice(at + 1), host);
  if (name === "version") return version(host);
  if (name === "__complete") return await (await import("./complete.ts")).complete(args.slice(at + 1), host);
  if (name === undefined) {
    refuseStray(before);
    host.stderr.write(overview(summaries(), lookOf(args, host, host.stderr)));
    return ExitCode.usage;
  }
  if (name === "agents") {
    const next = args[at + 1];
    if (isAgentCommand(next) && asksForHelp(args.slice(at))) return await helpOnAgents(args, next, host);
    const line = agentsLine(args, at);
    if (line !== undefined) return await dispatch(line, host);
  }
  const { load, summary } = entryOf(name);
  const command = await load();
  const given = [...before, ...args.slice(at + 1)];
  if (asksForHelp(given)) {
    host.stdout.write(commandHelp(name, summary, command, lookOf(args, host, host.stdout)));
    return ExitCode.ok;
  }
  return await run(name, command, given, host);
}

async function run(name: string, command: Command, args: readonly string[], host: Host): Promise<number> {
  const parsed = parseArguments(name, command, args);
  const { configure } = await import("./configure.ts");
  const configured = await configure(name, command, parsed, host);
  return await command.run({ ...parsed, ...configured, style: styleFor(args, host, host.stdout) });
}

/** Without a command, only global options make sense. */
function refuseStray(args: readonly string[]): void {
  const stray = args.find((arg) => arg.startsWith("-") && !Object.hasOwn(GLOBAL_OPTIONS, arg.replace(/^--|=.*/g, "")));
  if (stray === undefined) return;
  throw new UsageError(`Cannot use option "${stray}": it needs a command before it (see "ziglog help")`);
}

function entryOf(name: string): CommandEntry {
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name]!;
  const meant = nearest(name, [...Object.keys(COMMANDS), "help"]);
  const hint = meant === undefined ? "" : `, did you mean ${meant}?`;
  throw new UsageError(`Cannot run command "${name}": there is no such command${hint} (see "ziglog help")`);
}

async function help(args: readonly string[], topic: readonly string[], host: Host): Promise<number> {
  const [name, next] = topic.filter((arg) => !arg.startsWith("-"));
  const look = lookOf(args, host, host.stdout);
  if (topic.includes("--man")) {
    const { manualPage } = await import("./man.ts");
    host.stdout.write(await manualPage());
  } else if (name === undefined || name === "help") {
    host.stdout.write(overview(summaries(), look));
  } else if (name === "agents" && next !== undefined) {
    if (!isAgentCommand(next)) throw (await import("./agents.ts")).noAgentCommand(next);
    return await helpOnAgents(args, next, host);
  } else {
    const { load, summary } = entryOf(name);
    host.stdout.write(commandHelp(name, summary, await load(), look));
  }
  return ExitCode.ok;
}

async function helpOnAgents(args: readonly string[], name: AgentCommandName, host: Host): Promise<number> {
  const { command, summary } = await (await import("./agent_commands.ts")).agentCommand(name);
  host.stdout.write(commandHelp(`agents ${name}`, summary, command, lookOf(args, host, host.stdout)));
  return ExitCode.ok;
}

function version(host: Host): number {
  host.stdout.write(`ziglog ${VERSION}\n`);
  return ExitCode.ok;
}

function summaries(): { name: string; summary: string }[] {
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => ({ name, summary }));
  return [...commands, { name: "help", summary: "show help on ziglog or one of its commands" }];
}

function lookOf(args: readonly string[], host: Host, output: HostOutput): HelpLook {
  return { style: styleFor(args, host, output), width: Math.min(output.columns ?? HELP_WIDTH, WIDEST_HELP) };
}

/** Colour where it was asked for, and where a person sees it and has not asked for none. */
function styleFor(args: readonly string[], host: Host, output: HostOutput): Style {
  const own = optionsOf(args);
  if (own.includes("--no-color")) return PLAIN;
  if (own.includes("--color")) return COLORED;
  if (host.env("NO_COLOR")) return PLAIN;
  if (host.env("FORCE_COLOR")) return host.env("FORCE_COLOR") === "0" ? PLAIN : COLORED;
  return output.isTerminal && host.env("TERM") !== "dumb" ? COLORED : PLAIN;
}
