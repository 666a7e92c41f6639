/** What models used, and what it cost. */

import type { U64 } from "../codec/json.ts";

/** Tokens that a model read and wrote. */
export interface TokenUsage {
  /** Tokens that the model read. */
  readonly input: U64;
  /** Tokens that the model wrote. */
  readonly output: U64;
  /** Of the tokens read, those that came from a cache. */
  readonly cacheRead: U64;
  /** Of the tokens read, those that were put into a cache. */
  readonly cacheCreation: U64;
}

/** What was used. */
export interface ModelUsage {
  /** The tokens. */
  readonly tokens: TokenUsage;
  /** What they cost, in US dollars; `null` where nobody says. */
  readonly costUsd: number | null;
}

/**
 * Adds what was used.
 *
 * @param sum What is known so far; `null` for nothing.
 * @param more What is to be added; `null` for nothing.
 * @returns Both together; `null` when both are nothing.
 */
export function addUsage<More extends ModelUsage | null>(sum: ModelUsage | null, more: More): ModelUsage | More {
  if (sum === null || more === null) return sum ?? more;
  return {
    tokens: {
      input: add(sum.tokens.input, more.tokens.input),
      output: add(sum.tokens.output, more.tokens.output),
      cacheRead: add(sum.tokens.cacheRead, more.tokens.cacheRead),
      cacheCreation: add(sum.tokens.cacheCreation, more.tokens.cacheCreation),
    },
    costUsd: more.costUsd === null ? sum.costUsd : (sum.costUsd ?? 0) + more.costUsd,
  };
}

function add(a: U64, b: U64): U64 {
  const total = BigInt(a) + BigInt(b);
  return total > BigInt(Number.MAX_SAFE_INTEGER) ? total : Number(total);
}
