/**
 * Shapes: for each record of a wire format, its fields in the order they are written, and what each may hold. One table
 * drives the guard, the encoder and the check for canonical form, so that they cannot drift apart.
 *
 * @module
 */

import { type JsonObject, MAX_U64, parseJson, splitMembers, stringifyJson } from "./json.ts";

/** What one field of a record may hold. */
export interface Field<T> {
  /** What is expected, as an error says it. */
  readonly expected: string;
  /** Whether the field may be null or missing; it is then `null`. */
  readonly optional: boolean;
  /** Whether the field is left out where it is `undefined`; one that is null is read as that. */
  readonly omissible?: boolean;
  /** What a missing field holds. */
  readonly fallback?: T;
  /** Whether a fraction, an exponent or a sign in front of zero makes it invalid, as in the Rust reader. */
  readonly integer: boolean;
  /** The guard. */
  readonly accepts: (value: unknown) => value is T;
}

/** A total table of the fields of `T`, in the order they are written. */
export type Shape<T> = { readonly [K in keyof T]-?: Field<T[K]> };

function field<T>(expected: string, accepts: (value: unknown) => value is T, integer = false): Field<T> {
  return { expected, optional: false, integer, accepts };
}

/**
 * Makes the optional form of a field.
 *
 * @param inner What the field holds when it is there.
 * @returns The field, `null` allowed.
 */
export function optional<T>(inner: Field<T>): Field<T | null> {
  return {
    expected: `${inner.expected} or null`,
    optional: true,
    integer: inner.integer,
    accepts: (value): value is T | null => value === null || inner.accepts(value),
  };
}

/**
 * Makes the form of a field that is left out where there is nothing to say.
 *
 * @param inner What the field holds when it is there.
 * @returns The field, `undefined` allowed.
 */
export function omissible<T>(inner: Field<T>): Field<T | undefined> {
  return {
    expected: inner.expected,
    optional: false,
    omissible: true,
    integer: inner.integer,
    accepts: (value): value is T | undefined => value === undefined || inner.accepts(value),
  };
}

/**
 * Makes the form of a field that older programs did not write.
 *
 * @param inner What the field holds.
 * @param fallback What a missing one holds.
 * @returns The field; it is always written.
 */
export function withFallback<T>(inner: Field<T>, fallback: T): Field<T> {
  return { ...inner, fallback };
}

/** A string. */
export const STRING: Field<string> = field("a string", (value) => typeof value === "string");

/** A list of strings. */
export const STRINGS: Field<readonly string[]> = field(
  "a list of strings",
  (value): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === "string"),
);

/** A boolean. */
export const BOOLEAN: Field<boolean> = field("true or false", (value) => typeof value === "boolean");

/** An unsigned integer of 64 bits. */
export const U64: Field<number | bigint> = field(
  "an integer from 0 to 18446744073709551615",
  (value): value is number | bigint =>
    typeof value === "number"
      ? Number.isSafeInteger(value) && value >= 0
      : typeof value === "bigint" && value >= 0n && value <= MAX_U64,
  true,
);

/** An unsigned integer of 32 bits. */
export const U32: Field<number> = field("an integer from 0 to 4294967295", isU32, true);

/** A signed integer of 32 bits. */
export const I32: Field<number> = field("an integer from -2147483648 to 2147483647", isI32, true);

/** A number with a fraction, though it may be a whole one. */
export const F64: Field<number> = field(
  "a number",
  (value): value is number => typeof value === "number" && Number.isFinite(value),
);

/** Any JSON value. */
export const JSON_VALUE: Field<unknown> = field("a JSON value", (_value): _value is unknown => true);

/**
 * Makes a field that holds one of a few strings.
 *
 * @param values The strings.
 * @returns The field.
 */
export function oneOf<T extends string>(...values: readonly T[]): Field<T> {
  return field(
    values.map((value) => `"${value}"`).join(" or "),
    (value): value is T => (values as readonly unknown[]).includes(value),
  );
}

function isU32(value: unknown): value is number {
  return typeof value === "number" && value >>> 0 === value;
}

function isI32(value: unknown): value is number {
  return typeof value === "number" && (value | 0) === value;
}

/** Levels of nesting that are surely not too many for the Rust reader. */
const SURE_DEPTH = 100;

/** What `JSON.parse` alone would change: long integers, escapes of lone surrogates, and how a number is written. */
const NEEDS_CARE = /\d{16}|\\u[dD]|[:,[]\s*-?\d+[.eE]/;

/** A shape made ready for work: its keys and fields side by side. */
export class Codec<T> {
  /** The table that this was made from. */
  readonly shape: Shape<T>;
  readonly #keys: readonly (string & keyof T)[];
  readonly #fields: readonly Field<unknown>[];
  readonly #repeatable: readonly string[];

  /**
   * @param shape The fields, in the order they are written.
   * @param repeatable Fields that may stand in a line twice; the last one counts.
   */
  constructor(shape: Shape<T>, repeatable: readonly (string & keyof T)[] = []) {
    this.shape = shape;
    this.#repeatable = repeatable;
    this.#keys = Object.keys(shape) as (string & keyof T)[];
    this.#fields = this.#keys.map((key) => shape[key] as Field<unknown>);
  }

  /**
   * Checks a parsed line against the shape and fills in the optionals it lacks.
   *
   * @param value The object as `JSON.parse` made it; missing optionals are added to it as `null`.
   * @param text The text it came from.
   * @returns The record.
   * @throws {SyntaxError} When a field is missing or holds something else, or the Rust reader would not take the text.
   */
  decode(value: JsonObject, text: string): T {
    if (this.#isCanonical(value, text)) return value as T;
    return this.#decodeStrictly(NEEDS_CARE.test(text) ? parseJson(text) as JsonObject : value, text);
  }

  /**
   * Checks an object that has no text of its own, such as an entry of a list, and fills in the optionals it lacks.
   *
   * @param value The object; missing optionals are added to it as `null`.
   * @returns The record.
   * @throws {SyntaxError} When a field is missing or holds something else.
   */
  complete(value: JsonObject): T {
    for (let at = 0; at < this.#keys.length; at++) {
      const key = this.#keys[at]!;
      const field = this.#fields[at]!;
      const member = value[key];
      if (member === undefined || member === null && field.omissible) fillIn(value, key, field);
      else if (field.accepts(member)) continue; // as nearly always
      if (!field.accepts(value[key])) {
        throw new SyntaxError(`field ${key} is ${show(value[key])}, not ${field.expected}`);
      }
    }
    return value as T;
  }

  /**
   * Checks an object that is to be written.
   *
   * @param value The object.
   * @throws {TypeError} When a field is missing or holds something else.
   */
  check(value: T): void {
    this.#keys.forEach((key, at) => {
      const field = this.#fields[at]!;
      if (!field.accepts(value[key])) {
        throw new TypeError(`Cannot write ${key}: ${show(value[key])} is not ${field.expected}`);
      }
    });
  }

  /**
   * Puts the fields in the order they are written; unknown ones follow.
   *
   * @param value The record.
   * @returns A new object, ready for `stringifyJson`.
   */
  order(value: T): JsonObject {
    const ordered: JsonObject = {};
    this.#keys.forEach((key, at) => {
      if (value[key] !== undefined || !this.#fields[at]!.omissible) ordered[key] = value[key] ?? null;
    });
    for (const key of Object.keys(value as JsonObject)) {
      if (!Object.hasOwn(this.shape, key)) ordered[key] = (value as JsonObject)[key];
    }
    return ordered;
  }

  /**
   * Writes a record as one line of compact JSON.
   *
   * @param value The record.
   * @returns The text, without a newline.
   * @throws {TypeError} When a field is missing or holds something else.
   */
  encode(value: T): string {
    this.check(value);
    return stringifyJson(this.order(value));
  }

  /**
   * Whether the text is just what a writer makes of the value. Then nothing that `JSON.parse` hides can be in it: repeated
   * keys, white space, another way to write a number. To write it again is by far the quickest way to find out.
   */
  #isCanonical(value: JsonObject, text: string): boolean {
    for (let at = 0; at < this.#keys.length; at++) {
      const field = this.#fields[at]!;
      const member = value[this.#keys[at]!];
      if (!field.accepts(member) || member === null && field.omissible) return false;
    }
    // Lone surrogates would come out as they went in.
    return !text.includes("\\ud") && text.isWellFormed() && isSimple(value, SURE_DEPTH) &&
      JSON.stringify(value) === text;
  }

  #decodeStrictly(parsed: JsonObject, text: string): T {
    const sources = new Map<string, string>();
    for (const { key, source } of splitMembers(text)) {
      if (sources.has(key) && Object.hasOwn(this.shape, key) && !this.#repeatable.includes(key)) {
        throw new SyntaxError(`field ${key} stands there twice`);
      }
      sources.set(key, source);
    }
    this.#keys.forEach((key, at) => {
      const field = this.#fields[at]!;
      const source = sources.get(key);
      if (canFillIn(field, source)) fillIn(parsed, key, field);
      else if (source === undefined) throw new SyntaxError(`field ${key} is missing`);
      else if (!field.accepts(parsed[key]) || field.integer && source !== "null" && !/^(-?[1-9]\d*|0)$/.test(source)) {
        throw new SyntaxError(`field ${key} is ${show(source)}, not ${field.expected}`);
      }
    });
    return parsed as T;
  }
}

/** Whether something else stands for a field: for a missing one, or for one that is null instead of missing. */
function canFillIn(field: Field<unknown>, source: string | undefined): boolean {
  if (source !== undefined) return source === "null" && field.omissible === true;
  return field.optional || field.omissible === true || field.fallback !== undefined;
}

/** Whether a parsed value nests little, and has no integer that `JSON.parse` may have rounded. */
function isSimple(value: unknown, levels: number): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value) || !Number.isInteger(value);
  if (typeof value !== "object" || value === null) return true;
  if (levels === 0) return false;
  for (const key in value) if (!isSimple((value as JsonObject)[key], levels - 1)) return false;
  return true;
}

function fillIn(value: JsonObject, key: string, field: Field<unknown>): void {
  if (field.optional) value[key] = null;
  else if (field.omissible) delete value[key];
  else if (field.fallback !== undefined) value[key] = field.fallback;
}

function show(value: unknown): string {
  const text = typeof value === "string" ? value : value === undefined ? "undefined" : stringifyJson(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
