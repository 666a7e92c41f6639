/** The texts of an event that a search looks at. */

import type { Decoded } from "../codec/dialect.ts";
import { isJsonObject } from "../codec/json.ts";
import type { AnyEvent, EventView } from "./event_view.ts";

/** A text of an event. */
export interface TextField {
  /** The field that holds it. */
  readonly name: string;
  /** The text. */
  readonly text: string;
}

/**
 * Lists the texts of a line.
 *
 * @param line A line that could be decoded.
 * @param view What the events of its dialect say.
 * @returns Its texts; of a line of an unknown type, all strings in it.
 */
export function textFieldsOf<Event extends AnyEvent>(
  line: Exclude<Decoded<Event>, { kind: "malformed" }>,
  view: EventView<Event>,
): TextField[] {
  const event = line.event as Readonly<Record<string, unknown>>;
  const names = line.kind === "event"
    ? view.textFields[line.event.type]!
    : Object.keys(event).filter((name) => !view.envelope.includes(name));
  return names.flatMap((name) => Array.from(stringsIn(event[name]), (text) => ({ name, text })));
}

function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (Array.isArray(value)) { for (const item of value) yield* stringsIn(item); }
  else if (isJsonObject(value)) { for (const item of Object.values(value)) yield* stringsIn(item); }
}
