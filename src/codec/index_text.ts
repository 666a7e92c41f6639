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

/** What `JSON.parse` alone would change: long integers, and escapes of lone surrogates. All else it reads much faster. */
const NEEDS_CARE = /\d{16}|\\u[dD]/;

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
    value = NEEDS_CARE.test(text) ? parseJson(text) : JSON.parse(text);
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
  return stringifyJson({ sessions, ...rest }, 2);
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
