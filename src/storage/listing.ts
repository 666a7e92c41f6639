/** What the names of a project's files tell, in one look. */

import { join } from "../deps/path.ts";
import { isSessionId, type SessionId } from "../session_id.ts";
import { type Layout, readDir } from "./layout.ts";

const LOG = ".jsonl";
const PIN = ".pin";

/** The logs of a project and the marks beside them, as they were when it was made. */
export class Listing {
  /** What stands in front of the name of each file. */
  readonly #folder: string;
  /** Names of logs without their suffix; not all of them are session ids. */
  readonly #logs: string[] = [];
  readonly #pins = new Set<string>();
  #logSet: ReadonlySet<string> | undefined;

  /** @param layout The project. */
  constructor(layout: Layout) {
    this.#folder = join(layout.sessionsDir, LOG).slice(0, -LOG.length);
    for (const { name, isFile, isSymlink } of readDir(layout.sessionsDir)) {
      if (!isFile && !isSymlink) continue;
      if (name.endsWith(LOG)) this.#logs.push(name.slice(0, -LOG.length));
      else if (name.endsWith(PIN)) this.#pins.add(name.slice(0, -PIN.length));
    }
  }

  /**
   * Gives the sessions that have a log.
   *
   * @param known Ids to leave out.
   * @returns The other ids, in no order; files whose name is no session id are passed over.
   */
  ids(known: ReadonlySet<string> = new Set()): SessionId[] {
    return this.#logs.filter((name): name is SessionId => !known.has(name) && isSessionId(name));
  }

  /**
   * Tells whether a session has a log here.
   *
   * @param id The session.
   * @returns `true` when it has.
   */
  hasLog(id: string): boolean {
    return (this.#logSet ??= new Set(this.#logs)).has(id);
  }

  /**
   * The log of a session here.
   *
   * @param id The session.
   * @returns The path.
   */
  pathOf(id: string): string {
    return `${this.#folder}${id}${LOG}`;
  }

  /**
   * Tells whether a path is that of the log of a session here. Of ten thousand, no path is put together for that.
   *
   * @param logPath The path.
   * @param id The session.
   * @returns `true` when it is what {@linkcode Listing.pathOf} gives.
   */
  isPathOf(logPath: string, id: string): boolean {
    const { length } = this.#folder;
    return logPath.length === length + id.length + LOG.length && logPath.startsWith(id, length) &&
      logPath.startsWith(this.#folder) && logPath.endsWith(LOG);
  }

  /**
   * Tells whether a session is protected from being pruned.
   *
   * @param id The session.
   * @param logPath Its log.
   * @returns `true` when the mark lies beside a log that is here.
   */
  isPinned(id: string, logPath: string): boolean {
    return this.#pins.size > 0 && this.#pins.has(id) && this.isPathOf(logPath, id);
  }
}
