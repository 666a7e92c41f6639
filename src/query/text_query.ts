/** Text to look for in what was recorded. */

import { escapeRegExp } from "./glob.ts";
import { requiredLiteral } from "./required_literal.ts";

/** A text to look for. */
export interface TextQuerySpec {
  /** The text, or the source of a regular expression in the syntax of JavaScript. */
  readonly text: string;
  /** Whether it is a regular expression. Default `false`. */
  readonly regex?: boolean | undefined;
  /** Whether upper and lower case differ. Default `false`. */
  readonly caseSensitive?: boolean | undefined;
}

/** Part of a text: where it starts, and the place behind its end. */
export type TextRange = readonly [start: number, end: number];

/** A compiled query. */
export class TextQuery {
  /** Text that every JSON string holds which a match lies in, as it stands in the JSON; empty when there is no such text. */
  readonly stored: string;
  /** Whether upper and lower case differ. */
  readonly isCaseSensitive: boolean;
  readonly #pattern: RegExp;
  readonly #storedPattern: RegExp;

  /**
   * @param spec What to look for.
   * @throws {SyntaxError} When it is empty, or no regular expression.
   */
  constructor({ text, regex = false, caseSensitive = false }: TextQuerySpec) {
    if (text === "") throw new SyntaxError(`Cannot search for "": a text is expected`);
    const flags = caseSensitive ? "gmu" : "gimu";
    const literal = JSON.stringify(text.toWellFormed()).slice(1, -1);
    this.isCaseSensitive = caseSensitive;
    this.#pattern = regex ? parsePattern(text, flags) : new RegExp(escapeRegExp(text), flags);
    this.#storedPattern = regex ? this.#pattern : new RegExp(escapeRegExp(literal), flags);
    this.stored = regex ? requiredLiteral(text) : literal;
  }

  /**
   * Tells whether a text holds a match.
   *
   * @param text The text.
   * @returns `true` when it does.
   */
  isIn(text: string): boolean {
    this.#pattern.lastIndex = 0;
    return this.#pattern.test(text);
  }

  /**
   * Tells whether a line that cannot be decoded holds a match, as far as its bytes tell.
   *
   * @param line The line as it is stored.
   * @returns `true` when it does.
   */
  isInStored(line: string): boolean {
    this.#storedPattern.lastIndex = 0;
    return this.#storedPattern.test(line);
  }

  /**
   * Finds all matches in a text.
   *
   * @param text The text.
   * @returns Where they are, in order; empty matches are left out.
   */
  rangesIn(text: string): TextRange[] {
    return rangesOf(this.#pattern, text);
  }

  /**
   * Finds all matches in a line that cannot be decoded.
   *
   * @param line The line as it is stored.
   * @returns Where they are, in order; empty matches are left out.
   */
  rangesInStored(line: string): TextRange[] {
    return rangesOf(this.#storedPattern, line);
  }
}

function rangesOf(pattern: RegExp, text: string): TextRange[] {
  pattern.lastIndex = 0;
  return Array.from(text.matchAll(pattern), (match): TextRange => [match.index, match.index + match[0].length])
    .filter(([start, end]) => end > start);
}

function parsePattern(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    const why = (error as Error).message.replace(/^.*: /, "");
    throw new SyntaxError(
      `Cannot read regular expression "${source}": ${why} (expected JavaScript syntax, flag u)`,
      { cause: error },
    );
  }
}
