import { isJsonObject } from "../codec/json.ts";
import { dirname } from "../deps/path.ts";
import { LogLockedError } from "../errors.ts";
import { AppendFile } from "../storage/append_file.ts";
import { FileLock } from "../storage/file_lock.ts";
import { replaceFile } from "../storage/replace_file.ts";
import { setAside } from "../storage/set_aside.ts";

/** What is known of a transcript that was imported. */
export interface ImportedTranscript {
  /** The agent's file. */
  readonly path: string;
  /** Its bytes when it was imported. */
  readonly size: number;
  /** When it had been written last, in milliseconds since the epoch. */
  readonly modified: number;
  /** The session that it became; `null` where it told nothing. */
  readonly session: string | null;
  /** Storage directory of its project. */
  readonly projectDir: string;
}

/** The line that says that all sessions before it are in the indexes. */
const INDEXED = '{"indexed":true}';

const utf8 = new TextEncoder();

/**
 * What was imported from an agent so far: a file with a line a transcript, that only grows while an import runs. It only
 * saves work: without it, every transcript is read again, and nothing is imported twice.
 */
export class ImportState implements Disposable {
  /** The sessions that an import, which did not come to its end, has not entered into the indexes. */
  readonly unindexed: readonly ImportedTranscript[];
  /** Where a damaged file was put; `undefined` when it was sound. */
  readonly setAside: string | undefined;
  readonly #known: Map<string, ImportedTranscript>;
  readonly #file: AppendFile | undefined;
  readonly #lock: FileLock | undefined;

  private constructor(loaded: Loaded, setAside?: string, file?: AppendFile, lock?: FileLock) {
    this.#known = loaded.known;
    this.unindexed = loaded.unindexed;
    this.setAside = setAside;
    this.#file = file;
    this.#lock = lock;
  }

  /**
   * Reads the file, and writes nothing.
   *
   * @param path The file.
   * @returns What it tells.
   */
  static look(path: string): ImportState {
    return new ImportState(load(path));
  }

  /**
   * Opens the file for an import. A damaged one is set aside, and what can be read of it is kept.
   *
   * @param path The file; it is made when there is none.
   * @returns The state; nobody else can import from that agent as long as it is open.
   * @throws {LogLockedError} When somebody imports from that agent.
   */
  static open(path: string): ImportState {
    Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const lock = takeLock(`${path}.lock`);
    try {
      const loaded = load(path);
      const aside = loaded.isDamaged ? setAside(path) : undefined;
      if (aside !== undefined || !loaded.isTidy) replaceFile(path, textOf(loaded));
      return new ImportState(loaded, aside, AppendFile.open(path), lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /**
   * Looks a transcript up.
   *
   * @param path The agent's file.
   * @returns What is known of it; `undefined` when it was not imported.
   */
  get(path: string): ImportedTranscript | undefined {
    return this.#known.get(path);
  }

  /**
   * Notes that a transcript was imported.
   *
   * @param transcript The transcript.
   */
  add(transcript: ImportedTranscript): void {
    this.#known.set(transcript.path, transcript);
    this.#file?.append(utf8.encode(JSON.stringify(transcript) + "\n"));
  }

  /** Notes that all sessions so far are in the indexes. */
  indexed(): void {
    this.#file?.append(utf8.encode(INDEXED + "\n"));
  }

  /** Lets go of the file. */
  [Symbol.dispose](): void {
    this.#file?.close();
    this.#lock?.remove();
  }
}

function takeLock(path: string): FileLock {
  try {
    return FileLock.take(path);
  } catch (error) {
    throw error instanceof LogLockedError ? new LogLockedError(path, "another import from there is going on") : error;
  }
}

interface Loaded {
  readonly known: Map<string, ImportedTranscript>;
  readonly unindexed: ImportedTranscript[];
  /** Whether a line cannot be read. */
  readonly isDamaged: boolean;
  /** Whether the file can be appended to as it is. */
  readonly isTidy: boolean;
}

/** Reads a state file. An unfinished last line is no damage: the import died over it. */
function load(path: string): Loaded {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { known: new Map(), unindexed: [], isDamaged: false, isTidy: false };
  }
  const known = new Map<string, ImportedTranscript>();
  let unindexed: ImportedTranscript[] = [];
  let isDamaged = false;
  const lines = text.split("\n");
  const torn = lines.pop();
  for (const line of lines) {
    const transcript = line === INDEXED ? undefined : transcriptOf(line);
    if (line === INDEXED) unindexed = [];
    else if (transcript === undefined) isDamaged = true;
    else {
      known.set(transcript.path, transcript);
      unindexed.push(transcript);
    }
  }
  return { known, unindexed, isDamaged, isTidy: torn === "" && lines.length <= 2 * known.size + 8 };
}

function transcriptOf(line: string): ImportedTranscript | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const { path, size, modified, session, projectDir } = value;
  if (typeof path !== "string" || typeof size !== "number" || typeof modified !== "number") return undefined;
  if (typeof projectDir !== "string" || typeof session !== "string" && session !== null) return undefined;
  return { path, size, modified, session, projectDir };
}

/** One line a transcript; those that are not in the indexes come last. */
function textOf({ known, unindexed }: Loaded): string {
  const last = new Set(unindexed.map(({ path }) => path));
  const lines = [...known.values()].map((each) => ({ line: JSON.stringify(each), isLast: last.has(each.path) }));
  const before = lines.filter(({ isLast }) => !isLast).map(({ line }) => line);
  const after = lines.filter(({ isLast }) => isLast).map(({ line }) => line);
  return [...before, INDEXED, ...after].map((line) => `${line}\n`).join("");
}
