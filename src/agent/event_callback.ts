import type { AgentLogEvent } from "../codec/zag_events.ts";

/** Tells events to a function: one after the other, though the function may cause more of them. */
export class EventCallback {
  #callback: ((event: AgentLogEvent) => void) | undefined;
  #waiting: AgentLogEvent[] = [];
  #isTelling = false;
  #errors = 0;
  #firstError: unknown;

  /** @param callback The function; `undefined` for nobody. */
  set(callback: ((event: AgentLogEvent) => void) | undefined): void {
    this.#callback = callback;
  }

  /**
   * Tells an event, or has it told when the function is done with the one before.
   *
   * @param event The event, which is in the log.
   */
  tell(event: AgentLogEvent): void {
    if (this.#callback === undefined) return;
    this.#waiting.push(event);
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        try {
          this.#callback?.(next);
        } catch (error) {
          if (this.#errors++ === 0) this.#firstError = error;
        }
      }
    } finally {
      this.#isTelling = false;
    }
  }

  /**
   * Hands over what the function threw.
   *
   * @param sessionId The session, for the message.
   * @throws {AggregateError} When it threw.
   */
  throwIfFailed(sessionId: string): void {
    if (this.#errors === 0) return;
    const times = this.#errors === 1 ? "once" : `${this.#errors} times`;
    const message = `Cannot vouch for what was told of session "${sessionId}": its event callback failed ${times}`;
    throw new AggregateError([this.#firstError], message, { cause: this.#firstError });
  }
}
