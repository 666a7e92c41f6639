/** What may stand in a plan: a reader for each kind of value. */

import { nearest } from "../nearest.ts";
import { type PlanPath, PlanProblem } from "./plan_problem.ts";

/**
 * Checks a value and makes it what a plan holds.
 *
 * @throws {PlanProblem} When the value is not of the right kind.
 */
export type ValueReader<T> = (value: unknown, path: PlanPath) => T;

/** A key of an object: how its value is read, and what stands for it when it is left out. */
export interface MemberReader<T> {
  readonly read: ValueReader<T>;
  /** Absent for a key that must be there. */
  readonly absent?: T;
}

/** The most seconds that a timer can wait. */
const MAX_SECONDS = 2_147_483;

/** The most retries: attempts are counted with 32 bits. */
const MAX_RETRIES = 4_294_967_294;

/**
 * Reads an object whose keys are all known.
 *
 * @param what What the object is, with its article.
 * @param members Its keys.
 * @returns The reader.
 */
export function objectOf<T>(
  what: string,
  members: { readonly [Key in keyof T]-?: MemberReader<T[Key]> },
): ValueReader<T> {
  const known = Object.keys(members) as (keyof T & string)[];
  const required = known.filter((key) => !("absent" in members[key]));
  return (value, path) => {
    if (!isObject(value)) {
      fail(value, path, required.length === 0 ? "an object" : `an object with ${required.map(quote).join(" and ")}`);
    }
    for (const key of Object.keys(value)) {
      if (Object.hasOwn(members, key)) continue;
      const meant = nearest(key, known);
      const hint = meant === undefined
        ? `its keys are ${known.map(quote).join(", ")}`
        : `did you mean ${quote(meant)}?`;
      throw new PlanProblem([...path, key], `${quote(key)} is not a key of ${what}; ${hint}`, { atKey: true });
    }
    const entries = known.map((key) => {
      const member = members[key];
      if (Object.hasOwn(value, key)) return [key, member.read(value[key], [...path, key])];
      if ("absent" in member) return [key, member.absent];
      throw new PlanProblem(path, `${what} needs ${quote(key)}`);
    });
    return Object.fromEntries(entries);
  };
}

/**
 * Reads a list.
 *
 * @param what What it is a list of.
 * @param read Reads an entry.
 * @returns The reader.
 */
export function listOf<T>(what: string, read: ValueReader<T>): ValueReader<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) fail(value, path, `a list of ${what}`);
    return value.map((item: unknown, at) => read(item, [...path, at]));
  };
}

/**
 * Reads one of some words.
 *
 * @param words The words.
 * @returns The reader.
 */
export function wordOf<Word extends string>(...words: Word[]): ValueReader<Word> {
  return (value, path) => {
    const word = words.find((each) => each === value);
    return word ?? fail(value, path, words.map(quote).join(" or "));
  };
}

/** Reads a string that can be handed to a process. */
export const TEXT: ValueReader<string> = (value, path) => {
  if (typeof value !== "string") fail(value, path, "a string");
  if (value.includes("\0")) throw new PlanProblem(path, `${labelOf(path)} holds the character U+0000`);
  if (!value.isWellFormed()) throw new PlanProblem(path, `${labelOf(path)} holds half a surrogate pair`);
  return value;
};

/** Reads a string with something in it. */
export const FILLED_TEXT: ValueReader<string> = (value, path) => {
  const text = TEXT(value, path);
  if (text.trim() === "") throw new PlanProblem(path, `${labelOf(path)} is empty`);
  return text;
};

/** Reads a name: it is shown at the beginning of lines, so it has no control characters. */
export const NAME: ValueReader<string> = (value, path) => {
  const name = FILLED_TEXT(value, path);
  if (/\p{Cc}/u.test(name)) {
    throw new PlanProblem(path, `${labelOf(path)} holds a line break or another control character`);
  }
  return name;
};

/** Reads a command: a text for the shell, or a program with its arguments. */
export const COMMAND: ValueReader<string | readonly string[]> = (value, path) => {
  if (typeof value === "string") return FILLED_TEXT(value, path);
  if (!Array.isArray(value)) fail(value, path, "a string or a list of strings");
  if (value.length === 0) throw new PlanProblem(path, `${labelOf(path)} is empty: it needs a program`);
  return value.map((item: unknown, at) => (at === 0 ? FILLED_TEXT : TEXT)(item, [...path, at]));
};

/** Reads environment variables. */
export const ENVIRONMENT: ValueReader<Readonly<Record<string, string>>> = (value, path) => {
  if (!isObject(value)) fail(value, path, "an object of strings");
  for (const name of Object.keys(value)) {
    if (!/^[^=\0]+$/.test(name)) {
      throw new PlanProblem([...path, name], `${quote(name)} cannot be the name of an environment variable`, {
        atKey: true,
      });
    }
    TEXT(value[name], [...path, name]);
  }
  return value as Readonly<Record<string, string>>;
};

/** Reads a number of retries. */
export const RETRIES: ValueReader<number> = (value, path) => {
  if (Number.isInteger(value) && value as number >= 0 && value as number <= MAX_RETRIES) return value as number;
  return fail(value, path, "a whole number from 0 on");
};

/** Reads a time limit. */
export const SECONDS: ValueReader<number> = (value, path) => {
  if (typeof value === "number" && value > 0 && value <= MAX_SECONDS) return value;
  return fail(value, path, `a number of seconds above 0 and up to ${MAX_SECONDS}`);
};

/**
 * Quotes a text of a plan for a message.
 *
 * @param text The text.
 * @returns The text in double quotes, with its control characters escaped.
 */
export function quote(text: string): string {
  return JSON.stringify(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fail(value: unknown, path: PlanPath, expected: string): never {
  throw new PlanProblem(path, `${labelOf(path)} is ${show(value)}, not ${expected}`);
}

function labelOf(path: PlanPath): string {
  const last = path.at(-1);
  if (last === undefined) return "the plan";
  return typeof last === "number" ? `entry ${last + 1} of ${labelOf(path.slice(0, -1))}` : quote(last);
}

function show(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
