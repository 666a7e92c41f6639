/** Prints the lines of a log, batch by batch. */

import type { Decoded, DecodedMalformed } from "../codec/dialect.ts";
import { formatTime } from "../query/duration.ts";
import type { AnyEvent, EventView, MarkdownText } from "../query/event_view.ts";
import { compileFilter, type EventFilter } from "../query/filter.ts";
import { renderLine, renderMalformed } from "../query/render_line.ts";
import { visible, visibleJson } from "../query/visible.ts";
import { widthOf } from "../query/width.ts";
import type { Host } from "./host.ts";
import type { ShowMarkdown } from "./load_markdown.ts";
import type { Style } from "./style.ts";
import { toneColor } from "./tone.ts";

type Line = Decoded<AnyEvent>;
type SoundLine = Exclude<Line, DecodedMalformed>;

/** Columns of a number; longer ones stick out. */
const NUMBER_WIDTH = 6;

/** Columns where the terminal does not tell. */
const USUAL_COLUMNS = 80;

/** The fewest columns for markdown beside what stands in front; with less it stands below. */
const NARROWEST = 40;

// deno-lint-ignore no-control-regex
const MARKS = /\x1b\[\d+m/g;

/** How lines are printed. */
export interface PrintOptions {
  /** The stored lines instead of text. */
  readonly json: boolean;
  /** The time in front of each. */
  readonly timestamps: boolean;
  /** The number in front of each, and heartbeats too. Default `false`. */
  readonly numbered?: boolean;
  /** What stands in front of each line of text, control characters and all. Default: nothing. */
  readonly prefix?: string;
  /** Control characters as they are, on a terminal too. */
  readonly raw: boolean;
  /** The types to print; all of them when empty. */
  readonly types: readonly string[];
  /** What the events say. */
  readonly view: EventView<AnyEvent>;
  /** Whether types that the view hides are shown as text. Default: those that are asked for. */
  readonly showHidden?: boolean | undefined;
  /** How to colour them. */
  readonly style: Style;
  /** Shows what events say in markdown. Default: as it was written. */
  readonly markdown?: ShowMarkdown | undefined;
}

/** Prints events on standard output, and what is damaged on standard error. */
export class LinePrinter {
  readonly #host: Host;
  readonly #options: PrintOptions;
  readonly #filter: EventFilter;
  /** Types that have no text. */
  readonly #hidden: ReadonlySet<string>;
  /** Whether control characters must be made visible. */
  readonly #isShown: boolean;

  /**
   * @param host Where to print.
   * @param options How to print.
   */
  constructor(host: Host, options: PrintOptions) {
    this.#host = host;
    this.#options = options;
    this.#filter = compileFilter({ types: options.types }, options.view);
    this.#hidden = new Set(
      options.showHidden ? [] : options.view.hiddenTypes.filter((type) => !options.types.includes(type)),
    );
    this.#isShown = host.stdout.isTerminal && !options.raw;
  }

  /**
   * Prints lines, in one write.
   *
   * @param lines The lines, in the order of the log.
   */
  print(lines: readonly Line[]): void {
    let text = "";
    let damage = "";
    for (const line of lines) {
      if (line.kind === "malformed") damage += `${this.#options.prefix ?? ""}${renderMalformed(line)}\n`;
      else text += this.#textOf(line);
    }
    if (damage !== "") this.#host.stderr.write(damage);
    if (text !== "") this.#host.stdout.write(text);
  }

  /**
   * Tells whether a line puts something on standard output.
   *
   * @param line The line.
   * @returns `true` when it does.
   */
  prints(line: Line): boolean {
    return line.kind !== "malformed" && this.#plainOf(line) !== undefined;
  }

  #textOf(line: SoundLine): string {
    const text = this.#plainOf(line);
    if (text === undefined) return "";
    const { json, view, markdown, prefix = "" } = this.#options;
    if (json) return `${this.#isShown ? visibleJson(text) : text}\n`;
    const front = `${this.#numberOf(line)}${this.#timeOf(line)}`;
    const said = line.kind === "event" && !this.#isHidden(line) ? view.markdownOf?.(line.event) : undefined;
    const shown = markdown !== undefined && said !== undefined
      ? this.#showMarkdown(markdown, said, line, front)
      : this.#paint(line, view.isMultiline ? this.#showLines(text, prefix) : this.#show(text));
    return `${prefix}${front}${shown}\n`;
  }

  /** The line as it is stored, or as text; `undefined` when it is not printed. */
  #plainOf(line: SoundLine): string | undefined {
    if (!this.#filter.matches(line)) return undefined;
    const { json, view, numbered } = this.#options;
    if (json) return line.text;
    return (this.#isHidden(line) ? undefined : renderLine(line, view)) ??
      (numbered ? String(line.event.type) : undefined);
  }

  #isHidden(line: SoundLine): boolean {
    return line.kind === "event" && this.#hidden.has(line.event.type);
  }

  /** Markdown, with further lines below the first one, so that none can pass for another event. */
  #showMarkdown(show: ShowMarkdown, { head, text }: MarkdownText, line: SoundLine, front: string): string {
    const { prefix = "", view } = this.#options;
    const columns = (this.#host.stdout.columns ?? USUAL_COLUMNS) - shownWidth(prefix);
    const own = widthOf(head) + 1;
    const isBelow = front !== "" && columns - shownWidth(front) - own < NARROWEST;
    const indent = isBelow ? own : shownWidth(front) + own;
    const quiet = line.kind === "event" && view.paintOf(line.event).tone === "quiet";
    const margin = `\n${prefix}${" ".repeat(indent)}`;
    const shown = show(text, { width: columns - indent, quiet }).replaceAll("\n", margin);
    return `${this.#paint(line, head)}${isBelow ? margin : " "}${shown}`.replace(/ +$/gm, "");
  }

  /** Of a text of several lines, each has the prefix in front. */
  #showLines(text: string, prefix: string): string {
    return text.includes("\n")
      ? text.split("\n").map((part) => this.#show(part)).join(`\n${prefix}`)
      : this.#show(text);
  }

  #numberOf(line: SoundLine): string {
    if (!this.#options.numbered) return "";
    return `${this.#options.style.dim(String(line.event.seq).padStart(NUMBER_WIDTH))} `;
  }

  #timeOf(line: SoundLine): string {
    if (!this.#options.timestamps) return "";
    return `${this.#options.style.dim(this.#show(formatTime(String(line.event.ts), 3)))} `;
  }

  #show(text: string): string {
    return this.#isShown ? visible(text) : text;
  }

  #paint(line: SoundLine, text: string): string {
    const { style, view } = this.#options;
    if (!style.enabled) return text;
    if (line.kind === "unknown") return style.yellow(text);
    const { tone, head } = view.paintOf(line.event);
    const color = toneColor(tone, style);
    if (head === undefined) return color(text);
    const { length } = this.#show(head);
    return `${color(text.slice(0, length))}${text.slice(length)}`;
  }
}

/** Columns of a text that may be marked. */
function shownWidth(text: string): number {
  return widthOf(text.replace(MARKS, ""));
}
