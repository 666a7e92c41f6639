/** Whose sessions the commands mean that care for stores. */

import { AmbiguousSessionError, SessionNotFoundError } from "../errors.ts";
import { openStore, STORE_FORMATS, STORE_SOURCES, type StoreSource } from "../maintenance/stores.ts";
import type { AnySession } from "../sources/source.ts";
import { Sources } from "../sources/sources.ts";
import type { SessionSelector } from "../storage/catalog.ts";
import type { LayoutOptions } from "../storage/layout.ts";
import { type LocatedLog, locateLog } from "../storage/locate.ts";
import type { CommandContext, OptionTable } from "./command.ts";
import { tellGaps } from "./source_option.ts";

const CHOICES = [...STORE_SOURCES, "all"] as const;

/** The option of commands that care for whole stores. */
export const STORE_SOURCE = {
  kind: "string",
  value: "SOURCE",
  choices: CHOICES,
  help: "whose sessions: zig, those of workflows (the default); agents; or all",
} as const;

/** The option of commands that care for single sessions, too. */
export const ID_STORE_SOURCE = {
  ...STORE_SOURCE,
  help: "whose sessions: zig, those of workflows; agents; or all (default: an ID of either, otherwise zig)",
} as const;

/** A session of one of the stores. */
export interface StoredSession {
  /** Whose it is. */
  readonly source: StoreSource;
  /** The session. */
  readonly session: AnySession;
}

/** A log of one of the stores. */
export interface StoredLog extends LocatedLog {
  /** Whose it is. */
  readonly source: StoreSource;
}

/** What things are called in the JSON that tells of sessions. */
export interface JsonNames {
  /** The session id. */
  readonly id: string;
  /** What ran. */
  readonly name: string;
}

/**
 * Tells whose sessions are meant.
 *
 * @param value What `--source` says.
 * @param otherwise Whose are meant when it says nothing.
 * @returns The sources.
 */
export function storeSources(
  value: string | undefined,
  otherwise: readonly StoreSource[] = ["zig"],
): readonly StoreSource[] {
  if (value === undefined) return otherwise;
  return value === "all" ? STORE_SOURCES : [value as StoreSource];
}

/**
 * Tells how the JSON of a source names things: as its logs and indexes do.
 *
 * @param source The source.
 * @returns The names.
 */
export function jsonNames(source: StoreSource): JsonNames {
  return { id: STORE_FORMATS[source].rules.sessionField, name: source === "zig" ? "workflow_name" : "provider" };
}

/**
 * Chooses the session that the arguments of a command mean: an id of either store, the latest of those of workflows,
 * unless `--source` says otherwise.
 *
 * @param context Where to look, and whom to tell what was left out.
 * @param selector Which.
 * @param value What `--source` says.
 * @returns The session.
 * @throws {SessionNotFoundError} When there is none.
 * @throws {AmbiguousSessionError} When a prefix fits several.
 */
export async function chooseStored(
  { host, layout }: Pick<CommandContext<OptionTable>, "host" | "layout">,
  selector: SessionSelector,
  value: string | undefined,
): Promise<StoredSession> {
  const sources = new Sources(storeSources(value, selector.kind === "id" ? STORE_SOURCES : undefined), layout);
  try {
    const { source, session } = await sources.resolve(selector, host.now().getTime());
    return { source: source.name as StoreSource, session };
  } catch (error) {
    tellGaps(host, sources); // it may be there
    throw error;
  }
}

/**
 * Finds a log by its name alone, in either store unless `--source` says which.
 *
 * @param id The session id, or the beginning of it.
 * @param layout The store of workflows, and the project.
 * @param value What `--source` says.
 * @returns The log.
 * @throws {SyntaxError} When the id could not be a session's.
 * @throws {SessionNotFoundError} When there is none.
 * @throws {AmbiguousSessionError} When the beginning fits several.
 */
export function locateStored(id: string, layout: LayoutOptions, value: string | undefined): StoredLog {
  const found: StoredLog[] = [];
  let missing: SessionNotFoundError | undefined;
  for (const source of storeSources(value, STORE_SOURCES)) {
    try {
      const log = locateLog(openStore({ ...layout, source }).layout, id);
      if (log.id === id) return { ...log, source };
      found.push({ ...log, source });
    } catch (error) {
      if (!(error instanceof SessionNotFoundError)) throw error;
      missing ??= error;
    }
  }
  const [only] = found;
  if (only === undefined) throw missing!;
  if (found.length > 1) throw new AmbiguousSessionError(id, found.map((log) => log.id));
  return only;
}
