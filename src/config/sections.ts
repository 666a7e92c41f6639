/** What a configuration may say. Options of commands are checked by those who know the commands. */

import { nearest } from "../nearest.ts";
import { parseDuration, parseSize } from "../query/units.ts";
import { type PlanPath, PlanProblem } from "../runner/plan_problem.ts";
import { FILLED_TEXT, listOf, NAME, objectOf, quote, type ValueReader } from "../runner/plan_values.ts";
import { KNOWN_SECRETS, type SecretName } from "./known_secrets.ts";

/** Values of options, as they are written. */
export type WrittenOptions = Readonly<Record<string, unknown>>;

/** What is never to be recorded or shown. */
export interface RedactionRules {
  /** Kinds of secrets that are known by their form. */
  readonly known: readonly (SecretName | "all")[];
  /** Texts. */
  readonly literals: readonly string[];
  /** Regular expressions. */
  readonly patterns: readonly RegExp[];
  /** Environment variables whose values are secret. */
  readonly variables: readonly string[];
}

/** What `ziglog prune` keeps when it is not told. */
export interface Retention {
  /** Never the newest so many of each workflow. */
  readonly keep_last: number | undefined;
  /** Those last heard of longer ago. */
  readonly older_than: string | undefined;
  /** The oldest, until the rest takes no more. */
  readonly max_size: string | undefined;
}

/** What a configuration says. */
export interface Sections {
  /** Options of commands, by command. */
  readonly defaults: Readonly<Record<string, WrittenOptions>>;
  /** What is never to be recorded or shown. */
  readonly redact: RedactionRules;
  /** What `ziglog prune` keeps. */
  readonly retention: Retention;
}

/** Reads an object of any keys. */
function objectAt(value: unknown, path: PlanPath): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  const label = path.length === 0 ? "the configuration" : quote(String(path.at(-1)));
  throw new PlanProblem(path, `${label} is ${Array.isArray(value) ? "a list" : JSON.stringify(value)}, not an object`);
}

const DEFAULTS: ValueReader<Sections["defaults"]> = (value, path) => {
  const commands = Object.entries(objectAt(value, path));
  return Object.fromEntries(commands.map(([name, options]) => [name, objectAt(options, [...path, name])]));
};

const KNOWN: ValueReader<SecretName | "all"> = (value, path) => {
  const names = [...Object.keys(KNOWN_SECRETS), "all"];
  if (names.includes(value as string)) return value as SecretName;
  const meant = typeof value === "string" ? nearest(value, names) : undefined;
  const hint = meant === undefined ? `those known are ${names.join(", ")}` : `did you mean ${quote(meant)}?`;
  throw new PlanProblem(path, `no kind of secret is known as ${JSON.stringify(value)}; ${hint}`);
};

const PATTERN: ValueReader<RegExp> = (value, path) => {
  const text = FILLED_TEXT(value, path);
  let pattern: RegExp;
  try {
    pattern = new RegExp(text, "gu");
  } catch (error) {
    const why = (error as Error).message.replace(/^Invalid regular expression: .*\/\w*: /s, "");
    throw new PlanProblem(path, `${quote(text)} is not a regular expression: ${why}`);
  }
  if (pattern.test("")) throw new PlanProblem(path, `${quote(text)} fits the empty text, and so everything`);
  return pattern;
};

/** A text that a function can read, as it was written. */
function readableBy(read: (text: string) => unknown): ValueReader<string> {
  return (value, path) => {
    const text = FILLED_TEXT(value, path);
    try {
      read(text);
    } catch (error) {
      throw new PlanProblem(path, (error as Error).message);
    }
    return text;
  };
}

/** What is shorter stands in many harmless places: dates, ids, numbers. */
export const SHORTEST_SECRET = 4;

const LITERAL: ValueReader<string> = (value, path) => {
  const text = FILLED_TEXT(value, path);
  if (text.length >= SHORTEST_SECRET) return text;
  throw new PlanProblem(path, `${quote(text)} is too short for a secret: it needs ${SHORTEST_SECRET} characters`);
};

const COUNT: ValueReader<number> = (value, path) => {
  if (Number.isSafeInteger(value) && value as number >= 0) return value as number;
  throw new PlanProblem(
    path,
    `${quote(String(path.at(-1)))} is ${JSON.stringify(value)}, not a whole number from 0 on`,
  );
};

const REDACT: ValueReader<RedactionRules> = objectOf<RedactionRules>(`"redact"`, {
  known: { read: listOf("kinds of secrets", KNOWN), absent: [] },
  literals: { read: listOf("texts", LITERAL), absent: [] },
  patterns: { read: listOf("regular expressions", PATTERN), absent: [] },
  variables: { read: listOf("names of environment variables", NAME), absent: [] },
});

const RETENTION: ValueReader<Retention> = objectOf<Retention>(`"retention"`, {
  keep_last: { read: COUNT, absent: undefined },
  older_than: { read: readableBy(parseDuration), absent: undefined },
  max_size: { read: readableBy(parseSize), absent: undefined },
});

const SECTIONS: ValueReader<Sections> = objectOf<Sections>("the configuration", {
  defaults: { read: DEFAULTS, absent: {} },
  redact: { read: REDACT, absent: REDACT({}, []) },
  retention: { read: RETENTION, absent: RETENTION({}, []) },
});

/**
 * Reads what a configuration says.
 *
 * @param value The parsed value.
 * @returns What it says.
 * @throws {PlanProblem} When it may not say that; it names the part.
 */
export function readSections(value: unknown): Sections {
  return SECTIONS(objectAt(value, []), []);
}
