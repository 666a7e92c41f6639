/** Appending to a session that another program writes. */

import type { AgentEventKind, AgentLogEvent } from "../codec/zag_events.ts";
import { basename, dirname } from "../deps/path.ts";
import { parseSessionId } from "../session_id.ts";
import { type Clock, systemClock } from "../session/clock.ts";
import { lockState } from "../storage/file_lock.ts";
import { lockPathOf } from "../storage/layout.ts";
import { requirePath } from "../storage/permission.ts";
import { type Afterwards, SharedLog } from "./shared_log.ts";

/** Whose event it is. */
export interface AppendAgentEventOptions {
  /** The agent. */
  readonly provider: string;
  /** The session; the name of the file when it is left out. */
  readonly wrapperSessionId?: string | undefined;
  /** The agent's own id of it. */
  readonly providerSessionId?: string | null | undefined;
  /** Tells the time; for tests. */
  readonly clock?: Clock | undefined;
}

/**
 * Appends one event to the log of a session, be its writer alive or gone, whoever else appends: no event is lost, and
 * no two get the same number. The indexes stay as they are. A log that is not there is begun, with number 0.
 *
 * @param logPath The log, `<sessions>/<id>.jsonl`.
 * @param event What happened.
 * @param options Whose it is.
 * @returns The event as it stands in the log.
 * @throws {SyntaxError} When the session id could leave its directory.
 * @throws {TypeError} When the event cannot be written.
 * @throws {LogWriteError} When the system does not take it.
 * @throws {Deno.errors.NotCapable} When the log may not be written.
 *
 * @example
 * ```ts
 * import { appendEventToLog } from "@ziglog/ziglog/zag";
 *
 * const logPath = `${Deno.makeTempDirSync()}/s-3.jsonl`;
 * appendEventToLog(logPath, { type: "session_result", result: "released" }, { provider: "claude" });
 * ```
 */
export function appendEventToLog(
  logPath: string,
  event: AgentEventKind,
  options: AppendAgentEventOptions,
): AgentLogEvent {
  const id = parseSessionId(options.wrapperSessionId ?? basename(logPath, ".jsonl"));
  const directory = dirname(logPath);
  requirePath("write", directory);
  Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  requirePath("read", directory);
  const envelope = {
    provider: options.provider,
    wrapper_session_id: id,
    provider_session_id: options.providerSessionId ?? null,
    source_kind: "wrapper",
    completeness: "full",
  } as const;
  const log = new SharedLog(logPath, options.clock ?? systemClock());
  const isOwned = (): boolean => lockState(lockPathOf(logPath)) === "held";
  return log.append([{ envelope, kind: event }], {
    firstSeq: 0,
    afterwards: (): Afterwards => isOwned() ? "more may follow" : "nobody waits",
  })[0]!;
}
