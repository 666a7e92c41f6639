/** Checks the log of a session: whether it goes on or not, and however long it is. */

import { decodeBlock } from "../codec/decode_block.ts";
import { basename } from "../deps/path.ts";
import type { Finding } from "../query/finding.ts";
import type { LogRules } from "../query/log_rules.ts";
import { type LogContent, LogVerifier, type LogWriter } from "../query/verify.ts";
import { appendLockPathOf } from "../storage/append_lock.ts";
import { type LockState, lockState } from "../storage/file_lock.ts";
import { lockPathOf } from "../storage/layout.ts";
import { isSilent, type SessionState } from "../storage/liveness.ts";
import { readBlocks } from "../storage/read.ts";
import { STORE_FORMATS, type StoreSource } from "./stores.ts";

/** How a log is checked. */
export interface VerifyOptions {
  /** Milliseconds since the epoch, to judge by who is alive. Default: the time when the log has been read. */
  readonly now?: number | undefined;
  /** How many findings are kept; the others are only counted. Default 1000. */
  readonly limit?: number | undefined;
  /** Whose session it is; that of a workflow when it is left out. */
  readonly source?: StoreSource | undefined;
}

/** What the check of a log came to. */
export interface Verdict {
  /** The session, by the name of the log. */
  readonly sessionId: string;
  /** The log. */
  readonly logPath: string;
  /** What is known of the session. */
  readonly state: SessionState;
  /** Bytes that were checked: what there was when checking began. */
  readonly bytes: number;
  /** Lines in them. */
  readonly lines: number;
  /** Findings that are damage. */
  readonly damage: number;
  /** Findings that are only worth knowing. */
  readonly notes: number;
}

/** What is known of a log once it is read. */
export interface Examination extends Verdict {
  /** Who writes it. */
  readonly writer: LogWriter;
  /** What it holds. */
  readonly content: LogContent;
  /** When it was last written, in milliseconds since the epoch. */
  readonly modified: number;
}

/** The check of a log, and what was found. */
export interface SessionReport extends Verdict {
  /** What was found, in the order of the log; the first 1000, or what the limit says. */
  readonly findings: readonly Finding[];
}

const LIMIT = 1000;

/** How often a log that changes behind its reader is read again. */
const ATTEMPTS = 3;

/**
 * Checks the log of a session. Only what was there at the beginning is judged, and what a live writer has not finished is
 * no damage. Memory does not grow with the log.
 *
 * @param logPath The log.
 * @param options See {@linkcode VerifyOptions}.
 * @returns What was found; `damage` is 0 when the log is sound.
 * @throws {Deno.errors.NotFound} When there is no such log.
 *
 * @example
 * ```ts
 * import { SessionWriter, verifySession } from "@ziglog/ziglog";
 *
 * const root = Deno.makeTempDirSync();
 * const writer = SessionWriter.create({ workflowName: "build", workflowPath: "", tierCount: 0, root });
 * writer.stepCompleted("compile", { exitCode: 0, durationMs: 1200 });
 * const { findings } = await verifySession(writer.logPath);
 * console.log(findings[0]?.kind, findings[0]?.line); // step_not_started 2
 * writer.ended("success", 1234);
 * ```
 */
export async function verifySession(logPath: string, options: VerifyOptions = {}): Promise<SessionReport> {
  const findings: Finding[] = [];
  const { rules } = STORE_FORMATS[options.source ?? "zig"];
  const found = examineLog(logPath, rules, options);
  while (true) {
    const { done, value } = await found.next();
    if (done) {
      const { sessionId, state, bytes, lines, damage, notes } = value;
      return { sessionId, logPath, state, bytes, lines, damage, notes, findings };
    }
    if (findings.length < (options.limit ?? LIMIT)) findings.push(value);
  }
}

/**
 * Reads a log from its beginning to where it ends now, and checks it on the way. The lock is looked at first, then the
 * length: what is unfinished in a log whose lock was free stays unfinished.
 *
 * @param logPath The log.
 * @param rules What its dialect lets it hold.
 * @param options The time; and what the lock tells, for who holds it.
 * @returns What is found, as it is found; then all that is known of the log.
 * @throws {Deno.errors.NotFound} When there is no such log.
 */
export async function* examineLog(
  logPath: string,
  rules: LogRules,
  options: { readonly now?: number | undefined; readonly lock?: LockState } = {},
): AsyncGenerator<Finding, Examination, void> {
  const lock = options.lock ?? lockState(lockPathOf(logPath));
  const sessionId = basename(logPath, ".jsonl");
  const { size } = Deno.statSync(logPath);
  const told = { damage: 0, note: 0 };
  const tell = (finding: Finding): Finding => (told[finding.severity]++, finding);

  for (let attempt = 1;; attempt++) {
    const verifier = new LogVerifier(sessionId, rules);
    let known = told.damage + told.note; // what an earlier attempt has told
    let changed = false;
    for await (const block of readBlocks(logPath, { to: size })) {
      for (const finding of verifier.take(block)) {
        if (known-- > 0) continue;
        changed = finding.kind === "malformed" && lock === "held" && attempt < ATTEMPTS &&
          await isTakenBack(logPath, rules, finding);
        if (changed) break;
        yield tell(finding);
      }
      if (changed) break;
    }
    if (changed) continue;

    const { content } = verifier;
    const modified = Deno.statSync(logPath).mtime?.getTime() ?? 0;
    const writer = options.lock === undefined && lockState(appendLockPathOf(logPath)) === "held"
      ? "alive"
      : writerOf(lock, content, modified, rules, options.now ?? Date.now());
    for (const finding of verifier.finish(writer)) yield tell(finding);
    return {
      sessionId,
      logPath,
      state: stateOf(writer, content),
      bytes: size,
      lines: content.lines,
      damage: told.damage,
      notes: told.note,
      writer,
      content,
      modified,
    };
  }
}

/** A writer takes a line back that the disk did not take whole, and writes another: a reader may have seen half of both. */
async function isTakenBack(logPath: string, { dialect }: LogRules, { offset }: Finding): Promise<boolean> {
  for await (const block of readBlocks(logPath, { from: offset })) {
    return decodeBlock(dialect, block)[0]?.kind !== "malformed";
  }
  return true;
}

function writerOf(
  lock: LockState,
  { end, lastTime }: LogContent,
  modified: number,
  { dialect }: LogRules,
  now: number,
): LogWriter {
  if (lock === "held") return "alive";
  if (end !== undefined) return "gone";
  if (lock === "free") return "dead";
  const lastSign = Math.max(modified, (lastTime?.seconds ?? 0) * 1000);
  return isSilent(lastSign, dialect, now) ? "silent" : "alive";
}

function stateOf(writer: LogWriter, { end }: LogContent): SessionState {
  if (end !== undefined) return end.status;
  return writer === "dead" ? "crashed" : writer === "silent" ? "stale" : "running";
}
