/** What a person or a program sees of a search. */

import { stringifyJson } from "../codec/json.ts";
import { formatTime } from "../query/duration.ts";
import { excerpt } from "../query/excerpt.ts";
import { visible, visibleJson } from "../query/visible.ts";
import { widthOf } from "../query/width.ts";
import type { SearchHit, SearchProgress } from "../session/search.ts";
import type { Host } from "./host.ts";
import { ProgressLine } from "./progress_line.ts";
import { SHORT_ID } from "./short_id.ts";
import type { Style } from "./style.ts";

/** How hits are shown. */
export interface SearchOutputOptions {
  /** One JSON object a hit instead of text. */
  readonly json: boolean;
  /** How to colour text. */
  readonly style: Style;
}

/** Milliseconds that a search takes before it says how far it is. */
const PATIENCE_MS = 300;

/** Characters that are written at once while hits come fast. */
const BATCH = 16 * 1024;

/** Room for text where a terminal is too narrow for anything. */
const LEAST_ROOM = 20;

/** Shows hits on standard output, and on a terminal how far a search is that takes long. */
export class SearchOutput implements Disposable {
  readonly #host: Host;
  readonly #options: SearchOutputOptions;
  readonly #progress: ProgressLine;
  readonly #timer: ReturnType<typeof setTimeout>;
  #at: SearchProgress = { done: 0, sessions: 0 };
  #hits = 0;
  #text = "";

  /**
   * @param host Where to show them.
   * @param options How to show them.
   */
  constructor(host: Host, options: SearchOutputOptions) {
    this.#host = host;
    this.#options = options;
    this.#progress = new ProgressLine(host.stderr);
    this.#timer = setTimeout(() => this.#progress.start(() => this.#progressText()), PATIENCE_MS);
  }

  /** Sessions that are searched. */
  get sessions(): number {
    return this.#at.sessions;
  }

  /**
   * Shows a hit.
   *
   * @param hit The hit.
   */
  print(hit: SearchHit): void {
    this.#hits++;
    this.#text += this.#options.json ? this.#jsonOf(hit) : this.#textOf(hit);
    this.#text += "\n";
    if (this.#text.length >= BATCH) this.#flush();
  }

  /**
   * Takes note of how far the search is.
   *
   * @param at How far.
   */
  advance(at: SearchProgress): void {
    this.#at = at;
    this.#flush();
  }

  /**
   * Says something on standard error.
   *
   * @param message A line of text.
   */
  say(message: string): void {
    this.#progress.clear();
    this.#host.stderr.write(`${visible(message)}\n`);
  }

  /** Shows what is left, and takes the progress away. */
  end(): void {
    this[Symbol.dispose]();
    this.#flush();
  }

  /** Takes the progress away. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#progress[Symbol.dispose]();
  }

  #flush(): void {
    if (this.#text === "") return;
    this.#progress.clear();
    this.#host.stdout.write(this.#text);
    this.#text = "";
  }

  #progressText(): string {
    const { done, sessions } = this.#at;
    return `searching: ${done} of ${sessions} sessions, ${this.#hits} ${this.#hits === 1 ? "hit" : "hits"}`;
  }

  #jsonOf({ session, line, field, text, ranges }: SearchHit): string {
    const { id, name, logPath } = session;
    const place = { zig_session_id: id, workflow_name: name, log_path: logPath, offset: line.offset, field };
    const json = line.kind === "malformed"
      ? stringifyJson({ ...place, ranges, stored: text })
      : `${stringifyJson({ ...place, text, ranges }).slice(0, -1)},"event":${line.text}}`;
    return this.#host.stdout.isTerminal ? visibleJson(json) : json;
  }

  #textOf(hit: SearchHit): string {
    const { stdout } = this.#host;
    const { style } = this.#options;
    const show = stdout.isTerminal ? visible : oneLine;
    const [id, time, source, label] = headOf(hit).map(show);
    const taken = widthOf(`${id} ${time} ${source}${label}: `);
    const room = stdout.columns === undefined ? undefined : Math.max(LEAST_ROOM, stdout.columns - taken);
    const text = excerpt(hit, room).map(({ text, isMatch }) =>
      isMatch ? style.bold(style.red(show(text))) : show(text)
    );
    return `${style.yellow(id!)} ${style.dim(time!)} ${style.cyan(source!)}${style.dim(label!)}: ${text.join("")}`;
  }
}

/** The session, the time, the workflow with its step, and what the text is when it is not output. */
function headOf({ session, line, field }: SearchHit): [id: string, time: string, source: string, label: string] {
  const id = session.id.slice(0, SHORT_ID);
  if (line.kind === "malformed") return [id, "-", session.name, ` damaged at byte ${line.offset}`];
  const { step_name: step, ts } = line.event as { readonly step_name?: unknown; readonly ts: string };
  const source = typeof step === "string" ? `${session.name}/${step}` : session.name;
  return [id, formatTime(ts, 3), source, field === "line" ? "" : ` ${field}`];
}

/** A hit takes one line, wherever it goes. */
function oneLine(text: string): string {
  return text.replaceAll("\n", "\u240a");
}
