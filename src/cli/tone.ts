import type { Tone } from "../query/event_view.ts";
import type { Style } from "./style.ts";

/** How each tone is coloured. */
const COLORS = {
  title: (style) => style.bold,
  quiet: (style) => style.dim,
  good: (style) => style.green,
  bad: (style) => style.red,
  notice: (style) => style.yellow,
  voice: (style) => style.cyan,
  "good end": (style) => (text) => style.bold(style.green(text)),
  "bad end": (style) => (text) => style.bold(style.red(text)),
  plain: () => String,
} as const satisfies { readonly [Name in Tone]: (style: Style) => (text: string) => string };

/**
 * Colours a text as its tone deserves.
 *
 * @param tone The tone.
 * @param style How to colour.
 * @returns What colours it.
 */
export function toneColor(tone: Tone, style: Style): (text: string) => string {
  return COLORS[tone](style);
}
