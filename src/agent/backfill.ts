/** Importing the sessions that agents have on disk. */

import { ZAG } from "../codec/zag.ts";
import { join } from "../deps/path.ts";
import { LogLockedError } from "../errors.ts";
import { isSessionId, type SessionId } from "../session_id.ts";
import { Catalog } from "../storage/catalog.ts";
import { readTail } from "../storage/evidence.ts";
import { logPathOf } from "../storage/layout.ts";
import { Ownership } from "../storage/ownership.ts";
import { requirePath } from "../storage/permission.ts";
import { readFirst } from "../storage/read.ts";
import { lookAt } from "../storage/session_files.ts";
import type { HistoricalLogAdapter, HistoricalSession } from "./adapter.ts";
import { type AgentLayout, agentLayout } from "./agent_layout.ts";
import type { AgentStoreOptions } from "./agent_options.ts";
import { BackfillState } from "./backfill_state.ts";
import type { TranscriptEvent } from "./transcript.ts";
import { AgentLogWriter } from "./writer.ts";

/** Where sessions are imported to, and how. */
export interface BackfillOptions extends AgentStoreOptions {
  /** Told what became of each session. */
  readonly onSession?: ((session: BackfilledSession) => void) | undefined;
}

/** What became of a session. */
export interface BackfilledSession {
  /** The session. */
  readonly session: HistoricalSession;
  /** It is in the store now; it had been there before; it cannot become a file; or somebody is writing it. */
  readonly outcome: "imported" | "known" | "unusable" | "busy";
}

/** Events that are read before the log is begun, so that its first event can tell what they do. */
const READ_AHEAD = 64;

/**
 * Imports the sessions that agents have on disk, each once: the state is saved after each, and what the index holds
 * counts as imported, though the state be lost. An import that was interrupted begins its session anew.
 *
 * @param adapters Find the sessions.
 * @param options Where to.
 * @returns How many sessions were imported.
 * @throws {LogWriteError} When the system does not take an event.
 * @throws {Deno.errors.NotCapable} When the store may not be read or written.
 *
 * @example
 * ```ts
 * import { type HistoricalSession, runBackfill } from "@ziglog/ziglog/zag";
 *
 * const said = { type: "user_message", role: "user", content: "hello", message_id: null } as const;
 * const session: HistoricalSession = {
 *   provider: "gemini",
 *   wrapperSessionId: "g-1",
 *   providerSessionId: "g-1",
 *   sourcePaths: [],
 *   facts: { sessionId: "g-1", cwd: null, model: null, startedAt: null, endedAt: null, completeness: "full" },
 *   events: () => [{ source: "backfill", event: said, at: "2026-05-01T14:19:07Z" }],
 * };
 * const root = Deno.makeTempDirSync();
 * await runBackfill([{ sessions: () => [session] }], { root }); // 1
 * await runBackfill([{ sessions: () => [session] }], { root }); // 0
 * ```
 */
export async function runBackfill(
  adapters: Iterable<HistoricalLogAdapter>,
  options: BackfillOptions = {},
): Promise<number> {
  const layout = agentLayout(options);
  for (const path of new Set([layout.root, layout.logsDir])) requirePath("write", path);
  const state = new BackfillState(join(layout.logsDir, "backfill_state.json"));
  const known = knownSessions(layout);
  let imported = 0;
  for (const adapter of adapters) {
    for await (const session of adapter.sessions()) {
      const key = `${session.provider}:${session.providerSessionId ?? session.wrapperSessionId}`;
      const outcome = await importOne(session, key);
      if (outcome === "imported") {
        known.add(key);
        state.add(key);
        imported++;
      }
      options.onSession?.({ session, outcome });
    }
  }
  state.complete();
  return imported;

  async function importOne(session: HistoricalSession, key: string): Promise<BackfilledSession["outcome"]> {
    const { wrapperSessionId: id } = session;
    if (state.has(key) || known.has(key)) return "known";
    if (!isSessionId(id)) return "unusable";
    try {
      return makeRoom(layout, id) ? (await write(session, options), "imported") : "known";
    } catch (error) {
      if (error instanceof LogLockedError) return "busy";
      throw error;
    }
  }
}

/** The keys of the sessions that the index holds, or that their logs tell of; what an import left half done is none. */
function knownSessions(layout: AgentLayout): Set<string> {
  const rows = new Catalog(layout, ZAG).list();
  return new Set(
    rows.filter(({ entry, status }) => status !== null || entry.ended_at !== null || !entry.backfilled)
      .map(({ entry }) => `${entry.provider}:${entry.provider_session_id ?? entry.wrapper_session_id}`),
  );
}

/** Removes what an interrupted import has left; `false` when the log of that name is whole, or another's. */
function makeRoom(layout: AgentLayout, id: SessionId): boolean {
  const logPath = logPathOf(layout, id);
  if (lookAt(logPath) === undefined) return true;
  using ownership = Ownership.take(logPath);
  const first = readFirst(logPath, ZAG);
  const isOurs = first === undefined || first.type === "session_started" && first.backfilled;
  if (!isOurs || readTail(logPath, ZAG).end !== undefined) return false;
  Deno.removeSync(logPath);
  ownership.finish();
  return true;
}

async function write(session: HistoricalSession, options: BackfillOptions): Promise<void> {
  const events = batches(session.events());
  const first = await events.next();
  const { facts } = session;
  let at = facts.startedAt ?? (first.done ? null : first.value.find((event) => event.at !== null)?.at) ?? null;
  const details = {
    ...options,
    provider: session.provider,
    providerSessionId: session.providerSessionId,
    workspacePath: facts.cwd,
    sourcePaths: session.sourcePaths,
    command: "backfill",
    backfilled: true,
    ...(at === null ? {} : { startedAt: at }),
  };
  using writer = AgentLogWriter.create({ ...details, wrapperSessionId: session.wrapperSessionId });
  const { model, cwd } = facts;
  const started = { command: "backfill", model, cwd, resumed: false, backfilled: true };
  writer.setCompleteness(facts.completeness);
  writer.emit("backfill", { type: "session_started", ...started }, { at });
  for (let next = first; !next.done; next = await events.next()) {
    writer.setCompleteness(session.facts.completeness);
    writer.emitAll(next.value.map((each) => ({ ...each, at: at = each.at ?? at })));
  }
  writer.finish(true, null, { at: session.facts.endedAt ?? at });
}

/** Events in handfuls: what an adapter tells at the end of a handful is known when it is written. */
async function* batches(
  events: Iterable<TranscriptEvent> | AsyncIterable<TranscriptEvent>,
): AsyncGenerator<TranscriptEvent[], undefined, void> {
  let batch: TranscriptEvent[] = [];
  for await (const event of events) {
    batch.push(event);
    if (batch.length < READ_AHEAD) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
