/** Checks a log block by block, in memory that does not grow with it. */

import { decodeBlock } from "../codec/decode_block.ts";
import type { Decoded, DecodedMalformed, SessionEnd } from "../codec/dialect.ts";
import type { U64 } from "../codec/json.ts";
import { type Block, NEWLINE } from "../codec/lines.ts";
import { formatTimestamp, type Instant, parseTimestamp } from "../codec/timestamp.ts";
import { damageHint, eventsWithin } from "./damage_hint.ts";
import type { AnyEvent } from "./event_view.ts";
import { type Finding, type FindingKind, FINDINGS } from "./finding.ts";
import { type LogRules, REPAIR_FIELDS } from "./log_rules.ts";
import { SequenceCheck } from "./sequence_check.ts";
import { ZIG_RULES } from "./zig_rules.ts";

/**
 * Who writes a log, as far as can be known: somebody does; the writer died; nothing has been heard for so long that nobody
 * can tell; or it ended the session and went.
 */
export type LogWriter = "alive" | "dead" | "silent" | "gone";

/** What a log holds, as far as it was read. */
export interface LogContent {
  /** Lines, blank ones and an unfinished one counted. */
  readonly lines: number;
  /** Lines that hold an event, unknown types counted. */
  readonly events: number;
  /** How the session ended, wherever in the log that stands, unless it was gone on with since. */
  readonly end: SessionEnd | undefined;
  /** The greatest number of an event; 0 when there is none. */
  readonly lastSeq: U64;
  /** The time of the first event that has one. */
  readonly firstTime: Instant | undefined;
  /** The latest time of an event. */
  readonly lastTime: Instant | undefined;
  /** The last event of a known type. */
  readonly last: AnyEvent | undefined;
  /** Byte offset of the unfinished last line, if there is one. */
  readonly tornAt: number | undefined;
}

/** Characters of recorded names that messages quote. */
const QUOTED = 60;

/** Checks one log. Feed it with {@linkcode LogVerifier.take} from the beginning, then ask it to finish. */
export class LogVerifier {
  readonly #id: string;
  readonly #rules: LogRules;
  readonly #sequence: SequenceCheck;
  readonly #startedSteps = new Set<string>();
  readonly #toldOnce = new Set<string>();
  #found: Finding[] = [];
  #offset = 0;
  #line = 0;
  #events = 0;
  #unread = 0;
  #isBlank = false;
  #isStarted = false;
  #end: SessionEnd | undefined;
  #last: AnyEvent | undefined;
  #session: string;
  #firstTime: Instant | undefined;
  #time: Instant | undefined;
  #lastTime: Instant | undefined;
  #torn: Finding | undefined;
  #unterminated: Finding | undefined;

  /**
   * @param sessionId The session that the log should be of.
   * @param rules What its dialect lets a log hold.
   */
  constructor(sessionId: string, rules: LogRules = ZIG_RULES) {
    this.#id = this.#session = sessionId;
    this.#rules = rules;
    this.#sequence = new SequenceCheck(rules.leastSeq);
  }

  /** What the log holds so far. */
  get content(): LogContent {
    return {
      lines: this.#line,
      events: this.#events,
      end: this.#end,
      lastSeq: this.#sequence.greatest,
      firstTime: this.#firstTime,
      lastTime: this.#lastTime,
      last: this.#last,
      tornAt: this.#torn?.offset,
    };
  }

  /**
   * Takes the next block.
   *
   * @param block Whole lines that follow the ones before; the last block may end in an unfinished one.
   * @returns What is found in it, in the order of the log.
   */
  take(block: Block): Finding[] {
    this.#found = [];
    for (const line of decodeBlock(this.#rules.dialect, block)) {
      if (line.offset > this.#offset) this.#skipBlank(block, line.offset);
      this.#line++;
      this.#isBlank = false;
      this.#offset = line.offset;
      this.#judge(line);
      this.#offset += line.length;
      const isWhole = block.bytes[this.#offset - block.offset - 1] === NEWLINE;
      if (!isWhole && line.kind !== "malformed") {
        this.#unterminated = this.#finding("no_newline", "the newline of the last event is missing", line.offset);
      }
    }
    const end = block.offset + block.bytes.length;
    if (this.#offset < end) this.#skipBlank(block, end);
    return this.#found;
  }

  /**
   * Judges what only the end can tell.
   *
   * @param writer Who wrote the log when it was looked at.
   * @returns What is found.
   */
  finish(writer: LogWriter): Finding[] {
    this.#found = [];
    if (writer === "alive") return []; // what is unfinished may be finished by now
    if (this.#torn !== undefined) this.#found.push(this.#torn);
    if (this.#unterminated !== undefined) this.#found.push(this.#unterminated);
    if (this.#end !== undefined) return this.#found;
    const last = this.#lastTime === undefined ? "" : ` after its last event at ${formatTimestamp(this.#lastTime)}`;
    const [kind, message] = this.#offset === 0
      ? ["empty", "the log is empty"] as const
      : writer === "dead"
      ? ["missing_end", `the writer died${last}, without ending the session`] as const
      : ["silent", `no end, and silence${last}`] as const;
    this.#found.push(this.#finding(kind, message, this.#offset, this.#line + 1)); // what is missing would stand there
    return this.#found;
  }

  #judge(line: Decoded<AnyEvent>): void {
    if (line.kind === "malformed") return this.#judgeMalformed(line);
    const { startType, isOneRun } = this.#rules;
    const event = line.event as unknown as AnyEvent;
    if (line.kind === "unknown") this.#tellOnce("unknown_type", quote(line.type), `unknown type ${quote(line.type)}`);
    if (isOneRun && this.#events === 0 && event.type !== startType && this.#unread === 0) {
      this.#tell("not_started", `the first event is ${quote(event.type)}, not "${startType}"`);
    }
    this.#judgeEnvelope(event);
    if (line.kind === "event") this.#judgeEvent(line.event);
    else if (this.#end !== undefined) this.#judgeAfterEnd(line.type);
    this.#events++;
  }

  #judgeMalformed({ text, torn, reason, length }: DecodedMalformed): void {
    const hint = damageHint(text);
    if (torn) {
      const looks = hint === undefined ? "" : `, ${hint}`;
      this.#torn = this.#finding("torn", `the last line is unfinished: ${length} bytes without a newline${looks}`);
      return;
    }
    this.#tell("malformed", hint === undefined ? reason : `${hint} (${reason})`);
    this.#unread += eventsWithin(text);
    this.#sequence.skip(eventsWithin(text));
  }

  #judgeEnvelope(event: AnyEvent): void {
    const { seq, ts } = event;
    const session = fieldOf(event, this.#rules.sessionField);
    if (session !== this.#session && session !== this.#id) {
      this.#tell("wrong_session", `the event names session ${quote(session)}`);
    }
    this.#session = session;
    const fault = this.#sequence.take(seq);
    if (fault !== undefined) this.#tell(fault.kind, fault.message);
    this.#judgeTime(ts);
  }

  #judgeTime(ts: string): void {
    const time = parseTimestamp(ts);
    if (time === undefined) return this.#tell("time_unreadable", `the time is ${quote(ts)}`);
    if (this.#time !== undefined && isBefore(time, this.#time)) {
      this.#tell("time_backwards", `${ts} comes after ${formatTimestamp(this.#time)}`);
    }
    this.#time = time;
    this.#firstTime ??= time;
    if (this.#lastTime === undefined || isBefore(this.#lastTime, time)) this.#lastTime = time;
  }

  #judgeEvent(event: AnyEvent): void {
    const { dialect, startType, isOneRun } = this.#rules;
    const { type } = event;
    const end = dialect.endOf(event);
    for (const field of this.#rules.unknownFields(event)) this.#judgeField(event, field, end !== undefined);
    if (this.#end !== undefined && end === undefined) this.#judgeAfterEnd(type);
    if (type === startType) {
      if (this.#isStarted && isOneRun) this.#tell("started_again", "the session starts a second time");
      this.#isStarted = true;
    }
    if (dialect.begins?.(event)) this.#end = undefined;
    this.#judgeStep(event);
    if (end !== undefined) {
      if (this.#end !== undefined && isOneRun) this.#tell("ended_again", "the session ends a second time");
      if (this.#end === undefined || !isOneRun) this.#end = end;
    }
    this.#last = event;
  }

  #judgeStep(event: AnyEvent): void {
    const step = this.#rules.stepOf?.(event);
    if (step === undefined) return;
    const { name, news } = step;
    if (news === "started") this.#startedSteps.add(name);
    else if (!this.#startedSteps.has(name)) {
      this.#tellOnce("step_not_started", name, `step ${quote(name)} ${news} and never started`);
    }
  }

  #judgeField(event: AnyEvent, field: string, isEnd: boolean): void {
    const [time, reason] = REPAIR_FIELDS;
    if (isEnd && field === reason) return;
    if (isEnd && field === time) {
      const [when, why] = [time, reason].map((name) => quote(fieldOf(event, name)));
      return this.#tell("repaired", `ended by a repair at ${when}: ${why}`);
    }
    this.#tellOnce("unknown_field", `${event.type}.${field}`, `unknown field ${quote(field)} of ${event.type}`);
  }

  #judgeAfterEnd(type: string): void {
    if (!this.#rules.isOneRun) return;
    this.#tellOnce("after_end", "", `${quote(type)} stands behind the end of the session`);
  }

  #skipBlank({ offset, bytes }: Block, to: number): void {
    if (!this.#isBlank) this.#found.push(this.#finding("blank_line", "a blank line", this.#offset, this.#line + 1));
    this.#isBlank = true;
    for (let at = this.#offset - offset; at < to - offset; this.#line++) {
      const newline = bytes.indexOf(NEWLINE, at);
      at = newline === -1 ? bytes.length : newline + 1;
    }
    this.#offset = to;
  }

  #finding(kind: FindingKind, message: string, offset = this.#offset, line = this.#line): Finding {
    return { kind, severity: FINDINGS[kind].severity, offset, line, message };
  }

  #tell(kind: FindingKind, message: string): void {
    this.#found.push(this.#finding(kind, message));
  }

  #tellOnce(kind: FindingKind, what: string, message: string): void {
    const key = `${kind} ${what}`;
    if (this.#toldOnce.has(key)) return;
    this.#toldOnce.add(key);
    this.#tell(kind, message);
  }
}

function isBefore(one: Instant, other: Instant): boolean {
  return one.seconds < other.seconds || one.seconds === other.seconds && one.nanos < other.nanos;
}

function fieldOf(event: AnyEvent, name: string): string {
  return String((event as unknown as Readonly<Record<string, unknown>>)[name]);
}

function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text);
}
