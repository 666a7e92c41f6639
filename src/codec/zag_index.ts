/** The entries of the zag indexes. Source: zag-agent 0.18. */

import type { IndexSchema } from "./dialect.ts";
import { BOOLEAN, Codec, oneOf, optional, STRING, STRINGS, withFallback } from "./shape.ts";
import type { LogCompleteness } from "./zag_events.ts";

/** An agent session in the index of its project. */
export interface AgentIndexEntry {
  /** The session id. */
  readonly wrapper_session_id: string;
  /** The agent. */
  readonly provider: string;
  /** The agent's own id of the session. */
  readonly provider_session_id: string | null;
  /** The log file, absolute. */
  readonly log_path: string;
  /** How much of what the agent did the log tells. */
  readonly completeness: LogCompleteness;
  /** RFC 3339. */
  readonly started_at: string;
  /** RFC 3339; `null` while it runs. */
  readonly ended_at: string | null;
  /** Directory that the agent works in. */
  readonly workspace_path: string | null;
  /** How the agent was run: `run`, `exec`, `resume`, `backfill`. */
  readonly command: string | null;
  /** The agent's own files that the log was made from. */
  readonly source_paths: readonly string[];
  /** Whether it was imported from the agent's own files. */
  readonly backfilled: boolean;
}

/** An agent session in the index of all projects. */
export interface AgentGlobalEntry {
  /** The session id. */
  readonly session_id: string;
  /** Name of the project's storage directory. */
  readonly project: string;
  /** The log file, absolute. */
  readonly log_path: string;
  /** The agent. */
  readonly provider: string;
  /** RFC 3339. */
  readonly started_at: string;
}

/** The index of one project: `<project>/logs/index.json`. */
export interface AgentLogIndex {
  /** The sessions in the order they were first started. */
  readonly sessions: readonly AgentIndexEntry[];
}

/** The index of all projects: `sessions_index.json`. */
export interface AgentGlobalIndex {
  /** The sessions in the order they were first started. */
  readonly sessions: readonly AgentGlobalEntry[];
}

/** What the field holds that tells how complete a log is. */
export const COMPLETENESS = oneOf<LogCompleteness>("full", "partial", "metadata_only");

/** How the index of one project is read and written. */
export const ZAG_PROJECT_INDEX: IndexSchema<AgentIndexEntry> = {
  codec: new Codec<AgentIndexEntry>({
    wrapper_session_id: STRING,
    provider: STRING,
    provider_session_id: optional(STRING),
    log_path: STRING,
    completeness: COMPLETENESS,
    started_at: STRING,
    ended_at: optional(STRING),
    workspace_path: optional(STRING),
    command: optional(STRING),
    source_paths: withFallback(STRINGS, []),
    backfilled: withFallback(BOOLEAN, false),
  }),
  summarize: (entry) => ({
    id: entry.wrapper_session_id,
    name: entry.provider,
    logPath: entry.log_path,
    startedAt: entry.started_at,
    endedAt: entry.ended_at,
    status: null, // only the log tells
  }),
  stamp: (entry, { endedAt }) => ({ ...entry, ended_at: endedAt }),
  merge: (entry, fromLog) => ({
    ...entry,
    log_path: fromLog.log_path,
    ended_at: fromLog.ended_at,
    provider_session_id: entry.provider_session_id ?? fromLog.provider_session_id,
    workspace_path: entry.workspace_path ?? fromLog.workspace_path,
    command: entry.command ?? fromLog.command,
  }),
};

/** How the index of all projects is read and written. It says nothing about how a session ended. */
export const ZAG_GLOBAL_INDEX: IndexSchema<AgentGlobalEntry> = {
  codec: new Codec<AgentGlobalEntry>({
    session_id: STRING,
    project: STRING,
    log_path: STRING,
    provider: STRING,
    started_at: STRING,
  }),
  summarize: (entry) => ({
    id: entry.session_id,
    name: entry.provider,
    logPath: entry.log_path,
    startedAt: entry.started_at,
    endedAt: null,
    status: null,
  }),
  stamp: (entry) => entry,
  merge: (entry, fromLog) => ({ ...entry, project: fromLog.project, log_path: fromLog.log_path }),
};
