/** The manual page, made from the table of commands. */

import { VERSION } from "../version.ts";
import { agentCommand } from "./agent_commands.ts";
import { AGENT_COMMANDS } from "./agents_line.ts";
import { type Command, GLOBAL_OPTIONS, type OptionSpec, type OptionTable } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { optionHelp } from "./help.ts";

/** What the codes mean with which ziglog exits. */
const EXIT_CODES: readonly (readonly [string, string])[] = [
  ["0", "All is well."],
  ["1", "A step of a plan failed, damage was found, or two sessions differ."],
  ["2", "The command line, a plan, the configuration or an id is wrong."],
  ["3", "There is no such session, or several fit."],
  ["4", "The writer died: the log is incomplete."],
  ["5", "A file could not be read or written, or a permission is missing."],
  ["129, 130, 143", "Ended by SIGHUP, SIGINT, SIGTERM."],
];

/** The variables that ziglog heeds. */
const VARIABLES: readonly (readonly [string, string])[] = [
  ["ZIGLOG_ROOT", "The directory of the store, in place of .zig in the home directory."],
  ["ZIGLOG_PROJECT", "The directory that names the project, in place of the working directory."],
  ["ZIGLOG_COMMAND_OPTION", "An option of a command, such as ZIGLOG_LIST_LIMIT=20; see ziglog config."],
  ["HOME, USERPROFILE", "The home directory."],
  [
    "ZAG_USER_LOG_DIR",
    "The directory of the logs that the program zag writes for this project, as zag itself heeds it.",
  ],
  ["NO_COLOR, FORCE_COLOR", "No colour, or colour even when the output is not a terminal."],
];

/** The files that ziglog keeps. */
const FILES: readonly (readonly [string, string])[] = [
  ["~/.zig/ziglog.jsonc", "The configuration; see ziglog config."],
  ["~/.zig/sessions_index.json", "The index of all sessions."],
  ["~/.zig/projects/PROJECT/logs/sessions/ID.jsonl", "The log of a session."],
];

/**
 * Writes the manual page of ziglog and all its commands.
 *
 * @returns The page, for `man` and `groff -man`.
 */
export async function manualPage(): Promise<string> {
  const commands = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, { summary, load }]) => [
      ...commandPart(name, summary, await load()),
      ...(name === "agents" ? await agentParts() : []),
    ]),
  );
  return [
    `.TH ZIGLOG 1 "" "ziglog ${VERSION}" "User Commands"`,
    ".SH NAME",
    String.raw`ziglog \- records what a workflow does, and shows it`,
    ".SH SYNOPSIS",
    String.raw`.B ziglog`,
    String.raw`\fICOMMAND\fR [\fIOPTIONS\fR] [\fIARGUMENTS\fR]`,
    ".SH DESCRIPTION",
    escaped(
      "ziglog is the flight recorder of agent workflows and pipelines: it records what a run did as append-only JSON " +
        "lines, and shows it live or afterwards.",
    ),
    ".SH COMMANDS",
    ...commands.flat(),
    ".SH OPTIONS OF EVERY COMMAND",
    ...optionParts(GLOBAL_OPTIONS),
    ".SH ENVIRONMENT",
    ...items(VARIABLES),
    ".SH FILES",
    ...items(FILES),
    ".SH EXIT STATUS",
    ...items(EXIT_CODES),
  ].join("\n") + "\n";
}

async function agentParts(): Promise<string[]> {
  const commands = await Promise.all(AGENT_COMMANDS.map(async (name) => ({ name, ...await agentCommand(name) })));
  return commands.flatMap(({ name, summary, command }) => commandPart(`agents ${name}`, summary, command));
}

function commandPart(name: string, summary: string, command: Command): string[] {
  return [
    `.SS "ziglog ${escaped(name)}: ${escaped(summary)}"`,
    command.usage.map((form) => `\\fBziglog\\fR ${escaped(form)}`).join("\n.br\n"),
    ...command.description.split("\n\n").flatMap((paragraph) => [".PP", escaped(paragraph)]),
    ...optionParts(command.options),
    ...(command.examples.length === 0 ? [] : [".PP", "Examples:"]),
    ...command.examples.flatMap((example) => [
      ".PP",
      `${escaped(example.help)}:`,
      ".RS 4",
      ".nf",
      ...example.command.split("\n").map(escaped),
      ".fi",
      ".RE",
    ]),
  ];
}

function optionParts(options: OptionTable): string[] {
  return Object.entries(options).flatMap(([name, spec]) => [".TP", optionForm(name, spec), escaped(optionHelp(spec))]);
}

function optionForm(name: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? "" : `\\fB\\-${spec.short}\\fR, `;
  const value = spec.kind === "boolean" ? "" : ` \\fI${escaped(spec.value)}\\fR`;
  return `${short}\\fB\\-\\-${escaped(name)}\\fR${value}`;
}

function items(rows: readonly (readonly [string, string])[]): string[] {
  return rows.flatMap(([term, text]) => [".TP", `\\fB${escaped(term)}\\fR`, escaped(text)]);
}

/**
 * Writes text so that nothing in it is a request or an escape, and that it can be copied from the page.
 *
 * @param text The text.
 * @returns It in the language of roff.
 */
export function escaped(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll('"', "\\(dq")
    .replaceAll("`", "\\(ga")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti")
    .replaceAll("…", "...")
    .replace(
      /[^\n -~]/gu,
      (character) => `\\[u${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`,
    )
    .replace(/^\./gm, "\\&.");
}
