/** Which sessions were imported: the file that the original keeps beside its logs. */

import { isJsonObject, type JsonObject, stringifyJson } from "../codec/json.ts";
import { dirname } from "../deps/path.ts";
import { FileLock } from "../storage/file_lock.ts";
import { replaceFile } from "../storage/replace_file.ts";
import { setAside } from "../storage/set_aside.ts";

/** The version of a state whose import came to its end. */
const COMPLETE = 1;

/** What the file holds. */
interface Loaded {
  readonly version: number;
  readonly keys: readonly string[];
  readonly rest: JsonObject;
  readonly isDamaged: boolean;
}

/** The keys of the sessions that were imported, in a file that is saved after each. */
export class BackfillState {
  readonly #path: string;
  readonly #keys: Set<string>;

  /** @param path The file, `<logs>/backfill_state.json`. */
  constructor(path: string) {
    this.#path = path;
    this.#keys = new Set(load(path).keys);
  }

  /**
   * Tells whether a session was imported.
   *
   * @param key Its key.
   * @returns `true` when it was.
   */
  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /**
   * Saves that a session was imported. A damaged file is set aside.
   *
   * @param key Its key.
   */
  add(key: string): void {
    this.#save([key]);
  }

  /** Saves that the import came to its end: the original then has nothing left to import. */
  complete(): void {
    this.#save([], COMPLETE);
  }

  /** What others saved meanwhile is kept. */
  #save(added: readonly string[], version?: number): void {
    Deno.mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    using _lock = FileLock.wait(`${this.#path}.lock`);
    const saved = load(this.#path);
    for (const key of [...saved.keys, ...added]) this.#keys.add(key);
    if (saved.isDamaged) setAside(this.#path);
    const state = { version: version ?? saved.version, imported_session_keys: [...this.#keys], ...saved.rest };
    replaceFile(this.#path, stringifyJson(state, 2));
  }
}

function load(path: string): Loaded {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { version: 0, keys: [], rest: {}, isDamaged: false };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) {
      const { version = 0, imported_session_keys: keys = [], ...rest } = value;
      const isSound = Number.isInteger(version) && Array.isArray(keys) && keys.every((key) => typeof key === "string");
      if (isSound) return { version: version as number, keys, rest, isDamaged: false };
    }
  } catch {
    // Not JSON.
  }
  return { version: 0, keys: [], rest: {}, isDamaged: true };
}
