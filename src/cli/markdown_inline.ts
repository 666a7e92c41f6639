/** What stands in a line of markdown. */

import type { MarkedToken, Token, Tokens } from "../deps/marked.ts";
import { cleanText, type Mark, type Span } from "./markdown_spans.ts";

/** What the parser leaves to whoever writes HTML. */
const NAMED: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };

/** What ends a line where no newline can stand, as in tables. */
const LINE_BREAK = /^<br *\/?>$/i;

/** Turns what was read into text with marks. */
export class InlineText {
  readonly #isMarked: boolean;

  /** @param isMarked Whether marks will show; otherwise the signs that stood for them stay. */
  constructor(isMarked: boolean) {
    this.#isMarked = isMarked;
  }

  /**
   * Writes tokens as text.
   *
   * @param tokens The tokens.
   * @param marks The marks of what they stand in.
   * @returns The text.
   */
  spansOf(tokens: readonly Token[], marks: readonly Mark[]): Span[] {
    return tokens.flatMap((token) => this.#spans(token as MarkedToken, marks));
  }

  #spans(token: MarkedToken, marks: readonly Mark[]): Span[] {
    switch (token.type) {
      case "strong":
        return this.#signed("**", this.spansOf(token.tokens, withMark(marks, "bold")), marks);
      case "em":
        return this.#signed("*", this.spansOf(token.tokens, withMark(marks, "italic")), marks);
      case "del":
        return [span("~~", marks), ...this.spansOf(token.tokens, marks), span("~~", marks)];
      case "codespan":
        return this.#signed("`", [span(token.text, withMark(marks, "cyan"))], marks);
      case "link":
        return [...this.spansOf(token.tokens, withMark(marks, "underline")), ...addressOf(token, marks)];
      case "image":
        return [span(token.text, withMark(marks, "underline")), ...addressOf(token, marks)];
      case "br":
        return [span("\n", marks)];
      case "checkbox":
        return []; // the list shows it
      case "html":
        return [span(LINE_BREAK.test(token.text) ? "\n" : token.text, marks)];
      case "escape":
        return [span(token.text, marks)];
      case "text":
        return token.tokens === undefined ? [span(withoutNames(token.text), marks)] : this.spansOf(token.tokens, marks);
      default:
        return [span(token.raw, marks)];
    }
  }

  #signed(sign: string, spans: readonly Span[], marks: readonly Mark[]): Span[] {
    return this.#isMarked ? [...spans] : [span(sign, marks), ...spans, span(sign, marks)];
  }
}

/**
 * Adds a mark where it is not there yet.
 *
 * @param marks The marks so far.
 * @param mark One more.
 * @returns All of them.
 */
export function withMark(marks: readonly Mark[], mark: Mark): readonly Mark[] {
  return marks.includes(mark) ? marks : [...marks, mark];
}

function withoutNames(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot);/g, (name) => NAMED[name]!);
}

/** Where a link leads, unless its text says so. */
function addressOf({ href, title, text }: Tokens.Link | Tokens.Image, marks: readonly Mark[]): Span[] {
  const told = [text, `mailto:${text}`, `http://${text}`];
  const parts = [...(told.includes(href) ? [] : [href]), ...(title ? [`"${title}"`] : [])];
  return parts.length === 0 ? [] : [span(` (${parts.join(" ")})`, withMark(marks, "dim"))];
}

/** The parser turns `&#27;` into what it stands for. */
function span(text: string, marks: readonly Mark[]): Span {
  return { text: cleanText(text), marks };
}
