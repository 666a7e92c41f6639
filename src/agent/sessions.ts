/** Queries over the sessions of agents. */

import { ZAG } from "../codec/zag.ts";
import type { Decoded } from "../codec/dialect.ts";
import type { AgentLogEvent } from "../codec/zag_events.ts";
import type { AgentGlobalEntry, AgentIndexEntry } from "../codec/zag_index.ts";
import { Catalog, type SessionEntry, type SessionSelector } from "../storage/catalog.ts";
import { follow, type FollowItem, type FollowOptions } from "../storage/follow.ts";
import { read, type ReadOptions } from "../storage/read.ts";
import { agentLayout } from "./agent_layout.ts";
import type { AgentStoreOptions } from "./agent_options.ts";

/** Finds the sessions of one store of agent sessions. */
export type AgentCatalog = Catalog<AgentLogEvent, AgentIndexEntry, AgentGlobalEntry>;

/**
 * Opens the catalogue of a store of agent sessions.
 *
 * @param options Which store and project: `root` may be that of the original, `~/.zag`.
 * @returns The catalogue.
 * @throws {UsageError} When no store can be found.
 * @throws {Deno.errors.NotCapable} When the store may not be read.
 */
export function openAgentCatalog(options: AgentStoreOptions = {}): AgentCatalog {
  return new Catalog(agentLayout(options), ZAG);
}

/**
 * Lists the agent sessions of a project: those of its index, and those whose logs no index names.
 *
 * @param options Which store and project.
 * @returns The sessions, newest first.
 */
export function listAgentSessions(options: AgentStoreOptions = {}): SessionEntry<AgentIndexEntry>[] {
  return openAgentCatalog(options).list();
}

/**
 * Finds one agent session.
 *
 * @param selector Its id, or the beginning of it; or which one.
 * @param options Which store and project. Other projects are searched when this one has no such session.
 * @returns The session.
 * @throws {SyntaxError} When the id could not be a session's.
 * @throws {SessionNotFoundError} When there is none.
 * @throws {AmbiguousSessionError} When the beginning fits several.
 */
export function findAgentSession(
  selector: string | SessionSelector,
  options: AgentStoreOptions = {},
): SessionEntry<AgentIndexEntry | AgentGlobalEntry> {
  return openAgentCatalog(options).resolve(typeof selector === "string" ? { kind: "id", id: selector } : selector);
}

/**
 * Reads the lines of an agent's log: events, unknown ones and damage, each with its byte offset.
 *
 * @param logPath The log.
 * @param options Which part of it.
 * @returns The lines so far.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export async function* readAgentLines(
  logPath: string,
  options: ReadOptions = {},
): AsyncGenerator<Decoded<AgentLogEvent>, void, void> {
  for await (const batch of read(logPath, ZAG, options)) yield* batch;
}

/**
 * Follows an agent session: what it has recorded, then what it records, until it ends. One that ended and was gone on
 * with is followed to its last end.
 *
 * @param logPath The log.
 * @param options Where to start, and when to stop.
 * @returns Items, of which the last is of kind `end` and says why.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export function followAgentSession(
  logPath: string,
  options: FollowOptions = {},
): AsyncGenerator<FollowItem<AgentLogEvent>, void, void> {
  return follow(logPath, ZAG, options);
}
