import type { OutputStream, SessionEventKind } from "../codec/zig_events.ts";
import { redactEvent } from "./redact_event.ts";

/** Takes secrets out of a text. */
export interface Redaction {
  /** Takes them out of a text that is seen as a whole. */
  (text: string): string;
  /** Makes a function that is given the lines of one stream in turn, and finds what goes over several of them too. */
  inTurn?(): (line: string) => string;
}

/** Takes secrets out of what a session records: each stream of each step is one. */
export class SessionRedaction {
  readonly #redact: Redaction;
  readonly #streams = new Map<string, (line: string) => string>();

  /**
   * @param redact Takes secrets out of a text.
   */
  constructor(redact: Redaction) {
    this.#redact = redact;
  }

  /**
   * Takes secrets out of an event other than output.
   *
   * @param event The event; an attempt of a step begins its streams anew.
   * @returns The event without them.
   */
  event<Event extends SessionEventKind>(event: Event): Event {
    if (event.type === "step_started") this.#restart(event.step_name);
    return redactEvent(event, this.#redact);
  }

  /**
   * Gives what takes secrets out of a stream.
   *
   * @param stepName The step.
   * @param stream Its stream.
   * @returns Takes them out of its next line.
   */
  linesOf(stepName: string, stream: OutputStream): (line: string) => string {
    const key = `${stream} ${stepName}`;
    let next = this.#streams.get(key);
    if (next === undefined) this.#streams.set(key, next = this.#redact.inTurn?.() ?? this.#redact);
    return next;
  }

  #restart(stepName: string): void {
    for (const stream of ["stdout", "stderr"]) this.#streams.delete(`${stream} ${stepName}`);
  }
}
