/** Text in columns. */

import { fit, widthOf } from "./width.ts";

/** One cell of a table. */
export interface Cell {
  /** What it says; without control characters. */
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
  const measured = rows.map((row) => row.map(({ text }) => widthOf(text)));
  const widths = columnWidths(measured, layout);
  return rows.map((row, at) => {
    let line = "";
    row.forEach(({ text, paint }, column) => {
      const width = widths[column]!;
      const isCut = measured[at]![column]! > width;
      const shown = isCut ? fit(text, width) : text;
      const left = column === row.length - 1 ? 0 : width + GAP - (isCut ? widthOf(shown) : measured[at]![column]!);
      line += (paint === undefined ? shown : paint(shown)) + " ".repeat(left);
    });
    return line.trimEnd();
  });
}

function columnWidths(measured: readonly (readonly number[])[], { width, flexible = [] }: TableLayout): number[] {
  const columns = measured[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) => {
    return measured.reduce((most, row) => Math.max(most, row[column]!), 1);
  });
  if (width === undefined) return widths;
  let surplus = widths.reduce((sum, each) => sum + each, (columns - 1) * GAP) - width;
  for (const column of flexible) {
    const given = Math.max(0, Math.min(surplus, widths[column]! - NARROWEST));
    widths[column]! -= given;
    surplus -= given;
  }
  return widths;
}
