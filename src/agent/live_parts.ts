/** The sub-agents of a session that an agent is writing. */

import { LogLockedError } from "../errors.ts";
import { FollowedTranscript } from "./followed_transcript.ts";
import { sessionIdOf } from "./import_transcript.ts";
import type { LiveFinder, LivePartFile } from "./live_finder.ts";
import { LookTimer } from "./look_timer.ts";
import type { LossReport, TranscriptEvent } from "./transcript.ts";
import { sumLosses } from "./transcript_losses.ts";
import type { AgentLogWriter } from "./writer.ts";

/** A sub-agent's session. */
interface Part {
  readonly file: LivePartFile;
  readonly followed: FollowedTranscript;
  /** What is to be written. */
  readonly events: TranscriptEvent[];
  /** Its log, once it has told something. */
  writer: AgentLogWriter | undefined;
}

/**
 * Follows the sub-agents of a session. Each has a session of its own beside that of its parent, named as an import would
 * name it, that ends with the parent's.
 */
export class LiveParts implements Disposable {
  readonly #finder: LiveFinder;
  readonly #timer = new LookTimer();
  /** By path; `null` for what cannot be recorded. */
  readonly #parts = new Map<string, Part | null>();

  /** @param finder Finds their files. */
  constructor(finder: LiveFinder) {
    this.#finder = finder;
  }

  /** What was passed over. */
  get losses(): LossReport {
    return sumLosses(...this.#open().map(({ followed }) => followed.losses));
  }

  /**
   * Writes what is new.
   *
   * @param parentId The agent's own id of the session.
   * @param writer The log of the session.
   */
  async poll(parentId: string, writer: AgentLogWriter): Promise<void> {
    if (this.#timer.isDue()) await this.#look(parentId);
    await this.#each(async (part) => {
      await part.followed.read();
      if (isReady(part)) write(part, writer);
    });
  }

  /**
   * Writes what is left, and ends the sessions.
   *
   * @param parentId The agent's own id of the session.
   * @param writer The log of the session.
   */
  async finalize(parentId: string, writer: AgentLogWriter): Promise<void> {
    while (await this.#look(parentId)) await this.#each(({ followed }) => followed.read());
    await this.#each(async (part) => {
      await part.followed.finish();
      write(part, writer);
      part.writer?.finish(true, null, { at: part.followed.facts.endedAt });
    });
    this[Symbol.dispose]();
  }

  /** Lets go of the files, and ends sessions that have not been ended as failures. */
  [Symbol.dispose](): void {
    const parts = this.#open();
    this.#parts.clear();
    for (const part of parts) letGo(part);
  }

  #open(): Part[] {
    return [...this.#parts.values()].filter((part) => part !== null);
  }

  /** Tells whether there are more; each may have sub-agents itself. */
  async #look(parentId: string): Promise<boolean> {
    const { size } = this.#parts;
    const ids = new Set([parentId, ...this.#open().map(({ followed }) => followed.facts.sessionId)]);
    for (const file of await this.#timer.time(() => this.#finder.findParts((id) => ids.has(id)))) {
      if (this.#parts.has(file.path)) continue;
      const events: TranscriptEvent[] = [];
      const followed = await FollowedTranscript.open(this.#finder.agent, file, (event) => events.push(event));
      if (followed !== undefined) this.#parts.set(file.path, { file, followed, events, writer: undefined });
    }
    return this.#parts.size > size;
  }

  /** What goes wrong with one keeps nobody from the others, and it is not tried again. */
  async #each(work: (part: Part) => Promise<void>): Promise<void> {
    const errors: unknown[] = [];
    for (const part of this.#open()) {
      try {
        await work(part);
      } catch (error) {
        if (!(error instanceof LogLockedError)) errors.push(error); // otherwise somebody else records it
        this.#parts.set(part.followed.path, null);
        letGo(part);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}

function letGo({ followed, writer }: Part): void {
  followed[Symbol.dispose]();
  if (writer === undefined) return;
  try {
    if (!writer.isEnded) writer.finish(false);
  } catch {
    writer[Symbol.dispose](); // its log shows that the writer is gone
  }
}

/** A log begins with the model, which is known soon as a rule. */
function isReady({ followed: { facts }, events, writer }: Part): boolean {
  return writer !== undefined || facts.model !== null || events.length >= FEW;
}

const FEW = 20;

function write(part: Part, parent: AgentLogWriter): void {
  const { followed: { facts }, events } = part;
  if (events.length === 0) return;
  part.writer ??= begin(part, parent);
  part.writer.setCompleteness(facts.completeness);
  part.writer.emitAll(events.splice(0));
}

function begin({ file, followed: { facts } }: Part, parent: AgentLogWriter): AgentLogWriter {
  const resumed = file.from > 0;
  const command = "exec";
  const writer = parent.beside({
    wrapperSessionId: sessionIdOf(file, facts.sessionId),
    providerSessionId: facts.sessionId,
    workspacePath: facts.cwd,
    startedAt: facts.startedAt ?? undefined,
    sourcePaths: [file.path],
    command,
    resumed,
  });
  const { model, cwd } = facts;
  writer.emit("wrapper", { type: "session_started", command, model, cwd, resumed, backfilled: false }, {
    at: facts.startedAt,
  });
  return writer;
}
