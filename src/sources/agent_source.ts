import { ZAG } from "../codec/zag.ts";
import { ZAG_VIEW } from "../query/zag_view.ts";
import type { Layout } from "../storage/layout.ts";
import { IndexedSource } from "./indexed_source.ts";
import type { Source, SourceName } from "./source.ts";

/**
 * Opens agent sessions.
 *
 * @param name Which.
 * @param layout Their store.
 * @returns The source.
 */
export function agentSource(name: SourceName, layout: Layout): Source {
  return new IndexedSource(name, layout, { dialect: ZAG, view: ZAG_VIEW });
}
