/** Events as people and scripts write them: without what is filled in, and checked against the shape tables. */

import { isJsonObject, type JsonObject, parseJson, stringifyJson } from "./json.ts";
import type { Field } from "./shape.ts";
import { fieldsOf, HEARTBEAT_SECONDS, SESSION_EVENT_TYPES } from "./zig.ts";
import type { SessionEventKind } from "./zig_events.ts";

/** What can be written into a session that has begun and not ended. */
export type StepEventKind = Exclude<SessionEventKind, { type: "zig_session_started" | "zig_session_ended" }>;

type StepEventType = StepEventKind["type"];

/** The types of events between the first and the last of a session. */
export const STEP_EVENT_TYPES: readonly StepEventType[] = SESSION_EVENT_TYPES.filter((type): type is StepEventType =>
  type !== "zig_session_started" && type !== "zig_session_ended"
);

/** What a field holds that is left out. Fields that may be null are null. */
const DEFAULTS: { readonly [Type in StepEventType]: Partial<Extract<StepEventKind, { type: Type }>> } = {
  tier_started: {},
  step_started: { tier_index: 0, zag_session_id: "", zag_command: "exec", prompt_preview: "" },
  step_output: { stream: "stdout" },
  step_completed: { exit_code: 0, saved_vars: [] },
  step_failed: { attempt: 1 },
  step_skipped: {},
  heartbeat: { interval_secs: HEARTBEAT_SECONDS },
};

/** What every event has and nobody has to write. */
const FILLED_IN = ["seq", "ts", "zig_session_id"];

/**
 * Makes an event of texts `key=value`. A list is given by repeating its key, or as a JSON list; `null` stands for itself
 * where a field may be null.
 *
 * @param type The type of the event.
 * @param pairs The texts.
 * @returns The event.
 * @throws {SyntaxError} When the type or a field is unknown, missing, or holds what it must not.
 */
export function eventFromPairs(type: string, pairs: readonly string[]): StepEventKind {
  const known = knownType(type);
  const fields = fieldsOf(known);
  const given: JsonObject = {};
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals < 1) throw new SyntaxError(`Cannot read field "${pair}": expected key=value, such as ${example(known)}`);
    const key = pair.slice(0, equals);
    const field = fieldOf(known, fields, key);
    const value = valueOf(known, key, field, pair.slice(equals + 1));
    if (!Object.hasOwn(given, key)) given[key] = value;
    else if (isList(field)) given[key] = [...given[key] as string[], ...value as string[]];
    else throw new SyntaxError(`Cannot make ${known}: field ${key} is given twice, and is no list`);
  }
  return complete(known, fields, given);
}

/**
 * Makes an event of a JSON object.
 *
 * @param text One JSON object: `type` and the fields of the event.
 * @returns The event.
 * @throws {SyntaxError} When it is no such object, or a field is unknown, missing, or holds what it must not.
 */
export function eventFromJson(text: string): StepEventKind {
  const value = objectOf(text);
  const { type, ...given } = value;
  if (typeof type !== "string") {
    throw new SyntaxError(`Cannot make an event: "type" is missing, expected one of ${STEP_EVENT_TYPES.join(", ")}`);
  }
  const known = knownType(type);
  const fields = fieldsOf(known);
  for (const key of Object.keys(given)) fieldOf(known, fields, key);
  return complete(known, fields, given);
}

function objectOf(text: string): JsonObject {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot read an event: it is not JSON (${(cause as Error).message})`, { cause });
  }
  if (isJsonObject(value)) return value;
  throw new SyntaxError('Cannot read an event: expected a JSON object such as {"type":"heartbeat"}');
}

function knownType(type: string): StepEventType {
  if ((STEP_EVENT_TYPES as readonly string[]).includes(type)) return type as StepEventType;
  const expected = `expected one of ${STEP_EVENT_TYPES.join(", ")}`;
  if (type === "zig_session_started" || type === "zig_session_ended") {
    const command = type === "zig_session_started" ? "start" : "end";
    throw new SyntaxError(`Cannot make ${type}: "ziglog ${command}" writes it; ${expected}`);
  }
  throw new SyntaxError(`Cannot make ${show(type)}: there is no such event, ${expected}`);
}

function fieldOf(type: StepEventType, fields: Readonly<Record<string, Field<unknown>>>, key: string): Field<unknown> {
  if (Object.hasOwn(fields, key)) return fields[key]!;
  const why = FILLED_IN.includes(key) ? "is filled in by itself" : "is unknown";
  throw new SyntaxError(`Cannot make ${type}: field ${key} ${why}; its fields are ${Object.keys(fields).join(", ")}`);
}

function valueOf(type: StepEventType, key: string, field: Field<unknown>, text: string): unknown {
  if (field.optional && text === "null") return null;
  if (holds(field, text)) return text;
  if (field.integer && /^-?\d+$/.test(text)) return parseJson(text.replace(/^(-?)0+(?=\d)/, "$1"));
  if (!isList(field)) throw wrong(type, key, field, text);
  if (!text.startsWith("[")) return text === "" ? [] : [text];
  try {
    const list = parseJson(text);
    if (holds(field, list)) return list;
  } catch {
    // Not JSON: told as what it is not.
  }
  throw wrong(type, key, field, text);
}

/** The guard, for values whose type shall stay what it is. */
function holds(field: Field<unknown>, value: unknown): boolean {
  return field.accepts(value);
}

function isList(field: Field<unknown>): boolean {
  return holds(field, []);
}

function complete(
  type: StepEventType,
  fields: Readonly<Record<string, Field<unknown>>>,
  given: JsonObject,
): StepEventKind {
  const told: JsonObject = { ...DEFAULTS[type], ...given };
  const event: JsonObject = { type };
  for (const [key, field] of Object.entries(fields)) {
    const value = Object.hasOwn(told, key) ? told[key] : null;
    if (!Object.hasOwn(told, key) && !field.optional) {
      throw new SyntaxError(`Cannot make ${type}: field ${key} is missing, expected ${field.expected}`);
    }
    if (!holds(field, value)) throw wrong(type, key, field, value);
    event[key] = value;
  }
  return event as unknown as StepEventKind;
}

function wrong(type: StepEventType, key: string, field: Field<unknown>, value: unknown): SyntaxError {
  return new SyntaxError(`Cannot make ${type}: field ${key} is ${show(value)}, expected ${field.expected}`);
}

function example(type: StepEventType): string {
  const [key = "", field] = Object.entries(fieldsOf(type))[0] ?? [];
  return `${key}=${field?.integer ? "1" : "text"}`;
}

function show(value: unknown): string {
  const text = stringifyJson(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
