/** Whether the numbers of events follow each other. */

import type { U64 } from "../codec/json.ts";

/** What is wrong with a number. */
export interface SequenceFault {
  /** What it is. */
  readonly kind: "seq_gap" | "seq_repeat" | "seq_backwards";
  /** For people. */
  readonly message: string;
}

/**
 * Checks the numbers of a log one by one. Lines that cannot be read had numbers too: those they account for are not
 * called missing.
 */
export class SequenceCheck {
  #last: U64 = 0;
  #greatest: U64 = 0;
  #unread = 0;
  #isFirst = true;
  readonly #least: number;

  /** @param least The number that the first event has, or the least one where there are several. */
  constructor(least = 1) {
    this.#least = least;
  }

  /** The greatest number so far; 0 when there was none. */
  get greatest(): U64 {
    return this.#greatest;
  }

  /**
   * Takes note of events that cannot be read.
   *
   * @param count How many.
   */
  skip(count: number): void {
    this.#unread += count;
  }

  /**
   * Takes the number of the next event.
   *
   * @param seq The number.
   * @returns What is wrong with it, if anything. After a fault the count goes on from this number.
   */
  take(seq: U64): SequenceFault | undefined {
    const last = this.#last;
    const greatest = this.#greatest;
    const unread = this.#unread;
    const isFirst = this.#isFirst;
    this.#last = seq;
    this.#unread = 0;
    this.#isFirst = false;
    if (seq > greatest) this.#greatest = seq;

    const step = distance(last, seq);
    if (step >= 1 && step <= 1 + unread) return undefined;
    if (isFirst && step === 0) {
      return this.#least === 0 ? undefined : { kind: "seq_backwards", message: "the first number is 0, not 1" };
    }
    if (step < 0) return { kind: "seq_backwards", message: `number ${seq} comes after ${last}` };
    if (seq <= greatest) return { kind: "seq_repeat", message: `number ${seq} was there before` };
    const missing = distance(greatest, seq) - 1;
    return missing <= unread ? undefined : { kind: "seq_gap", message: gapMessage(greatest, seq, missing, unread) };
  }
}

function gapMessage(before: U64, after: U64, missing: number, unread: number): string {
  const first = BigInt(before) + 1n;
  const last = BigInt(after) - 1n;
  if (unread > 0) return `${missing - unread} of the numbers ${first} to ${last} are missing`;
  return first === last ? `number ${first} is missing` : `numbers ${first} to ${last} are missing`;
}

/** How far one number is from another; exact where it is small. */
function distance(from: U64, to: U64): number {
  return typeof from === "number" && typeof to === "number" ? to - from : Number(BigInt(to) - BigInt(from));
}
