import { fit } from "../query/width.ts";
import type { HostOutput } from "./host.ts";
import { LiveOutput } from "./live_output.ts";

/** Milliseconds between two looks at what is going on. */
const TICK_MS = 200;

/** Columns where the terminal does not tell. */
const USUAL_COLUMNS = 80;

/** Goes to the beginning of the line and empties it. */
const CLEAR = "\r\x1b[K";

/** A line at the bottom of a terminal that is rewritten in place; nothing where there is no terminal. */
export class ProgressLine implements Disposable {
  readonly #terminal: HostOutput;
  readonly #output: LiveOutput;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isShown = false;

  /** @param terminal The terminal, or what stands in for it. */
  constructor(terminal: HostOutput) {
    this.#terminal = terminal;
    this.#output = new LiveOutput(terminal);
  }

  /**
   * Begins to tell what is going on.
   *
   * @param text Tells it.
   */
  start(text: () => string): void {
    if (this.#terminal.isTerminal) this.#timer ??= setInterval(() => this.#show(text()), TICK_MS);
  }

  /** Makes room for something else; the line comes back by itself. */
  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#output.write(CLEAR);
  }

  /** Takes the line away. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #show(text: string): void {
    // One column is left free: a full line would wrap, and could not be taken back.
    const width = (this.#terminal.columns ?? USUAL_COLUMNS) - 1;
    this.#output.write(`${CLEAR}${fit(text, Math.max(1, width))}`);
    this.#isShown = true;
  }
}
