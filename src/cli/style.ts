import type { SessionState } from "../storage/liveness.ts";

/** Marks text for a terminal, or leaves it as it is. */
export interface Style {
  /** Whether it marks anything. */
  readonly enabled: boolean;
  /** Makes it stand out. */
  bold(text: string): string;
  /** Makes it lean, as one stresses a word. */
  italic(text: string): string;
  /** Draws a line below it. */
  underline(text: string): string;
  /** Makes it stand back. */
  dim(text: string): string;
  /** For what failed. */
  red(text: string): string;
  /** For what went well. */
  green(text: string): string;
  /** For what needs a look. */
  yellow(text: string): string;
  /** For what goes on. */
  cyan(text: string): string;
}

function mark(on: number, off: number): (text: string) => string {
  return (text) => `\x1b[${on}m${text}\x1b[${off}m`;
}

function plain(text: string): string {
  return text;
}

/** Leaves everything as it is. */
export const PLAIN: Style = {
  enabled: false,
  bold: plain,
  italic: plain,
  underline: plain,
  dim: plain,
  red: plain,
  green: plain,
  yellow: plain,
  cyan: plain,
};

/** Marks with ANSI sequences. */
export const COLORED: Style = {
  enabled: true,
  bold: mark(1, 22),
  italic: mark(3, 23),
  underline: mark(4, 24),
  dim: mark(2, 22),
  red: mark(31, 39),
  green: mark(32, 39),
  yellow: mark(33, 39),
  cyan: mark(36, 39),
};

/**
 * Colours a text as the state of its session deserves.
 *
 * @param state The state.
 * @param style How to colour.
 * @returns What colours it.
 */
export function stateColor(state: SessionState, style: Style): (text: string) => string {
  switch (state) {
    case "success":
      return style.green;
    case "running":
      return style.cyan;
    case "stale":
      return style.yellow;
    case "failure":
    case "crashed":
      return style.red;
  }
}
