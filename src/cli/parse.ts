/** Reads the arguments of a command by its table of options. */

import { parseArgs } from "../deps/cli.ts";
import { UsageError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { type Arguments, type Command, GLOBAL_OPTIONS, type OptionSpec, type OptionTable } from "./command.ts";

/** What an option can hold. */
export type Value = boolean | string | number | readonly string[];

/** The arguments of a command, and where they leave room for defaults. */
export interface ParsedArguments<Options extends OptionTable> extends Arguments<Options> {
  /** The names of the options that were given. */
  readonly given: ReadonlySet<string>;
}

/**
 * Reads the arguments of a command. A switch that a default has turned on is turned off by `--no-` and its name.
 *
 * @param name The command's name, for messages.
 * @param command The command.
 * @param args What follows the name.
 * @returns The arguments, parsed.
 * @throws {UsageError} When they are not what the command takes.
 */
export function parseArguments<Options extends OptionTable>(
  name: string,
  command: Command<Options>,
  args: readonly string[],
): ParsedArguments<Options> {
  try {
    return parse(name, command, args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message} (see "ziglog ${name} --help")`);
  }
}

function parse<Options extends OptionTable>(
  name: string,
  command: Command<Options>,
  args: readonly string[],
): ParsedArguments<Options> {
  const specs: OptionTable = { ...command.options, ...GLOBAL_OPTIONS };
  const names = Object.keys(specs);
  const valued = names.filter((name) => specs[name]!.kind !== "boolean");
  const dashes = args.indexOf("--");
  const own = dashes === -1 ? args : args.slice(0, dashes);
  refuseOddities(specs, own);
  const off = new Set(own.filter((arg) => isNegation(arg, specs)));
  const joined = joinValues(specs, own.filter((arg) => !off.has(arg)));
  const parsed = parseArgs([...joined, ...args.slice(own.length)], {
    "--": true,
    alias: Object.fromEntries(names.filter((name) => specs[name]!.short).map((name) => [specs[name]!.short!, name])),
    boolean: names.filter((name) => specs[name]!.kind === "boolean"),
    string: ["_", ...valued],
    collect: names.filter((name) => specs[name]!.kind === "list"),
    unknown(arg: string, key?: string): unknown {
      if (key !== undefined) throw new UsageError(unknownOption(name, arg, key, names));
      return true;
    },
  });
  const rest = parsed["--"] as string[];
  const words = parsed._ as string[];
  const positionals = command.takesRest ? words : [...words, ...rest];
  checkPositionals(name, positionals, command.maxPositionals);
  const values = names.map((name) =>
    [
      name,
      off.has(`--no-${name}`) ? false : optionValue(`--${name}`, specs[name]!, parsed[name]),
    ] as const
  );
  return {
    positionals,
    rest: command.takesRest && dashes !== -1 ? rest : undefined,
    options: Object.fromEntries(values) as Arguments<Options>["options"],
    given: new Set(values.filter(([name, value]) => isSet(value) || off.has(`--no-${name}`)).map(([name]) => name)),
  };
}

/** Whether an argument turns a switch of this name off. */
function isNegation(arg: string, specs: OptionTable): boolean {
  const name = arg.startsWith("--no-") ? arg.slice("--no-".length) : "";
  if (Object.hasOwn(specs, arg.slice("--".length)) || Object.hasOwn(GLOBAL_OPTIONS, name)) return false;
  return Object.hasOwn(specs, name) && specs[name]!.kind === "boolean";
}

function isSet(value: Value | undefined): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

/**
 * Reads the value of an option that is given as a text, but not as an argument.
 *
 * @param label What it is called in messages.
 * @param spec The option.
 * @param text The text: 1 or 0, true or false for a switch; commas part the items of a list.
 * @returns The value.
 * @throws {UsageError} When the option takes no such value.
 */
export function valueFromText(label: string, spec: OptionSpec, text: string): Value {
  if (spec.kind !== "boolean") return optionValue(label, spec, spec.kind === "list" ? text.split(",") : text)!;
  if (["1", "true", "0", "false"].includes(text)) return text === "1" || text === "true";
  throw new UsageError(`Cannot use ${label} "${text}": 1 or 0 is expected`);
}

/** What `parseArgs` would take, though it means nothing: a value for a switch, and its own name for positionals. */
function refuseOddities(specs: OptionTable, args: readonly string[]): void {
  args.forEach((arg, at) => {
    if (/^--?_(=|$)/.test(arg)) throw new UsageError(`Cannot use option "${arg}": there is no such option`);
    const name = /^--([^=]+)=/.exec(arg)?.[1] ??
      (arg === "true" || arg === "false" ? args[at - 1]?.slice(2) : undefined);
    if (name === undefined || !Object.hasOwn(specs, name) || specs[name]!.kind !== "boolean") return;
    throw new UsageError(`Cannot use "${arg}": --${name} takes no value`);
  });
}

/** Joins options with the values that `parseArgs` would not take for theirs: an empty text, and a number below zero. */
function joinValues(specs: OptionTable, args: readonly string[]): string[] {
  const takesValue = (arg: string): boolean =>
    Object.entries(specs).some(([name, { kind, short }]) => {
      return kind !== "boolean" && (arg === `--${name}` || short !== undefined && arg === `-${short}`);
    });
  const joined: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const [arg, next] = [args[at]!, args[at + 1]];
    const isJoined = next !== undefined && /^(?:-\d.*)?$/.test(next) && takesValue(arg);
    joined.push(isJoined ? `${arg}=${next}` : arg);
    if (isJoined) at++;
  }
  return joined;
}

function unknownOption(command: string, arg: string, key: string, names: readonly string[]): string {
  const dashed = arg.startsWith("--") ? `--${key}` : `-${key}`;
  const meant = arg.startsWith("--") ? nearest(key, names) : undefined;
  const hint = meant === undefined ? "" : `, did you mean --${meant}?`;
  return `Cannot use option "${dashed}": ${command} has no such option${hint}`;
}

function checkPositionals(name: string, positionals: readonly string[], most = Infinity): void {
  const surplus = positionals[most];
  if (surplus === undefined) return;
  const takes = most === 0 ? "no arguments" : most === 1 ? "one argument" : `${most} arguments`;
  throw new UsageError(`Cannot use argument "${surplus}": ${name} takes ${takes} besides options`);
}

function optionValue(name: string, spec: OptionSpec, value: unknown): Value | undefined {
  switch (spec.kind) {
    case "boolean":
      if (typeof value === "boolean") return value;
      throw new UsageError(`Cannot use "${value}": ${name} takes no value`);
    case "list":
      return (value as string[]).map((item) => checkValue(name, spec, item));
    case "string":
      return value === undefined ? undefined : checkValue(name, spec, value as string);
    case "integer":
      return value === undefined ? undefined : wholeNumber(name, checkValue(name, spec, value as string));
  }
}

function checkValue(name: string, spec: Exclude<OptionSpec, { kind: "boolean" }>, value: string): string {
  if (value === "") throw new UsageError(`Cannot use option "${name}": ${spec.value} is missing after it`);
  if (spec.kind === "integer" || spec.choices === undefined || spec.choices.includes(value)) return value;
  const meant = nearest(value, spec.choices);
  const hint = meant === undefined ? "" : `, did you mean ${meant}?`;
  throw new UsageError(`Cannot use ${name} "${value}": ${spec.value} is one of ${spec.choices.join(", ")}${hint}`);
}

function wholeNumber(name: string, value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number)) return number;
  throw new UsageError(`Cannot use ${name} "${value}": a whole number from 0 is expected`);
}
