import type { LogSourceKind } from "../codec/zag_events.ts";
import type { ReadVariable } from "../storage/permission.ts";
import type { AgentName, TranscriptFile, TranscriptFold } from "./transcript.ts";

/** How an agent's sessions are found and read. */
export interface TranscriptAgent {
  /** The agent. */
  readonly name: AgentName;
  /** Tells where the agent keeps its files, by the environment that it runs in; ours when that is left out. */
  folder(env?: ReadVariable): string;
  /** Lists the sessions of a folder; at the least those that were written to since a time, in milliseconds. */
  list(folder: string, since?: number): readonly TranscriptFile[];
  /** Tells which directory a session is about; `null` when nobody knows yet. */
  cwdOf(path: string): string | null | Promise<string | null>;
  /** Whether a file holds the session with an id. */
  isNamed(path: string, id: string): boolean;
  /** Begins to read a session. */
  fold(path: string, source: LogSourceKind): TranscriptFold | Promise<TranscriptFold>;
}

/** A run of an agent whose session is looked for. */
export interface LiveContext {
  /** Directory that the agent works in. */
  readonly cwd: string;
  /** When it was started, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The agent's own id of the session, where that is known. */
  readonly providerSessionId?: string | null | undefined;
  /** Whether the run goes on with an earlier session: then a file that was there before may be it. */
  readonly resumed?: boolean | undefined;
  /** Whether nobody else works in that directory: then a further session in it is the same run's, begun anew. */
  readonly isWorktree?: boolean | undefined;
  /** The agent's folder; its own default when it is left out. */
  readonly folder?: string | undefined;
}
