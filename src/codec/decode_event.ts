import type { Decoding } from "./dialect.ts";
import { type JsonObject, whyNoObject } from "./json.ts";
import type { Codec } from "./shape.ts";

/**
 * Makes what decodes the lines of a dialect: an event of a type that the table lists, or what every event has of one that
 * it does not.
 *
 * @param codecs The events by type.
 * @param unknown What every event carries.
 * @returns Decodes the text of one line; never throws.
 */
export function eventDecoder<Event, Envelope extends { readonly type: string }>(
  codecs: Readonly<Record<string, Codec<Event>>>,
  unknown: Codec<Envelope>,
): (text: string) => Decoding<Event> {
  return (text) => {
    const reason = whyNoObject(text);
    if (reason !== undefined) return { kind: "malformed", reason };
    try {
      const value = JSON.parse(text) as JsonObject;
      const { type } = value;
      if (typeof type === "string" && Object.hasOwn(codecs, type)) {
        return { kind: "event", event: codecs[type]!.decode(value, text) };
      }
      const event = unknown.decode(value, text);
      return { kind: "unknown", type: event.type, event: event as unknown as JsonObject };
    } catch (error) {
      return { kind: "malformed", reason: (error as Error).message };
    }
  };
}
