/** What a person or a program sees of an import. */

import type { ImportProgress } from "../agent/import_progress.ts";
import type { ImportKind, ImportResult } from "../agent/import_transcript.ts";
import { stringifyJson } from "../codec/json.ts";
import { formatSize } from "../query/units.ts";
import { visible, visibleJson } from "../query/visible.ts";
import type { Host } from "./host.ts";
import { ProgressLine } from "./progress_line.ts";
import { SHORT_ID } from "./short_id.ts";
import type { Style } from "./style.ts";

/** How an import is shown. */
export interface ImportOutputOptions {
  /** One JSON object a session instead of text. */
  readonly json: boolean;
  /** Whether nothing is written. */
  readonly dryRun: boolean;
  /** How to colour text. */
  readonly style: Style;
}

/** Characters of the bar. */
const BAR = 24;

/** Results that a person has nothing to do with. */
const QUIET: ReadonlySet<ImportKind> = new Set(["unchanged", "recorded", "empty"]);

/** Shows sessions on standard output; how far it is, what was lost and the sum of it on standard error. */
export class ImportOutput implements Disposable {
  readonly #host: Host;
  readonly #agent: string;
  readonly #options: ImportOutputOptions;
  readonly #progress: ProgressLine;
  readonly #counts = new Map<ImportKind, number>();
  readonly #losses = new Map<string, number>();
  #events = 0;
  #bytes = 0;
  #at: ImportProgress = { done: 0, transcripts: 0, bytes: 0, totalBytes: 0 };

  /**
   * @param host Where to show it.
   * @param agent Whose sessions they are.
   * @param options How to show them.
   */
  constructor(host: Host, agent: string, options: ImportOutputOptions) {
    this.#host = host;
    this.#agent = agent;
    this.#options = options;
    this.#progress = new ProgressLine(host.stderr);
    this.#progress.start(() => progressText(this.#at));
  }

  /**
   * Takes note of how far the import is.
   *
   * @param at How far.
   */
  advance(at: ImportProgress): void {
    this.#at = at;
  }

  /**
   * Shows what became of a session.
   *
   * @param result The session.
   */
  print(result: ImportResult): void {
    const { kind, file, events, losses, reason } = result;
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    this.#events += events;
    if (kind === "imported" || kind === "completed") this.#bytes += file.size;
    for (const [loss, count] of losses) this.#losses.set(loss, (this.#losses.get(loss) ?? 0) + count);
    if (this.#options.json) this.#write(`${this.#jsonOf(result)}\n`);
    else if (kind === "failed") this.say(`ziglog: Cannot import "${file.path}": ${reason}`);
    else if (!QUIET.has(kind)) this.#write(`${this.#textOf(result)}\n`);
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

  /**
   * Shows what was lost, and the sum.
   *
   * @returns How many sessions could not be imported.
   */
  end(): number {
    this[Symbol.dispose]();
    const losses = [...this.#losses].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
    if (losses.length > 0) this.say("not taken over:");
    const width = Math.max(0, ...losses.map(([, count]) => String(count).length));
    for (const [kind, count] of losses) this.say(`  ${String(count).padStart(width)}  ${kind}`);
    const of = (kind: ImportKind): number => this.#counts.get(kind) ?? 0;
    const sum = [
      `${of("imported")} ${this.#options.dryRun ? "to import" : "imported"}`,
      `${of("completed")} ${this.#options.dryRun ? "to complete" : "completed"}`,
      `${of("unchanged") + of("recorded")} there already`,
      ...(of("busy") > 0 ? [`${of("busy")} being written`] : []),
      ...(of("empty") > 0 ? [`${of("empty")} empty`] : []),
      ...(of("failed") > 0 ? [`${of("failed")} failed`] : []),
    ];
    const events = this.#events === 0 ? "" : ` (${this.#events} ${this.#events === 1 ? "event" : "events"})`;
    this.say(`${this.#agent}: ${sum.join(", ")}${events}, ${formatSize(this.#bytes)} read`);
    return of("failed");
  }

  /** Takes the progress away. */
  [Symbol.dispose](): void {
    this.#progress[Symbol.dispose]();
  }

  #write(text: string): void {
    this.#progress.clear();
    this.#host.stdout.write(text);
  }

  #textOf({ kind, session, events, file }: ImportResult): string {
    const { style, dryRun } = this.#options;
    const verb = dryRun ? { imported: "would import", completed: "would complete" }[kind as string] ?? kind : kind;
    const id = style.yellow(visible(session ?? "").slice(0, SHORT_ID));
    const size = events === 0 ? formatSize(file.size) : `${events} ${events === 1 ? "event" : "events"}`;
    return `${verb} ${id} ${style.dim(size)} ${visible(file.path)}`;
  }

  #jsonOf({ kind, file, session, events, losses, reason }: ImportResult): string {
    const json = stringifyJson({
      provider: this.#agent,
      session_id: session,
      result: kind,
      path: file.path,
      events,
      bytes: file.size,
      losses: Object.fromEntries(losses),
      ...(reason !== undefined && { reason }),
    });
    return this.#host.stdout.isTerminal ? visibleJson(json) : json;
  }
}

function progressText({ done, transcripts, bytes, totalBytes }: ImportProgress): string {
  const part = totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes);
  const full = Math.floor(part * BAR);
  const bar = `[${"#".repeat(full)}${"-".repeat(BAR - full)}]`;
  return `${bar} ${Math.floor(part * 100)} % of ${formatSize(totalBytes)}, ${done} of ${transcripts} sessions`;
}
