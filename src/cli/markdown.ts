/** Markdown on a terminal. */

import { Lexer, type MarkedToken, type Token, type Tokens } from "../deps/marked.ts";
import { splitByWidth } from "../query/width.ts";
import { InlineText, withMark } from "./markdown_inline.ts";
import { cleanText, type Mark, paint, type Span, WIDEST_CHARACTER, wrap } from "./markdown_spans.ts";
import { layTable } from "./markdown_table.ts";
import type { Style } from "./style.ts";

/** How markdown is shown. */
export interface MarkdownOptions {
  /** The columns there are. Less than 20 count as 20. */
  readonly width: number;
  /** How to mark; where it marks nothing, the marks of the text stay as they were written. */
  readonly style: Style;
  /** Whether all of it stands back. Default `false`. */
  readonly quiet?: boolean;
}

/** The fewest columns that are filled. */
const NARROWEST = 20;

/** The fewest columns inside of lists and quotes; what is nested deeper is shown as it was written. */
const NARROWEST_INSIDE = 8;

/** Characters of the longest text that is looked into: no agent says more at once, and time stays bounded. */
const LONGEST = 64 * 1024;

/** Lists and quotes in each other, so deep that nobody means it. */
const DEEP = /^ *(?:(?:>|[*+-] |\d{1,9}[.)] ) *){20}/m;

/**
 * Writes markdown for a terminal: headings, emphasis, code, lists, quotes, links with their addresses, tables and rules.
 * Lines that were ended stay ended.
 *
 * @param text Any text.
 * @param options How to show it.
 * @returns Lines that fit the width, without a last newline; no control character of the text is in it.
 */
export function renderMarkdown(text: string, { width, style, quiet = false }: MarkdownOptions): string {
  const columns = Math.max(NARROWEST, width);
  const clean = cleanText(text.replaceAll("\r\n", "\n")).trimEnd();
  const marks: readonly Mark[] = quiet ? ["dim"] : [];
  return (blocksOf(clean, columns, style, marks) ?? asWritten(clean, columns, style, marks)).join("\n");
}

/** The lines of a text; `undefined` when it is none that anybody means as markdown. */
function blocksOf(text: string, width: number, style: Style, marks: readonly Mark[]): string[] | undefined {
  if (text.length > LONGEST || DEEP.test(text)) return undefined;
  try {
    return new Blocks(style, marks).lines(Lexer.lex(text), width);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // nested too deep for the stack
    throw error;
  }
}

function asWritten(text: string, width: number, style: Style, marks: readonly Mark[]): string[] {
  return text.split("\n").flatMap((line) => splitByWidth(line, width))
    .map((line) => paint([{ text: line.trimEnd(), marks }], style));
}

/** Lays blocks out. */
class Blocks {
  readonly #style: Style;
  readonly #marks: readonly Mark[];
  readonly #inline: InlineText;

  constructor(style: Style, marks: readonly Mark[]) {
    this.#style = style;
    this.#marks = marks;
    this.#inline = new InlineText(style.enabled);
  }

  /** The lines of blocks, with an empty one between two unless they are tight. */
  lines(tokens: readonly Token[], width: number, isTight = false): string[] {
    const blocks = tokens.map((token) => this.#block(token as MarkedToken, width)).filter(({ length }) => length > 0);
    return blocks.flatMap((block, at) => at === 0 || isTight ? block : ["", ...block]);
  }

  #block(token: MarkedToken, width: number): string[] {
    if (width < NARROWEST_INSIDE) return this.#written(token.raw, width);
    switch (token.type) {
      case "space":
      case "checkbox":
        return [];
      case "heading":
        return this.#heading(token, width);
      case "code":
        return this.#code(token, width);
      case "blockquote":
        return this.lines(token.tokens, width - 2).map((line) => `${this.#style.dim("│")} ${line}`.trimEnd());
      case "list":
        return this.#list(token, width);
      case "table":
        return this.#table(token, width);
      case "hr":
        return [this.#style.dim("─".repeat(width))];
      case "paragraph":
      case "text":
        return this.#wrap(this.#inline.spansOf(token.tokens ?? [token], this.#marks), width);
      default:
        return this.#written(token.raw, width);
    }
  }

  #heading({ depth, tokens }: Tokens.Heading, width: number): string[] {
    const bold = withMark(this.#marks, "bold");
    const marks = depth === 1 ? withMark(bold, "underline") : bold;
    const spans = this.#inline.spansOf(tokens, marks);
    const sign = this.#style.enabled ? [] : [{ text: `${"#".repeat(depth)} `, marks }];
    return this.#wrap([...sign, ...spans], width);
  }

  /** Code keeps its lines and spaces; what is too wide is broken anywhere. */
  #code({ lang = "", text }: Tokens.Code, width: number): string[] {
    const [above, below] = this.#style.enabled ? [lang, ""] : [`\`\`\`${lang}`, "```"];
    return [
      ...this.#codeLines(above, width, "dim"),
      ...this.#codeLines(text, width, "cyan"),
      ...this.#codeLines(below, width, "dim"),
    ];
  }

  #codeLines(text: string, width: number, mark: Mark): string[] {
    if (text === "") return [];
    return text.split("\n").flatMap((line) => splitByWidth(line.trimEnd(), width - 2))
      .map((line) =>
        line === "" ? "" : `  ${paint([{ text: line, marks: withMark(this.#marks, mark) }], this.#style)}`
      );
  }

  #list({ ordered, start, loose, items, raw }: Tokens.List, width: number): string[] {
    const signs = items.map(({ task, checked }, at) => {
      const box = checked ? "☑ " : "☐ ";
      return ordered ? `${Number(start) + at}. ${task ? box : ""}` : task ? box : "• ";
    });
    const indent = signs.reduce((most, { length }) => Math.max(most, length), 0);
    if (width - indent < WIDEST_CHARACTER) return this.#written(raw, width);
    const blocks = items.map(({ tokens }, at) => {
      const [first = "", ...more] = this.lines(tokens, width - indent, !loose);
      const rest = more.map((line) => line === "" ? "" : " ".repeat(indent) + line);
      return [`${signs[at]!.padStart(indent)}${first}`.trimEnd(), ...rest];
    });
    return blocks.flatMap((block, at) => loose && at > 0 ? ["", ...block] : block);
  }

  #table({ header, rows, align, raw }: Tokens.Table, width: number): string[] {
    const cellsOf = (row: readonly Tokens.TableCell[], marks: readonly Mark[]): Span[][] =>
      row.map(({ tokens }) => this.#inline.spansOf(tokens, marks));
    const table = {
      header: cellsOf(header, withMark(this.#marks, "bold")),
      rows: rows.map((row) => cellsOf(row, this.#marks)),
      align,
    };
    return layTable(table, width, this.#style) ?? this.#written(raw, width);
  }

  #written(raw: string, width: number): string[] {
    return asWritten(raw.trimEnd(), width, this.#style, this.#marks);
  }

  #wrap(spans: readonly Span[], width: number): string[] {
    return wrap(spans, width).map((line) => paint(line, this.#style));
  }
}
