/** What options hold when they are not given: the part of it that the environment says. */

import type { OptionTable } from "./command.ts";
import type { Host } from "./host.ts";
import { type Value, valueFromText } from "./parse.ts";

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

/**
 * Reads options from the environment.
 *
 * @param command The command.
 * @param options Its options.
 * @param host The outside world.
 * @returns The values of those that are set.
 * @throws {UsageError} When one may not hold its value.
 */
export function fromEnvironment(command: string, options: OptionTable, host: Host): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const [name, spec] of Object.entries(options)) {
    const variable = variableOf(command, name);
    const text = host.env(variable);
    if (text) values.set(name, valueFromText(variable, spec, text));
  }
  return values;
}
