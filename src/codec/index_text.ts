/**
 * The text of an index: `{"sessions": [...]}`, pretty-printed with two spaces, no newline at the end.
 *
 * @module
 */

import type { IndexSchema } from "./dialect.ts";
import { isJsonObject, type JsonObject, parseJson, stringifyJson } from "./json.ts";

/** What the text of an index holds. */
export interface IndexContent<Entry> {
  /** The entries that could be read. */
  readonly entries: readonly Entry[];
  /** Top-level members besides `sessions`: written by a newer program, and kept. */
  readonly rest: JsonObject;
  /** What is wrong with the text, if anything: the Rust programs would read it as empty. */
  readonly damage: string | undefined;
}

/** Escapes that may be lone surrogates. */
const SURROGATE = /\\u[dD]/;

/** Digits of integers that are too long for `JSON.parse`. */
const LONG_NUMBER = /\d{16}/;

/**
 * Reads the text of an index; what is damaged costs no more than itself.
 *
 * @param schema What the entries hold.
 * @param text The text.
 * @returns The readable entries, and the first damage found.
 */
export function decodeIndex<Entry>(schema: IndexSchema<Entry>, text: string): IndexContent<Entry> {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    return { entries: [], rest: {}, damage: text.trim() === "" ? "it is empty" : (error as Error).message };
  }
  if (!isJsonObject(value)) return { entries: [], rest: {}, damage: "it is not a JSON object" };
  const { sessions, ...rest } = value;
  if (!Array.isArray(sessions)) return { entries: [], rest, damage: "it has no list of sessions" };
  let damage: string | undefined;
  const entries: Entry[] = [];
  sessions.forEach((entry, at) => {
    try {
      if (!isJsonObject(entry)) throw new SyntaxError("not a JSON object");
      entries.push(schema.codec.complete(entry));
    } catch (error) {
      damage ??= `entry ${at + 1}: ${(error as Error).message}`;
    }
  });
  return { entries, rest, damage };
}

/** `JSON.parse` reads all the same, much faster, but for long integers and escapes of lone surrogates. */
function parse(text: string): unknown {
  if (text.includes("\\u") && SURROGATE.test(text)) return parseJson(text);
  const value = JSON.parse(text);
  return !isFlatIndex(value) && LONG_NUMBER.test(text) ? parseJson(text) : value;
}

/** Whether a value is an index as it usually is: then no number is in it, though ids and times may have many digits. */
function isFlatIndex(value: unknown): boolean {
  if (!isJsonObject(value) || !Array.isArray(value.sessions)) return false;
  for (const key in value) if (key !== "sessions") return false;
  for (const entry of value.sessions) {
    for (const key in entry) if (typeof entry[key] !== "string" && entry[key] !== null) return false;
  }
  return true;
}

/**
 * Writes an index as the Rust programs do.
 *
 * @param schema What the entries hold.
 * @param entries The entries, in order.
 * @param rest Other top-level members.
 * @returns The text.
 * @throws {TypeError} When a field of an entry is missing or holds what it must not.
 */
export function encodeIndex<Entry>(
  schema: IndexSchema<Entry>,
  entries: readonly Entry[],
  rest: JsonObject = {},
): string {
  const sessions = entries.map((entry) => {
    schema.codec.check(entry);
    return schema.codec.order(entry);
  });
  return stringify({ sessions, ...rest });
}

/** `JSON.stringify` writes all the same, much faster, but for long integers and lone surrogates. */
function stringify(index: JsonObject): string {
  if (!isFlatIndex(index)) return stringifyJson(index, 2);
  const text = JSON.stringify(index, undefined, 2);
  return text.includes("\\u") && SURROGATE.test(text) ? stringifyJson(index, 2) : text;
}

/**
 * Writes one entry as it stands in an index.
 *
 * @param schema What the entries hold.
 * @param entry The entry.
 * @returns Its lines, indented, without a newline at the end.
 * @throws {TypeError} When a field is missing or holds what it must not.
 */
export function encodeEntry<Entry>(schema: IndexSchema<Entry>, entry: Entry): string {
  schema.codec.check(entry);
  // Other characters that end a line for a regular expression, such as U+2028, stand raw in strings.
  return `    ${stringifyJson(schema.codec.order(entry), 2).replaceAll("\n", "\n    ")}`;
}

/**
 * Reads one entry as it stands in an index.
 *
 * @param schema What the entries hold.
 * @param text Its lines.
 * @returns The entry, or `undefined` when the text is none.
 */
export function decodeEntry<Entry>(schema: IndexSchema<Entry>, text: string): Entry | undefined {
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? schema.codec.complete(value) : undefined;
  } catch {
    return undefined;
  }
}
