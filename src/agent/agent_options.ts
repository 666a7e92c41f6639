/** What an agent session is, and how it is written. */

import type { Clock } from "../session/clock.ts";

/** Where the sessions of agents are kept. */
export interface AgentStoreOptions {
  /** Directory of the store; `agents` in that of zig sessions, so `~/.zig/agents`, when it is left out. */
  readonly root?: string | undefined;
  /** Directory whose git repository names the project; the working directory when it is left out. */
  readonly project?: string | undefined;
  /** Directory of logs and index, instead of the project's. Only `globalIndexDir` then names an index of all. */
  readonly logsDir?: string | undefined;
  /** Directory of the index of all projects; that of the store when it is left out. */
  readonly globalIndexDir?: string | undefined;
}

/** What an agent session is, and how it is written. */
export interface AgentLogOptions extends AgentStoreOptions {
  /** The agent: `claude`, `codex`, `gemini`, `copilot` or another. */
  readonly provider: string;
  /** The session. One that has a log already is gone on with. */
  readonly wrapperSessionId: string;
  /** The agent's own id of it; what the index knows stays when this is left out. */
  readonly providerSessionId?: string | null | undefined;
  /** Directory that the agent works in; what the index knows stays when this is left out. */
  readonly workspacePath?: string | null | undefined;
  /** How the agent is run: `run`, `exec`, `resume`, `backfill`. */
  readonly command: string;
  /** Model asked for. */
  readonly model?: string | null | undefined;
  /** Whether it goes on with an earlier session. */
  readonly resumed?: boolean | undefined;
  /** Whether it is imported from the agent's own files. */
  readonly backfilled?: boolean | undefined;
  /** The agent's own files that the log is made from. */
  readonly sourcePaths?: readonly string[] | undefined;
  /** When a session began that is not just beginning, RFC 3339. */
  readonly startedAt?: string | undefined;
  /**
   * What an emit waits for. `none`: the operating system has the line, and no crash of a program loses it. `fsync`: the
   * disk has it, and no power loss does.
   */
  readonly durability?: "none" | "fsync" | undefined;
  /** Takes secrets out of what was said, of what tools were given and answered, and of errors, before they are written. */
  readonly redact?: ((text: string) => string) | undefined;
  /** Tells the time; for tests. */
  readonly clock?: Clock | undefined;
}
