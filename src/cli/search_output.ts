/** What a person or a program sees of a search. */

import type { Decoded } from "../codec/dialect.ts";
import { stringifyJson } from "../codec/json.ts";
import { formatTime } from "../query/duration.ts";
import { excerpt, type Piece } from "../query/excerpt.ts";
import { visible, visibleJson } from "../query/visible.ts";
import { widthOf } from "../query/width.ts";
import type { AnyEvent } from "../query/event_view.ts";
import type { TextMatch } from "../query/filter.ts";
import type { SearchProgress } from "../session/search_logs.ts";
import type { AnySession, SearchableLog, Source } from "../sources/source.ts";
import type { Host } from "./host.ts";
import { ProgressLine } from "./progress_line.ts";
import { SHORT_ID } from "./short_id.ts";
import type { Style } from "./style.ts";

/** A log that is searched. */
export interface SourceLog extends SearchableLog {
  /** Where its session is recorded. */
  readonly source: Pick<Source, "name">;
  /** The session. */
  readonly session: AnySession;
}

/** A line that a search has found. */
export interface SourceHit extends TextMatch {
  /** The log. */
  readonly log: SourceLog;
  /** The line. A damaged one is found by the bytes that are left of it. */
  readonly line: Decoded<AnyEvent>;
}

/** How hits are shown. */
export interface SearchOutputOptions {
  /** One JSON object a hit instead of text. */
  readonly json: boolean;
  /** How to colour text. */
  readonly style: Style;
  /** Takes secrets out of what was found, before it is cut. */
  readonly redact?: ((text: string) => string) | undefined;
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
  print(hit: SourceHit): void {
    this.#hits++;
    const told = this.#redacted(hit);
    this.#text += this.#options.json ? this.#jsonOf(told) : this.#textOf(told);
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

  /** Where something is taken out, the matches have no place any more. */
  #redacted(hit: SourceHit): SourceHit {
    const text = this.#options.redact?.(hit.text) ?? hit.text;
    return text === hit.text ? hit : { ...hit, text, ranges: [] };
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

  #jsonOf({ log, line, field, text, ranges }: SourceHit): string {
    const { source, session: { id, name }, logPath, format } = log;
    const names = source.name === "zig" ? { zig_session_id: id, workflow_name: name } : {};
    const place = { source: source.name, id, name, ...names, log_path: logPath, offset: line.offset, field };
    const json = line.kind === "malformed"
      ? stringifyJson({ ...place, ranges, stored: text })
      : format.view.isPlainText
      ? stringifyJson({ ...place, text, ranges })
      : `${stringifyJson({ ...place, text, ranges }).slice(0, -1)},"event":${line.text}}`;
    return this.#host.stdout.isTerminal ? visibleJson(json) : json;
  }

  #textOf(hit: SourceHit): string {
    const { stdout } = this.#host;
    const { style } = this.#options;
    const show = stdout.isTerminal ? visible : oneLine;
    const [id, time, source, label] = headOf(hit).map(show);
    const taken = widthOf(`${id} ${time} ${source}${label}: `);
    const room = stdout.columns === undefined ? undefined : Math.max(LEAST_ROOM, stdout.columns - taken);
    const text = fittingPieces(hit, room, show).map(({ text, isMatch }) =>
      isMatch ? style.bold(style.red(text)) : text
    );
    return `${style.yellow(id!)} ${style.dim(time!)} ${style.cyan(source!)}${style.dim(label!)}: ${text.join("")}`;
  }
}

/** The session, the time, what ran with its step or the name of its log, and what the text is where that matters. */
function headOf({ log, line, field }: SourceHit): [id: string, time: string, source: string, label: string] {
  const { session, logName, format } = log;
  // The id of a run begins with the day.
  const id = log.source.name === "outrig" ? session.id : session.id.slice(0, SHORT_ID);
  if (line.kind === "malformed") return [id, "-", session.name, ` damaged at byte ${line.offset}`];
  const { step_name: step = logName, ts } = line.event as { readonly step_name?: unknown; readonly ts: string };
  const source = typeof step === "string" ? `${session.name}/${step}` : session.name;
  const type = line.kind === "event" ? line.event.type : line.type;
  const label = format.view.labelOf(type, field ?? "");
  return [id, formatTime(ts, 3) || "-", source, label === "" ? "" : ` ${label}`];
}

/** What there is room for, in columns: an excerpt counts characters, of which some are wide and some become visible. */
function fittingPieces(hit: TextMatch, room: number | undefined, show: (text: string) => string): Piece[] {
  const cut = (characters?: number): Piece[] =>
    excerpt(hit, characters).map(({ text, isMatch }) => {
      return { text: room === undefined ? show(text) : show(text).replaceAll("\t", " "), isMatch };
    });
  let pieces = cut(room);
  for (let characters = room ?? 0; characters > 1;) {
    const columns = pieces.reduce((sum, { text }) => sum + widthOf(text), 0);
    if (columns <= room!) break;
    characters = Math.max(1, Math.min(characters - 1, Math.floor(characters * room! / columns)));
    pieces = cut(characters);
  }
  return pieces;
}

/** A hit takes one line, wherever it goes. */
function oneLine(text: string): string {
  return text.replaceAll("\n", "\u240a");
}
