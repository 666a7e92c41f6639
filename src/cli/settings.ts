/** What options hold when they are not given: the part of it that the configuration of the store says. */

import { nearest } from "../nearest.ts";
import { PlanProblem } from "../runner/plan_problem.ts";
import { quote } from "../runner/plan_values.ts";
import type { Sections, WrittenOptions } from "../config/sections.ts";
import { UsageError } from "../errors.ts";
import type { OptionSpec, OptionTable } from "./command.ts";
import { type Value, valueFromText } from "./parse.ts";

/** The command whose limits a store keeps for itself. */
export const RETENTION_COMMAND = "prune";

/** The limits of `ziglog prune` and what they are called in a configuration. */
export const RETENTION = { "keep-last": "keep_last", "older-than": "older_than", "max-size": "max_size" } as const;

/** What else says which sessions are meant: beside it, the limits of the store do not count. */
const RETENTION_RIVALS: readonly string[] = [...Object.keys(RETENTION), "state", "workflow"];

/**
 * Reads options of a command from a configuration.
 *
 * @param command The command.
 * @param options Its options.
 * @param sections The configuration.
 * @returns The values of those that it names.
 * @throws {PlanProblem} When there is no such option, or it may not hold its value.
 */
export function fromSections(command: string, options: OptionTable, { defaults }: Sections): Map<string, Value> {
  const written: WrittenOptions = Object.hasOwn(defaults, command) ? defaults[command]! : {};
  return new Map(
    Object.entries(written).map(([name, value]) => {
      const path = ["defaults", command, name];
      if (Object.hasOwn(options, name)) return [name, valueOf(name, options[name]!, value, path)];
      const known = Object.keys(options);
      const meant = nearest(name, known);
      const hint = meant !== undefined
        ? `did you mean ${quote(meant)}?`
        : known.length === 0
        ? "it has none"
        : `it has ${known.map(quote).join(", ")}`;
      throw new PlanProblem(path, `${quote(name)} is not an option of ${command}; ${hint}`, { atKey: true });
    }),
  );
}

/**
 * Insists that a configuration names commands only.
 *
 * @param commands The commands.
 * @param sections The configuration.
 * @throws {PlanProblem} When it names another.
 */
export function checkCommands(commands: readonly string[], { defaults }: Sections): void {
  const stranger = Object.keys(defaults).find((name) => !commands.includes(name));
  if (stranger === undefined) return;
  const meant = nearest(stranger, commands);
  const hint = meant === undefined ? `there are ${commands.join(", ")}` : `did you mean ${quote(meant)}?`;
  throw new PlanProblem(["defaults", stranger], `${quote(stranger)} is not a command; ${hint}`, { atKey: true });
}

/**
 * Gives the limits that a store has for `ziglog prune`.
 *
 * @param command The command that is run.
 * @param known The options that hold something already.
 * @param sections The configuration.
 * @returns The limits that count; none for another command, and none beside what says by itself which sessions are meant.
 */
export function fromRetention(command: string, known: Iterable<string>, { retention }: Sections): Map<string, Value> {
  const values = new Map<string, Value>();
  if (command !== RETENTION_COMMAND || new Set(known).intersection(new Set(RETENTION_RIVALS)).size > 0) return values;
  for (const [option, key] of Object.entries(RETENTION)) {
    const value = retention[key];
    if (value !== undefined) values.set(option, value);
  }
  return values;
}

/** A number may be written as such where an option takes a text, and a list of one item as the item. */
function valueOf(name: string, spec: OptionSpec, value: unknown, path: readonly string[]): Value {
  const expected = spec.kind === "boolean"
    ? "true or false"
    : spec.kind === "integer"
    ? "a whole number from 0 on"
    : spec.kind === "list"
    ? "a list of texts"
    : "a text";
  const wrong = (): PlanProblem => new PlanProblem(path, `${quote(name)} is ${JSON.stringify(value)}, not ${expected}`);
  const isText = (item: unknown): item is string => typeof item === "string" && item !== "";
  if (spec.kind === "boolean") {
    if (typeof value === "boolean") return value;
    throw wrong();
  }
  if (spec.kind === "list") {
    const items = isText(value) ? [value] : value;
    if (!Array.isArray(items) || !items.every(isText)) throw wrong();
    return items.map((item, at) => checked(spec, item, Array.isArray(value) ? [...path, at] : path) as string);
  }
  if (spec.kind === "integer" ? typeof value !== "number" : !isText(value) && typeof value !== "number") throw wrong();
  return checked(spec, String(value), path);
}

/** Has the parser of arguments judge a value. */
function checked(spec: OptionSpec, text: string, path: readonly (string | number)[]): Value {
  try {
    const value = valueFromText(
      quote(String(path[2])),
      { ...spec, kind: spec.kind === "list" ? "string" : spec.kind } as OptionSpec,
      text,
    );
    return value;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new PlanProblem(path, error.message.replace(/^Cannot use /, "cannot be used: "));
  }
}
