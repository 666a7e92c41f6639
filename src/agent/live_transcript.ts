/** The session that an agent is writing, as events. */

import type { Decoded } from "../codec/dialect.ts";
import type { Usage } from "../codec/zag_events.ts";
import { lineStart } from "../storage/blocks.ts";
import { FileCursor, unlessGone } from "../storage/file_cursor.ts";
import type { LiveContext, TranscriptAgent } from "./live_agent.ts";
import { LiveFinder, type LiveTranscriptFile } from "./live_finder.ts";
import { EventMarks } from "./live_marks.ts";
import type { LossReport, TranscriptEvent, TranscriptFacts, TranscriptFold } from "./transcript.ts";
import { TRANSCRIPT, type TranscriptLine } from "./transcript_line.ts";
import { LossCounter, sumLosses } from "./transcript_losses.ts";
import { TranscriptReader } from "./transcript_reader.ts";

/** Milliseconds between two looks for a file, and how many times as long as a look takes: there may be thousands. */
const LOOK_MS = 500;
const LOOK_SHARE = 20;

/** A file that is being read. */
interface Attached {
  readonly path: string;
  cursor: FileCursor;
  fold: TranscriptFold;
  /** What had been used before the run. */
  readonly before: Usage | undefined;
}

/**
 * Follows the session that a run of an agent is writing: attaches to its file when that appears, and tells what is new in
 * it. A line is read when it is whole. A file that is cut, or replaced by another of its name, is read again, and only
 * what was not told before is told; of an earlier session that goes on, what was there before the run is not.
 */
export class LiveTranscript implements Disposable {
  readonly #agent: TranscriptAgent;
  readonly #context: LiveContext;
  readonly #sink: (event: TranscriptEvent) => void;
  readonly #finder: LiveFinder;
  readonly #lineLosses = new LossCounter();
  readonly #marks = new EventMarks();
  #leftLosses: LossReport = new Map();
  #attached: Attached | undefined;
  #nextLook = -Infinity;

  /**
   * Remembers what is there: to be made just before the agent is started.
   *
   * @param agent The agent.
   * @param context The run.
   * @param sink Told each event.
   * @throws {Deno.errors.NotCapable} When the agent's folder may not be read; the message names the flag.
   */
  constructor(agent: TranscriptAgent, context: LiveContext, sink: (event: TranscriptEvent) => void) {
    this.#agent = agent;
    this.#context = context;
    this.#sink = sink;
    this.#finder = new LiveFinder(agent, context);
  }

  /** The agent's folder. */
  get folder(): string {
    return this.#finder.folder;
  }

  /** The file that is read; `null` while there is none. */
  get path(): string | null {
    return this.#attached?.path ?? null;
  }

  /** What is known of the session; `null` while there is none. */
  get facts(): TranscriptFacts | null {
    return this.#attached?.fold.facts ?? null;
  }

  /** What was passed over in the session, and in those that it took the place of. */
  get losses(): LossReport {
    return sumLosses(this.#lineLosses.report, this.#leftLosses, this.#attached?.fold.losses ?? new Map());
  }

  /** Tells what is new since the last call. */
  async poll(): Promise<void> {
    if (performance.now() >= this.#nextLook) await this.#look();
    await this.#read();
  }

  /** Tells what is left: a last line without its newline, and what only the end tells, such as the tokens used. */
  async finalize(): Promise<void> {
    await this.#look();
    await this.#read();
    const attached = this.#attached;
    if (attached === undefined) return;
    this.#take(attached.cursor.takeRest(TRANSCRIPT));
    this.#tellAll(attached.fold.end());
  }

  /** Lets go of the file. */
  [Symbol.dispose](): void {
    this.#attached?.cursor[Symbol.dispose]();
    this.#attached = undefined;
  }

  /** Looks for a file, or for one that is begun after it. */
  async #look(): Promise<void> {
    if (this.#attached !== undefined && this.#context.isWorktree !== true) return;
    const began = performance.now();
    const found = this.#attached === undefined
      ? await this.#finder.find()
      : await this.#finder.findNext(this.#attached.path);
    this.#nextLook = performance.now() + Math.max(LOOK_MS, LOOK_SHARE * (performance.now() - began));
    if (found === undefined) return;
    if (this.#attached !== undefined) await this.#leave(this.#attached);
    await this.#attach(found);
  }

  /** Tells what is left of a session that another has taken the place of. */
  async #leave({ fold }: Attached): Promise<void> {
    await this.#read();
    this.#tellAll(fold.end());
    const event = { type: "session_cleared", old_session_id: fold.facts.sessionId, new_session_id: null } as const;
    this.#sink({ source: "provider_file", event, at: null });
    this.#leftLosses = sumLosses(this.#leftLosses, fold.losses);
    this[Symbol.dispose]();
  }

  async #attach({ path, from }: LiveTranscriptFile): Promise<void> {
    const fold = await this.#agent.fold(path, "provider_file");
    const start = from === 0 ? 0 : unlessGone(() => lineStart(path, from));
    if (start === undefined) return;
    let before: Usage | undefined;
    if (start > 0) {
      for await (const records of new TranscriptReader(path, { to: start }).batches()) {
        for (const { event } of records.flatMap((record) => fold.add(record))) this.#marks.isNew(event);
      }
      before = fold.end().map(({ event }) => event).find((event) => event.type === "usage");
    }
    const cursor = unlessGone(() => new FileCursor(path, start));
    if (cursor !== undefined) this.#attached = { path, cursor, fold, before };
  }

  async #read(): Promise<void> {
    const attached = this.#attached;
    if (attached === undefined) return;
    while (true) {
      const lines = attached.cursor.next(TRANSCRIPT);
      if (lines !== undefined) {
        this.#take(lines);
        continue;
      }
      const change = attached.cursor.checkFile();
      if (change === undefined || change === "removed") return;
      if (change !== "grown") attached.fold = await this.#agent.fold(attached.path, "provider_file");
      if (change !== "grown") this.#marks.restart();
    }
  }

  #take(lines: readonly Decoded<TranscriptLine>[]): void {
    for (const line of lines) {
      if (line.kind !== "event") continue;
      if (line.event.loss !== null) this.#lineLosses.add(line.event.loss);
      for (const record of line.event.records) this.#tellAll(this.#attached!.fold.add(record));
    }
  }

  #tellAll(events: readonly TranscriptEvent[]): void {
    for (const event of events) {
      if (this.#marks.isNew(event.event)) this.#sink(this.#sinceStart(event));
    }
  }

  /** Of what was used, the part that this run has. */
  #sinceStart(told: TranscriptEvent): TranscriptEvent {
    const before = this.#attached?.before;
    return told.event.type !== "usage" || before === undefined ? told : { ...told, event: minus(told.event, before) };
  }
}

function minus(usage: Usage, before: Usage): Usage {
  const entries = Object.entries(usage).map(([name, count]) => {
    const was = before[name as keyof Usage];
    return [name, typeof count === "number" ? Math.max(0, count - Number(was ?? 0)) : count];
  });
  return Object.fromEntries(entries) as unknown as Usage;
}
