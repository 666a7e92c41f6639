/** An index against the logs that it lists. */

import type { IndexSchema, SessionSummary } from "../codec/dialect.ts";

/** What a log says about its session's index entry. */
export interface IndexedLog<Entry> {
  /** The entry as it would be made from the log. */
  readonly entry: Entry;
  /** Whether the log still has the event that tells how the session started. */
  readonly knowsStart: boolean;
  /** Whether somebody writes the log or its entry just now. */
  readonly isLive: boolean;
}

/** How an index and the logs can differ. */
export type IndexDifferenceKind =
  /** A log has no entry. */
  | "not_indexed"
  /** An entry has no log. */
  | "log_missing"
  /** A session has several entries; the last one counts. */
  | "duplicate_entry"
  /** The log has ended, and the entry has not. */
  | "end_missing"
  /** The entry has ended, and the log has not: the end of the log is lost. */
  | "end_unfounded"
  /** Both have ended, and differently. */
  | "end_differs"
  /** The entry leads to another file. */
  | "log_path_wrong"
  /** Another field of the entry does not say what the log says. */
  | "entry_differs";

/** A way in which an index and the logs differ. */
export interface IndexDifference {
  /** What it is. */
  readonly kind: IndexDifferenceKind;
  /** The session. */
  readonly sessionId: string;
  /** For people. It may quote what was recorded: control characters and all. */
  readonly message: string;
  /** Whether the session goes on, so that the difference may be gone the next moment. */
  readonly isLive: boolean;
}

/** What comparing came to. */
export interface IndexComparison<Entry> {
  /** The entries as they should be; those without fault are the same objects as before. */
  readonly entries: readonly Entry[];
  /** Where they differ from those that are there. */
  readonly differences: readonly IndexDifference[];
}

/** What is compared. */
export interface CompareOptions<Entry> {
  /** The logs by session id. */
  readonly logs: ReadonlyMap<string, IndexedLog<Entry>>;
  /** Tells of an entry without one of these logs whether its log is there all the same. */
  readonly hasLog: (entry: SessionSummary) => boolean;
  /** Tells whether two paths lead to the same file. */
  readonly isSameFile: (one: string, other: string) => boolean;
  /** Only this session; all when left out. */
  readonly only?: string | undefined;
}

/** Differences of times that say nothing: the Rust programs take those of an entry and of its log one after the other. */
const TOLERANCE_MS = 5000;

/**
 * Compares an index with the logs, of which each tells the truth about itself. An end that only the index still knows is
 * kept.
 *
 * @param schema What the entries hold.
 * @param entries The entries of the index.
 * @param options The logs, and how to look for others.
 * @returns What differs, and what the entries should be.
 */
export function compareIndex<Entry>(
  schema: IndexSchema<Entry>,
  entries: readonly Entry[],
  options: CompareOptions<Entry>,
): IndexComparison<Entry> {
  const { logs, only } = options;
  const differences: IndexDifference[] = [];
  const idOf = (entry: Entry): string => schema.summarize(entry).id;
  const places = new Map(entries.map((entry, place) => [idOf(entry), place]));
  const kept: Entry[] = [];
  entries.forEach((entry, place) => {
    const summary = schema.summarize(entry);
    const { id } = summary;
    const log = logs.get(id);
    const differ = (kind: IndexDifferenceKind, message: string): void => {
      differences.push({ kind, sessionId: id, message, isLive: log?.isLive ?? false });
    };
    if (only !== undefined && id !== only) kept.push(entry);
    else if (places.get(id) !== place) differ("duplicate_entry", "the session has several entries");
    else if (log !== undefined) kept.push(log.isLive ? entry : corrected(schema, entry, log, options, differ));
    else if (options.hasLog(summary)) kept.push(entry);
    else differ("log_missing", `there is no log at ${quote(summary.logPath)}`);
  });
  const missing = [...logs].filter(([id]) => !places.has(id) && (only === undefined || id === only));
  for (const [sessionId, { isLive }] of missing) {
    differences.push({ kind: "not_indexed", sessionId, message: "the log has no entry", isLive });
  }
  return { entries: withMissing(schema, kept, missing.map(([, { entry }]) => entry)), differences };
}

/** The entry as it should be; the same object when it is so already. */
function corrected<Entry>(
  schema: IndexSchema<Entry>,
  entry: Entry,
  log: IndexedLog<Entry>,
  { isSameFile }: CompareOptions<Entry>,
  differ: (kind: IndexDifferenceKind, message: string) => void,
): Entry {
  const is = schema.summarize(entry);
  const made = schema.merge?.(entry, log.entry) ?? log.entry;
  const should = schema.summarize(made);
  const patch: Partial<Entry> = {};
  const take = (...keys: readonly string[]): void =>
    keys.forEach((key) => patch[key as keyof Entry] = made[key as keyof Entry]);
  const takeEnd = (): void => take(...END.filter((key) => Object.hasOwn(schema.codec.shape, key)));

  if (is.logPath !== should.logPath && !isSameFile(is.logPath, should.logPath)) {
    differ("log_path_wrong", `log_path is ${quote(is.logPath)}, not ${quote(should.logPath)}`);
    take("log_path");
  }
  if (should.endedAt === null && is.endedAt !== null) {
    differ("end_unfounded", `the entry says ${is.status ?? "that it ended"}, and the log does not end`);
  } else if (should.endedAt !== null && (is.endedAt === null || is.status === null && should.status !== null)) {
    const how = should.status === null ? "has ended" : `ended with ${should.status}`;
    differ("end_missing", `the log ${how}, and the entry does not say so`);
    takeEnd();
  } else if (is.status !== should.status || !isSameTime(is.endedAt, should.endedAt)) {
    const [told, known] = [is, should].map(({ status, endedAt }) => `${status ?? "the end"} at ${endedAt}`);
    differ("end_differs", `the entry says ${told}, the log ${known}`);
    takeEnd();
  }
  if (log.knowsStart) {
    for (const key of differingFields(schema, entry, made)) {
      const [was, is] = [entry[key], made[key]].map((value) => quote(String(value)));
      differ("entry_differs", `${String(key)} is ${was}, in the log ${is}`);
      patch[key] = made[key];
    }
  }
  return Object.keys(patch).length === 0 ? entry : { ...entry, ...patch };
}

/** What tells of the end. Not every index has all of it. */
const END: readonly string[] = ["ended_at", "status"];

/** Looked at by themselves. */
const SPECIAL: readonly string[] = ["log_path", ...END];

function differingFields<Entry>(schema: IndexSchema<Entry>, entry: Entry, made: Entry): (keyof Entry & string)[] {
  return (Object.keys(schema.codec.shape) as (keyof Entry & string)[]).filter((key) => {
    if (SPECIAL.includes(key) || entry[key] === made[key]) return false;
    if (key === "started_at") return !isSameTime(String(entry[key]), String(made[key]));
    return entry[key] !== null; // what may be null may be unknown
  });
}

function isSameTime(one: string | null, other: string | null): boolean {
  if (one === other) return true;
  return one !== null && other !== null && Math.abs(Date.parse(one) - Date.parse(other)) <= TOLERANCE_MS;
}

/** New entries take the place that their start gives them; without any, the order stays. */
function withMissing<Entry>(schema: IndexSchema<Entry>, kept: readonly Entry[], missing: readonly Entry[]): Entry[] {
  if (missing.length === 0) return [...kept];
  return [...kept, ...missing]
    .map((entry) => ({ entry, started: schema.summarize(entry).startedAt }))
    .sort((a, b) => a.started < b.started ? -1 : a.started > b.started ? 1 : 0)
    .map(({ entry }) => entry);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
