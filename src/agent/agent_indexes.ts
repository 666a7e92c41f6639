/** An agent session's entries in the two indexes. */

import type { AgentLogEvent } from "../codec/zag_events.ts";
import type { AgentGlobalEntry, AgentIndexEntry } from "../codec/zag_index.ts";
import { ZAG } from "../codec/zag.ts";
import { basename } from "../deps/path.ts";
import type { SessionId } from "../session_id.ts";
import { Catalog } from "../storage/catalog.ts";
import { logPathOf } from "../storage/layout.ts";
import type { AgentLayout } from "./agent_layout.ts";
import type { AgentLogOptions } from "./agent_options.ts";

/** Keeps the entries of one agent session in the index of its project and in that of all projects. */
export class AgentIndexes {
  readonly #catalog: Catalog<AgentLogEvent, AgentIndexEntry, AgentGlobalEntry>;
  readonly #layout: AgentLayout;
  readonly #id: SessionId;
  #entry: AgentIndexEntry | undefined;

  /**
   * @param layout The project.
   * @param id The session.
   */
  constructor(layout: AgentLayout, id: SessionId) {
    this.#catalog = new Catalog(layout, ZAG);
    this.#layout = layout;
    this.#id = id;
  }

  /** The entry as this program knows it. */
  get entry(): AgentIndexEntry {
    if (this.#entry === undefined) throw new Error(`Cannot tell of session "${this.#id}": it has not been entered`);
    return this.#entry;
  }

  /**
   * Enters the session, or takes over its entry: it runs again then, and what nobody says anew stays as it was.
   *
   * @param options What the session is.
   * @param startedAt When it began, unless an entry tells.
   * @param isNew Whether its log has just been made.
   */
  start(options: AgentLogOptions, startedAt: string, isNew: boolean): void {
    const told = this.#told(options, startedAt);
    this.#entry = told;
    if (isNew) this.#catalog.projectIndex.append(told);
    else this.revise((known) => resumed(known, told, options));
    this.#enterGlobally(this.entry, isNew);
  }

  /**
   * Changes the entry; one that another program lost is made again.
   *
   * @param change Gets the entry and returns what it shall be.
   */
  revise(change: (entry: AgentIndexEntry) => AgentIndexEntry): void {
    this.#catalog.projectIndex.revise(this.entry, (known) => this.#entry = change(known));
  }

  /** Takes the session out again, as if it had never been entered. */
  forget(): void {
    const { projectIndex, globalIndex } = this.#catalog;
    if (this.#entry === undefined) return;
    projectIndex.update((entries) => entries.filter((each) => each.wrapper_session_id !== this.#id));
    if (!this.#layout.hasGlobalIndex) return;
    globalIndex.update((entries) => entries.filter((each) => each.session_id !== this.#id));
  }

  #told(options: AgentLogOptions, startedAt: string): AgentIndexEntry {
    return {
      wrapper_session_id: this.#id,
      provider: options.provider,
      provider_session_id: options.providerSessionId ?? null,
      log_path: logPathOf(this.#layout, this.#id),
      completeness: "full",
      started_at: startedAt,
      ended_at: null,
      workspace_path: options.workspacePath ?? null,
      command: options.command,
      source_paths: [...new Set(options.sourcePaths)],
      backfilled: options.backfilled ?? false,
    };
  }

  #enterGlobally({ log_path, provider, started_at }: AgentIndexEntry, isNew: boolean): void {
    if (!this.#layout.hasGlobalIndex) return;
    const project = basename(this.#layout.projectDir);
    const entry: AgentGlobalEntry = { session_id: this.#id, project, log_path, provider, started_at };
    if (isNew) this.#catalog.globalIndex.append(entry);
    else this.#catalog.globalIndex.revise(entry, (known) => ({ ...known, ...entry }));
  }
}

/** The entry of a session that runs again. The agent that began it stays its agent. */
function resumed(known: AgentIndexEntry, told: AgentIndexEntry, options: AgentLogOptions): AgentIndexEntry {
  return {
    ...known,
    ...told,
    provider: known.provider,
    provider_session_id: options.providerSessionId === undefined ? known.provider_session_id : told.provider_session_id,
    workspace_path: options.workspacePath === undefined ? known.workspace_path : told.workspace_path,
    started_at: known.started_at,
    source_paths: [...new Set([...known.source_paths, ...told.source_paths])],
  };
}
