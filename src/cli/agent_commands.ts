/** What `ziglog agents COMMAND` is, in help and for completion: the command of that name, as far as agents have it. */

import type { AgentCommandName } from "./agents_line.ts";
import type { Command, Example, OptionSpec, OptionTable } from "./command.ts";
import { COMMANDS } from "./commands.ts";

/** What is told of a command. */
interface Words {
  /** What it does, in a line. */
  readonly summary: string;
  /** How it is called; one line a form. */
  readonly usage: readonly string[];
  /** What it does, in a few plain sentences. */
  readonly description: string;
  /** Worked examples. */
  readonly examples: readonly Example[];
  /** What options do of which something else is said elsewhere. */
  readonly help?: Readonly<Record<string, string>>;
}

/** A command behind `agents`. */
export interface AgentCommand {
  /** What it does, in a line. */
  readonly summary: string;
  /** The command; run it by the name that it has without `agents`. */
  readonly command: Command;
}

const ABOUT_IDS = "ID is a session id or the beginning of one; without it, the latest of them is meant.";

const WORDS: Readonly<Record<AgentCommandName, Words>> = {
  list: {
    summary: "list agent sessions, newest first",
    usage: ["agents list [--all] [--provider NAME] [--state STATE]… [OPTIONS]"],
    description:
      "Lists the agent sessions of this project, newest first, with the model and what the agent was asked " +
      "for first.\n\n" +
      "An object of --json has what the index stores, state, duration_ms, pinned, source, id, model and prompt.",
    examples: [
      { command: "ziglog agents list", help: "which agents have worked on this project?" },
      { command: "ziglog agents list --all --provider claude -n 5", help: "the last five of one agent, anywhere" },
    ],
  },
  show: {
    summary: "show what an agent did in short, and what it used",
    usage: ["agents show [ID | --latest] [--json]"],
    description: `Shows an agent session in short: what was asked, turns, tools, tokens and cost. ${ABOUT_IDS}`,
    help: { json: "what is shown as one JSON object" },
    examples: [{ command: "ziglog agents show --json | jq .usage", help: "what did the last one use?" }],
  },
  listen: {
    summary: "follow an agent session as it is written",
    usage: ["agents listen [ID | --latest | --active] [OPTIONS]", "agents listen --all [--cursor FILE] [OPTIONS]"],
    description: `Prints what was said and done so far, then what is, until the session ends. ${ABOUT_IDS}`,
    examples: [{ command: "ziglog agents listen --active --wait", help: "wait for an agent, then watch it" }],
  },
  events: {
    summary: "print the lines of an agent's log that fit",
    usage: ["agents events [ID | --latest] [OPTIONS]"],
    description: `Prints the lines of an agent's log that fit all that is asked for. ${ABOUT_IDS}`,
    examples: [
      { command: "ziglog agents events --type tool_call --json", help: "what did the last one call?" },
      { command: "ziglog agents events --type reasoning", help: "what did it think?" },
    ],
  },
  search: {
    summary: "look for text in what agents said and did",
    usage: ["agents search QUERY [OPTIONS]"],
    description: "Looks for a text in what was said and thought, in what tools were given and answered, and in errors.",
    examples: [
      { command: "ziglog agents search 'rm -rf' --type tool_call --all", help: "which agent did that?" },
    ],
  },
  stats: {
    summary: "show how agents did over time, and what they used",
    usage: ["agents stats [--all] [--provider NAME] [--since TIME] [--json]"],
    description:
      "Shows of each agent, and below it of each of its models, how many sessions there were, how many went well, how " +
      "many are OPEN (have not ended, as far as anybody knows), and how long they took; then turns, calls of tools and how " +
      "many of these FAILED, tokens IN and OUT, those CACHED (read from a cache), the cost as far as anybody tells it, and " +
      "how often a LIMIT of use was hit; then the tools by kind. Crashes count as failures. Durations are of what went " +
      "well; RECENT shows the last 20 of them.\n\n" +
      "An object of --json has provider, sessions, unfinished, successes, failures, success_rate (0 to 1), duration_ms " +
      "(p50, p95, max), recent_ms, turns, messages, tool_calls, tool_failures, tool_failure_rate (0 to 1), tools (calls " +
      "and failures by kind), usage (input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens, " +
      "total_cost_usd), usage_limits and models: objects of the same with model instead of provider. What nobody " +
      "knows is null.",
    help: {
      since: "only sessions started then or later: 2h, 7d (ago), or RFC 3339",
      json: "one JSON object an agent (NDJSON)",
    },
    examples: [
      { command: "ziglog agents stats --since 7d --all", help: "how was the week?" },
      { command: "ziglog agents stats --json | jq '{provider, usage}'", help: "what did they use?" },
      { command: "ziglog agents stats --source zag", help: "the same of what zag has recorded" },
    ],
  },
};

/** What only workflows have. */
const LEFT_OUT: readonly string[] = ["step", "stream"];

/** What is otherwise said of options. */
const OPTIONS: OptionTable = {
  source: {
    kind: "string",
    value: "SOURCE",
    choices: ["agents", "zag"],
    help: "those recorded beside workflows (the default), or those of the program zag",
  },
  provider: { kind: "string", value: "NAME", help: "only sessions of this agent; * stands for any text" },
  type: { kind: "list", value: "TYPE", help: "only events of this type, such as tool_call; repeat for more" },
  filter: { kind: "list", value: "TYPE", help: "only events of this type, such as tool_call; repeat for more" },
};

/**
 * Gives a command behind `agents`.
 *
 * @param name Its name.
 * @returns The command, with the options that it has there.
 */
export async function agentCommand(name: AgentCommandName): Promise<AgentCommand> {
  const { summary, help = {}, ...words } = WORDS[name];
  const command = await COMMANDS[name]!.load();
  const options = Object.entries(command.options).filter(([option]) => !LEFT_OUT.includes(option)).map(
    ([option, spec]): [string, OptionSpec] => {
      const [name, ours] = optionOf(option, spec);
      return [name, Object.hasOwn(help, name) ? { ...ours, help: help[name]! } : ours];
    },
  );
  return { summary, command: { ...command, ...words, options: Object.fromEntries(options) } };
}

/** An option by the name that it has behind `agents`, and what it is there. */
function optionOf(option: string, spec: OptionSpec): [string, OptionSpec] {
  const name = option === "workflow" ? "provider" : option;
  return [name, Object.hasOwn(OPTIONS, name) ? OPTIONS[name]! : spec];
}
