/** The stores that are cared for: that of workflows, and that of agents in it. */

import { ZAG } from "../codec/zag.ts";
import type { AgentLogEvent } from "../codec/zag_events.ts";
import type { AgentGlobalEntry, AgentIndexEntry } from "../codec/zag_index.ts";
import { ZIG } from "../codec/zig.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import type { GlobalSessionEntry, SessionLogIndexEntry } from "../codec/zig_index.ts";
import { join } from "../deps/path.ts";
import type { Dialect } from "../codec/dialect.ts";
import type { AnyEvent } from "../query/event_view.ts";
import type { LogRules } from "../query/log_rules.ts";
import { ZAG_RULES } from "../query/zag_rules.ts";
import { ZIG_RULES } from "../query/zig_rules.ts";
import { type Layout, type LayoutOptions, openLayout, storeRoot } from "../storage/layout.ts";

/** Whose sessions are meant: those of workflows, or those of agents that are recorded beside them. */
export type StoreSource = "zig" | "agents";

/** The sources, in the order that they are cared for. */
export const STORE_SOURCES: readonly StoreSource[] = ["zig", "agents"];

/** How a store is chosen. */
export interface StoreOptions extends LayoutOptions {
  /** Whose sessions are meant; those of workflows when it is left out. */
  readonly source?: StoreSource | undefined;
}

/** An event of a log in one of the stores. */
export type StoredEvent = SessionLogEvent | AgentLogEvent;

/** An entry in the index of a project in one of the stores. */
export type StoredEntry = SessionLogIndexEntry | AgentIndexEntry;

/** An entry in the index of all projects in one of the stores. */
export type StoredGlobalEntry = GlobalSessionEntry | AgentGlobalEntry;

/** The form of what a store holds. */
export interface StoreFormat {
  /** Whose sessions they are. */
  readonly source: StoreSource;
  /** Their wire format, with the indexes. */
  readonly dialect: Dialect<AnyEvent, StoredEntry, StoredGlobalEntry>;
  /** What their logs may hold. */
  readonly rules: LogRules;
}

/** The forms. */
export const STORE_FORMATS: { readonly [Source in StoreSource]: StoreFormat } = {
  zig: { source: "zig", dialect: ZIG as StoreFormat["dialect"], rules: ZIG_RULES },
  agents: { source: "agents", dialect: ZAG as StoreFormat["dialect"], rules: ZAG_RULES },
};

/** A store, and what it holds. */
export interface CaredStore extends StoreFormat {
  /** The store, and the project in it that is meant. */
  readonly layout: Layout;
}

/**
 * Finds a store.
 *
 * @param options Which.
 * @returns The store; nothing is created, and it need not be there.
 * @throws {UsageError} When no store can be found.
 * @throws {Deno.errors.NotCapable} When it may not be read.
 */
export function openStore(options: StoreOptions): CaredStore {
  const { source = "zig", project } = options;
  const root = source === "zig" ? options.root : agentsIn(options);
  return { ...STORE_FORMATS[source], layout: openLayout({ root, project }) };
}

/**
 * The directory of the agents' sessions.
 *
 * @param options The store that they lie in.
 * @returns The path; it need not be there.
 * @throws {UsageError} When no store can be found.
 */
export function agentsIn(options: Pick<LayoutOptions, "root">): string {
  return join(storeRoot(options), "agents");
}
