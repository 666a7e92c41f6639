/** A store with indexes and logs as one of several sources. */

import type { Dialect } from "../codec/dialect.ts";
import type { JsonObject } from "../codec/json.ts";
import type { AnyEvent, EventView, LogFormat } from "../query/event_view.ts";
import { projectNameOf } from "../query/project_name.ts";
import { Catalog, type SessionSelector } from "../storage/catalog.ts";
import type { Layout } from "../storage/layout.ts";
import type { SessionList } from "../storage/session_list.ts";
import type { AnySession, SearchableLog, SessionLog, Source, SourceListOptions, SourceName } from "./source.ts";

/** What the source needs to know of a dialect. */
export interface IndexedFormat<Event extends AnyEvent, ProjectEntry, GlobalEntry> {
  /** Its wire format, with the indexes. */
  readonly dialect: Dialect<Event, ProjectEntry, GlobalEntry>;
  /** What its events say. */
  readonly view: EventView<Event>;
}

/** The sessions of a store that has indexes: those of workflows and of agents. */
export class IndexedSource<Event extends AnyEvent, ProjectEntry extends object, GlobalEntry extends object>
  implements Source {
  /** Its name. */
  readonly name: SourceName;
  /** The directory of the store. */
  readonly root: string;
  /** The directory of the project. */
  readonly projectDir: string;
  /** How the logs of its sessions are read. */
  readonly format: LogFormat;
  readonly #dialect: Dialect<Event, ProjectEntry, GlobalEntry>;
  readonly #catalog: Catalog<Event, ProjectEntry, GlobalEntry>;

  /**
   * @param name Its name.
   * @param layout The store, and the project that is meant.
   * @param format How its logs are read, and what they say.
   */
  constructor(name: SourceName, layout: Layout, format: IndexedFormat<Event, ProjectEntry, GlobalEntry>) {
    this.name = name;
    this.root = layout.root;
    this.projectDir = layout.projectDir;
    this.format = format;
    this.#dialect = format.dialect;
    this.#catalog = new Catalog(layout, format.dialect);
  }

  /** Lists the sessions, newest first. */
  list(options: SourceListOptions): SessionList<AnySession> {
    return this.#catalog.sessions(options);
  }

  /** Chooses one session. */
  resolve(selector: SessionSelector, now: number): AnySession {
    return this.#catalog.resolve(selector, now);
  }

  /** What the index says of a session, in the order of its fields. */
  storedOf(session: AnySession): JsonObject {
    const { projectIndex, globalIndex } = this.#dialect;
    const entry = session.entry as ProjectEntry | GlobalEntry;
    return isGlobal(entry)
      ? globalIndex.codec.order(entry as GlobalEntry)
      : projectIndex.codec.order(entry as ProjectEntry);
  }

  /** The name of the project's directory; nothing for what lies in the store itself. */
  projectOf({ entry, logPath }: AnySession): string | undefined {
    return projectNameOf(logPath, (entry as { readonly project?: string }).project);
  }

  /** The log of a session. */
  logOf(session: AnySession): Promise<SessionLog> {
    return Promise.resolve(this.#logOf(session));
  }

  /** The log of a session. */
  searchableOf(session: AnySession): readonly SearchableLog[] {
    return [this.#logOf(session)];
  }

  #logOf({ logPath }: AnySession): SessionLog {
    return { logPath, format: this.format };
  }
}

/** Only the index of all projects names the project. */
function isGlobal(entry: object): boolean {
  return Object.hasOwn(entry, "project");
}
