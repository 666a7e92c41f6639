/** The help texts, made from the tables of options. */

import { type Command, GLOBAL_OPTIONS, type OptionSpec, type OptionTable } from "./command.ts";
import type { Style } from "./style.ts";

/** How a help text is laid out. */
export interface HelpLook {
  /** How to mark headings. */
  readonly style: Style;
  /** Columns to fit into. */
  readonly width: number;
}

/** Space between the columns of a table. */
const GAP = 3;

/**
 * Writes the help of one command.
 *
 * @param name Its name.
 * @param summary What it does, in a line.
 * @param command The command.
 * @param look How to lay it out.
 * @returns The text, with its last newline.
 */
export function commandHelp(name: string, summary: string, command: Command, look: HelpLook): string {
  const { style, width } = look;
  return [
    `${style.bold(`ziglog ${name}`)}: ${summary}`,
    section("Usage", command.usage.map((form) => `  ziglog ${form}`).join("\n"), style),
    command.description.split("\n\n").map((paragraph) => wrap(paragraph, width).join("\n")).join("\n\n"),
    ...optionSections(command.options, look),
    section(
      "Examples",
      command.examples.map((each) =>
        `  ${style.cyan(each.command)}\n      ${wrap(each.help, width - 6).join("\n      ")}`
      ).join(
        "\n",
      ),
      style,
    ),
  ].join("\n\n") + "\n";
}

/**
 * Writes the overview of all commands.
 *
 * @param commands Names and summaries, in groups.
 * @param look How to lay it out.
 * @returns The text, with its last newline.
 */
export function overview(
  commands: readonly { readonly name: string; readonly summary: string }[],
  look: HelpLook,
): string {
  const { style, width } = look;
  return [
    `${style.bold("ziglog")}: records what a workflow does, and shows it`,
    section("Usage", "  ziglog COMMAND [OPTIONS] [ARGUMENTS]\n  ziglog help [COMMAND | --man]", style),
    section("Commands", columns(commands.map(({ name, summary }) => [name, summary]), width), style),
    section("Options of every command", optionRows(GLOBAL_OPTIONS, width), style),
    section(
      "Start here",
      `  ${style.cyan("ziglog run -- make test")}\n      run a command and record it\n` +
        `  ${style.cyan("ziglog listen")}\n      watch the newest session from another terminal`,
      style,
    ),
  ].join("\n\n") + "\n";
}

function optionSections(options: OptionTable, look: HelpLook): string[] {
  const global = section("Options of every command", optionRows(GLOBAL_OPTIONS, look.width), look.style);
  if (Object.keys(options).length === 0) return [global];
  return [section("Options", optionRows(options, look.width), look.style), global];
}

function section(title: string, body: string, style: Style): string {
  return `${style.bold(`${title}:`)}\n${body}`;
}

function optionRows(options: OptionTable, width: number): string {
  return columns(Object.entries(options).map(([name, spec]) => [optionForm(name, spec), optionHelp(spec)]), width);
}

function optionForm(name: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? "    " : `-${spec.short}, `;
  const value = spec.kind === "boolean" ? "" : ` ${spec.value}`;
  return `${short}--${name}${value}${spec.kind === "list" ? " …" : ""}`;
}

/**
 * Says what an option does.
 *
 * @param spec The option.
 * @returns It, with the values that it may have.
 */
export function optionHelp(spec: OptionSpec): string {
  if (spec.kind === "boolean" || spec.kind === "integer" || spec.choices === undefined) return spec.help;
  return `${spec.help}: ${spec.choices.join(", ")}`;
}

/** Two columns, the second wrapped. */
function columns(rows: readonly (readonly [string, string])[], width: number): string {
  const left = Math.max(...rows.map(([first]) => first.length)) + GAP;
  return rows.map(([first, second]) => {
    const lines = wrap(second, Math.max(20, width - left - 2));
    return `  ${first.padEnd(left)}${lines.join(`\n${" ".repeat(left + 2)}`)}`;
  }).join("\n");
}

/**
 * Breaks text into lines at its spaces.
 *
 * @param text The text.
 * @param width Columns that a line may take; a longer word stands alone.
 * @returns The lines, at least one.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
