import type { SessionEventKind } from "../codec/zig_events.ts";

/** The fields of events that hold free text. */
const TEXTS = ["prompt", "prompt_preview", "line", "error", "reason"] as const;

/**
 * Takes secrets out of an event.
 *
 * @param event The event.
 * @param redact Takes them out of a text.
 * @returns The event without them.
 */
export function redactEvent<Event extends SessionEventKind>(event: Event, redact: (text: string) => string): Event {
  const fields: Readonly<Record<string, unknown>> = { ...event };
  const left = TEXTS.flatMap((key) => {
    const text = fields[key];
    return typeof text === "string" ? [[key, redact(text)]] : [];
  });
  return { ...event, ...Object.fromEntries(left) };
}
