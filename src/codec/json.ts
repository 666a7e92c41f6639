/**
 * JSON as the Rust programs write and read it: integers of 64 bits without loss, no lone surrogates, and the strictness
 * of their reader where `JSON.parse` is lenient.
 *
 * @module
 */

/** An unsigned integer of up to 64 bits: a `number` up to 2^53 - 1, a `bigint` beyond. */
export type U64 = number | bigint;

/** The greatest value of an unsigned 64-bit integer. */
export const MAX_U64: bigint = 0xffff_ffff_ffff_ffffn;

/** A parsed JSON object. */
export type JsonObject = { [key: string]: unknown };

/** One member of a JSON object, as it stands in the text. */
export interface Member {
  /** The key, with its escapes resolved. */
  readonly key: string;
  /** The text of the value, without white space around it. */
  readonly source: string;
}

/** The deepest nesting that the Rust reader accepts. */
const MAX_DEPTH = 127;

// ECMAScript's JSON source text access; TypeScript's library does not declare it yet.
type SourceReviver = (this: object, key: string, value: unknown, context: { source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: SourceReviver) => unknown;
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/**
 * Tells whether a value is a JSON object (not null, not an array).
 *
 * @param value The value.
 * @returns `true` for a plain object.
 */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Tells without parsing that a text is no JSON object, as of nearly all damaged lines. The runtime keeps what it failed to
 * parse until its next great collection: many such errors would take more time and memory than all good lines.
 *
 * @param text The text.
 * @returns What is wrong; `undefined` of a text that may be one.
 */
export function whyNoObject(text: string): string | undefined {
  const json = text.trim();
  if (json.charCodeAt(0) !== 0x7b) return "not a JSON object";
  return json.charCodeAt(json.length - 1) === 0x7d ? undefined : "a JSON object without its end";
}

/**
 * Parses JSON without losing integers beyond 2^53, and rejects what the Rust reader rejects: lone surrogates and numbers
 * out of range.
 *
 * @param text The JSON text.
 * @returns The value; integers beyond 2^53 are `bigint`.
 * @throws {SyntaxError} When it is not JSON, or not JSON that the Rust reader takes.
 */
export function parseJson(text: string): unknown {
  return parseWithSource(text, function (key, value, { source }): unknown {
    if (!key.isWellFormed() || typeof value === "string" && !value.isWellFormed()) {
      throw new SyntaxError("lone surrogate in a string");
    }
    if (typeof value !== "number") return value;
    if (!Number.isFinite(value)) throw new SyntaxError("number out of range");
    if (source === undefined || /^-?\d+$/.test(source)) {
      return Number.isSafeInteger(value) || source === undefined ? value : BigInt(source);
    }
    if (Number.isSafeInteger(value)) rememberFloat(this, key);
    return value;
  });
}

/** By object or array, the keys of the whole numbers in it that were written with a fraction or an exponent. */
const floats = new WeakMap<object, Set<string>>();

function rememberFloat(holder: object, key: string): void {
  const keys = floats.get(holder);
  if (keys === undefined) floats.set(holder, new Set([key]));
  else keys.add(key);
}

/**
 * Tells whether a whole number was written as `1.0` or `1e0`: for JavaScript it is the number 1, for Rust it is not.
 *
 * @param holder The object or array that holds it, as {@linkcode parseJson} made it.
 * @param key Its key there.
 * @returns `true` when it was written with a fraction or an exponent.
 */
export function isWrittenAsFloat(holder: object, key: string): boolean {
  return floats.get(holder)?.has(key) ?? false;
}

/**
 * Writes JSON as the Rust programs do: `bigint` as digits, lone surrogates replaced by U+FFFD.
 *
 * @param value The value.
 * @param indent Spaces of indentation; 0 for compact JSON.
 * @returns The JSON text.
 */
export function stringifyJson(value: unknown, indent = 0): string {
  if (isFlat(value)) {
    const text = JSON.stringify(value, undefined, indent); // the same, and several times as fast
    if (!text.includes("\\ud")) return text;
  }
  return JSON.stringify(value, (_key, value) => {
    if (typeof value === "bigint") return rawJson(String(value));
    if (typeof value === "string") return value.toWellFormed();
    return value;
  }, indent);
}

/** Whether a value is an object of texts, numbers, truths and nulls only. */
function isFlat(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  for (const key in value) if (isBigOrNested(value[key])) return false;
  return true;
}

function isBigOrNested(member: unknown): boolean {
  return typeof member === "bigint" || typeof member === "object" && member !== null;
}

/**
 * Splits the text of a JSON object into its members. What `JSON.parse` hides stays visible here: repeated keys, the way a
 * number is written, and nesting too deep for the Rust reader.
 *
 * @param text The text of a JSON object that `JSON.parse` accepts.
 * @returns The members in the order of the text.
 * @throws {SyntaxError} When the nesting is deeper than the Rust reader goes.
 */
export function splitMembers(text: string): Member[] {
  const members: Member[] = [];
  let depth = 0;
  let key: string | undefined;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: { // a string: step over it, so that nothing inside counts as structure
        const end = endOfString(text, at);
        if (depth === 1 && key === undefined) key = JSON.parse(text.slice(at, end)) as string;
        at = end - 1;
        break;
      }
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > MAX_DEPTH) throw new SyntaxError(`nesting deeper than ${MAX_DEPTH}`);
        break;
      case 0x3a: // :
        if (depth === 1) start = at + 1;
        break;
      case 0x2c: // ,
        if (depth === 1) {
          members.push({ key: key!, source: text.slice(start, at).trim() });
          key = undefined;
        }
        break;
      case 0x7d: // }
      case 0x5d: // ]
        if (--depth === 0 && key !== undefined) members.push({ key, source: text.slice(start, at).trim() });
    }
  }
  return members;
}

/** Where the string that opens at `from` ends: the place after its closing quote. */
function endOfString(text: string, from: number): number {
  let quote = text.indexOf('"', from + 1);
  while (true) {
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    quote = text.indexOf('"', quote + 1);
  }
}
