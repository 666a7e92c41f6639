/** Reads single keys from a terminal. */

import type { HostInput } from "./host.ts";

/** Reads keys as they are pressed, without their being shown, until it is disposed of. */
export class Keys implements AsyncDisposable {
  readonly #input: HostInput;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #end: Promise<void>;

  /**
   * @param input The terminal.
   * @param onKey Called with each character.
   */
  constructor(input: HostInput, onKey: (key: string) => void) {
    this.#input = input;
    this.#reader = input.readable.getReader();
    input.setRaw?.(true);
    this.#end = this.#read(onKey);
  }

  /** Gives the terminal back as it was. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#input.setRaw?.(false);
    } catch {
      // It has gone away.
    }
    await this.#reader.cancel().catch(() => {});
    await this.#end;
  }

  async #read(onKey: (key: string) => void): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) return;
        for (const key of decoder.decode(value, { stream: true })) onKey(key);
      }
    } catch {
      // A terminal that has gone away presses no more keys.
    }
  }
}
