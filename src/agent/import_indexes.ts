import type { IndexSchema } from "../codec/dialect.ts";
import { ZAG } from "../codec/zag.ts";
import type { AgentLogEvent } from "../codec/zag_events.ts";
import type { AgentGlobalEntry, AgentIndexEntry } from "../codec/zag_index.ts";
import { basename } from "../deps/path.ts";
import { Catalog } from "../storage/catalog.ts";
import type { IndexFile } from "../storage/index_file.ts";
import { allProjects, type Layout } from "../storage/layout.ts";

type AgentCatalog = Catalog<AgentLogEvent, AgentIndexEntry, AgentGlobalEntry>;

interface Project {
  readonly layout: Layout;
  readonly catalog: AgentCatalog;
  /** The entries to come. */
  readonly entries: AgentIndexEntry[];
}

/** Enters imported sessions into the indexes of a store, many at a time: an index is written as a whole. */
export class ImportIndexes {
  readonly #projects = new Map<string, Project>();
  /** The sessions that were recorded as they happened, by the agent's own id; `undefined` until somebody asks. */
  #recorded: ReadonlySet<string> | undefined;
  #size = 0;

  /** Entries that are not in the indexes yet. */
  get size(): number {
    return this.#size;
  }

  /**
   * Takes a session.
   *
   * @param layout Its project.
   * @param entry Its entry.
   */
  add(layout: Layout, entry: AgentIndexEntry): void {
    this.#project(layout).entries.push(entry);
    this.#size++;
  }

  /**
   * Tells whether a session was recorded while it ran, so that there is nothing to import. Any project may have it: a run
   * is recorded where it was started, or where it was told to.
   *
   * @param root Directory of the store.
   * @param provider The agent.
   * @param id The agent's own id of it.
   * @returns `true` when an index has it, and not from an import.
   */
  isRecorded(root: string, provider: string, id: string): boolean {
    this.#recorded ??= new Set(
      allProjects(root)
        .flatMap((layout) => new Catalog(layout, ZAG).projectIndex.load().entries)
        .filter(({ backfilled }) => !backfilled)
        .map((entry) => `${entry.provider}:${entry.provider_session_id}`),
    );
    return this.#recorded.has(`${provider}:${id}`);
  }

  /** Writes the indexes. */
  flush(): void {
    const global: AgentGlobalEntry[] = [];
    for (const { layout, catalog, entries } of this.#projects.values()) {
      if (entries.length === 0) continue;
      update(catalog.projectIndex, ZAG.projectIndex, entries, merge);
      global.push(...entries.map((entry) => globalEntry(layout, entry)));
      entries.length = 0;
    }
    const [any] = this.#projects.values();
    if (any !== undefined && global.length > 0) {
      update(any.catalog.globalIndex, ZAG.globalIndex, global, (_old, entry) => entry);
    }
    this.#size = 0;
  }

  #project(layout: Layout): Project {
    const known = this.#projects.get(layout.projectDir);
    if (known !== undefined) return known;
    const project = { layout, catalog: new Catalog(layout, ZAG), entries: [] };
    this.#projects.set(layout.projectDir, project);
    return project;
  }
}

/** Puts entries in place of those of the same sessions, and the others behind them. */
function update<Entry>(
  index: IndexFile<Entry>,
  { summarize }: IndexSchema<Entry>,
  entries: readonly Entry[],
  merge: (old: Entry, entry: Entry) => Entry,
): void {
  index.update((before) => {
    const byId = new Map(before.map((entry) => [summarize(entry).id, entry]));
    for (const entry of entries) {
      const { id } = summarize(entry);
      const old = byId.get(id);
      byId.set(id, old === undefined ? entry : merge(old, entry));
    }
    return [...byId.values()];
  });
}

/** A session may come from several files, one after the other. */
function merge(old: AgentIndexEntry, entry: AgentIndexEntry): AgentIndexEntry {
  const source_paths = [...new Set([...old.source_paths, ...entry.source_paths])];
  const started_at = old.started_at < entry.started_at ? old.started_at : entry.started_at;
  return { ...old, ...entry, started_at, source_paths };
}

function globalEntry({ projectDir }: Layout, entry: AgentIndexEntry): AgentGlobalEntry {
  const { wrapper_session_id, log_path, provider, started_at } = entry;
  return { session_id: wrapper_session_id, project: basename(projectDir), log_path, provider, started_at };
}
