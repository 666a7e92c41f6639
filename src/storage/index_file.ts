/** An index: a cache of what the logs hold, shared with other programs. */

import type { IndexSchema, SessionEnd } from "../codec/dialect.ts";
import { decodeIndex, encodeIndex, type IndexContent } from "../codec/index_text.ts";
import { dirname } from "../deps/path.ts";
import { FileLock } from "./file_lock.ts";
import { appendEntry, reviseEntry } from "./index_tail.ts";
import { openFile } from "./open_file.ts";
import { readFully } from "./read_fully.ts";
import { setAside } from "./set_aside.ts";
import { replaceFile } from "./replace_file.ts";

/** What an index file holds, and whether it can be trusted. */
export interface LoadedIndex<Entry> extends IndexContent<Entry> {
  /** Whether there is a file. */
  readonly exists: boolean;
}

/** An index file on disk. It is only ever changed under its lock. */
export class IndexFile<Entry> {
  /** Where it is. */
  readonly path: string;
  readonly #schema: IndexSchema<Entry>;
  readonly #rebuild: () => readonly Entry[];

  /**
   * @param path Where it is.
   * @param schema What its entries hold.
   * @param rebuild Makes the entries again from the logs; called when the file is missing or damaged.
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
      text = textOf(readWhole(this.path));
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
   * Changes the entries, under a lock that all programs of this project share. The entries of a file that is missing or
   * damaged are made again from the logs; a damaged one is set aside first.
   *
   * @param change Gets the entries and returns what they shall be; unknown fields stay.
   */
  update(change: (entries: readonly Entry[]) => readonly Entry[]): void {
    using lock = this.#lock();
    this.#change(lock, change);
  }

  /**
   * Removes entries. An index that has none of them, or that is not there, is left alone.
   *
   * @param isMeant Which.
   */
  remove(isMeant: (entry: Entry) => boolean): void {
    if (!this.#isPresent()) return;
    using lock = this.#lock();
    const loaded = this.load();
    if (loaded.damage === undefined && !loaded.entries.some(isMeant)) return;
    this.#change(lock, (entries) => entries.filter((entry) => !isMeant(entry)), loaded);
  }

  /**
   * Adds the entry of a session that has just begun; if somebody found its log and entered it, that entry moves to the end.
   *
   * @param entry The entry.
   */
  append(entry: Entry): void {
    this.#changeEnd(() => appendEntry(this.path, this.#schema, entry), (entries) => {
      const { id } = this.#schema.summarize(entry);
      return [...entries.filter((each) => this.#schema.summarize(each).id !== id), entry];
    });
  }

  /**
   * Writes the end of a session into its entry. An entry that another program lost is made again.
   *
   * @param entry The entry as it was.
   * @param end How the session ended.
   */
  stamp(entry: Entry, end: SessionEnd): void {
    this.revise(entry, (each) => this.#schema.stamp(each, end));
  }

  /**
   * Changes the entry of a session where it stands. An entry that another program lost is made again, at the end.
   *
   * @param entry The entry as it was.
   * @param change Gets the entry as it is and returns what it shall be; it may be called twice.
   */
  revise(entry: Entry, change: (entry: Entry) => Entry): void {
    const { id } = this.#schema.summarize(entry);
    this.#changeEnd(() => reviseEntry(this.path, this.#schema, id, change), (entries) => {
      const isOurs = (each: Entry): boolean => this.#schema.summarize(each).id === id;
      const known = entries.some(isOurs) ? entries : [...entries, entry];
      return known.map((each) => isOurs(each) ? change(each) : each);
    });
  }

  /** Changes the end of a file that is certainly ours, or else all of it. */
  #changeEnd(edit: () => boolean, change: (entries: readonly Entry[]) => readonly Entry[]): void {
    using lock = this.#lock();
    const seal = this.#seal();
    if (seal !== "" && lock.note() === seal && edit()) this.#noteSeal(lock);
    else this.#change(lock, change);
  }

  #change(
    lock: FileLock,
    change: (entries: readonly Entry[]) => readonly Entry[],
    loaded: LoadedIndex<Entry> = this.load(),
  ): void {
    const isWhole = loaded.exists && loaded.damage === undefined;
    const entries = isWhole ? loaded.entries : this.#recover(loaded.entries);
    const text = encodeIndex(this.#schema, change(entries), loaded.rest);
    if (loaded.damage !== undefined) setAside(this.path);
    replaceFile(this.path, text);
    // With other members the list of sessions may not be what ends the file: then it is always changed as a whole.
    if (Object.keys(loaded.rest).length === 0) this.#noteSeal(lock);
  }

  /** Whether anything has the name of the file, be it a link that leads nowhere. */
  #isPresent(): boolean {
    try {
      Deno.lstatSync(this.path);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  #noteSeal(lock: FileLock): void {
    try {
      lock.setNote(this.#seal());
    } catch {
      // What was to be done is done; without a note that fits, the next change reads the file.
    }
  }

  #lock(): FileLock {
    Deno.mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    return FileLock.wait(`${this.path}.lock`);
  }

  /**
   * What tells our own work from anybody else's: which file it is, how long, and when it was written. It is noted in the
   * lock file, and as long as it fits, the file need not be read to know that it is whole.
   */
  #seal(): string {
    try {
      const { ino, size, mtime } = Deno.statSync(this.path);
      return `${ino} ${size} ${mtime?.getTime()}\n`;
    } catch {
      return ""; // what cannot be looked at, such as a link to itself, is nobody's work
    }
  }

  /** What the damaged file still tells, and what the logs do: the logs win, but never over an end that was told. */
  #recover(readable: readonly Entry[]): readonly Entry[] {
    const { summarize } = this.#schema;
    const fromLogs = new Map(this.#rebuild().map((entry) => [summarize(entry).id, entry]));
    const kept = readable.map((entry) => {
      const { id, status } = summarize(entry);
      const fromLog = fromLogs.get(id);
      fromLogs.delete(id);
      if (status !== null || fromLog === undefined) return entry;
      return this.#schema.merge?.(entry, fromLog) ?? { ...entry, ...fromLog };
    });
    return [...kept, ...fromLogs.values()]
      .map((entry) => ({ entry, started: summarize(entry).startedAt }))
      .sort((a, b) => a.started < b.started ? -1 : a.started > b.started ? 1 : 0)
      .map(({ entry }) => entry);
  }
}

/** Reads a file with as few calls as its length allows; one that grows meanwhile is read to its end. */
function readWhole(path: string): Uint8Array<ArrayBuffer> {
  using file = openFile(path);
  const { size } = file.statSync();
  const bytes = readFully(file, 0, size + 1);
  return bytes.length === size ? bytes : Deno.readFileSync(path);
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes that are not UTF-8 are damage too: replaced characters would be written back. To be strict costs much more. */
function textOf(bytes: Uint8Array): string {
  const text = lenient.decode(bytes);
  return text.includes("\ufffd") ? strict.decode(bytes) : text;
}
