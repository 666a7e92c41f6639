/** Where the output of two runs begins to differ, step by step and stream by stream. */

import type { Decoded } from "../codec/dialect.ts";
import type { OutputStream, SessionLogEvent } from "../codec/zig_events.ts";
import { normalizeLine } from "./normalize_line.ts";

/** The first line of a stream that is not the same in two runs. */
export interface OutputDifference {
  /** The step. */
  readonly step: string;
  /** Which of its streams. */
  readonly stream: OutputStream;
  /** Number of the line among those of the stream, from 1, over all attempts. */
  readonly line: number;
  /** The line in the first run; `null` when its output ended before. */
  readonly a: string | null;
  /** The line in the second run; `null` when its output ended before. */
  readonly b: string | null;
}

/** A stream whose comparison was given up, because one run was too far ahead of the other. */
export interface UncomparedOutput {
  /** The step. */
  readonly step: string;
  /** Which of its streams. */
  readonly stream: OutputStream;
  /** Lines that were compared, and alike. */
  readonly lines: number;
}

/** What the comparison of output came to. */
export interface OutputDiff {
  /** The first difference of each stream that differs. */
  readonly differences: readonly OutputDifference[];
  /** What could not be compared. */
  readonly uncompared: readonly UncomparedOutput[];
}

/** How output is compared. */
export interface OutputDiffOptions {
  /** Characters of lines held back at most, until the other run gets there. Default: 32 Mi. */
  readonly pending?: number | undefined;
}

type Side = "a" | "b";
type Batches = AsyncIterable<Iterable<Decoded<SessionLogEvent>>>;

const PENDING = 32 * 1024 * 1024;

/** What a line in memory takes besides its characters. */
const LINE_COST = 32;

/** One stream of a step in both runs. Lines of at most one side wait. */
class StreamPair {
  readonly step: string;
  readonly stream: OutputStream;
  difference: OutputDifference | undefined;
  uncompared = false;
  cost = 0;
  #compared = 0;
  #ahead: Side = "a";
  #waiting: string[] = [];
  #next = 0;
  #isFull = false;

  constructor(step: string, stream: OutputStream) {
    this.step = step;
    this.stream = stream;
  }

  /** Lines that were alike. */
  get compared(): number {
    return this.#compared;
  }

  add(side: Side, line: string): void {
    if (this.difference !== undefined || this.uncompared) return;
    const other = this.#waiting[this.#next];
    if (other === undefined && this.#isFull && side !== this.#ahead) {
      this.uncompared = true;
    } else if (other === undefined || side === this.#ahead) {
      if (this.#isFull) return;
      this.#ahead = side;
      this.#waiting.push(line);
      this.cost += line.length + LINE_COST;
    } else if (other === line || normalizeLine(other) === normalizeLine(line)) {
      this.#compared++;
      this.#forgetFirst(other);
    } else {
      this.#differ(side === "b" ? { a: other, b: line } : { a: line, b: other });
    }
  }

  /** Takes no more lines of the side that is ahead, and keeps the first that waits: the other side may have ended. */
  cut(): void {
    this.#waiting = this.#waiting.slice(this.#next, this.#next + 1);
    this.#next = 0;
    this.cost = 0;
    this.#isFull = true;
  }

  /** Both runs are read: what waits has no counterpart. */
  finish(): void {
    const line = this.#waiting[this.#next];
    if (this.difference !== undefined || this.uncompared) return;
    if (line === undefined) this.uncompared = this.#isFull;
    else this.#differ(this.#ahead === "a" ? { a: line, b: null } : { a: null, b: line });
  }

  #differ(lines: Pick<OutputDifference, "a" | "b">): void {
    this.difference = { step: this.step, stream: this.stream, line: this.#compared + 1, ...lines };
    this.#waiting = [];
    this.#next = 0;
    this.cost = 0;
  }

  #forgetFirst(line: string): void {
    this.#next++;
    this.cost = Math.max(0, this.cost - line.length - LINE_COST);
    if (this.#next < 1024 || this.#next * 2 < this.#waiting.length) return;
    this.#waiting = this.#waiting.slice(this.#next);
    this.#next = 0;
  }
}

/**
 * Compares what the steps of two runs wrote, with times, durations, ids and temporary paths left out of account. Both
 * are read once, side by side; only lines wait in memory that the other run has not come to. When these become too
 * many, the stream with the most of them is given up.
 *
 * @param a Batches of lines of the first log, decoded.
 * @param b Batches of lines of the second.
 * @param options How much may wait.
 * @returns The first difference of each stream, in the order in which the streams appeared.
 */
export async function diffOutput(a: Batches, b: Batches, options: OutputDiffOptions = {}): Promise<OutputDiff> {
  const { pending = PENDING } = options;
  const pairs = new Map<string, StreamPair>();
  let waiting = 0;
  for await (const [side, lines] of alternate(a, b)) {
    for (const line of lines) {
      if (line.kind !== "event" || line.event.type !== "step_output") continue;
      const { step_name, stream, line: text } = line.event;
      const key = `${stream} ${step_name}`;
      let pair = pairs.get(key);
      if (pair === undefined) pairs.set(key, pair = new StreamPair(step_name, stream));
      waiting -= pair.cost;
      pair.add(side, text);
      waiting += pair.cost;
      if (waiting <= pending) continue;
      const widest = [...pairs.values()].reduce((most, each) => each.cost > most.cost ? each : most);
      waiting -= widest.cost;
      widest.cut();
    }
  }
  const all = [...pairs.values()];
  all.forEach((pair) => pair.finish());
  return {
    differences: all.flatMap(({ difference }) => difference ?? []),
    uncompared: all.filter((pair) => pair.uncompared).map(({ step, stream, compared }) => ({
      step,
      stream,
      lines: compared,
    })),
  };
}

/** Takes batches from both in turn; from the other alone when one has ended. */
async function* alternate(
  a: Batches,
  b: Batches,
): AsyncGenerator<readonly [Side, Iterable<Decoded<SessionLogEvent>>], void, void> {
  const sources = [["a", a[Symbol.asyncIterator]()], ["b", b[Symbol.asyncIterator]()]] as const;
  const open = new Set(sources);
  try {
    while (open.size > 0) {
      for (const source of [...open]) {
        const { done, value } = await source[1].next();
        if (done) open.delete(source);
        else yield [source[0], value];
      }
    }
  } finally {
    for (const [, iterator] of open) await iterator.return?.();
  }
}
