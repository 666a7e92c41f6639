/** Where a follower of a store stands, kept in a file so that another can go on there. */

import { isJsonObject, parseJson } from "../codec/json.ts";
import { LogLockedError } from "../errors.ts";
import { unlessGone } from "./file_error.ts";
import { FileLock } from "./file_lock.ts";
import type { FollowAllItem } from "./follow_all.ts";
import { requirePath } from "./permission.ts";
import { replaceFile } from "./replace_file.ts";
import { SKEW_MS } from "./store_follower.ts";

/** Milliseconds between two writes of the file: what is delivered again after a crash. */
const SAVE_MS = 1000;

/**
 * A file that tells, by session id, up to which byte offset each log was delivered, and since when sessions matter that
 * it does not name. It is replaced at once, and belongs to one follower at a time.
 */
export class ListenCursor implements Disposable {
  readonly #path: string;
  readonly #lock: FileLock;
  readonly #positions: Map<string, number>;
  readonly #ended = new Map<string, number>();
  readonly #seen = new Set<string>();
  #since: number;
  #isSaved: boolean;
  #savedAt = -Infinity;

  private constructor(path: string, lock: FileLock, state: CursorState | undefined, now: number) {
    this.#path = path;
    this.#lock = lock;
    this.#positions = new Map(state?.positions);
    this.#since = state?.since ?? now;
    this.#isSaved = state !== undefined;
  }

  /**
   * Opens the file, or makes it.
   *
   * @param path The file.
   * @param now Milliseconds since the epoch: a new cursor stands at all that was written before.
   * @returns The cursor.
   * @throws {SyntaxError} When the file holds something else.
   * @throws {Error} When another follower uses it.
   */
  static open(path: string, now: number): ListenCursor {
    requirePath("read", path);
    for (const ending of ["", ".lock", ".tmp"]) requirePath("write", `${path}${ending}`);
    const lock = takeLock(path);
    try {
      const cursor = new ListenCursor(path, lock, load(path), now);
      cursor.save();
      return cursor;
    } catch (error) {
      lock.remove();
      throw error;
    }
  }

  /** Byte offsets behind what was delivered of each log, by session id. */
  get positions(): ReadonlyMap<string, number> {
    return this.#positions;
  }

  /** Sessions that it does not name matter when they had not ended before: milliseconds since the epoch. */
  get since(): number {
    return this.#since;
  }

  /**
   * Takes note of an item that was delivered, and writes the file now and then.
   *
   * @param item The item.
   */
  advance(item: FollowAllItem<unknown>): void {
    if (item.kind !== "idle") this.#seen.add(item.log.id);
    switch (item.kind) {
      case "opened":
      case "lines":
        this.#ended.delete(item.log.id);
        this.#positions.set(item.log.id, item.position);
        break;
      case "restarted":
        this.#positions.set(item.log.id, 0);
        break;
      case "closed":
        this.#positions.set(item.log.id, item.position);
        if (item.why === "ended") this.#ended.set(item.log.id, item.at);
        if (item.why === "removed") this.#positions.delete(item.log.id);
        break;
      case "idle":
        this.#forgetEnded(item.at);
        return;
      case "unreadable":
        return;
    }
    this.#isSaved = false;
    if (performance.now() - this.#savedAt >= SAVE_MS) this.save();
  }

  /** Writes the file, unless it says all that is known. */
  save(): void {
    if (this.#isSaved) return;
    const sessions = Object.fromEntries(this.#positions);
    replaceFile(this.#path, `${JSON.stringify({ since: new Date(this.#since).toISOString(), sessions })}\n`);
    this.#isSaved = true;
    this.#savedAt = performance.now();
  }

  /** Writes the file, and lets go of it. */
  [Symbol.dispose](): void {
    try {
      this.save();
    } finally {
      this.#lock.remove();
    }
  }

  /** A session that had surely ended before all was delivered need not be named any more, nor one whose log is gone. */
  #forgetEnded(since: number): void {
    this.#since = since;
    for (const id of [...this.#positions.keys()]) {
      if (this.#seen.has(id) && (this.#ended.get(id) ?? since) >= since - SKEW_MS) continue;
      this.#ended.delete(id);
      this.#positions.delete(id);
      this.#isSaved = false;
    }
    this.save();
  }
}

interface CursorState {
  readonly since: number;
  readonly positions: ReadonlyMap<string, number>;
}

function takeLock(path: string): FileLock {
  try {
    return FileLock.take(`${path}.lock`);
  } catch (error) {
    if (!(error instanceof LogLockedError)) throw error;
    throw new Error(`Cannot use cursor "${path}": another follower uses it`, { cause: error });
  }
}

function load(path: string): CursorState | undefined {
  const text = unlessGone(() => Deno.readTextFileSync(path));
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    throw new SyntaxError(`Cannot read cursor "${path}": ${(error as Error).message}`, { cause: error });
  }
}

/** The value that a text tells; nothing when it is damaged or empty. */
function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function parse(text: string): CursorState {
  const value = jsonOf(text);
  const since = isJsonObject(value) ? Date.parse(String(value.since)) : NaN;
  if (!isJsonObject(value) || !isJsonObject(value.sessions) || Number.isNaN(since)) {
    throw new SyntaxError('expected {"since":TIME,"sessions":{ID:OFFSET}}, as listen --all --cursor writes it');
  }
  const positions = Object.entries(value.sessions).map(([id, position]): [string, number] => {
    if (Number.isSafeInteger(position) && position as number >= 0) return [id, position as number];
    throw new SyntaxError(`session "${id}" stands at ${String(position)}, expected a byte offset`);
  });
  return { since, positions: new Map(positions) };
}
