/** Which sessions are meant. */

import type { SessionEntry } from "../storage/catalog.ts";
import type { SessionState } from "../storage/liveness.ts";
import { compileGlob } from "./glob.ts";

/** What a session must be; what is left out does not matter. */
export interface SessionFilterSpec {
  /** The name of its workflow; `*` stands for any text. */
  readonly workflow?: string | undefined;
  /** Its state is one of these; an empty list means any. */
  readonly states?: readonly SessionState[] | undefined;
  /** It was started then or later: milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** It was started before: milliseconds since the epoch. */
  readonly until?: number | undefined;
  /** It had not ended before: milliseconds since the epoch. */
  readonly activeSince?: number | undefined;
}

/** What a filter looks at. */
export type FilteredSession = Pick<SessionEntry<unknown>, "name" | "state" | "startedAt" | "endedAt">;

/**
 * Compiles a filter of sessions.
 *
 * @param spec What a session must be.
 * @returns Tells whether a session fits. A time that cannot be read fits no bound but that of `activeSince`.
 */
export function compileSessionFilter(spec: SessionFilterSpec): (session: FilteredSession) => boolean {
  const tests = [...conditions(spec)];
  if (tests.length === 0) return () => true;
  return (session) => tests.every((test) => test(session));
}

function* conditions(spec: SessionFilterSpec): Generator<(session: FilteredSession) => boolean> {
  const { workflow, states = [], since, until, activeSince } = spec;
  if (workflow !== undefined) {
    const fits = compileGlob(workflow);
    yield ({ name }) => fits(name);
  }
  if (states.length > 0) yield ({ state }) => states.includes(state);
  if (since !== undefined) yield ({ startedAt }) => Date.parse(startedAt) >= since;
  if (until !== undefined) yield ({ startedAt }) => Date.parse(startedAt) < until;
  if (activeSince !== undefined) yield ({ endedAt }) => endedAt === null || !(Date.parse(endedAt) < activeSince);
}
