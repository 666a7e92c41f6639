/** A session's entries in the two indexes. */

import type { IndexSchema, SessionEnd } from "../codec/dialect.ts";
import { ZIG } from "../codec/zig.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import type { GlobalSessionEntry, SessionLogIndexEntry } from "../codec/zig_index.ts";
import { LogGoneError } from "../errors.ts";
import type { SessionId } from "../session_id.ts";
import { Catalog } from "../storage/catalog.ts";
import { gatherEvidence } from "../storage/evidence.ts";
import type { IndexFile } from "../storage/index_file.ts";
import { type Layout, logPathOf } from "../storage/layout.ts";
import { lookAt } from "../storage/session_files.ts";

/** Keeps the entries of one session in the index of its project and in that of all projects. */
export class SessionIndexes {
  readonly #catalog: Catalog<SessionLogEvent, SessionLogIndexEntry, GlobalSessionEntry>;
  readonly #layout: Layout;
  readonly #id: SessionId;
  #entries: { project: SessionLogIndexEntry; global: GlobalSessionEntry } | undefined;

  /**
   * @param layout The project.
   * @param id The session.
   */
  constructor(layout: Layout, id: SessionId) {
    this.#catalog = new Catalog(layout, ZIG);
    this.#layout = layout;
    this.#id = id;
  }

  /**
   * Enters the session; an entry of that id moves to the end.
   *
   * @param first The first event of the log.
   */
  start(first: SessionLogEvent): void {
    const evidence = {
      id: this.#id,
      logPath: logPathOf(this.#layout, this.#id),
      projectDir: this.#layout.projectDir,
      first,
      end: undefined,
      created: first.ts,
    };
    this.#entries = ZIG.rebuild(evidence);
    this.#catalog.projectIndex.append(this.#entries.project);
    this.#catalog.globalIndex.append(this.#entries.global);
  }

  /**
   * Takes over a session that another process entered; what its log tells stands in for an entry that is lost.
   *
   * @throws {Deno.errors.NotFound} When there is no such log.
   */
  resume(): void {
    this.#entries = ZIG.rebuild(gatherEvidence(this.#layout, this.#id, ZIG));
  }

  /**
   * Writes the end of the session into its entries; an entry that another program lost is made again.
   *
   * @param end How the session ended.
   * @throws {LogGoneError} When there is no log any more; it is not entered then.
   */
  end(end: SessionEnd): void {
    if (this.#entries === undefined) return;
    const { log_path: path } = this.#entries.project;
    if (lookAt(path) === undefined) throw new LogGoneError(path);
    try {
      this.#catalog.projectIndex.stamp(this.#entries.project, end);
    } finally { // one index that cannot be written costs the other nothing
      this.#catalog.globalIndex.stamp(this.#entries.global, end);
    }
  }

  /** Takes the session out again, as if it had never been entered. */
  forget(): void {
    if (this.#entries === undefined) return;
    try {
      remove(this.#catalog.projectIndex, ZIG.projectIndex, this.#id);
    } finally {
      remove(this.#catalog.globalIndex, ZIG.globalIndex, this.#id);
    }
  }
}

function remove<Entry>(index: IndexFile<Entry>, schema: IndexSchema<Entry>, id: SessionId): void {
  if (index.load().entries.every((each) => schema.summarize(each).id !== id)) return;
  index.update((entries) => entries.filter((each) => schema.summarize(each).id !== id));
}
