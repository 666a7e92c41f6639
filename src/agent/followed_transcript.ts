import type { Decoded } from "../codec/dialect.ts";
import type { Usage } from "../codec/zag_events.ts";
import { lineStart } from "../storage/blocks.ts";
import { FileCursor } from "../storage/file_cursor.ts";
import { unlessGone } from "../storage/file_error.ts";
import type { TranscriptAgent } from "./live_agent.ts";
import type { LiveTranscriptFile } from "./live_finder.ts";
import { EventMarks } from "./live_marks.ts";
import type { LossReport, TranscriptEvent, TranscriptFacts, TranscriptFold } from "./transcript.ts";
import { TRANSCRIPT, type TranscriptLine } from "./transcript_line.ts";
import { LossCounter, sumLosses } from "./transcript_losses.ts";
import { TranscriptReader } from "./transcript_reader.ts";

/**
 * A transcript that grows, as events. A line is read when it is whole. A file that is cut, or replaced by another of its
 * name, is read again, and only what was not told before is told; of an earlier session that goes on, what was there
 * before is not.
 */
export class FollowedTranscript implements Disposable {
  /** The file. */
  readonly path: string;
  readonly #agent: TranscriptAgent;
  readonly #cursor: FileCursor;
  readonly #sink: (event: TranscriptEvent) => void;
  readonly #marks: EventMarks;
  /** What had been used before. */
  readonly #before: Usage | undefined;
  readonly #lineLosses = new LossCounter();
  #fold: TranscriptFold;

  private constructor(
    agent: TranscriptAgent,
    path: string,
    { cursor, fold, marks, before }: Begun,
    sink: (event: TranscriptEvent) => void,
  ) {
    this.path = path;
    this.#agent = agent;
    this.#cursor = cursor;
    this.#fold = fold;
    this.#marks = marks;
    this.#before = before;
    this.#sink = sink;
  }

  /**
   * Begins to follow a transcript.
   *
   * @param agent The agent.
   * @param file The transcript, and how much of it was there before.
   * @param sink Told each event.
   * @returns What follows it; `undefined` where it is gone.
   */
  static async open(
    agent: TranscriptAgent,
    { path, from }: LiveTranscriptFile,
    sink: (event: TranscriptEvent) => void,
  ): Promise<FollowedTranscript | undefined> {
    const fold = await agent.fold(path, "provider_file");
    const start = from === 0 ? 0 : unlessGone(() => lineStart(path, from));
    if (start === undefined) return undefined;
    const marks = new EventMarks();
    let before: Usage | undefined;
    if (start > 0) {
      for await (const records of new TranscriptReader(path, { to: start }).batches()) {
        for (const { event } of records.flatMap((record) => fold.add(record))) marks.isNew(event);
      }
      before = fold.end().map(({ event }) => event).find((event) => event.type === "usage");
    }
    const cursor = unlessGone(() => new FileCursor(path, start));
    return cursor && new FollowedTranscript(agent, path, { cursor, fold, marks, before }, sink);
  }

  /** What is known of the session. */
  get facts(): TranscriptFacts {
    return this.#fold.facts;
  }

  /** What was passed over. */
  get losses(): LossReport {
    return sumLosses(this.#lineLosses.report, this.#fold.losses);
  }

  /** Tells what is new since the last call. */
  async read(): Promise<void> {
    while (true) {
      const lines = this.#cursor.next(TRANSCRIPT);
      if (lines !== undefined) {
        this.#take(lines);
        continue;
      }
      const change = this.#cursor.checkFile();
      if (change === undefined || change === "removed") return;
      if (change === "grown") continue;
      this.#fold = await this.#agent.fold(this.path, "provider_file");
      this.#marks.restart();
    }
  }

  /** Tells what only the end tells, such as the tokens used. */
  end(): void {
    this.#tellAll(this.#fold.end());
  }

  /** Tells all that is left, with a last line that has no newline. */
  async finish(): Promise<void> {
    await this.read();
    this.#take(this.#cursor.takeRest(TRANSCRIPT));
    this.end();
  }

  /** Lets go of the file. */
  [Symbol.dispose](): void {
    this.#cursor[Symbol.dispose]();
  }

  #take(lines: readonly Decoded<TranscriptLine>[]): void {
    for (const line of lines) {
      if (line.kind !== "event") continue;
      if (line.event.loss !== null) this.#lineLosses.add(line.event.loss);
      for (const record of line.event.records) this.#tellAll(this.#fold.add(record));
    }
  }

  #tellAll(events: readonly TranscriptEvent[]): void {
    for (const event of events) {
      if (this.#marks.isNew(event.event)) this.#sink(this.#sinceStart(event));
    }
  }

  /** Of what was used, the part that is new. */
  #sinceStart(told: TranscriptEvent): TranscriptEvent {
    const before = this.#before;
    return told.event.type !== "usage" || before === undefined ? told : { ...told, event: minus(told.event, before) };
  }
}

/** How the following begins. */
interface Begun {
  readonly cursor: FileCursor;
  readonly fold: TranscriptFold;
  readonly marks: EventMarks;
  readonly before: Usage | undefined;
}

function minus(usage: Usage, before: Usage): Usage {
  const entries = Object.entries(usage).map(([name, count]) => {
    const was = before[name as keyof Usage];
    return [name, typeof count === "number" ? Math.max(0, count - Number(was ?? 0)) : count];
  });
  return Object.fromEntries(entries) as unknown as Usage;
}
