/** Which lines of a log are meant: compiled once, and shared by whatever reads logs. */

import type { Decoded } from "../codec/dialect.ts";
import type { U64 } from "../codec/json.ts";
import type { OutputStream } from "../codec/zig_events.ts";
import type { LinePrefilter } from "../storage/scan.ts";
import type { AnyEvent, EventView } from "./event_view.ts";
import { compilePrefilter } from "./line_prefilter.ts";
import { textFieldsOf } from "./text_fields.ts";
import { TextQuery, type TextQuerySpec, type TextRange } from "./text_query.ts";

/** What a line must be; what is left out does not matter. */
export interface EventFilterSpec {
  /** Its type is one of these. */
  readonly types?: readonly string[] | undefined;
  /** It is about this step. */
  readonly step?: string | undefined;
  /** It is output of this stream. */
  readonly stream?: OutputStream | undefined;
  /** Its number is greater. */
  readonly afterSeq?: U64 | undefined;
  /** Its number is smaller. */
  readonly beforeSeq?: U64 | undefined;
  /** It was written then or later: milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** It was written before: milliseconds since the epoch. */
  readonly until?: number | undefined;
  /** It holds this. */
  readonly text?: TextQuerySpec | undefined;
}

/** A text of a line that fits. */
export interface TextMatch {
  /** The field of the event that holds it; `null` for a damaged line, which is searched as it is stored. */
  readonly field: string | null;
  /** The whole text. */
  readonly text: string;
  /** Where it matches, in order. */
  readonly ranges: readonly TextRange[];
}

/** A compiled filter. A damaged line fits only where nothing but text is asked for. */
export interface EventFilter<Event = AnyEvent> {
  /** Finds lines that may fit before they are decoded; `undefined` when only decoding tells. */
  readonly prefilter: LinePrefilter | undefined;
  /**
   * Tells whether a line fits.
   *
   * @param line The line.
   * @returns `true` when it does.
   */
  matches(line: Decoded<Event>): boolean;
  /**
   * Finds the text in a line.
   *
   * @param line A line that fits.
   * @returns The first of its texts that holds a match; `undefined` when the filter asks for no text.
   */
  locate(line: Decoded<Event>): TextMatch | undefined;
}

type SoundLine = Exclude<Decoded<AnyEvent>, { kind: "malformed" }>;
type Fields = Readonly<Record<string, unknown>>;

/**
 * Compiles a filter.
 *
 * @param spec What a line must be.
 * @param view What the events of the logs say.
 * @returns The filter.
 * @throws {SyntaxError} When the text to look for is empty, or no regular expression.
 */
export function compileFilter<Event extends AnyEvent>(
  spec: EventFilterSpec,
  view: EventView<Event>,
): EventFilter<Event> {
  const query = spec.text === undefined ? undefined : new TextQuery(spec.text);
  const tests = [...conditions(spec)];
  return {
    prefilter: prefilterOf(spec, view, query),
    matches(line: Decoded<Event>): boolean {
      if (line.kind === "malformed") return tests.length === 0 && (query?.isInStored(line.text) ?? true);
      if (!tests.every((test) => test(line))) return false;
      return query === undefined || textFieldsOf(line, view).some(({ text }) => query.isIn(text));
    },
    locate(line: Decoded<Event>): TextMatch | undefined {
      if (query === undefined) return undefined;
      if (line.kind === "malformed") {
        return { field: null, text: line.text, ranges: query.rangesInStored(line.text) };
      }
      const found = textFieldsOf(line, view).find(({ text }) => query.isIn(text));
      return found && { field: found.name, text: found.text, ranges: query.rangesIn(found.text) };
    },
  };
}

function* conditions(spec: EventFilterSpec): Generator<(line: SoundLine) => boolean> {
  const { types = [], step, stream, afterSeq, beforeSeq, since, until } = spec;
  if (types.length > 0) {
    const wanted = new Set(types);
    yield (line) => wanted.has(line.kind === "event" ? line.event.type : line.type);
  }
  if (step !== undefined) yield ({ event }) => (event as Fields).step_name === step;
  if (stream !== undefined) yield ({ event }) => (event as Fields).stream === stream;
  if (afterSeq !== undefined) yield ({ event }) => (event.seq as U64) > afterSeq;
  if (beforeSeq !== undefined) yield ({ event }) => (event.seq as U64) < beforeSeq;
  // A time that cannot be read is neither before nor after any other.
  if (since !== undefined) yield ({ event }) => Date.parse(event.ts as string) >= since;
  if (until !== undefined) yield ({ event }) => Date.parse(event.ts as string) < until;
}

/** Looks for what is rarest in a log: most lines are of a few types, and most of them come from few steps. */
function prefilterOf(
  { types = [], step, stream }: EventFilterSpec,
  { commonTypes, isPlainText }: EventView<never>,
  query: TextQuery | undefined,
): LinePrefilter | undefined {
  if (isPlainText) return plainPrefilter(query);
  if (types.length > 0 && !types.some((type) => commonTypes.includes(type))) {
    return compilePrefilter(types.map(inJson), true);
  }
  if (query !== undefined && query.stored !== "") return compilePrefilter([query.stored], query.isCaseSensitive);
  if (step !== undefined) return compilePrefilter([inJson(step)], true);
  return stream === "stderr" ? compilePrefilter([inJson(stream)], true) : undefined;
}

/** Where a line is no JSON, only what JSON would not escape stands there as it is. */
function plainPrefilter(query: TextQuery | undefined): LinePrefilter | undefined {
  if (query === undefined || query.stored === "" || query.stored.includes("\\")) return undefined;
  return compilePrefilter([query.stored], query.isCaseSensitive);
}

function inJson(text: string): string {
  return JSON.stringify(text.toWellFormed());
}
