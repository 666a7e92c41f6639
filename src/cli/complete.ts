/** What a shell may complete a command line with. All of it comes from the table of commands and from the store. */

import { AGENT_COMMANDS, isAgentCommand } from "./agents_line.ts";
import { type Command, GLOBAL_OPTIONS, type OptionSpec, type OptionTable } from "./command.ts";
import { commandPlace, valuesOf } from "./command_line.ts";
import { COMMANDS } from "./commands.ts";
import { type Candidate, named, type NamedStore, type NameSource } from "./complete_names.ts";
import { ExitCode } from "./exit_code.ts";
import type { Host } from "./host.ts";
import { positionalAt } from "./placeholders.ts";

/** What fits, and whether files or directories do. */
interface Completion {
  readonly candidates: readonly Candidate[];
  readonly paths: "none" | "files" | "directories";
}

/** A command line up to the word that is completed. */
interface Line {
  /** The words before it. */
  readonly words: readonly string[];
  /** The word as far as it is written. */
  readonly current: string;
  /** The outside world. */
  readonly host: Host;
  /** Whose sessions are meant where nothing is said. */
  readonly source: NamedStore["source"];
}

const NOTHING: Completion = { candidates: [], paths: "none" };

/** The commands that `main.ts` runs itself. */
const BUILT_IN: readonly Candidate[] = [
  { value: "help", help: "show help on ziglog or one of its commands" },
  { value: "version", help: "show the version" },
];

/** What stands in usage for something that can be named. */
const PLACEHOLDERS: Readonly<Record<string, NameSource | "files" | "directories">> = {
  ID: "sessions",
  A: "sessions",
  B: "sessions",
  WORKFLOW: "workflows",
  TYPE: "events",
  EVENT: "events",
  SHELL: "shells",
  FILE: "files",
  PLAN: "files",
  DIR: "directories",
};

/**
 * Prints what a word may become: `none`, `files` or `directories`, then a line a candidate, with what it is behind a tab.
 * Whatever goes wrong, a shell is to be told nothing.
 *
 * @param args `=` and the word as far as it is written, then the words before it, without the program's name.
 * @param host The outside world.
 * @returns The exit code.
 */
export async function complete([current = "=", ...words]: readonly string[], host: Host): Promise<number> {
  let found = NOTHING;
  try {
    found = await completeLine({ words, current: current.slice(1), host, source: "zig" });
  } catch {
    // No store, no rights, a wrong word: there is nothing to offer.
  }
  const lines = found.candidates.map(({ value, help }) => `${value}\t${help}`);
  host.stdout.write([found.paths, ...lines].join("\n") + "\n");
  return ExitCode.ok;
}

async function completeLine(line: Line): Promise<Completion> {
  const at = commandPlace(line.words);
  const name = line.words[at];
  if (name === undefined) return await completeOptions(line, GLOBAL_OPTIONS) ?? fitting(line, commandNames());
  const next = line.words[at + 1];
  if (name === "help" && next === "agents") return fitting(line, await agentCommandNames());
  if (name === "help") return fitting(line, [...commandNames(), { value: "--man", help: "the manual page" }]);
  if (name === "agents" && next === undefined && !line.current.startsWith("-")) {
    return fitting(line, await agentCommandNames());
  }
  if (name === "agents" && isAgentCommand(next)) {
    const { command } = await (await import("./agent_commands.ts")).agentCommand(next);
    return await completeArguments(
      { ...line, source: "agents" },
      `agents ${next}`,
      command,
      line.words.slice(at + 2),
    );
  }
  if (!Object.hasOwn(COMMANDS, name)) return NOTHING;
  return await completeArguments(line, name, await COMMANDS[name]!.load(), line.words.slice(at + 1));
}

async function completeArguments(
  line: Line,
  name: string,
  command: Command,
  given: readonly string[],
): Promise<Completion> {
  if (given.includes("--")) return { ...NOTHING, paths: "files" };
  const options = { ...command.options, ...GLOBAL_OPTIONS };
  const ofOptions = await completeOptions(line, options);
  if (ofOptions !== undefined) return ofOptions;
  const placeholders = positionalAt(command, name, countPositionals(given, options));
  const found = await Promise.all(placeholders.map((placeholder) => completePlaceholder(line, placeholder)));
  return {
    candidates: found.flatMap(({ candidates }) => candidates),
    paths: found.map(({ paths }) => paths).find((paths) => paths !== "none") ?? "none",
  };
}

/** An option, or the value of one; `undefined` where neither stands. */
async function completeOptions(line: Line, options: OptionTable): Promise<Completion | undefined> {
  const { current, words } = line;
  const [, joined] = /^--([^=]+)=/.exec(current) ?? [];
  if (joined !== undefined) {
    if (!Object.hasOwn(options, joined)) return NOTHING;
    return await completeValue(line, joined, options[joined]!, `--${joined}=`);
  }
  const before = optionNamed(words.at(-1) ?? "", options);
  if (before !== undefined && options[before]!.kind !== "boolean") {
    return await completeValue(line, before, options[before]!);
  }
  if (!current.startsWith("-")) return undefined;
  const isFree = (name: string): boolean => options[name]!.kind === "list" || !words.includes(`--${name}`);
  const names = Object.keys(options).filter(isFree);
  return fitting(line, names.map((name) => ({ value: `--${name}`, help: options[name]!.help })));
}

async function completeValue(line: Line, name: string, spec: OptionSpec, prefix = ""): Promise<Completion> {
  if (spec.kind === "boolean" || spec.kind === "integer") return NOTHING;
  if (spec.choices !== undefined) return fitting(line, spec.choices.map((value) => ({ value, help: "" })), prefix);
  const isName = name === "workflow" || name === "provider";
  return await completePlaceholder(line, isName ? "WORKFLOW" : spec.value, prefix);
}

async function completePlaceholder(line: Line, placeholder: string, prefix = ""): Promise<Completion> {
  const source = Object.hasOwn(PLACEHOLDERS, placeholder) ? PLACEHOLDERS[placeholder]! : undefined;
  if (source === undefined) return NOTHING;
  if (source === "files" || source === "directories") return { ...NOTHING, paths: source };
  return fitting(line, await named(source, storeOf(line), line.current.slice(prefix.length)), prefix);
}

function fitting({ current }: Line, candidates: readonly Candidate[], prefix = ""): Completion {
  const whole = candidates.map(({ value, help }) => ({ value: `${prefix}${value}`, help }));
  return { candidates: whole.filter(({ value }) => value.startsWith(current)), paths: "none" };
}

async function agentCommandNames(): Promise<Candidate[]> {
  const { agentCommand } = await import("./agent_commands.ts");
  return await Promise.all(
    AGENT_COMMANDS.map(async (value) => ({ value, help: (await agentCommand(value)).summary })),
  );
}

function commandNames(): Candidate[] {
  return [...Object.entries(COMMANDS).map(([value, { summary }]) => ({ value, help: summary })), ...BUILT_IN];
}

function countPositionals(words: readonly string[], options: OptionTable): number {
  let count = 0;
  for (let at = 0; at < words.length; at++) {
    const option = optionNamed(words[at]!, options);
    if (option !== undefined && options[option]!.kind !== "boolean") at++;
    else if (!words[at]!.startsWith("-")) count++;
  }
  return count;
}

/** The option that a word names, if its value is not joined to it. */
function optionNamed(word: string, options: OptionTable): string | undefined {
  return Object.keys(options).find((name) => word === `--${name}` || word === `-${options[name]!.short}`);
}

/** Whose names are meant. */
function storeOf({ words, source }: Line): NamedStore {
  const named = valuesOf(words, "source").at(-1);
  const isKnown = named === "zig" || named === "agents" || named === "zag";
  return { ...layoutOf(words), source: isKnown ? named : source };
}

/** Which store is meant. */
function layoutOf(words: readonly string[]): { root?: string; project?: string } {
  const layout: { root?: string; project?: string } = {};
  words.forEach((word, at) => {
    const [, name, joined] = /^--(root|project)(?:=(.*))?$/.exec(word) ?? [];
    const value = joined ?? words[at + 1];
    if (name !== undefined && value) layout[name as "root" | "project"] = value;
  });
  return layout;
}
