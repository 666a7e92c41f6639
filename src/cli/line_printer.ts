/** Prints the lines of a log, batch by batch. */

import type { Decoded, DecodedMalformed } from "../codec/dialect.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import { formatTime } from "../query/duration.ts";
import { compileFilter, type EventFilter } from "../query/filter.ts";
import { renderLine, renderMalformed } from "../query/render.ts";
import { visible, visibleJson } from "../query/visible.ts";
import type { Host } from "./host.ts";
import type { Style } from "./style.ts";

type Line = Decoded<SessionLogEvent>;
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
  /** How to colour them. */
  readonly style: Style;
}

/** Prints events on standard output, and what is damaged on standard error. */
export class LinePrinter {
  readonly #host: Host;
  readonly #options: PrintOptions;
  readonly #filter: EventFilter;
  /** Whether control characters must be made visible. */
  readonly #isShown: boolean;

  /**
   * @param host Where to print.
   * @param options How to print.
   */
  constructor(host: Host, options: PrintOptions) {
    this.#host = host;
    this.#options = options;
    this.#filter = compileFilter({ types: options.types });
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
    const text = renderLine(line) ?? (this.#options.numbered ? String(line.event.type) : undefined);
    if (text === undefined) return "";
    return `${this.#options.prefix ?? ""}${this.#numberOf(line)}${this.#timeOf(line)}${
      paint(line, this.#show(text), (part) => this.#show(part), this.#options.style)
    }\n`;
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
}

function paint(line: SoundLine, text: string, show: (text: string) => string, style: Style): string {
  if (!style.enabled) return text;
  if (line.kind === "unknown") return style.yellow(text);
  const { event } = line;
  switch (event.type) {
    case "zig_session_started":
    case "tier_started":
      return style.bold(text);
    case "step_output": {
      const name = show(`[${event.step_name}]`);
      return `${event.stream === "stdout" ? style.cyan(name) : style.yellow(name)}${text.slice(name.length)}`;
    }
    case "step_started":
      return style.dim(text);
    case "step_skipped":
      return style.yellow(text);
    case "step_completed":
      return style.green(text);
    case "step_failed":
      return style.red(text);
    case "zig_session_ended":
      return style.bold(event.status === "success" ? style.green(text) : style.red(text));
    default:
      return text;
  }
}
