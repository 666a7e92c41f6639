/**
 * What a command is: one table that drives parsing, help, and whatever else is made from it.
 *
 * @module
 */

import type { Redaction } from "../session/redaction.ts";
import type { Host } from "./host.ts";
import type { Style } from "./style.ts";

/** Tables of options, by name without the dashes. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** What every option says about itself. */
interface OptionBase {
  /** What it does: a phrase, lower case, no period. */
  readonly help: string;
  /** One letter that stands for it. */
  readonly short?: string;
}

/** An option that is there or not. */
export interface BooleanOption extends OptionBase {
  readonly kind: "boolean";
}

/** An option with a value. */
export interface StringOption extends OptionBase {
  readonly kind: "string";
  /** What stands for the value in help, such as `DIR`. */
  readonly value: string;
  /** The only values allowed. */
  readonly choices?: readonly string[];
}

/** An option with a whole number from 0. */
export interface IntegerOption extends OptionBase {
  readonly kind: "integer";
  /** What stands for the value in help, such as `N`. */
  readonly value: string;
}

/** An option with a value that may be given several times. */
export interface ListOption extends OptionBase {
  readonly kind: "list";
  /** What stands for one value in help, such as `TYPE`. */
  readonly value: string;
  /** The only values allowed. */
  readonly choices?: readonly string[];
}

/** An option of a command. */
export type OptionSpec = BooleanOption | StringOption | IntegerOption | ListOption;

/** What an option holds once it is parsed. */
export type OptionValue<Spec extends OptionSpec> = Spec["kind"] extends "boolean" ? boolean
  : Spec["kind"] extends "string" ? string | undefined
  : Spec["kind"] extends "integer" ? number | undefined
  : readonly string[];

/** What a table of options holds once it is parsed. */
export type OptionValues<Options extends OptionTable> = {
  readonly [Name in keyof Options]: OptionValue<Options[Name]>;
};

/** A worked example. */
export interface Example {
  /** The command line. */
  readonly command: string;
  /** What it does. */
  readonly help: string;
}

/** The arguments of a command, parsed. */
export interface Arguments<Options extends OptionTable> {
  /** What is not an option, as it was given. */
  readonly positionals: readonly string[];
  /** What follows `--`, untouched; `undefined` when there is no `--`. */
  readonly rest: readonly string[] | undefined;
  /** The options, global ones too. */
  readonly options: OptionValues<Options> & OptionValues<typeof GLOBAL_OPTIONS>;
}

/** What a command is given. */
export interface CommandContext<Options extends OptionTable> extends Arguments<Options> {
  /** The outside world. */
  readonly host: Host;
  /** What `--root` and `--project` say: hand it to `openLayout`. */
  readonly layout: { readonly root?: string; readonly project?: string };
  /** How to colour standard output. */
  readonly style: Style;
  /** Takes secrets out of what is recorded; `undefined` when none are known. What is written to `host` is free of them. */
  readonly redact: Redaction | undefined;
}

/** A command. Its name and its one-line summary stand in the table of `main.ts`, which loads it when it is used. */
export interface Command<Options extends OptionTable = OptionTable> {
  /** How it is called, without the program's name; one line a form. */
  readonly usage: readonly string[];
  /** What it does, in a few plain sentences; a blank line parts paragraphs. */
  readonly description: string;
  /** How many arguments besides options it takes at most; no limit when left out. */
  readonly maxPositionals?: number;
  /** Whether what follows `--` is for it; otherwise it counts as further arguments. */
  readonly takesRest?: boolean;
  /** Whether it passes on what others write, as it is: secrets are then taken out of what it records only. */
  readonly passesOn?: boolean;
  /** Its own options. */
  readonly options: Options;
  /** Worked examples. */
  readonly examples: readonly Example[];
  /**
   * Does it.
   *
   * @param context What it is given.
   * @returns The exit code.
   */
  run(context: CommandContext<Options>): Promise<number>;
}

/**
 * Checks a command's types, and lets its options keep theirs.
 *
 * @param command The command.
 * @returns The same.
 */
export function defineCommand<const Options extends OptionTable>(command: Command<Options>): Command<Options> {
  return command;
}

/** The options of every command. */
export const GLOBAL_OPTIONS = {
  root: { kind: "string", value: "DIR", help: "keep sessions in DIR (default: $ZIGLOG_ROOT, then ~/.zig)" },
  project: { kind: "string", value: "DIR", help: "the project of DIR (default: of the working directory)" },
  color: { kind: "boolean", help: "colour even when the output is not a terminal" },
  "no-color": { kind: "boolean", help: "no colour, as with NO_COLOR=1" },
  help: { kind: "boolean", short: "h", help: "show this help" },
} as const satisfies OptionTable;
