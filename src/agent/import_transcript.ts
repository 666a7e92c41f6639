/** Importing one session. */

import type { JsonObject } from "../codec/json.ts";
import { formatTimestamp, parseTimestamp } from "../codec/timestamp.ts";
import type { AgentIndexEntry } from "../codec/zag_index.ts";
import { basename, isAbsolute, join } from "../deps/path.ts";
import { LogLockedError } from "../errors.ts";
import { isSessionId, parseSessionId, type SessionId } from "../session_id.ts";
import { type Layout, logPathOf, openLayout, projectLayout, projectName } from "../storage/layout.ts";
import type { ImportIndexes } from "./import_indexes.ts";
import { ImportLog } from "./import_log.ts";
import type { ImportSource, OpenTranscript } from "./import_source.ts";
import { textMark } from "./text_mark.ts";
import type { TranscriptEvent, TranscriptFile } from "./transcript.ts";

/** What an import works with. */
export interface ImportContext {
  /** The agent. */
  readonly source: ImportSource;
  /** Directory of the store. */
  readonly root: string;
  /** Whether nothing shall be written. */
  readonly dryRun: boolean;
  /** Where sessions are entered. */
  readonly indexes: Pick<ImportIndexes, "add" | "isRecorded">;
  /** Tells the storage directory that an earlier import put a file's session into; `undefined` when there was none. */
  readonly placeOf: (file: TranscriptFile) => string | undefined;
  /** Waits until a log may be written; left out where nothing else is imported meanwhile. */
  readonly turn?: (logPath: string) => Promise<void>;
}

/**
 * What became of a session: it is new in the store, what it told since was added, it had been there as it is, it had
 * been recorded while it ran, somebody is writing it now, it tells nothing, or it cannot be read.
 */
export type ImportKind = "imported" | "completed" | "unchanged" | "recorded" | "busy" | "empty" | "failed";

/** What became of one of the agent's files. */
export interface ImportResult {
  /** In a word. */
  readonly kind: ImportKind;
  /** The agent's file. */
  readonly file: TranscriptFile;
  /** The id of the session in the store; `null` where there is none. */
  readonly session: string | null;
  /** Storage directory of its project; `null` where it was not looked for. */
  readonly projectDir: string | null;
  /** Events that were added. */
  readonly events: number;
  /** What was passed over: how many, by kind. */
  readonly losses: ReadonlyMap<string, number>;
  /** Why it cannot be read. */
  readonly reason?: string;
}

/** Events that are held back until it is known whose they are. */
const MOST_HELD = 200;

/** Events that are held back for the model alone. */
const FEW = 20;

/**
 * Imports a session.
 *
 * @param file The agent's file.
 * @param context What the import works with.
 * @param onRead Told how many bytes of it were read.
 * @returns What became of it.
 * @throws {LogWriteError} When the store cannot be written.
 */
export async function importTranscript(
  file: TranscriptFile,
  context: ImportContext,
  onRead: (bytes: number) => void,
): Promise<ImportResult> {
  let transcript: OpenTranscript;
  try {
    transcript = await context.source.open(file);
  } catch (error) {
    return failed(file, error);
  }
  using session = new SessionImport(file, context, transcript);
  try {
    return await importAll(session, transcript, onRead);
  } catch (error) {
    if (error instanceof UnreadableError) return failed(file, error.cause);
    if (error instanceof LogLockedError) return session.result("busy");
    throw error;
  }
}

/** The agent's file is at fault, and not the store. */
class UnreadableError extends Error {}

async function importAll(
  session: SessionImport,
  transcript: OpenTranscript,
  onRead: (bytes: number) => void,
): Promise<ImportResult> {
  const batches = transcript.records[Symbol.asyncIterator]();
  while (!session.isRecorded) {
    let next: IteratorResult<readonly JsonObject[]>;
    try {
      next = await batches.next();
    } catch (error) {
      throw new UnreadableError("", { cause: error });
    }
    if (next.done) break;
    for (const record of next.value) {
      session.add(transcript.fold.add(record));
      if (session.isReady) await session.open();
    }
    onRead(transcript.bytesRead());
  }
  return await session.finish();
}

/**
 * Tells that a file cannot be imported.
 *
 * @param file The file.
 * @param error Why.
 * @returns What became of it.
 */
export function failed(file: TranscriptFile, error: unknown): ImportResult {
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: "failed", file, session: null, projectDir: null, events: 0, losses: new Map(), reason };
}

/** One session on its way into the store. */
class SessionImport implements Disposable {
  readonly #file: TranscriptFile;
  readonly #context: ImportContext;
  readonly #transcript: OpenTranscript;
  #held: TranscriptEvent[] = [];
  #layout: Layout | undefined;
  #id: SessionId | undefined;
  #log: ImportLog | undefined;

  /** Whether it was recorded while it ran. */
  isRecorded = false;

  constructor(file: TranscriptFile, context: ImportContext, transcript: OpenTranscript) {
    this.#file = file;
    this.#context = context;
    this.#transcript = transcript;
  }

  add(events: readonly TranscriptEvent[]): void {
    if (this.#log === undefined) return void this.#held.push(...events);
    const { completeness } = this.#transcript.fold.facts;
    for (const event of events) this.#log.add(event, completeness);
  }

  /** Whether enough is known of it to open its log. */
  get isReady(): boolean {
    const { length } = this.#held;
    if (length === 0 || this.isRecorded) return false;
    const { sessionId, cwd, model } = this.#transcript.fold.facts;
    const isKnown = sessionId !== null && cwd !== null && (model !== null || length >= FEW);
    return isKnown || length >= MOST_HELD;
  }

  async finish(): Promise<ImportResult> {
    if (this.isRecorded) return this.result("recorded");
    this.add(this.#transcript.fold.end());
    if (this.#held.length > 0) await this.open();
    if (this.isRecorded) return this.result("recorded");
    const log = this.#log;
    if (log === undefined) return this.result("empty");
    log.finish(this.#transcript.fold.facts.endedAt);
    this.#context.indexes.add(this.#layout!, this.#entry());
    return this.result(!log.existed ? "imported" : log.count > 0 ? "completed" : "unchanged");
  }

  [Symbol.dispose](): void {
    this.#log?.[Symbol.dispose]();
  }

  async open(): Promise<void> {
    const { source, root, dryRun, indexes, placeOf, turn } = this.#context;
    const { facts } = this.#transcript.fold;
    const place = placeOf(this.#file); // what began before its directory was known goes on where it is
    this.#layout = place === undefined ? layoutFor(root, facts.cwd) : projectLayout(root, place);
    this.#id = sessionIdOf(this.#file, facts.sessionId);
    const isOwn = facts.sessionId !== null && facts.sessionId !== this.#file.parentId; // a part may bear the whole's
    if (isOwn && indexes.isRecorded(root, source.name, facts.sessionId)) {
      this.isRecorded = true;
      return;
    }
    const path = logPathOf(this.#layout, this.#id);
    await turn?.(path);
    this.#log = ImportLog.open(path, {
      provider: source.name,
      wrapperSessionId: this.#id,
      providerSessionId: facts.sessionId,
      startedAt: this.#startedAt(),
    }, dryRun);
    this.#log.start(facts.model, facts.cwd);
    for (const event of this.#held) this.#log.add(event, facts.completeness);
    this.#held = [];
  }

  #startedAt(): string {
    const { startedAt } = this.#transcript.fold.facts;
    return startedAt ?? new Date(this.#file.modified).toISOString();
  }

  #entry(): AgentIndexEntry {
    const { facts } = this.#transcript.fold;
    const started_at = utc(this.#startedAt());
    return {
      wrapper_session_id: this.#id!,
      provider: this.#context.source.name,
      provider_session_id: facts.sessionId,
      log_path: logPathOf(this.#layout!, this.#id!),
      completeness: facts.completeness,
      started_at,
      ended_at: facts.endedAt === null ? started_at : utc(facts.endedAt),
      workspace_path: facts.cwd,
      command: "backfill",
      source_paths: [this.#file.path],
      backfilled: true,
    };
  }

  result(kind: ImportKind): ImportResult {
    return {
      kind,
      file: this.#file,
      session: this.#id ?? null,
      projectDir: this.#layout?.projectDir ?? null,
      events: this.#log?.count ?? 0,
      losses: this.#transcript.losses(),
    };
  }
}

/**
 * Names a session in the store: as the agent does; a part of a session, which may share its name, by its file.
 *
 * @param file The agent's file.
 * @param id The agent's own id of it.
 * @returns The id, safe as a file name.
 */
export function sessionIdOf({ path, parentId }: TranscriptFile, id: string | null): SessionId {
  const name = basename(path).replace(/\.(jsonl|json)(\.zst)?$/, "");
  const told = id === null || id === parentId ? name : id;
  const safe = told.replaceAll(/[^A-Za-z0-9_-]+/g, "-").replace(/^[-_]+/, "").slice(0, 100);
  if (isSessionId(told)) return told;
  return parseSessionId(isSessionId(safe) ? safe : `session-${textMark(path).toString(16)}`);
}

/** The project of a directory that somebody else named; there may be no such directory. */
function layoutFor(root: string, cwd: string | null): Layout {
  const layout = cwd !== null && isAbsolute(cwd) ? openLayout({ root, project: cwd }) : foreignLayout(root, cwd ?? "");
  return isFileName(basename(layout.projectDir)) ? layout : projectLayout(root, root);
}

/** The project of a directory of another system, maybe. */
function foreignLayout(root: string, cwd: string): Layout {
  const name = projectName(cwd, true);
  return projectLayout(root, /^\.*$/.test(name) ? root : join(root, "projects", name));
}

/** Whether a file system takes a name. */
function isFileName(name: string): boolean {
  return !name.includes("\0") && new TextEncoder().encode(name).length <= MOST_NAME_BYTES;
}

const MOST_NAME_BYTES = 255;

function utc(text: string): string {
  const instant = parseTimestamp(text);
  return instant === undefined ? text : formatTimestamp(instant);
}
