/** What queries need to know of the events of a dialect, and nothing more. */

import type { LineDialect } from "../codec/dialect.ts";
import type { U64 } from "../codec/json.ts";

/** What an event of any dialect carries. */
export interface AnyEvent {
  /** Tells it from the other types. */
  readonly type: string;
  /** Its number in its log. */
  readonly seq: U64;
  /** When it was written, RFC 3339; empty where nobody knows. */
  readonly ts: string;
}

/** What a text is to its reader, for whoever colours it. */
export type Tone = "title" | "quiet" | "good" | "bad" | "notice" | "voice" | "good end" | "bad end" | "plain";

/** How the text of an event is coloured. */
export interface Paint {
  /** What it is. */
  readonly tone: Tone;
  /** The beginning of the text, when that alone is coloured. */
  readonly head?: string;
}

/** The text of an event that people write as markdown. */
export interface MarkdownText {
  /** What stands in front of it where it is shown. */
  readonly head: string;
  /** The text. */
  readonly text: string;
}

/** A dialect as filters, searches and people see it. */
export interface EventView<Event> {
  /** The types of its events. */
  readonly types: readonly string[];
  /** The types that most lines of a log are of: looking for their names would save nothing. */
  readonly commonTypes: readonly string[];
  /** The types that people see only when they ask for them. */
  readonly hiddenTypes: readonly string[];
  /** The keys of every event: of an event of an unknown type, all others hold texts. */
  readonly envelope: readonly string[];
  /** By type, the fields that hold what people look for. */
  readonly textFields: Readonly<Record<string, readonly string[]>>;
  /** Whether events are about steps, and their output is of streams. */
  readonly hasSteps: boolean;
  /** Whether the text of an event may take several lines; each but the first is then indented. */
  readonly isMultiline: boolean;
  /** Whether a line is the text itself instead of JSON. */
  readonly isPlainText: boolean;
  /** Writes an event as text, without a last newline; `undefined` when it has nothing to say. */
  render(event: Event): string | undefined;
  /** How that text is coloured. */
  paintOf(event: Event): Paint;
  /** What an event says in markdown; `undefined` for one that says nothing so. Left out where no event does. */
  markdownOf?(event: Event): MarkdownText | undefined;
  /** What runs, where the event that begins a session tells. */
  titleOf(event: Event): string | undefined;
  /** What a text is, for somebody who searched for it; empty when that goes without saying. */
  labelOf(type: string, field: string): string;
}

/** How the lines of a log are read, and what they say. */
export interface LogFormat<Event extends AnyEvent = AnyEvent> {
  /** Its wire format. */
  readonly dialect: LineDialect<Event>;
  /** What its events say. */
  readonly view: EventView<Event>;
}
