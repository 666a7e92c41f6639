/** The commonest events, encoded by the engine's own JSON: most of an import's time is spent here. */

import type { JsonObject } from "../codec/json.ts";
import type { AgentEventKind } from "../codec/zag_events.ts";

/** What a field holds: a text, a text or `null`, a truth value or `null`, or any JSON value. */
type Field = "text" | "text?" | "truth?" | "any";

/** Fields of the commonest events in the order they are written. */
const FIELDS: Readonly<Record<string, readonly (readonly [name: string, holds: Field])[]>> = {
  user_message: [["role", "text"], ["content", "text"], ["message_id", "text?"]],
  assistant_message: [["content", "text"], ["message_id", "text?"]],
  reasoning: [["content", "text"], ["message_id", "text?"]],
  tool_call: [["tool_name", "text"], ["tool_kind", "text"], ["tool_id", "text?"], ["input", "any"]],
  tool_result: [
    ["tool_name", "text?"],
    ["tool_kind", "text"],
    ["tool_id", "text?"],
    ["success", "truth?"],
    ["output", "text?"],
    ["error", "text?"],
    ["data", "any"],
  ],
  provider_status: [["message", "text"], ["data", "any"]],
};

/** Keys that stand where they are put, and whose bytes compare as their characters do. */
const PLAIN_KEY = /^(?!__proto__$)[A-Za-z_$-][\x20-\x7e]*$/;

/** Containers in one another; what goes deeper is not plain. */
const DEEPEST = 64;

/** Stands for a value that is not plain. */
const NOT_PLAIN = Symbol();

/**
 * Encodes what an event tells, if it is one of the commonest and holds nothing that JSON writes differently from the
 * original.
 *
 * @param event What happened.
 * @returns The text of an object that begins with `type`; `undefined` when it must be encoded field by field.
 */
export function encodePlain(event: AgentEventKind): string | undefined {
  const fields = Object.hasOwn(FIELDS, event.type) ? FIELDS[event.type]! : undefined;
  if (fields === undefined || Object.keys(event).length !== fields.length + 1) return undefined;
  const told = event as unknown as JsonObject;
  const ordered: JsonObject = { type: event.type };
  for (const [name, holds] of fields) {
    const value = holds === "any" ? sorted(told[name], 0) : told[name];
    if (!isPlain(value, holds)) return undefined;
    ordered[name] = value;
  }
  return JSON.stringify(ordered);
}

function isPlain(value: unknown, holds: Field): boolean {
  switch (holds) {
    case "text":
      return isPlainText(value);
    case "text?":
      return value === null || isPlainText(value);
    case "truth?":
      return typeof value === "boolean" || value === null;
    case "any":
      return value !== NOT_PLAIN;
  }
}

/** A text without half a character, which the original replaces. */
function isPlainText(value: unknown): boolean {
  return typeof value === "string" && value.isWellFormed();
}

/** The value with the keys of its objects in order; the same one where they are. */
function sorted(value: unknown, depth: number): unknown {
  if (typeof value === "number") return isPlainNumber(value) ? value : NOT_PLAIN;
  if (typeof value !== "object") return typeof value === "boolean" || isPlainText(value) ? value : NOT_PLAIN;
  if (value === null) return null;
  if (depth === DEEPEST || "toJSON" in value) return NOT_PLAIN;
  return Array.isArray(value) ? sortedArray(value, depth) : sortedObject(value as JsonObject, depth);
}

/** Whole numbers, and those with a fraction that needs no exponent. */
function isPlainNumber(value: number): boolean {
  if (Number.isInteger(value)) return Number.isSafeInteger(value) && !Object.is(value, -0);
  const size = Math.abs(value);
  return size > 1e-3 && size < 1e15;
}

function sortedArray(array: readonly unknown[], depth: number): unknown {
  let copy: unknown[] | undefined;
  for (let at = 0; at < array.length; at++) {
    const value = sorted(array[at], depth + 1);
    if (value === NOT_PLAIN) return NOT_PLAIN;
    if (value !== array[at]) (copy ??= [...array])[at] = value;
  }
  return copy ?? array;
}

function sortedObject(object: JsonObject, depth: number): unknown {
  const keys = Object.keys(object);
  let isSame = true;
  for (let at = 0; at < keys.length; at++) {
    if (!PLAIN_KEY.test(keys[at]!)) return NOT_PLAIN;
    if (at > 0 && keys[at]! < keys[at - 1]!) isSame = false;
  }
  if (!isSame) keys.sort();
  const copy: JsonObject = {};
  for (const key of keys) {
    const value = sorted(object[key], depth + 1);
    if (value === NOT_PLAIN) return NOT_PLAIN;
    if (value !== object[key]) isSame = false;
    copy[key] = value;
  }
  return isSame ? object : copy;
}
