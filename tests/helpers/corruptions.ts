/** Ways in which a log can be damaged, and what is to be found of each. */

import type { FindingKind } from "../../src/query/finding.ts";
import type { LogWriter } from "../../src/query/verify.ts";
import { SOUND_KINDS, soundLine, soundLines } from "./sound_log.ts";

/** A damaged log. */
export interface Corruption {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly writer: LogWriter;
  /** Kind, number of the line, and part of the message. */
  readonly found: readonly (readonly [kind: FindingKind, line: number, message?: string])[];
}

const utf8 = new TextEncoder();
const LINES = soundLines();
const LAST = LINES.length;

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return utf8.encode(text);
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** Changes lines; `at` counts from 1. */
function spliced(at: number, count: number, ...lines: readonly string[]): Uint8Array<ArrayBuffer> {
  return bytesOf(textOf(LINES.toSpliced(at - 1, count, ...lines)));
}

/** Changes the text of one line. */
function edited(at: number, from: string | RegExp, to: string): Uint8Array<ArrayBuffer> {
  const line = LINES[at - 1]!.replace(from, to);
  if (line === LINES[at - 1]) throw new Error(`line ${at} has no ${from}`);
  return spliced(at, 1, line);
}

/** Cuts the log in the middle of a line, so many bytes behind its beginning. */
function cut(at: number, bytes: number): Uint8Array<ArrayBuffer> {
  const before = bytesOf(textOf(LINES.slice(0, at - 1)));
  return joined(before, bytesOf(LINES[at - 1]!).slice(0, bytes));
}

function joined(...parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function corruption(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  found: Corruption["found"],
  writer: LogWriter = "gone",
): Corruption {
  return { name, bytes, writer, found };
}

const HEARTBEAT = SOUND_KINDS[11]!;
const END = SOUND_KINDS[12]!;
const beforeUmlaut = bytesOf(LINES[3]!.slice(0, LINES[3]!.indexOf("ü"))).length;
const notUtf8 = joined(
  bytesOf(textOf(LINES.slice(0, 4))),
  new Uint8Array([0xff, 0x0a]),
  bytesOf(textOf(LINES.slice(5))),
);

/** The table. */
export const CORRUPTIONS: readonly Corruption[] = [
  corruption("cut in the middle of its last line", cut(LAST, 40), [["torn", LAST], ["missing_end", LAST + 1]], "dead"),
  corruption("cut in the middle of a character", cut(4, beforeUmlaut + 1), [["torn", 4], ["missing_end", 5]], "dead"),
  corruption("cut after one byte of a line", cut(6, 1), [["torn", 6], ["missing_end", 7]], "dead"),
  corruption("cut between two lines", spliced(7, 7), [["missing_end", 7, "died after its last event at"]], "dead"),
  corruption("cut before its first newline", cut(1, 20), [["torn", 1], ["missing_end", 2]], "dead"),
  corruption("cut before its last newline", bytesOf(LINES.join("\n")), [["no_newline", LAST]]),
  corruption("cut to nothing", bytesOf(""), [["empty", 1]], "dead"),
  corruption("without an end, and silent", spliced(LAST, 1), [["silent", LAST]], "silent"),
  corruption("an unfinished line behind its end", bytesOf(`${textOf(LINES)}{"`), [["torn", LAST + 1, "2 bytes"]]),
  corruption("zeros behind its last line", bytesOf(textOf(LINES.slice(0, -1)) + "\0".repeat(512)), [
    ["torn", LAST, "NUL"],
    ["missing_end", LAST + 1],
  ], "dead"),

  corruption("a line of garbage between two", spliced(5, 0, "what is this?"), [["malformed", 5]]),
  corruption("garbage in place of a line", spliced(5, 1, "what is this?"), [["malformed", 5]]),
  corruption("a line that is not UTF-8", notUtf8, [["malformed", 5, "not UTF-8"]]),
  corruption("zeros in place of a line", spliced(5, 1, "\0".repeat(100)), [["malformed", 5, "NUL"]]),
  corruption("zeros in front of a line", spliced(5, 1, "\0".repeat(9) + LINES[4]!), [["malformed", 5, "NUL"]]),
  corruption("a byte order mark", bytesOf("\ufeff" + textOf(LINES)), [["malformed", 1, "byte order mark"]]),
  corruption("two events in one line", spliced(4, 2, LINES[3]! + LINES[4]!), [[
    "malformed",
    4,
    "2 events in one line",
  ]]),
  corruption("half an event glued to the next", spliced(4, 2, LINES[3]!.slice(0, 50) + LINES[4]!), [
    ["malformed", 4, "runs into the next"],
  ]),
  corruption("half an event in a line of its own", spliced(4, 1, LINES[3]!.slice(0, 50)), [
    ["malformed", 4, "the end of the event is lost"],
  ]),
  corruption("something in front of an event", spliced(4, 1, `>>> ${LINES[3]}`), [["malformed", 4, "in front of"]]),
  corruption("something behind an event", spliced(4, 1, `${LINES[3]};`), [["malformed", 4]]),
  corruption("a raw control character in a text", edited(8, "1 of", "1\tof"), [["malformed", 8]]),
  corruption("half of a surrogate pair in a text", edited(8, "1 of", "\\ud83d"), [["malformed", 8, "surrogate"]]),
  corruption("a lost quote", edited(8, '"stdout"', '"stdout'), [["malformed", 8]]),
  corruption("a lost field", edited(8, '"stream":"stdout",', ""), [["malformed", 8, "stream is missing"]]),
  corruption("a field that stands there twice", edited(8, '"seq":8', '"seq":8,"seq":8'), [["malformed", 8, "twice"]]),
  corruption("a stream that there is not", edited(8, "stdout", "stdour"), [["malformed", 8, "stdour"]]),
  corruption("a number that is a text", edited(8, '"seq":8', '"seq":"8"'), [["malformed", 8, "seq"]]),
  corruption("a negative number", edited(8, '"seq":8', '"seq":-8'), [["malformed", 8, "seq"]]),
  corruption("an event without a type", edited(8, /"type":"[^"]*",/, ""), [["malformed", 8, "type"]]),
  corruption("an array in place of an event", spliced(8, 1, "[1]"), [["malformed", 8, "not a JSON object"]]),

  corruption("a type that there is not", edited(12, "heartbeat", "heartbeas"), [["unknown_type", 12, "heartbeas"]]),
  corruption("a field that there is not", edited(12, ":10}", ':10,"mood":"good"}'), [["unknown_field", 12, "mood"]]),
  corruption("an event of another session", edited(8, "289aa865", "289aa864"), [["wrong_session", 8, "289aa864"]]),
  corruption("all events of another session", bytesOf(textOf(soundLines("other"))), [["wrong_session", 1, "other"]]),

  corruption("a lost line", spliced(5, 1), [["seq_gap", 5, "number 5 is missing"]]),
  corruption("several lost lines", spliced(4, 2), [["seq_gap", 4, "numbers 4 to 5 are missing"]]),
  corruption("lost lines beside one of garbage", spliced(4, 3, "garbage"), [
    ["malformed", 4],
    ["seq_gap", 5, "2 of the numbers 4 to 6"],
  ]),
  corruption("a lost beginning", spliced(1, 1), [["not_started", 1], ["seq_gap", 1, "number 1 is missing"]]),
  corruption("a doubled line", spliced(5, 0, LINES[3]!), [["seq_repeat", 5, "number 4"]]),
  corruption("two lines in the wrong order", spliced(4, 2, LINES[4]!, LINES[3]!), [
    ["seq_gap", 4, "number 4 is missing"],
    ["seq_backwards", 5, "number 4 comes after 5"],
    ["time_backwards", 5],
  ]),
  corruption("a number of zero", edited(1, '"seq":1', '"seq":0'), [["seq_backwards", 1], ["seq_gap", 2]]),
  corruption("a number beyond all others", edited(8, '"seq":8', '"seq":18446744073709551615'), [
    ["seq_gap", 8, "numbers 8 to 18446744073709551614"],
    ["seq_backwards", 9, "number 9 comes after 18446744073709551615"],
  ]),

  corruption("a time before the last", edited(8, "01:51:23", "01:51:22"), [["time_backwards", 8]]),
  corruption("a nanosecond before the last", edited(8, "758770008", "758770006"), [["time_backwards", 8]]),
  corruption("a time that is none", edited(8, "2020-11-21", "yesterday"), [["time_unreadable", 8, "yesterday"]]),
  corruption("a month that there is not", edited(8, "2020-11-21", "2020-13-21"), [["time_unreadable", 8]]),

  corruption("a second start", spliced(12, 1, soundLine(12, SOUND_KINDS[0]!)), [["started_again", 12]]),
  corruption("a heartbeat behind its end", spliced(14, 0, soundLine(14, HEARTBEAT), soundLine(15, HEARTBEAT)), [
    ["after_end", 14, "heartbeat"],
  ]),
  corruption("a second end", spliced(14, 0, soundLine(14, END)), [["ended_again", 14]]),
  corruption("a second run behind the first", bytesOf(textOf([...LINES, ...LINES])), [
    ["seq_backwards", LAST + 1],
    ["time_backwards", LAST + 1],
    ["after_end", LAST + 1],
    ["started_again", LAST + 1],
    ["ended_again", 2 * LAST],
  ]),
  corruption("a step that completed and never started", spliced(3, 1, soundLine(3, HEARTBEAT)), [
    ["step_not_started", 6, '"build" completed'],
  ]),
  corruption("a step that failed and never started", spliced(7, 1, soundLine(7, HEARTBEAT)), [
    ["step_not_started", 9, '"test" failed'],
  ]),

  corruption("blank lines", spliced(5, 0, "", "  ", "\r"), [["blank_line", 5]]),
  corruption("damage behind blank lines", spliced(5, 1, "", "\u3000", "garbage"), [["blank_line", 5], [
    "malformed",
    7,
  ]]),
  corruption("lines that end as on Windows", bytesOf(LINES.map((line) => `${line}\r\n`).join("")), []),
  corruption("an end that a repair wrote", edited(LAST, "12}", '12,"repaired_at":"2026","repair_reason":"it died"}'), [
    ["repaired", LAST, "it died"],
  ]),
];

/** Where a line begins, counted from 1; the end of the log where there is no such line. */
export function offsetOf(bytes: Uint8Array, line: number): number {
  let offset = 0;
  for (let number = 1; number < line && offset < bytes.length; number++) {
    const newline = bytes.indexOf(0x0a, offset);
    offset = newline === -1 ? bytes.length : newline + 1;
  }
  return offset;
}
