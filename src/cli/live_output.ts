import { type HostOutput, OutputClosedError } from "./host.ts";

/** What a {@linkcode LiveOutput} does besides. */
export interface LiveOutputOptions {
  /** Is called before each write. */
  readonly before?: () => void;
  /** Is told why nothing is shown any longer, unless the reader has just gone away. */
  readonly onFailure?: (error: unknown) => void;
}

/** Shows things for as long as somebody looks: what is recorded must not end with what is shown. */
export class LiveOutput {
  readonly #output: HostOutput;
  readonly #options: LiveOutputOptions;
  #isOpen = true;

  /**
   * @param output Where to.
   * @param options See {@linkcode LiveOutputOptions}.
   */
  constructor(output: HostOutput, options: LiveOutputOptions = {}) {
    this.#output = output;
    this.#options = options;
  }

  /**
   * Shows something, or nothing any more.
   *
   * @param data Text or bytes.
   */
  write(data: string | Uint8Array<ArrayBuffer>): void {
    if (!this.#isOpen || data.length === 0) return;
    this.#options.before?.();
    try {
      this.#output.write(data);
    } catch (error) {
      this.#isOpen = false;
      if (!(error instanceof OutputClosedError)) this.#options.onFailure?.(error);
    }
  }
}
