/** Reads a stream to its end, and no longer than that. */

/** How long a stream is read on after the last who is entitled to it has gone. */
export interface Patience {
  /** Milliseconds without a byte. */
  readonly silenceMs: number;
  /** Milliseconds spent waiting, all together. */
  readonly waitMs: number;
  /** Bytes. */
  readonly bytes: number;
}

/**
 * What a process wrote before its end is in the pipe, and a pipe holds at most a megabyte: whatever comes later, and
 * whatever keeps the pipe open, is somebody else, such as a server that the process left in the background.
 */
export const PATIENCE: Patience = { silenceMs: 1000, waitMs: 5000, bytes: 4 * 1024 * 1024 };

/** When the event loop was blocked for longer than this, a timer may come before bytes that are there. */
const LATE_MS = 200;

/**
 * Reads a stream until it closes; once `over` has come, only as long as patience lasts.
 *
 * @param source The stream. It is cancelled when patience ends.
 * @param take Gets the bytes; nothing is read before it is done with them.
 * @param over Comes when whoever the stream belongs to has gone.
 * @param patience How long to read on after that.
 * @returns Whether the stream was read to its end; `false` when somebody still holds it open.
 */
export async function pump(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (chunk: Uint8Array<ArrayBuffer>) => Promise<void> | void,
  over: Promise<unknown>,
  patience: Patience = PATIENCE,
): Promise<boolean> {
  const reader = source.getReader();
  const wait = new BoundedWait(patience, () => void reader.cancel().catch(() => {}));
  over.then(() => wait.limit());
  try {
    while (wait.begin()) {
      const { done, value } = await reader.read();
      wait.end(value?.length ?? 0);
      if (done) break;
      await take(value);
    }
    return !wait.isOver;
  } finally {
    wait.end(0);
    if (wait.isOver) reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

/** Waits that are free at first, and counted once they are limited. */
class BoundedWait {
  readonly #patience: Patience;
  readonly #giveUp: () => void;
  #isLimited = false;
  #isWaiting = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;
  #limit = 0;
  #waitedMs = 0;
  #bytes = 0;
  #isOver = false;

  constructor(patience: Patience, giveUp: () => void) {
    this.#patience = patience;
    this.#giveUp = giveUp;
  }

  /** Whether patience has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** From now on, waits count. */
  limit(): void {
    this.#isLimited = true;
    if (this.#isWaiting) this.#arm();
  }

  /** A wait begins; not when patience has ended. */
  begin(): boolean {
    this.#isOver ||= this.#bytes >= this.#patience.bytes;
    this.#isWaiting = !this.#isOver;
    if (this.#isWaiting && this.#isLimited) this.#arm();
    return this.#isWaiting;
  }

  /** The wait is over, and brought some bytes. */
  end(bytes: number): void {
    this.#isWaiting = false;
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Where it took longer, this process was held up: nobody was waited for.
    this.#waitedMs += Math.min(performance.now() - this.#since, this.#limit);
    this.#bytes += bytes;
  }

  #arm(): void {
    const limit = this.#limit = Math.min(this.#patience.silenceMs, this.#patience.waitMs - this.#waitedMs);
    this.#since = performance.now();
    this.#timer = setTimeout(() => {
      if (performance.now() - this.#since > limit + LATE_MS) return this.#arm();
      this.#isOver = true;
      this.#giveUp();
    }, limit);
  }
}
