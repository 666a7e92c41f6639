/** The text view of a log of any dialect, line by line. */

import type { Decoded, DecodedMalformed } from "../codec/dialect.ts";
import { type JsonObject, stringifyJson } from "../codec/json.ts";
import type { EventView } from "./event_view.ts";
import { visible } from "./visible.ts";

/** Characters of a damaged line that are shown. */
const EXCERPT = 80;

/**
 * Writes a line of a type that is not known: its type, and its fields as JSON.
 *
 * @param type The type that it names.
 * @param event The line as an object.
 * @param envelope The fields of every event, which are left out.
 * @returns The text without a last newline.
 */
export function renderUnknown(type: string, event: JsonObject, envelope: readonly string[]): string {
  const fields = Object.fromEntries(Object.entries(event).filter(([name]) => !envelope.includes(name)));
  return `? ${type} ${stringifyJson(fields)}`;
}

/**
 * Writes what is wrong with a line that cannot be decoded. It is meant for people, so it never holds control characters.
 *
 * @param line The line.
 * @returns The text without a last newline.
 */
export function renderMalformed(line: DecodedMalformed): string {
  const what = line.torn ? "unfinished" : "malformed";
  const excerpt = line.text.length > EXCERPT ? `${line.text.slice(0, EXCERPT)}…` : line.text;
  return visible(`[${what} at byte ${line.offset}] ${line.reason}${excerpt === "" ? "" : `: ${excerpt}`}`);
}

/**
 * Writes a line as text.
 *
 * @param line The line; not a malformed one.
 * @param view What the events of its dialect say.
 * @returns The text without a last newline; `undefined` for an event that has nothing to say.
 */
export function renderLine<Event>(
  line: Exclude<Decoded<Event>, DecodedMalformed>,
  view: EventView<Event>,
): string | undefined {
  return line.kind === "event" ? view.render(line.event) : renderUnknown(line.type, line.event, view.envelope);
}
