/** Ends a waiting command on a signal. */

import { ExitCode } from "./exit_code.ts";
import type { Host, HostSignal } from "./host.ts";

const EXIT_CODES: { readonly [Name in HostSignal]: number } = {
  SIGHUP: ExitCode.hangup,
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
};

/** Turns the first SIGINT, SIGTERM or SIGHUP into an abort; a second one does what it does by itself. */
export class Interruption implements Disposable {
  readonly #host: Host;
  readonly #controller = new AbortController();
  readonly #listeners: readonly (readonly [HostSignal, () => void])[];
  #exitCode: number | undefined;

  /** @param host Where the signals come from. */
  constructor(host: Host) {
    this.#host = host;
    this.#listeners = (Object.keys(EXIT_CODES) as HostSignal[]).map((name) => [name, () => this.#interrupt(name)]);
    for (const [name, listener] of this.#listeners) host.addSignalListener(name, listener);
  }

  /** Aborted by a signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code that tells of the signal; `undefined` while none has come. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) this.#host.removeSignalListener(name, listener);
  }

  #interrupt(name: HostSignal): void {
    this.#exitCode ??= EXIT_CODES[name];
    this[Symbol.dispose]();
    this.#controller.abort();
  }
}
