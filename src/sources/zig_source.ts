import { ZIG } from "../codec/zig.ts";
import { ZIG_VIEW } from "../query/zig_view.ts";
import type { Layout } from "../storage/layout.ts";
import { IndexedSource } from "./indexed_source.ts";
import type { Source } from "./source.ts";

/**
 * Opens the sessions of workflows.
 *
 * @param layout The store.
 * @returns The source.
 */
export function zigSource(layout: Layout): Source {
  return new IndexedSource("zig", layout, { dialect: ZIG, view: ZIG_VIEW });
}
