/** Text with marks, broken into lines by the columns that it takes. */

import { visible } from "../query/visible.ts";
import { splitByWidth, widthOf } from "../query/width.ts";
import type { Style } from "./style.ts";

/** How a piece of text stands out. */
export type Mark = "bold" | "italic" | "underline" | "dim" | "cyan";

/** A piece of text with its marks. */
export interface Span {
  /** The text, without control characters; a newline ends the line. */
  readonly text: string;
  /** Its marks, the outermost one first. */
  readonly marks: readonly Mark[];
}

/** The most columns that a character takes. */
export const WIDEST_CHARACTER = 2;

const TAB = "    ";

/** A newline, spaces, or what stands between them. */
const PIECE = /\n| +|[^ \n]+/g;

/**
 * Makes control characters visible.
 *
 * @param text Any text.
 * @returns The text, with the same lines, and spaces for tabs.
 */
export function cleanText(text: string): string {
  return text.split("\n").map((line) => visible(line).replaceAll("\t", TAB)).join("\n");
}

/**
 * Breaks text into lines, between words where that is possible.
 *
 * @param spans The text.
 * @param width The columns there are, at least 2.
 * @returns The lines; spaces around them are gone, and those between words are single.
 */
export function wrap(spans: readonly Span[], width: number): Span[][] {
  const lines = new Lines(width);
  for (const { text, marks } of spans) {
    for (const [piece] of text.matchAll(PIECE)) {
      if (piece === "\n") lines.end();
      else if (piece.startsWith(" ")) lines.addSpace({ text: " ", marks });
      else lines.addPart({ text: piece, marks });
    }
  }
  lines.end();
  return lines.all;
}

/**
 * Measures text.
 *
 * @param spans The text, of one line.
 * @returns The columns that it takes.
 */
export function columnsOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/**
 * Marks text for a terminal.
 *
 * @param spans The text, of one line.
 * @param style How to mark.
 * @returns The text with ANSI sequences, if the style has any; each begins and ends in it.
 */
export function paint(spans: readonly Span[], style: Style): string {
  let painted = "";
  for (let at = 0; at < spans.length;) {
    const { marks } = spans[at]!;
    let text = "";
    for (; at < spans.length && isSame(spans[at]!.marks, marks); at++) text += spans[at]!.text;
    painted += marks.reduceRight((inner, mark) => style[mark](inner), text);
  }
  return painted;
}

function isSame(marks: readonly Mark[], others: readonly Mark[]): boolean {
  return marks === others || marks.length === others.length && marks.every((mark, at) => mark === others[at]);
}

/** Lines that are filled word by word. A word may have several parts with marks of their own. */
class Lines {
  readonly all: Span[][] = [];
  readonly #width: number;
  #line: Span[] = [];
  #used = 0;
  #space: Span | undefined;
  #word: Span[] = [];

  constructor(width: number) {
    this.#width = width;
  }

  /** Adds to the word that is not over yet. */
  addPart(part: Span): void {
    this.#word.push(part);
  }

  /** Ends the word. */
  addSpace(space: Span): void {
    this.#endWord();
    this.#space = this.#used === 0 ? undefined : space;
  }

  /** Ends the line. */
  end(): void {
    this.#endWord();
    this.#break();
  }

  #endWord(): void {
    if (this.#word.length === 0) return;
    const width = columnsOf(this.#word);
    const gap = this.#space === undefined ? 0 : 1;
    const needed = width <= this.#width ? width : WIDEST_CHARACTER; // what no line can hold begins where there is room
    if (this.#used > 0 && this.#used + gap + needed > this.#width) this.#break();
    else if (this.#space !== undefined) this.#put(this.#space, 1);
    if (width <= this.#width) this.#word.forEach((part) => this.#put(part, widthOf(part.text)));
    else this.#word.forEach((part) => this.#putApart(part));
    this.#word = [];
    this.#space = undefined;
  }

  /** Adds what is wider than a line. */
  #putApart({ text, marks }: Span): void {
    for (const character of splitByWidth(text, 1)) {
      const width = widthOf(character);
      if (this.#used + width > this.#width) this.#break();
      this.#put({ text: character, marks }, width);
    }
  }

  #put(span: Span, width: number): void {
    this.#line.push(span);
    this.#used += width;
  }

  #break(): void {
    this.all.push(this.#line);
    this.#line = [];
    this.#used = 0;
    this.#space = undefined;
  }
}
