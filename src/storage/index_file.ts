/** An index: a cache of what the logs hold, shared with other programs. */

import type { IndexSchema } from "../codec/dialect.ts";
import { decodeIndex, encodeIndex, type IndexContent } from "../codec/index_text.ts";
import { dirname } from "../deps/path.ts";
import { FileLock } from "./file_lock.ts";
import { replaceFile } from "./replace_file.ts";

/** What an index file holds, and whether it can be trusted. */
export interface LoadedIndex<Entry> extends IndexContent<Entry> {
  /** Whether there is a file. */
  readonly exists: boolean;
}

/** An index file on disk. It is only ever changed by {@linkcode IndexFile.update}. */
export class IndexFile<Entry> {
  /** Where it is. */
  readonly path: string;
  readonly #schema: IndexSchema<Entry>;
  readonly #rebuild: () => readonly Entry[];

  /**
   * @param path Where it is.
   * @param schema What its entries hold.
   * @param rebuild Makes the entries again from the logs; called when the file is damaged.
   */
  constructor(path: string, schema: IndexSchema<Entry>, rebuild: () => readonly Entry[]) {
    this.path = path;
    this.#schema = schema;
    this.#rebuild = rebuild;
  }

  /**
   * Reads the file, without a lock: writers replace it at once.
   *
   * @returns The readable entries; `damage` says what is wrong with the file, if anything.
   */
  load(): LoadedIndex<Entry> {
    let text: string;
    try {
      text = Deno.readTextFileSync(this.path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return { entries: [], rest: {}, damage: undefined, exists: false };
      return { entries: [], rest: {}, damage: (error as Error).message, exists: true };
    }
    return { ...decodeIndex(this.#schema, text), exists: true };
  }

  /**
   * Reads the file, and from the logs what a damaged file has lost. Nothing is written.
   *
   * @returns The entries, and the damage if there is any.
   */
  loadOrRebuild(): LoadedIndex<Entry> {
    const loaded = this.load();
    return loaded.damage === undefined ? loaded : { ...loaded, entries: this.#recover(loaded.entries) };
  }

  /**
   * Changes the entries, under a lock that all programs of this project share. A damaged file is set aside first, and
   * its entries are made again from the logs.
   *
   * @param change Gets the entries and returns what they shall be; unknown fields stay.
   */
  update(change: (entries: readonly Entry[]) => readonly Entry[]): void {
    Deno.mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    using _lock = FileLock.wait(`${this.path}.lock`);
    const loaded = this.load();
    let { entries } = loaded;
    if (loaded.damage !== undefined) {
      entries = this.#recover(entries);
      Deno.renameSync(this.path, asidePath(this.path));
    }
    replaceFile(this.path, encodeIndex(this.#schema, change(entries), loaded.rest));
  }

  /** What the damaged file still tells, and what the logs do: the logs win. */
  #recover(readable: readonly Entry[]): readonly Entry[] {
    const idOf = (entry: Entry): string => this.#schema.summarize(entry).id;
    const rebuilt = this.#rebuild();
    const inLogs = new Set(rebuilt.map(idOf));
    return [...readable.filter((entry) => !inLogs.has(idOf(entry))), ...rebuilt]
      .map((entry) => ({ entry, started: this.#schema.summarize(entry).startedAt }))
      .sort((a, b) => a.started < b.started ? -1 : a.started > b.started ? 1 : 0)
      .map(({ entry }) => entry);
  }
}

/** Name for a damaged file: never one that is taken. */
function asidePath(path: string): string {
  const time = new Date().toISOString().replaceAll(/[-:]/g, "").replace(/\.(\d+)Z$/, "$1Z");
  return `${path}.broken-${time}-${crypto.randomUUID().slice(0, 8)}`;
}
