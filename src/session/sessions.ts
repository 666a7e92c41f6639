/** Queries over recorded sessions, under the names that the original gives them. */

import type { Decoded } from "../codec/dialect.ts";
import { ZIG } from "../codec/zig.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import type { GlobalSessionEntry, SessionLogIndexEntry } from "../codec/zig_index.ts";
import { Catalog, type SessionEntry, type SessionSelector } from "../storage/catalog.ts";
import { follow, type FollowItem, type FollowOptions } from "../storage/follow.ts";
import { type LayoutOptions, openLayout } from "../storage/layout.ts";
import { read, type ReadOptions } from "../storage/read.ts";

/**
 * Opens the catalogue of a store.
 *
 * @param options Which store and project.
 * @returns The catalogue.
 */
export function openCatalog(
  options: LayoutOptions = {},
): Catalog<SessionLogEvent, SessionLogIndexEntry, GlobalSessionEntry> {
  return new Catalog(openLayout(options), ZIG);
}

/**
 * Lists the sessions of a project: those of its index, and those whose logs no index names.
 *
 * @param options Which store and project.
 * @returns The sessions, newest first.
 * @throws {UsageError} When no store can be found.
 */
export function listSessions(options: LayoutOptions = {}): SessionEntry<SessionLogIndexEntry>[] {
  return openCatalog(options).list();
}

/**
 * Lists the sessions of all projects of a store.
 *
 * @param options Which store.
 * @returns The sessions, newest first.
 * @throws {UsageError} When no store can be found.
 */
export function listAllSessions(options: LayoutOptions = {}): SessionEntry<GlobalSessionEntry>[] {
  return openCatalog(options).listAll();
}

/**
 * Finds one session.
 *
 * @param selector Its id, or the beginning of it; or which one.
 * @param options Which store and project. Other projects are searched when this one has no such session.
 * @returns The session.
 * @throws {SyntaxError} When the id could not be a session's.
 * @throws {SessionNotFoundError} When there is none.
 * @throws {AmbiguousSessionError} When the beginning fits several.
 */
export function findSession(
  selector: string | SessionSelector,
  options: LayoutOptions = {},
): SessionEntry<SessionLogIndexEntry | GlobalSessionEntry> {
  return openCatalog(options).resolve(typeof selector === "string" ? { kind: "id", id: selector } : selector);
}

/** The events of a log: iterate over them, or take them as an array. */
export class SessionEvents implements AsyncIterable<SessionLogEvent> {
  readonly #lines: AsyncIterable<Decoded<SessionLogEvent>>;

  /**
   * Makes it from a source of lines.
   *
   * @param lines The decoded lines of the log.
   */
  constructor(lines: AsyncIterable<Decoded<SessionLogEvent>>) {
    this.#lines = lines;
  }

  /**
   * Iterates over the events; lines that are damaged or of an unknown type are passed over.
   *
   * @returns The events, in the order of the log.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<SessionLogEvent, void, void> {
    for await (const line of this.#lines) {
      if (line.kind === "event") yield line.event;
    }
  }

  /**
   * Reads all events.
   *
   * @returns The events, in the order of the log.
   */
  toArray(): Promise<SessionLogEvent[]> {
    return Array.fromAsync(this);
  }
}

/**
 * Reads the events of a log. One damaged line costs one line; {@linkcode readSessionLines} tells which.
 *
 * @param logPath The log.
 * @param options Which part of it.
 * @returns The events so far; `Deno.errors.NotFound` is thrown on the first of them when there is no such log.
 */
export function readSessionEvents(logPath: string, options: ReadOptions = {}): SessionEvents {
  return new SessionEvents(readSessionLines(logPath, options));
}

/**
 * Reads the lines of a log: events, unknown ones and damage, each with its byte offset.
 *
 * @param logPath The log.
 * @param options Which part of it.
 * @returns The lines so far.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export async function* readSessionLines(
  logPath: string,
  options: ReadOptions = {},
): AsyncGenerator<Decoded<SessionLogEvent>, void, void> {
  for await (const batch of read(logPath, ZIG, options)) yield* batch;
}

/**
 * Follows a session: what it has recorded, then what it records, until it ends.
 *
 * @param logPath The log, as `findSession(…).logPath` tells it.
 * @param options Where to start, and when to stop.
 * @returns Items, of which the last is of kind `end` and says why.
 * @throws {Deno.errors.NotFound} When there is no such log.
 *
 * @example
 * ```ts
 * import { followSession, SessionWriter } from "@ziglog/ziglog";
 *
 * const root = Deno.makeTempDirSync();
 * const writer = SessionWriter.create({ workflowName: "build", workflowPath: "", tierCount: 0, root });
 * setTimeout(() => writer.ended("success", 100), 100);
 * for await (const item of followSession(writer.logPath)) {
 *   if (item.kind === "lines") console.log(item.lines.map((line) => line.text).join("\n"));
 *   if (item.kind === "end") console.log("over:", item.why); // over: ended
 * }
 * ```
 */
export function followSession(
  logPath: string,
  options: FollowOptions = {},
): AsyncGenerator<FollowItem<SessionLogEvent>, void, void> {
  return follow(logPath, ZIG, options);
}
