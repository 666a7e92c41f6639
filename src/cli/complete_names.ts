/** Names that a command line may mention, as they are found fast: in an index, or in a table. */

import type { Dialect, SessionSummary } from "../codec/dialect.ts";
import { SESSION_EVENT_TYPES, ZIG } from "../codec/zig.ts";
import { formatAge } from "../query/duration.ts";
import { openCatalog } from "../session/sessions.ts";
import type { AgentSourceName } from "../sources/source.ts";
import type { Catalog } from "../storage/catalog.ts";
import { SHELLS } from "./completion_scripts.ts";

/** Something that fits, and what it is. */
export interface Candidate {
  readonly value: string;
  readonly help: string;
}

/** What is named. */
export type NameSource = "sessions" | "workflows" | "events" | "shells";

/** Newest sessions that are offered at once; the others are found by going on to type. */
const MOST_SESSIONS = 100;

/** Which sessions are meant, or events of which. */
export interface NamedStore {
  /** What `--root` says. */
  readonly root?: string;
  /** What `--project` says. */
  readonly project?: string;
  /** Whose sessions. */
  readonly source: "zig" | AgentSourceName;
}

/**
 * Lists names.
 *
 * @param names What is named.
 * @param store Whose.
 * @param beginning How the word begins that they stand for; sessions that begin otherwise are left out.
 * @returns The names, the likeliest first.
 */
export async function named(names: NameSource, store: NamedStore, beginning: string): Promise<Candidate[]> {
  switch (names) {
    case "sessions":
      return (await recorded(store)).filter(({ id }) => id.startsWith(beginning)).slice(0, MOST_SESSIONS)
        .map((session) => ({ value: session.id, help: about(session, store) })).filter(isHarmless);
    case "workflows":
      return [...new Set((await recorded(store)).map(({ name }) => name))].map(bare).filter(isHarmless);
    case "events":
      return (store.source === "zig" ? SESSION_EVENT_TYPES : (await import("../codec/zag.ts")).AGENT_EVENT_TYPES)
        .map(bare);
    case "shells":
      return SHELLS.map(bare);
  }
}

function bare(value: string): Candidate {
  return { value, help: "" };
}

/** Only logs tell how agent sessions ended. */
function about({ name, status, startedAt }: SessionSummary, { source }: NamedStore): string {
  return [name, ...(source === "zig" ? [status ?? "no end"] : []), formatAge(startedAt, Date.now())].join(", ");
}

/** What the index of the project says, or that of all projects where this one has none; the newest first. */
async function recorded(store: NamedStore): Promise<SessionSummary[]> {
  if (store.source === "zig") return summaries(openCatalog(store), ZIG);
  const [{ findAgentStore }, { openAgentCatalog }, { ZAG }] = await Promise.all([
    import("../sources/agent_store.ts"),
    import("../agent/sessions.ts"),
    import("../codec/zag.ts"),
  ]);
  const found = findAgentStore(store.source, store);
  return found === undefined ? [] : summaries(openAgentCatalog(found), ZAG);
}

function summaries<Event, Own, Global>(
  { projectIndex, globalIndex }: Catalog<Event, Own, Global>,
  dialect: Dialect<Event, Own, Global>,
): SessionSummary[] {
  const own = projectIndex.load().entries;
  const all = own.length > 0
    ? own.map((entry) => dialect.projectIndex.summarize(entry))
    : globalIndex.load().entries.map((entry) => dialect.globalIndex.summarize(entry));
  return all.reverse().sort((a, b) => a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0);
}

/** What would leave its line, or steer the terminal, is not offered. */
function isHarmless({ value, help }: Candidate): boolean {
  return !/\p{Cc}/u.test(value + help) && value !== "";
}
