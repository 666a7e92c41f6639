import type { AgentEventKind, LogSourceKind } from "../codec/zag_events.ts";
import type { TranscriptEvent } from "./transcript.ts";

/** The events that a fold tells, until somebody takes them. */
export class ToldEvents {
  readonly #source: LogSourceKind;
  #events: TranscriptEvent[] = [];

  /** @param source Where they are learned. */
  constructor(source: LogSourceKind) {
    this.#source = source;
  }

  /**
   * Tells an event.
   *
   * @param event What happened.
   * @param at When, RFC 3339; `null` when nobody says.
   */
  tell(event: AgentEventKind, at: string | null): void {
    this.#events.push({ source: this.#source, event, at });
  }

  /**
   * Takes what was told since the last call.
   *
   * @returns The events, in order.
   */
  take(): TranscriptEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
