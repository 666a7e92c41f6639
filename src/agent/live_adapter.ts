import type { LiveLogAdapter } from "./adapter.ts";
import type { LiveContext, TranscriptAgent } from "./live_agent.ts";
import { LiveFinder } from "./live_finder.ts";
import { LiveParts } from "./live_parts.ts";
import { LiveTranscript } from "./live_transcript.ts";
import type { LossReport, TranscriptEvent } from "./transcript.ts";
import { sumLosses } from "./transcript_losses.ts";
import type { AgentLogWriter } from "./writer.ts";

/**
 * Writes what a run of an agent writes down itself into the log of its session, and what its sub-agents do into sessions
 * of their own beside it.
 */
export class LiveAdapter implements LiveLogAdapter, Disposable {
  readonly #folder: string;
  readonly #transcript: LiveTranscript;
  readonly #parts: LiveParts;
  #events: TranscriptEvent[] = [];

  /**
   * Remembers what is there: to be made just before the agent is started.
   *
   * @param agent The agent.
   * @param context The run.
   * @throws {Deno.errors.NotCapable} When the agent's folder may not be read; the message names the flag.
   */
  constructor(agent: TranscriptAgent, context: LiveContext) {
    const finder = new LiveFinder(agent, context);
    this.#folder = finder.folder;
    this.#transcript = new LiveTranscript(finder, (event) => this.#events.push(event));
    this.#parts = new LiveParts(finder);
  }

  /** The agent's folder, and its file once there is one. */
  get watchPaths(): readonly string[] {
    const { path } = this.#transcript;
    return path === null ? [this.#folder] : [this.#folder, path];
  }

  /** What was passed over in the session, and in those of its sub-agents. */
  get losses(): LossReport {
    return sumLosses(this.#transcript.losses, this.#parts.losses);
  }

  /**
   * Writes what is new since the last call.
   *
   * @param writer Where to.
   */
  async poll(writer: AgentLogWriter): Promise<void> {
    await this.#transcript.poll();
    this.#write(writer);
    const id = this.#transcript.facts?.sessionId;
    if (id) await this.#parts.poll(id, writer);
  }

  /**
   * Writes what is left, and lets go of the file.
   *
   * @param writer Where to.
   */
  async finalize(writer: AgentLogWriter): Promise<void> {
    try {
      await this.#transcript.finalize();
      this.#write(writer);
      const id = this.#transcript.facts?.sessionId;
      if (id) await this.#parts.finalize(id, writer);
    } finally {
      this[Symbol.dispose]();
    }
  }

  /** Lets go of the files, and of the sessions of sub-agents that have not ended. */
  [Symbol.dispose](): void {
    this.#transcript[Symbol.dispose]();
    this.#parts[Symbol.dispose]();
  }

  #write(writer: AgentLogWriter): void {
    const { path, facts } = this.#transcript;
    if (path !== null) writer.addSourcePath(path);
    if (facts?.sessionId) writer.setProviderSessionId(facts.sessionId);
    if (facts !== null) writer.setCompleteness(facts.completeness);
    const events = this.#events;
    this.#events = [];
    writer.emitAll(events);
  }
}
