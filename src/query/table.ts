/** Text in columns. */

import { visible } from "./visible.ts";
import { areSimple, fit, widthOf } from "./width.ts";

/** One column of a table, with its heading if it has one. */
export interface Column {
  /** What it says in each line; control characters become visible. */
  readonly texts: readonly string[];
  /** How to mark the text of a line; called once it has its width. */
  readonly paint?: ((text: string, line: number) => string) | undefined;
}

/** One cell of a table. */
export interface Cell {
  /** What it says; control characters become visible. */
  readonly text: string;
  /** How to mark it; called once it has its width. */
  readonly paint?: ((text: string) => string) | undefined;
}

/** How a table is laid out. */
export interface TableLayout {
  /** Columns there are; no limit when left out. */
  readonly width?: number | undefined;
  /** The columns that give way when there is not enough room, the first one first. */
  readonly flexible?: readonly number[];
}

/** Space between two columns. */
const GAP = 2;

/** What a flexible column keeps, if it ever had that much. */
const NARROWEST = 8;

/**
 * Lays out rows in aligned columns.
 *
 * @param rows The rows, of as many cells each.
 * @param layout The room there is.
 * @returns One line a row, without newlines.
 */
export function table(rows: readonly (readonly Cell[])[], layout: TableLayout = {}): string[] {
  const columns = (rows[0] ?? []).map((_, column): Column => ({
    texts: rows.map((row) => row[column]!.text),
    paint: (text, line) => rows[line]![column]!.paint?.(text) ?? text,
  }));
  return tableOf(columns, layout);
}

/**
 * Lays out columns. With many lines this takes much less than to lay out the same rows.
 *
 * @param columns The columns, of as many lines each.
 * @param layout The room there is.
 * @returns The lines, without newlines.
 */
export function tableOf(columns: readonly Column[], layout: TableLayout = {}): string[] {
  const measured = columns.map(measure);
  const widths = columnWidths(measured, layout);
  const blanks = Array.from({ length: Math.max(0, ...widths) + GAP + 1 }, (_, length) => " ".repeat(length));
  const last = columns.length - 1;
  return (columns[0]?.texts ?? []).map((_, line) => {
    let drawn = "";
    for (let at = 0; at <= last; at++) {
      const { texts, lengths, paint } = measured[at]!;
      const width = widths[at]!;
      const isCut = lengths[line]! > width;
      const shown = isCut ? fit(texts[line]!, width) : texts[line]!;
      drawn += paint === undefined ? shown : paint(shown, line);
      if (at < last) drawn += blanks[width + GAP - (isCut ? widthOf(shown) : lengths[line]!)]!;
    }
    return drawn.trimEnd();
  });
}

/** A column that can be shown, and the width of each of its texts. */
interface Measured extends Column {
  readonly lengths: readonly number[];
}

/** Nearly always, one look at all texts together tells that there is nothing to look at in any of them. */
function measure({ texts, paint }: Column): Measured {
  if (areSimple(texts)) return { texts, paint, lengths: texts.map(({ length }) => length) };
  const shown = texts.map((text) => visible(text).replaceAll("\t", "␉"));
  return { texts: shown, paint, lengths: shown.map(widthOf) };
}

function columnWidths(columns: readonly Measured[], { width, flexible = [] }: TableLayout): number[] {
  const widths = columns.map(({ lengths }) => lengths.reduce((most, length) => Math.max(most, length), 1));
  if (width === undefined) return widths;
  let surplus = widths.reduce((sum, each) => sum + each, (columns.length - 1) * GAP) - width;
  for (const column of flexible) {
    const given = Math.max(0, Math.min(surplus, widths[column]! - NARROWEST));
    widths[column]! -= given;
    surplus -= given;
  }
  return widths;
}
