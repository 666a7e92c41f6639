/** Prints the lines of a log, batch by batch. */

import type { Decoded, DecodedMalformed } from "../codec/dialect.ts";
import { formatTime } from "../query/duration.ts";
import type { AnyEvent, EventView } from "../query/event_view.ts";
import { compileFilter, type EventFilter } from "../query/filter.ts";
import { renderLine, renderMalformed } from "../query/render_line.ts";
import { visible, visibleJson } from "../query/visible.ts";
import type { Host } from "./host.ts";
import type { Style } from "./style.ts";
import { toneColor } from "./tone.ts";

type Line = Decoded<AnyEvent>;
type SoundLine = Exclude<Line, DecodedMalformed>;

/** Columns of a number; longer ones stick out. */
const NUMBER_WIDTH = 6;

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
    return line.kind !== "malformed" && this.#textOf(line) !== "";
  }

  #textOf(line: SoundLine): string {
    if (!this.#filter.matches(line)) return "";
    if (this.#options.json) return `${this.#isShown ? visibleJson(line.text) : line.text}\n`;
    const { view, numbered, prefix = "" } = this.#options;
    const isHidden = line.kind === "event" && this.#hidden.has(line.event.type);
    const text = (isHidden ? undefined : renderLine(line, view)) ?? (numbered ? String(line.event.type) : undefined);
    if (text === undefined) return "";
    const shown = view.isMultiline ? this.#showLines(text, prefix) : this.#show(text);
    return `${prefix}${this.#numberOf(line)}${this.#timeOf(line)}${this.#paint(line, shown)}\n`;
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
