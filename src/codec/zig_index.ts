/** The entries of the zig indexes. Source: zig-core 0.11. */

import type { IndexSchema } from "./dialect.ts";
import { Codec, oneOf, optional, STRING } from "./shape.ts";
import type { SessionStatus } from "./zig_events.ts";

/** A session in the index of its project. */
export interface SessionLogIndexEntry {
  /** The session id. */
  readonly zig_session_id: string;
  /** Name of the workflow. */
  readonly workflow_name: string;
  /** Path of the workflow file. */
  readonly workflow_path: string;
  /** The log file, absolute. */
  readonly log_path: string;
  /** RFC 3339. */
  readonly started_at: string;
  /** RFC 3339; `null` until the end. */
  readonly ended_at: string | null;
  /** `null` until the end. */
  readonly status: SessionStatus | null;
  /** Storage directory of the project. */
  readonly workspace_path: string | null;
}

/** A session in the index of all projects. */
export interface GlobalSessionEntry {
  /** The session id. */
  readonly zig_session_id: string;
  /** Name of the workflow. */
  readonly workflow_name: string;
  /** Storage directory of the project. */
  readonly project: string;
  /** The log file, absolute. */
  readonly log_path: string;
  /** RFC 3339. */
  readonly started_at: string;
  /** RFC 3339; `null` until the end. */
  readonly ended_at: string | null;
  /** `null` until the end. */
  readonly status: SessionStatus | null;
}

/** The index of one project: `<project>/logs/index.json`. */
export interface SessionLogIndex {
  /** The sessions in the order they were started. */
  readonly sessions: readonly SessionLogIndexEntry[];
}

/** The index of all projects: `~/.zig/sessions_index.json`. */
export interface GlobalSessionIndex {
  /** The sessions in the order they were started. */
  readonly sessions: readonly GlobalSessionEntry[];
}

const STATUS = optional(oneOf<SessionStatus>("success", "failure"));

function zigIndex<Entry extends SessionLogIndexEntry | GlobalSessionEntry>(codec: Codec<Entry>): IndexSchema<Entry> {
  return {
    codec,
    summarize: (entry) => ({
      id: entry.zig_session_id,
      name: entry.workflow_name,
      logPath: entry.log_path,
      startedAt: entry.started_at,
      endedAt: entry.ended_at,
      status: entry.status,
    }),
    stamp: (entry, { endedAt, status }) => ({ ...entry, ended_at: endedAt, status }),
  };
}

/** How the index of one project is read and written. */
export const ZIG_PROJECT_INDEX: IndexSchema<SessionLogIndexEntry> = zigIndex(
  new Codec({
    zig_session_id: STRING,
    workflow_name: STRING,
    workflow_path: STRING,
    log_path: STRING,
    started_at: STRING,
    ended_at: optional(STRING),
    status: STATUS,
    workspace_path: optional(STRING),
  }),
);

/** How the index of all projects is read and written. */
export const ZIG_GLOBAL_INDEX: IndexSchema<GlobalSessionEntry> = zigIndex(
  new Codec({
    zig_session_id: STRING,
    workflow_name: STRING,
    project: STRING,
    log_path: STRING,
    started_at: STRING,
    ended_at: optional(STRING),
    status: STATUS,
  }),
);
