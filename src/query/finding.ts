/** What is found when a log is checked. */

/** Whether something is lost or wrong, or only worth knowing. */
export type Severity = "damage" | "note";

/** What a kind of finding says. */
export interface FindingMeaning {
  /** How bad it is. */
  readonly severity: Severity;
  /** What it means: a phrase. */
  readonly meaning: string;
}

/**
 * The kinds of findings; the dialect decides which of them there can be. A gap in the numbers is damage although a failed write leaves one too: either way an event that
 * happened is not in the log. Output needs no started step: writers may record it without announcing one.
 */
export const FINDINGS = {
  torn: { severity: "damage", meaning: "the last line is unfinished, and nobody is there to finish it" },
  malformed: { severity: "damage", meaning: "a line cannot be read" },
  unknown_type: { severity: "damage", meaning: "events of a type that the format does not have; the first of each" },
  wrong_session: { severity: "damage", meaning: "events that name another session; the first in a row" },
  not_started: { severity: "damage", meaning: "the first event is not zig_session_started" },
  started_again: { severity: "damage", meaning: "another zig_session_started" },
  seq_gap: { severity: "damage", meaning: "numbers are missing: lost lines, or writes that failed" },
  seq_repeat: { severity: "damage", meaning: "a number that was there before" },
  seq_backwards: { severity: "damage", meaning: "a number less than the one before" },
  time_unreadable: { severity: "damage", meaning: "a time that is not RFC 3339" },
  time_backwards: { severity: "damage", meaning: "a time before that of the event before" },
  after_end: { severity: "damage", meaning: "events behind zig_session_ended" },
  ended_again: { severity: "damage", meaning: "another zig_session_ended" },
  step_not_started: {
    severity: "damage",
    meaning: "a step completed or failed that never started; the first of each step",
  },
  missing_end: { severity: "damage", meaning: "the writer died without ending the session" },
  empty: { severity: "damage", meaning: "there is no line, and nobody is there to write one" },
  unknown_field: { severity: "note", meaning: "fields that the format does not have; the first of each" },
  blank_line: { severity: "note", meaning: "lines without anything; the first in a row" },
  no_newline: { severity: "note", meaning: "the last event lacks its newline" },
  silent: { severity: "note", meaning: "no end, and nothing written for so long that nobody can tell" },
  repaired: { severity: "note", meaning: "the end was written by ziglog repair" },
} as const satisfies Record<string, FindingMeaning>;

/** A kind of finding. */
export type FindingKind = keyof typeof FINDINGS;

/** Something found in a log. */
export interface Finding {
  /** What it is. */
  readonly kind: FindingKind;
  /** How bad it is. */
  readonly severity: Severity;
  /** Byte offset of the line in its log; where the next line would begin, when something is missing at the end. */
  readonly offset: number;
  /** Number of the line, from 1, blank ones counted. */
  readonly line: number;
  /** What is wrong, for people. It may quote what was recorded: control characters and all. */
  readonly message: string;
}
