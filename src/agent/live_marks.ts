import { stringifyJson } from "../codec/json.ts";
import type { AgentEventKind } from "../codec/zag_events.ts";
import { textMark } from "./text_mark.ts";

/**
 * Remembers which events were told, by a number each, so that a file that must be read again tells only those that were
 * not.
 */
export class EventMarks {
  readonly #told = new Map<number, number>();
  #left = new Map<number, number>();

  /**
   * Takes an event.
   *
   * @param event The event.
   * @returns `true` when it is to be told.
   */
  isNew(event: AgentEventKind): boolean {
    const mark = textMark(stringifyJson(event));
    const left = this.#left.get(mark) ?? 0;
    if (left > 0) {
      this.#left.set(mark, left - 1);
      return false;
    }
    this.#told.set(mark, (this.#told.get(mark) ?? 0) + 1);
    return true;
  }

  /** Says that everything may come once more. */
  restart(): void {
    this.#left = new Map(this.#told);
  }
}
