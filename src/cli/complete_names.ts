/** Names that a command line may mention, as they are found fast: in an index, or in a table. */

import { SESSION_EVENT_TYPES } from "../codec/zig.ts";
import { formatAge } from "../query/duration.ts";
import { openCatalog } from "../session/sessions.ts";
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

/**
 * Lists names.
 *
 * @param source What is named.
 * @param layout What `--root` and `--project` say.
 * @param beginning How the word begins that they stand for; sessions that begin otherwise are left out.
 * @returns The names, the likeliest first.
 */
export function named(
  source: NameSource,
  layout: { readonly root?: string; readonly project?: string },
  beginning: string,
): Candidate[] {
  switch (source) {
    case "sessions":
      return recorded(layout).filter(({ id }) => id.startsWith(beginning)).slice(0, MOST_SESSIONS).map((
        { id, name, startedAt, status },
      ) => ({
        value: id,
        help: `${name}, ${status ?? "no end"}, ${formatAge(startedAt, Date.now())}`,
      })).filter(isHarmless);
    case "workflows":
      return [...new Set(recorded(layout).map(({ name }) => name))].map((value) => ({ value, help: "" }))
        .filter(isHarmless);
    case "events":
      return SESSION_EVENT_TYPES.map((value) => ({ value, help: "" }));
    case "shells":
      return SHELLS.map((value) => ({ value, help: "" }));
  }
}

/** What the index of the project says, or that of all projects where this one has none; the newest first. */
function recorded(
  layout: { readonly root?: string; readonly project?: string },
): { id: string; name: string; startedAt: string; status: string | null }[] {
  const { projectIndex, globalIndex } = openCatalog(layout);
  const own = projectIndex.load().entries;
  const entries = own.length > 0 ? own : globalIndex.load().entries;
  return entries.map(({ zig_session_id: id, workflow_name: name, started_at: startedAt, status }) => (
    { id, name, startedAt, status }
  )).reverse();
}

/** What would leave its line, or steer the terminal, is not offered. */
function isHarmless({ value, help }: Candidate): boolean {
  return !/\p{Cc}/u.test(value + help) && value !== "";
}
