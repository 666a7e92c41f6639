/** The signals that end a run. */
export type RunSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** The signals with their numbers. */
const NUMBERS: Readonly<Record<RunSignal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** The signals that end a run, by name. */
export const RUN_SIGNALS: readonly RunSignal[] = Object.keys(NUMBERS) as RunSignal[];

/**
 * Milliseconds within which a signal of the same kind is the same one: a Ctrl-C reaches us from the terminal, and once
 * more when a parent process that got it too passes it on.
 */
const ECHO_MS = 200;

/** Is told of a signal; `hard` when nothing may go on any longer. */
export type SignalListener = (signal: RunSignal, hard: boolean) => void;

/** Hands the signals that a run is given on to whatever it is doing. */
export class SignalRelay {
  readonly #listeners = new Set<SignalListener>();
  readonly #lastCame = new Map<RunSignal, number>();
  #first: RunSignal | undefined;
  #interrupts = 0;

  /** The first signal; `undefined` while there is none. */
  get first(): RunSignal | undefined {
    return this.#first;
  }

  /** The exit code that tells of it; `undefined` while there is no signal. */
  get exitCode(): number | undefined {
    return this.#first === undefined ? undefined : 128 + NUMBERS[this.#first];
  }

  /**
   * Hands on a signal. The second SIGINT is hard: somebody does not want to wait.
   *
   * @param signal The signal.
   */
  raise(signal: RunSignal): void {
    const now = performance.now();
    const isEcho = now - (this.#lastCame.get(signal) ?? -Infinity) < ECHO_MS;
    this.#lastCame.set(signal, now);
    if (isEcho) return;
    this.#first ??= signal;
    if (signal === "SIGINT") this.#interrupts++;
    for (const listener of this.#listeners) listener(signal, this.#interrupts > 1);
  }

  /**
   * Has a function called on each signal to come.
   *
   * @param listener The function.
   * @returns Ends that.
   */
  listen(listener: SignalListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}
