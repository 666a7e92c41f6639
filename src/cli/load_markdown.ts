import type { AnyEvent, EventView } from "../query/event_view.ts";
import type { CommandContext, OptionTable } from "./command.ts";

/** Shows markdown in some columns; what is quiet stands back. */
export type ShowMarkdown = (text: string, look: { readonly width: number; readonly quiet: boolean }) => string;

/**
 * Loads what shows markdown, where a person reads events that say something in it.
 *
 * @param context Where to print, and how.
 * @param options Whether lines are printed as they are stored, or control characters as they are.
 * @param view What the events say.
 * @returns What shows it; `undefined` where text stays as it was written.
 */
export async function loadMarkdown(
  { host, style, redact = String }: Pick<CommandContext<OptionTable>, "host" | "style" | "redact">,
  { json, raw }: { readonly json: boolean; readonly raw: boolean },
  view: EventView<AnyEvent>,
): Promise<ShowMarkdown | undefined> {
  if (view.markdownOf === undefined || !host.stdout.isTerminal || json || raw) return undefined;
  try {
    const { renderMarkdown } = await import("./markdown.ts");
    // Secrets go first: afterwards signs may be gone from them, and lines end inside.
    return (text, look) => renderMarkdown(redact(text), { ...look, style });
  } catch {
    return undefined; // What comes from a package may never have been loaded, and now there is no network.
  }
}
