import { isJsonObject, type JsonObject } from "../../codec/json.ts";
import type { Usage } from "../../codec/zag_events.ts";

/** Tokens read, written, read from a cache and put into one. */
type Tokens = readonly [input: number, output: number, cacheRead: number, cacheWrite: number];

/**
 * The tokens of a session. A response of the model spans several records, each with its usage so far: the last one
 * counts, and only once.
 */
export class ClaudeUsage {
  readonly #byMessage = new Map<string, Tokens>();
  #sum: Tokens = [0, 0, 0, 0];
  #cost: number | undefined;
  #told = "";

  /**
   * Takes the usage of a record.
   *
   * @param id What the records of one response share.
   * @param usage The usage, as it stands in the record.
   */
  add(id: string, usage: unknown): void {
    if (!isJsonObject(usage)) return;
    const before = this.#byMessage.get(id) ?? [0, 0, 0, 0];
    const now = tokensOf(usage);
    const sum = (at: 0 | 1 | 2 | 3): number => this.#sum[at] - before[at] + now[at];
    this.#sum = [sum(0), sum(1), sum(2), sum(3)];
    this.#byMessage.set(id, now);
  }

  /**
   * Takes what a record says that it cost: older versions do.
   *
   * @param dollars The cost.
   */
  addCost(dollars: unknown): void {
    if (typeof dollars === "number" && Number.isFinite(dollars)) this.#cost = (this.#cost ?? 0) + dollars;
  }

  /**
   * Tells the tokens so far.
   *
   * @returns The event; none when nothing was used, or nothing since the last one.
   */
  tell(): Usage[] {
    const [input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens] = this.#sum;
    const mark = JSON.stringify([this.#sum, this.#cost]);
    if (this.#byMessage.size === 0 || mark === this.#told) return [];
    this.#told = mark;
    const cost = this.#cost === undefined ? {} : { total_cost_usd: this.#cost };
    return [{ type: "usage", input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens, ...cost }];
  }
}

function tokensOf(usage: JsonObject): Tokens {
  return [
    countOf(usage.input_tokens),
    countOf(usage.output_tokens),
    countOf(usage.cache_read_input_tokens),
    countOf(usage.cache_creation_input_tokens),
  ];
}

function countOf(value: unknown): number {
  return Number.isSafeInteger(value) && value as number >= 0 ? value as number : 0;
}
