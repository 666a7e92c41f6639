import { isJsonObject, type JsonObject } from "../../codec/json.ts";
import type { Usage } from "../../codec/zag_events.ts";

/** Tokens, as the metrics of a shutdown count them. */
interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

const NONE: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/**
 * The tokens of a session. Each of its runs ends in a shutdown that tells them, unless it was killed: then only what its
 * messages tell of their output is known. A shutdown counts its own run, or all runs so far: whichever is nearer to what
 * the messages tell.
 */
export class CopilotUsage {
  #before = NONE;
  #run = 0;
  #runs = 0;
  #told = usageOf(NONE);

  /**
   * Takes a message of the agent.
   *
   * @param data Its data.
   */
  message(data: JsonObject): void {
    this.#run += countOf(data.outputTokens);
  }

  /**
   * Takes the end of a run.
   *
   * @param data Its data.
   */
  shutdown(data: JsonObject): void {
    const metrics = isJsonObject(data.modelMetrics) ? Object.values(data.modelMetrics) : [];
    const usages = metrics.map((metric) => isJsonObject(metric) ? metric.usage : undefined).filter(isJsonObject);
    if (usages.length === 0) return this.resume();
    const tokens = usages.map(tokensOf).reduce(sum, NONE);
    const isOfRun = Math.abs(tokens.output - this.#run) <= Math.abs(tokens.output - this.#runs - this.#run);
    this.#before = isOfRun ? sum(this.#before, tokens) : tokens;
    this.#runs += this.#run;
    this.#run = 0;
  }

  /** Takes the beginning of a further run: what the last one told stays, though it was not shut down. */
  resume(): void {
    this.#before = sum(this.#before, { ...NONE, output: this.#run });
    this.#runs += this.#run;
    this.#run = 0;
  }

  /**
   * Tells the tokens so far.
   *
   * @returns The event; none when nothing has changed since the last one.
   */
  tell(): Usage[] {
    const usage = usageOf(sum(this.#before, { ...NONE, output: this.#run }));
    if (JSON.stringify(usage) === JSON.stringify(this.#told)) return [];
    this.#told = usage;
    return [usage];
  }
}

function tokensOf(usage: JsonObject): Tokens {
  return {
    input: countOf(usage.inputTokens),
    output: countOf(usage.outputTokens),
    cacheRead: countOf(usage.cacheReadTokens),
    cacheWrite: countOf(usage.cacheWriteTokens),
  };
}

function sum(a: Tokens, b: Tokens): Tokens {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
  };
}

function usageOf({ input, output, cacheRead, cacheWrite }: Tokens): Usage {
  return {
    type: "usage",
    input_tokens: input,
    output_tokens: output,
    cache_read_tokens: cacheRead,
    cache_creation_tokens: cacheWrite,
  };
}

function countOf(value: unknown): number {
  return Number.isSafeInteger(value) && value as number >= 0 ? value as number : 0;
}
