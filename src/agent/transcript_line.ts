/** One line of a transcript, whatever has become of it. */

import type { LineDialect } from "../codec/dialect.ts";
import { isJsonObject, type JsonObject } from "../codec/json.ts";

/** What a line of a transcript holds. */
export interface TranscriptLine {
  /** The records: one as a rule, several where a newline is missing between them. */
  readonly records: readonly JsonObject[];
  /** What is wrong with the line, as a kind of loss; `null` when nothing is. */
  readonly loss: string | null;
}

/** Fields of which every agent's records have one or another, and what is nested in them seldom has any. */
const MARKS = ["timestamp", "sessionId", "payload", "uuid", "$set", "$rewindTo", "projectHash"];

/** How many times the length of a damaged line is looked through for records. */
const MOST_LOOKS = 16;

const utf8 = new TextDecoder("utf-8");

/**
 * Reads one line. Two records without a newline between them are both read, and so is one behind something that cannot
 * be: the beginning of another record, or the zeros that a crash leaves behind.
 *
 * @param text The line.
 * @returns What it holds.
 */
export function readTranscriptLine(text: string): TranscriptLine {
  const value = parse(text);
  return isJsonObject(value) ? { records: [value], loss: null } : salvage(text);
}

/** The records of a line that is not one JSON object. */
function salvage(text: string): TranscriptLine {
  const records: JsonObject[] = [];
  let isWhole = true;
  let left = text.length * MOST_LOOKS;
  let at = 0;
  for (let brace = text.indexOf("{"); brace !== -1 && left > 0; brace = text.indexOf("{", brace)) {
    const end = endOfObject(text, brace);
    left -= (end ?? text.length) - brace;
    const value = end === undefined ? undefined : parse(text.slice(brace, end));
    if (end === undefined || !isJsonObject(value) || !isRecord(value)) {
      brace++;
      continue;
    }
    isWhole &&= isPadding(text.slice(at, brace));
    records.push(value);
    at = brace = end;
  }
  isWhole &&= records.length > 0 && isPadding(text.slice(at));
  return { records, loss: isWhole || isPadding(text) ? null : "line malformed" };
}

/** Whether nothing is lost where this is left out. */
function isPadding(text: string): boolean {
  return /^[\s\0\ufeff]*$/.test(text);
}

function isRecord(value: JsonObject): boolean {
  return MARKS.some((mark) => Object.hasOwn(value, mark));
}

/** The place behind the object that opens at `from`; `undefined` when it is not closed. */
function endOfObject(text: string, from: number): number | undefined {
  const structure = /["{}]/g;
  structure.lastIndex = from;
  let depth = 0;
  for (let found = structure.exec(text); found !== null; found = structure.exec(text)) {
    if (found[0] === "{") depth++;
    else if (found[0] === "}") {
      if (--depth === 0) return structure.lastIndex;
    } else {
      const end = endOfString(text, found.index);
      if (end === undefined) return undefined;
      structure.lastIndex = end;
    }
  }
  return undefined;
}

function endOfString(text: string, from: number): number | undefined {
  for (let quote = text.indexOf('"', from + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Transcripts as a wire format, for whoever reads or follows files. It is only ever read. */
export const TRANSCRIPT: LineDialect<TranscriptLine> = {
  name: "transcript",
  decode: (text) => ({ kind: "event", event: readTranscriptLine(text) }),
  decodeBytes: (bytes) => {
    const { records } = readTranscriptLine(utf8.decode(bytes).trim());
    return {
      kind: "event",
      event: { records, loss: records.length > 0 ? "line with bytes replaced" : "line malformed" },
    };
  },
  encode: ({ records }) => records.map((record) => JSON.stringify(record)).join(""),
  endOf: () => undefined,
  timeOf: () => "",
  heartbeatSeconds: Infinity,
};
