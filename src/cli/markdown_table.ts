/** A table of marked text, kept aligned. */

import { columnsOf, paint, type Span, wrap } from "./markdown_spans.ts";
import type { Style } from "./style.ts";

/** A text in a table. */
type Cell = readonly Span[];

/** The side that a column leans on. */
export type Alignment = "left" | "center" | "right" | null;

/** Columns that a narrowed column keeps. */
const NARROWEST = 4;

/** Columns between two. */
const GAP = 3;

/** A table. */
export interface Table {
  /** The titles. */
  readonly header: readonly Cell[];
  /** The rows below, each as long as the header. */
  readonly rows: readonly (readonly Cell[])[];
  /** How each column is aligned. */
  readonly align: readonly Alignment[];
}

/**
 * Lays a table out. Where it is too wide, the widest columns give way, and their texts take several lines.
 *
 * @param table The table.
 * @param width The columns there are.
 * @param style How to mark.
 * @returns The lines; `undefined` when it has more columns than there is room for.
 */
export function layTable({ header, rows, align }: Table, width: number, style: Style): string[] | undefined {
  const all = [header, ...rows];
  const natural = header.map((_, at) => all.reduce((most, row) => Math.max(most, naturalWidth(row[at] ?? [])), 1));
  const room = width - GAP * (header.length - 1);
  const isTooWide = natural.reduce((sum, columns) => sum + columns, 0) > room;
  if (isTooWide && room < NARROWEST * header.length) return undefined;
  const widths = isTooWide ? narrowed(natural, room) : natural;
  const [top = [], ...below] = all.map((row) => layRow(row, widths, align, style));
  const rule = style.dim(widths.map((columns) => "─".repeat(columns)).join("─┼─"));
  return [...top, rule, ...below.flat()];
}

function naturalWidth(cell: Cell): number {
  return wrap(cell, Infinity).reduce((most, line) => Math.max(most, columnsOf(line)), 0);
}

/** Gives the narrow columns what they need, and the others equal shares of what is left. */
function narrowed(natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  let left = room;
  natural.map((columns, at) => ({ columns, at })).sort((a, b) => a.columns - b.columns).forEach(
    ({ columns, at }, done) => {
      widths[at] = Math.min(columns, Math.floor(left / (natural.length - done)));
      left -= widths[at];
    },
  );
  return widths;
}

function layRow(
  row: readonly Cell[],
  widths: readonly number[],
  align: readonly Alignment[],
  style: Style,
): string[] {
  const cells = widths.map((width, at) => wrap(row[at] ?? [], width));
  const height = cells.reduce((most, { length }) => Math.max(most, length), 1);
  const separator = ` ${style.dim("│")} `;
  return Array.from(
    { length: height },
    (_, line) =>
      cells.map((cell, at) => lean(cell[line] ?? [], widths[at]!, align[at] ?? null, style)).join(separator).trimEnd(),
  );
}

function lean(line: Cell, width: number, side: Alignment, style: Style): string {
  const free = Math.max(0, width - columnsOf(line));
  const before = side === "right" ? free : side === "center" ? Math.floor(free / 2) : 0;
  return " ".repeat(before) + paint(line, style) + " ".repeat(free - before);
}
