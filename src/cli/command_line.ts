/** Finding one's way about a command line whose options are not known yet. */

import { GLOBAL_OPTIONS, type OptionTable } from "./command.ts";

/**
 * Tells where the command's name stands: behind the global options and their values.
 *
 * @param args The arguments after the program's name.
 * @returns Its place; the number of arguments when there is no command.
 */
export function commandPlace(args: readonly string[]): number {
  let at = 0;
  while (at < args.length && args[at]!.startsWith("-") && args[at] !== "--") {
    const name = args[at]!.slice(2);
    at += Object.hasOwn(GLOBAL_OPTIONS, name) && (GLOBAL_OPTIONS as OptionTable)[name]!.kind !== "boolean" ? 2 : 1;
  }
  return Math.min(at, args.length);
}

/**
 * Leaves out what follows `--`: that is for somebody else.
 *
 * @param args Arguments.
 * @returns Those before it.
 */
export function optionsOf(args: readonly string[]): readonly string[] {
  const dashes = args.indexOf("--");
  return dashes === -1 ? args : args.slice(0, dashes);
}

/**
 * Tells whether help is asked for instead of what a command does.
 *
 * @param args Arguments.
 * @returns `true` for `--help` and `-h`.
 */
export function asksForHelp(args: readonly string[]): boolean {
  return optionsOf(args).some((arg) => arg === "--help" || arg === "-h");
}

/**
 * Reads an option with a value, without knowing the other options.
 *
 * @param args Arguments.
 * @param name The option, without dashes.
 * @returns Its values, in order; empty ones are none.
 */
export function valuesOf(args: readonly string[], name: string): string[] {
  const own = optionsOf(args);
  return own.map((arg, at) => {
    if (arg.startsWith(`--${name}=`)) return arg.slice(name.length + 3);
    const next = own[at + 1] ?? "";
    return arg === `--${name}` && !next.startsWith("-") ? next : "";
  }).filter((value) => value !== "");
}

/**
 * Names the environment variable that stands for an option.
 *
 * @param command The command.
 * @param option The option, without dashes.
 * @returns Such as `ZIGLOG_PRUNE_KEEP_LAST`.
 */
export function variableOf(command: string, option: string): string {
  return `ZIGLOG_${command}_${option}`.replaceAll("-", "_").toUpperCase();
}
