import { stringifyJson, type U64 } from "../codec/json.ts";
import { formatTimestamp, parseTimestamp } from "../codec/timestamp.ts";
import { encodeAgentEvent, ZAG } from "../codec/zag.ts";
import type {
  AgentEventEnvelope,
  AgentEventKind,
  AgentLogEvent,
  LogCompleteness,
  LogSourceKind,
} from "../codec/zag_events.ts";
import { dirname } from "../deps/path.ts";
import { AppendFile } from "../storage/append_file.ts";
import { following } from "../storage/log_end.ts";
import { Ownership } from "../storage/ownership.ts";
import { scan } from "../storage/scan.ts";
import { moveTornTail, tornTail } from "../storage/torn_tail.ts";
import { encodePlain } from "./import_encode.ts";
import { ImportLines } from "./import_lines.ts";
import { textMark } from "./text_mark.ts";
import type { TranscriptEvent } from "./transcript.ts";

/** What every event of an imported session carries. */
export interface ImportedSession {
  /** The agent. */
  readonly provider: string;
  /** The id that the session has in the store. */
  readonly wrapperSessionId: string;
  /** The agent's own id of it. */
  readonly providerSessionId: string | null;
  /** When it began, RFC 3339. */
  readonly startedAt: string;
}

/** Bytes that are gathered before they are written: one system call for many events. */
const BATCH = 256 * 1024;

/** What tells nothing of the dialogue, and is not compared. */
const FRAME: ReadonlySet<AgentEventKind["type"]> = new Set(["session_started", "session_ended", "heartbeat"]);

/**
 * The log of a session that is imported. Where it is there already, whatever it holds is left out: what an earlier
 * import began is completed, and nothing is written twice.
 */
export class ImportLog implements Disposable {
  /** Whether there was a log before. */
  readonly existed: boolean;
  readonly #session: ImportedSession;
  readonly #file: AppendFile | undefined;
  readonly #ownership: Ownership | undefined;
  readonly #before: Before;
  #completeness: LogCompleteness = "full";
  #at: string | null = null;
  #ts: string;
  #seq: U64;
  #count = 0;
  readonly #lines = new ImportLines();
  #envelopeKey = "";
  #envelopeJson = new Uint8Array();
  #isOver = false;

  private constructor(session: ImportedSession, before?: Before, file?: AppendFile, ownership?: Ownership) {
    this.existed = before !== undefined;
    this.#session = session;
    this.#file = file;
    this.#ownership = ownership;
    this.#before = before ?? NOTHING;
    this.#seq = this.#before.seq;
    this.#ts = this.#before.ts;
    this.#tick(session.startedAt);
  }

  /**
   * Opens the log.
   *
   * @param path The log; it is made when there is none.
   * @param session Whose it is.
   * @param dryRun Whether nothing shall be written: events are only counted.
   * @returns The log.
   * @throws {LogLockedError} When somebody writes it.
   */
  static open(path: string, session: ImportedSession, dryRun = false): ImportLog {
    if (dryRun) return new ImportLog(session, lookInto(path));
    Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const ownership = Ownership.take(path); // nobody else appends meanwhile
    try {
      const before = lookInto(path);
      if (before?.tornAt !== undefined) cutTornTail(path, before.tornAt, before.isImported);
      return new ImportLog(session, before, before ? AppendFile.open(path) : AppendFile.create(path), ownership);
    } catch (error) {
      ownership[Symbol.dispose]();
      throw error;
    }
  }

  /** Events that were added. */
  get count(): number {
    return this.#count;
  }

  /**
   * Begins the session, unless it has begun.
   *
   * @param model The model.
   * @param cwd Directory that the agent works in.
   */
  start(model: string | null, cwd: string | null): void {
    if (this.#before.isStarted) return;
    const event = {
      type: "session_started",
      command: "backfill",
      model,
      cwd,
      resumed: false,
      backfilled: true,
    } as const;
    this.#write("backfill", event, null);
  }

  /**
   * Adds an event, unless the log has it.
   *
   * @param told What a transcript tells.
   * @param completeness How much of what the agent did is known by now.
   */
  add({ source, event, at }: TranscriptEvent, completeness: LogCompleteness): void {
    if (RANK[completeness] > RANK[this.#completeness]) this.#completeness = completeness;
    if (this.#before.present.size > 0 && this.#takeKnown(event)) return;
    this.#count++;
    this.#write(source, event, at);
  }

  /**
   * Ends the session, and lets go of the log.
   *
   * @param at When it ended, RFC 3339.
   */
  finish(at: string | null): void {
    if (!this.#before.isEnded || this.#count > 0) {
      this.#write("wrapper", { type: "session_ended", success: true, error: null }, at);
    }
    this.#flush();
    this.#file?.close();
    this.#ownership?.finish();
    this.#isOver = true;
  }

  /** Lets go of the log without an end: the next import completes it. */
  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#file?.close();
    this.#ownership?.[Symbol.dispose]();
  }

  /** Whether the log has the event; each of several that are alike counts once. */
  #takeKnown(event: AgentEventKind): boolean {
    const { present } = this.#before;
    const mark = markOf(event);
    const left = present.get(mark);
    if (left === undefined) return false;
    if (left === 1) present.delete(mark);
    else present.set(mark, left - 1);
    return true;
  }

  #write(source: LogSourceKind, event: AgentEventKind, at: string | null): void {
    if (this.#file === undefined) return;
    this.#tick(at);
    this.#seq = following(this.#seq);
    const plain = encodePlain(event);
    if (plain === undefined) {
      this.#lines.add(encodeAgentEvent({ seq: this.#seq, ts: this.#ts, ...this.#envelope(source), ...event }));
    } else this.#lines.addParts(`{"seq":${this.#seq},"ts":"${this.#ts}",`, this.#envelopeBytes(source), plain);
    if (this.#lines.length >= BATCH) this.#flush();
  }

  #envelope(source_kind: LogSourceKind): Omit<AgentEventEnvelope, "seq" | "ts"> {
    const { provider, wrapperSessionId: wrapper_session_id, providerSessionId: provider_session_id } = this.#session;
    return { provider, wrapper_session_id, provider_session_id, source_kind, completeness: this.#completeness };
  }

  /** Most events carry the same. */
  #envelopeBytes(source: LogSourceKind): Uint8Array {
    const key = `${source} ${this.#completeness}`;
    if (key !== this.#envelopeKey) {
      this.#envelopeKey = key;
      this.#envelopeJson = utf8.encode(stringifyJson(this.#envelope(source)).slice(1, -1));
    }
    return this.#envelopeJson;
  }

  /** An event that does not tell its time happened when the one before it did, and none before that one. */
  #tick(at: string | null): void {
    if (at === null || at === this.#at) return;
    this.#at = at;
    const ts = utcOf(at);
    if (ts > this.#ts) this.#ts = ts; // with the same offset, texts compare as times do
  }

  #flush(): void {
    if (this.#lines.length > 0) this.#file?.append(this.#lines.take());
  }
}

const utf8 = new TextEncoder();

/** Times as agents write them, in UTC with milliseconds. */
const USUAL_TIME =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-[0-2]\d|(?:0[13-9]|1[0-2])-30|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** A time as it is written; empty where it is none. */
function utcOf(text: string): string {
  if (USUAL_TIME.test(text)) return `${text.slice(0, text.endsWith(".000Z") ? 19 : 23)}+00:00`;
  const instant = parseTimestamp(text);
  return instant === undefined ? "" : formatTimestamp(instant);
}

/** The less is known, the greater. */
const RANK: Readonly<Record<LogCompleteness, number>> = { full: 0, partial: 1, metadata_only: 2 };

/** What a log holds already. */
interface Before {
  /** How often each event is there, by its mark. */
  readonly present: Map<number, number>;
  /** The greatest number. */
  readonly seq: U64;
  /** The last time. */
  readonly ts: string;
  readonly isStarted: boolean;
  readonly isEnded: boolean;
  /** Whether an import began it. */
  readonly isImported: boolean;
  /** Byte offset of an unfinished last line. */
  readonly tornAt: number | undefined;
}

const NOTHING: Before = {
  present: new Map(),
  seq: 0,
  ts: "",
  isStarted: false,
  isEnded: false,
  isImported: false,
  tornAt: undefined,
};

function lookInto(path: string): Before | undefined {
  const present = new Map<number, number>();
  let seq: U64 = 0;
  let ts = "";
  let isStarted = false;
  let isEnded = false;
  let isImported = false;
  let tornAt: number | undefined;
  try {
    for (const lines of scan(path, ZAG)) {
      for (const line of lines) {
        if (line.kind === "malformed" && line.torn) tornAt = line.offset;
        if (line.kind !== "event") continue;
        const { event } = line;
        if (event.seq > seq) seq = event.seq;
        if (event.ts > ts) ts = event.ts;
        isStarted ||= event.type === "session_started";
        isEnded = event.type === "session_ended";
        isImported ||= event.type === "session_started" && event.backfilled;
        if (FRAME.has(event.type)) continue;
        const mark = markOf(event);
        present.set(mark, (present.get(mark) ?? 0) + 1);
      }
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return { present, seq, ts, isStarted, isEnded, isImported, tornAt };
}

/** Takes an unfinished last line out. What an import was killed over is made again; what else it is, is kept beside. */
function cutTornTail(path: string, offset: number, isImported: boolean): void {
  if (isImported) Deno.truncateSync(path, offset);
  else moveTornTail(tornTail(path, offset));
}

/** What two events share only when they tell the same. */
function markOf(event: AgentEventKind | AgentLogEvent): number {
  return textMark(encodeAgentEvent({ ...event, ...NO_ENVELOPE } as AgentLogEvent));
}

const NO_ENVELOPE = {
  seq: 0,
  ts: "",
  provider: "",
  wrapper_session_id: "",
  provider_session_id: null,
  source_kind: "backfill",
  completeness: "full",
} as const;
