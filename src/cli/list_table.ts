/** The table of `ziglog list`. */

import { formatAge, formatDuration, formatTime } from "../query/duration.ts";
import { type Column, tableOf } from "../query/table.ts";
import { visible } from "../query/visible.ts";
import { fit, widthOf } from "../query/width.ts";
import type { AgentOpening } from "../sources/agent_opening.ts";
import type { SourceSession } from "../sources/sources.ts";
import type { SessionState } from "../storage/liveness.ts";
import { promptLine } from "./agent_facts.ts";
import { stateColor, type Style } from "./style.ts";

/** A session, and how it began where an agent recorded it. */
export interface ListRow extends SourceSession {
  /** How it began. */
  readonly opening: AgentOpening | undefined;
}

/** How the table is drawn. */
export interface TableLook {
  /** Whether the sessions are of several projects. */
  readonly all: boolean;
  /** How many sources they are of. */
  readonly sources: number;
  /** What they are all of. */
  readonly kind: "workflows" | "agents" | "mixed";
  /** Takes secrets out of a text, before it is cut. */
  readonly redact: (text: string) => string;
  /** Whether it is drawn on a terminal. */
  readonly isTerminal: boolean;
  /** The columns of the terminal, where there is one. */
  readonly width: number | undefined;
  /** Gives the ids of all sessions of the list, also of those that are not in the table. */
  readonly ids: () => readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How to colour. */
  readonly style: Style;
}

/** A column, and what it says of a session. */
interface ListColumn {
  readonly heading: string;
  readonly textOf: (row: ListRow) => string;
  readonly colorOf?: (text: string) => (text: string) => string;
}

/** What the column of names is called. */
const NAMES: Readonly<Record<TableLook["kind"], string>> = { workflows: "WORKFLOW", agents: "AGENT", mixed: "NAME" };

/** Columns that give way on a narrow terminal, the first one first. */
const FLEXIBLE = ["PROMPT", "WORKFLOW", "NAME", "AGENT", "MODEL", "PROJECT"];

/** Characters of what an agent was asked for that are shown where no terminal limits them. */
const PROMPT_LENGTH = 80;

/** Characters that an id keeps on a narrow terminal, at least. */
const SHORT_ID = 8;

/** The table, made row by row. It keeps texts and no rows: of ten thousand, the texts are what is needed at the end. */
export class ListTable {
  readonly #look: TableLook;
  readonly #columns: readonly ListColumn[];
  readonly #texts: readonly string[][];

  /** @param look How it is drawn. */
  constructor(look: TableLook) {
    this.#look = look;
    this.#columns = [...columnsOf(look)];
    this.#texts = this.#columns.map(({ heading }) => [heading]);
  }

  /**
   * Adds a row.
   *
   * @param row The session.
   */
  add(row: ListRow): void {
    for (let at = 0; at < this.#columns.length; at++) this.#texts[at]!.push(this.#columns[at]!.textOf(row));
  }

  /**
   * Draws it. Where the terminal is too narrow, ids become prefixes that still tell them apart; then names are cut.
   *
   * @returns The lines, without newlines.
   */
  lines(): string[] {
    const { width } = this.#look;
    const columns = this.#shown();
    if (width === undefined) return tableOf(columns);
    const isTooWide = tableOf(columns.map(({ texts }) => ({ texts }))).some((line) => widthOf(line) > width);
    const places = FLEXIBLE.map((name) => columns.findIndex(({ texts }) => texts[0] === name));
    return tableOf(isTooWide ? shortened(columns, prefixLength(this.#look.ids())) : columns, {
      width,
      flexible: places.filter((at) => at !== -1),
    });
  }

  /** The columns; one without a mark in it is left out. */
  #shown(): Column[] {
    const { dim, enabled } = this.#look.style;
    return this.#columns.map(({ colorOf }, at): Column => ({
      texts: this.#texts[at]!,
      paint: enabled ? (text, line) => line === 0 ? dim(text) : colorOf?.(text)(text) ?? text : undefined,
    })).filter(({ texts }) => texts[0] !== PIN || texts.includes(MARK));
  }
}

/** What some columns are called, and the mark of what is protected. */
const [ID, PIN, MARK] = ["ID", "PIN", "*"];

function* columnsOf({ all, sources, kind, isTerminal, now, style, redact }: TableLook): Generator<ListColumn> {
  if (sources > 1) yield { heading: "SOURCE", textOf: ({ source }) => source.name };
  yield {
    heading: "STATE",
    textOf: ({ session }) => session.state,
    colorOf: (state) => stateColor(state as SessionState, style),
  };
  yield {
    heading: "DURATION",
    textOf: ({ session: { durationMs } }) => durationMs === null ? "-" : formatDuration(durationMs),
  };
  yield {
    heading: "STARTED",
    textOf: ({ session: { startedAt } }) => isTerminal ? formatAge(startedAt, now) : formatTime(startedAt, 0),
  };
  yield { heading: NAMES[kind], textOf: ({ session }) => session.name, colorOf: () => style.bold };
  if (kind === "agents") yield { heading: "MODEL", textOf: ({ opening }) => opening?.model ?? "-" };
  if (all) yield { heading: "PROJECT", textOf: ({ source, session }) => source.projectOf(session) ?? "-" };
  yield { heading: PIN, textOf: ({ session }) => session.pinned ? MARK : "" };
  yield { heading: ID, textOf: ({ session }) => session.id };
  if (kind === "agents") {
    const promptOf = ({ opening }: ListRow): string => visible(promptLine(redact(opening?.prompt ?? "-")));
    yield { heading: "PROMPT", textOf: (row) => fit(promptOf(row), PROMPT_LENGTH) };
  }
}

/** Keeps only the beginnings of ids. */
function shortened(columns: readonly Column[], length: number): Column[] {
  return columns.map((column) => {
    const [heading, ...ids] = column.texts;
    return heading === ID ? { ...column, texts: [ID, ...ids.map((id) => id.slice(0, length))] } : column;
  });
}

/** How many characters tell ids apart. */
function prefixLength(all: readonly string[]): number {
  const ids = new Set(all);
  let length = SHORT_ID;
  while (new Set(Array.from(ids, (id) => id.slice(0, length))).size < ids.size) length++;
  return length;
}
