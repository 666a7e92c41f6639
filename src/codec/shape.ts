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
  /** Whether a fraction, an exponent or a sign in front of zero makes it invalid, as in the Rust reader. */
  readonly integer: boolean;
  /** The guard. */
  readonly accepts: (value: unknown) => value is T;
  /** Characters that the value takes in canonical JSON, when no character of it needs an escape. */
  readonly width: (value: T) => number;
}

/** A total table of the fields of `T`, in the order they are written. */
export type Shape<T> = { readonly [K in keyof T]-?: Field<T[K]> };

function field<T>(
  expected: string,
  accepts: (value: unknown) => value is T,
  width: (value: T) => number,
  integer = false,
): Field<T> {
  return { expected, optional: false, integer, accepts, width };
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
    width: (value) => value === null ? 4 : inner.width(value),
  };
}

/** A string. */
export const STRING: Field<string> = field(
  "a string",
  (value) => typeof value === "string",
  (value) => value.length + 2,
);

/** A list of strings. */
export const STRINGS: Field<readonly string[]> = field(
  "a list of strings",
  (value): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === "string"),
  (value) => value.reduce((sum, item) => sum + item.length + 3, value.length === 0 ? 2 : 1),
);

/** A boolean. */
export const BOOLEAN: Field<boolean> = field(
  "true or false",
  (value) => typeof value === "boolean",
  (value) => value ? 4 : 5,
);

/** An unsigned integer of 64 bits. */
export const U64: Field<number | bigint> = field(
  "an integer from 0 to 18446744073709551615",
  (value): value is number | bigint =>
    typeof value === "number"
      ? Number.isSafeInteger(value) && value >= 0
      : typeof value === "bigint" && value >= 0n && value <= MAX_U64,
  digits,
  true,
);

/** An unsigned integer of 32 bits. */
export const U32: Field<number> = field("an integer from 0 to 4294967295", isU32, digits, true);

/** A signed integer of 32 bits. */
export const I32: Field<number> = field("an integer from -2147483648 to 2147483647", isI32, digits, true);

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
    (value) => value.length + 2,
  );
}

function isU32(value: unknown): value is number {
  return typeof value === "number" && value >>> 0 === value;
}

function isI32(value: unknown): value is number {
  return typeof value === "number" && (value | 0) === value;
}

function digits(value: number | bigint): number {
  return String(value).length;
}

/** A number with a fraction or an exponent, as the value of a key. */
const EXPONENT = /"\s*:\s*-?\d+[.eE]/;

/** A shape made ready for work: its keys and fields side by side, and the width of what never changes. */
export class Codec<T> {
  /** The table that this was made from. */
  readonly shape: Shape<T>;
  readonly #keys: readonly (string & keyof T)[];
  readonly #fields: readonly Field<unknown>[];
  readonly #frame: number;

  /** @param shape The fields, in the order they are written. */
  constructor(shape: Shape<T>) {
    this.shape = shape;
    this.#keys = Object.keys(shape) as (string & keyof T)[];
    this.#fields = this.#keys.map((key) => shape[key] as Field<unknown>);
    this.#frame = this.#keys.reduce((sum, key) => sum + key.length + 4, 1); // {"key":value,"key":value}
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
    return this.#decodeStrictly(text);
  }

  /**
   * Checks an object that has no text of its own, such as an entry of a list, and fills in the optionals it lacks.
   *
   * @param value The object; missing optionals are added to it as `null`.
   * @returns The record.
   * @throws {SyntaxError} When a field is missing or holds something else.
   */
  complete(value: JsonObject): T {
    this.#keys.forEach((key, at) => {
      const field = this.#fields[at]!;
      if (value[key] === undefined && field.optional) value[key] = null;
      if (!field.accepts(value[key])) {
        throw new SyntaxError(`field ${key} is ${show(value[key])}, not ${field.expected}`);
      }
    });
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
    for (const key of this.#keys) ordered[key] = value[key] ?? null;
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
   * Whether the text is just what a writer makes of the value. Then nothing that `JSON.parse` hides can be in it: a
   * repeated key or white space would make it longer; only an exponent could make it shorter, and that is looked for.
   */
  #isCanonical(value: JsonObject, text: string): boolean {
    let width = this.#frame;
    for (let at = 0; at < this.#keys.length; at++) {
      const field = this.#fields[at]!;
      const member = value[this.#keys[at]!];
      if (!field.accepts(member)) return false;
      width += field.width(member);
    }
    return width === text.length && !text.includes("\\") && !EXPONENT.test(text);
  }

  #decodeStrictly(text: string): T {
    const sources = new Map<string, string>();
    for (const { key, source } of splitMembers(text)) {
      if (sources.has(key) && Object.hasOwn(this.shape, key)) throw new SyntaxError(`field ${key} stands there twice`);
      sources.set(key, source);
    }
    const parsed = parseJson(text) as JsonObject;
    this.#keys.forEach((key, at) => {
      const field = this.#fields[at]!;
      const source = sources.get(key);
      if (source === undefined && field.optional) parsed[key] = null;
      else if (source === undefined) throw new SyntaxError(`field ${key} is missing`);
      else if (!field.accepts(parsed[key]) || field.integer && source !== "null" && !/^(-?[1-9]\d*|0)$/.test(source)) {
        throw new SyntaxError(`field ${key} is ${show(source)}, not ${field.expected}`);
      }
    });
    return parsed as T;
  }
}

function show(value: unknown): string {
  const text = typeof value === "string" ? value : value === undefined ? "undefined" : stringifyJson(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
