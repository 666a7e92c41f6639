import { isJsonObject } from "../codec/json.ts";
import type { AgentEventKind } from "../codec/zag_events.ts";

/** The fields of events that hold free text, or values with free text in them. */
const TEXTS: ReadonlySet<string> = new Set([
  "content",
  "data",
  "description",
  "error",
  "input",
  "message",
  "output",
  "raw",
  "result",
  "resume_message",
]);

/**
 * Takes secrets out of an event of an agent session, also where they stand deep in what a tool was given or answered.
 *
 * @param event The event.
 * @param redact Takes them out of a text.
 * @returns The event without them.
 */
export function redactAgentEvent(event: AgentEventKind, redact: (text: string) => string): AgentEventKind {
  const fields = Object.entries(event).map((
    [key, value],
  ) => [key, TEXTS.has(key) ? redactValue(value, redact) : value]);
  return Object.fromEntries(fields);
}

function redactValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, redactValue(member, redact)]));
}
