import { isJsonObject, type JsonObject } from "../../codec/json.ts";
import type { Usage } from "../../codec/zag_events.ts";

/** Tokens read, written, and read from a cache. */
type Tokens = readonly [input: number, output: number, cached: number];

const NONE: Tokens = [0, 0, 0];

/**
 * The tokens of a session. Each count tells all so far, so that the last one counts; the counts of a fork begin with those
 * of the session that it forks.
 */
export class CodexUsage {
  #inherited: Tokens = NONE;
  #isInherited: boolean | undefined;
  #total: Tokens = NONE;
  #told: Tokens = NONE;

  /** Says that the session forks another. */
  fork(): void {
    this.#isInherited = false;
  }

  /**
   * Takes a count that was copied from the session that this one forks.
   *
   * @param info What the record tells.
   */
  inherit(info: unknown): void {
    const total = isJsonObject(info) ? tokensOf(info.total_token_usage) : undefined;
    if (total === undefined) return;
    this.#inherited = total;
    this.#total = total;
    this.#isInherited = true;
  }

  /**
   * Takes a count.
   *
   * @param info What the record tells.
   */
  add(info: unknown): void {
    const total = isJsonObject(info) ? tokensOf(info.total_token_usage) : undefined;
    if (total === undefined) return;
    if (this.#isInherited === false) {
      // Nothing was copied, and the counts may go on all the same: what the last turn did not use was used before.
      const last = tokensOf((info as JsonObject).last_token_usage) ?? total;
      this.#inherited = minus(total, last);
      this.#isInherited = true;
    }
    this.#total = total;
  }

  /**
   * Tells the tokens so far.
   *
   * @returns The event; none when nothing was used since the last one.
   */
  tell(): Usage[] {
    const own = minus(this.#total, this.#inherited);
    if (own.every((count, at) => count === this.#told[at])) return [];
    this.#told = own;
    const [input_tokens, output_tokens, cache_read_tokens] = own;
    return [{ type: "usage", input_tokens, output_tokens, cache_read_tokens }];
  }
}

function minus(a: Tokens, b: Tokens): Tokens {
  const at = (index: 0 | 1 | 2): number => Math.max(0, a[index] - b[index]);
  return [at(0), at(1), at(2)];
}

function tokensOf(usage: unknown): Tokens | undefined {
  if (!isJsonObject(usage)) return undefined;
  return [countOf(usage.input_tokens), countOf(usage.output_tokens), countOf(usage.cached_input_tokens)];
}

function countOf(value: unknown): number {
  return Number.isSafeInteger(value) && value as number >= 0 ? value as number : 0;
}
