/** What options hold when they are not given: the part of it that the environment says. */

import type { OptionTable } from "./command.ts";
import { variableOf } from "./command_line.ts";
import type { Host } from "./host.ts";
import { type Value, valueFromText } from "./parse.ts";

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
