import type { LiveLogAdapter } from "./adapter.ts";
import type { LiveContext, TranscriptAgent } from "./live_agent.ts";
import { LiveTranscript } from "./live_transcript.ts";
import type { LossReport, TranscriptEvent } from "./transcript.ts";
import type { AgentLogWriter } from "./writer.ts";

/** Writes what a run of an agent writes down itself into the log of its session. */
export class LiveAdapter implements LiveLogAdapter, Disposable {
  readonly #transcript: LiveTranscript;
  #events: TranscriptEvent[] = [];

  /**
   * Remembers what is there: to be made just before the agent is started.
   *
   * @param agent The agent.
   * @param context The run.
   * @throws {Deno.errors.NotCapable} When the agent's folder may not be read; the message names the flag.
   */
  constructor(agent: TranscriptAgent, context: LiveContext) {
    this.#transcript = new LiveTranscript(agent, context, (event) => this.#events.push(event));
  }

  /** The agent's folder, and its file once there is one. */
  get watchPaths(): readonly string[] {
    const { path, folder } = this.#transcript;
    return path === null ? [folder] : [folder, path];
  }

  /** What was passed over in the session. */
  get losses(): LossReport {
    return this.#transcript.losses;
  }

  /**
   * Writes what is new since the last call.
   *
   * @param writer Where to.
   */
  async poll(writer: AgentLogWriter): Promise<void> {
    await this.#transcript.poll();
    this.#write(writer);
  }

  /**
   * Writes what is left, and lets go of the file.
   *
   * @param writer Where to.
   */
  async finalize(writer: AgentLogWriter): Promise<void> {
    await this.#transcript.finalize();
    this.#write(writer);
    this[Symbol.dispose]();
  }

  /** Lets go of the file. */
  [Symbol.dispose](): void {
    this.#transcript[Symbol.dispose]();
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
