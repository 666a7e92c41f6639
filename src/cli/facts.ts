/** Facts about one thing, one a line. */

import { visible } from "../query/visible.ts";
import { fit, pad, widthOf } from "../query/width.ts";
import type { Style } from "./style.ts";

/** A name, and what is known; `null` where nothing is, and then there is no line. */
export type Fact = readonly [name: string, value: string | null];

/**
 * Writes facts with their names in a column. Control characters in them become visible.
 *
 * @param facts The facts.
 * @param width Columns of the terminal, if there is one.
 * @param style How to colour.
 * @returns The lines, without newlines.
 */
export function factLines(facts: readonly Fact[], width: number | undefined, style: Style): string[] {
  const known = facts.flatMap(([name, value]) => value === null ? [] : [[visible(name), visible(value)] as const]);
  const nameWidth = Math.max(0, ...known.map(([name]) => widthOf(name)));
  return known.map(([name, value]) => {
    const room = width === undefined ? undefined : Math.max(1, width - nameWidth - 4);
    return `  ${style.dim(pad(name, nameWidth))}  ${room === undefined ? value : fit(value, room)}`.trimEnd();
  });
}
