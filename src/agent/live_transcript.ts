/** The session that an agent is writing, as events. */

import { FollowedTranscript } from "./followed_transcript.ts";
import type { LiveFinder } from "./live_finder.ts";
import { LookTimer } from "./look_timer.ts";
import type { LossReport, TranscriptEvent, TranscriptFacts } from "./transcript.ts";
import { sumLosses } from "./transcript_losses.ts";

/**
 * Follows the session that a run of an agent is writing: attaches to its file when that appears, and tells what is new in
 * it, as {@linkcode FollowedTranscript} does.
 */
export class LiveTranscript implements Disposable {
  readonly #finder: LiveFinder;
  readonly #sink: (event: TranscriptEvent) => void;
  readonly #timer = new LookTimer();
  #leftLosses: LossReport = new Map();
  #attached: FollowedTranscript | undefined;

  /**
   * @param finder Finds its file.
   * @param sink Told each event.
   */
  constructor(finder: LiveFinder, sink: (event: TranscriptEvent) => void) {
    this.#finder = finder;
    this.#sink = sink;
  }

  /** The file that is read; `null` while there is none. */
  get path(): string | null {
    return this.#attached?.path ?? null;
  }

  /** What is known of the session; `null` while there is none. */
  get facts(): TranscriptFacts | null {
    return this.#attached?.facts ?? null;
  }

  /** What was passed over in the session, and in those that it took the place of. */
  get losses(): LossReport {
    return sumLosses(this.#leftLosses, this.#attached?.losses ?? new Map());
  }

  /** Tells what is new since the last call. */
  async poll(): Promise<void> {
    if (this.#timer.isDue()) await this.#look();
    await this.#attached?.read();
  }

  /** Tells what is left: a last line without its newline, and what only the end tells, such as the tokens used. */
  async finalize(): Promise<void> {
    await this.#look();
    await this.#attached?.finish();
  }

  /** Lets go of the file. */
  [Symbol.dispose](): void {
    this.#attached?.[Symbol.dispose]();
    this.#attached = undefined;
  }

  /** Looks for a file, or for one that is begun after it. */
  async #look(): Promise<void> {
    const attached = this.#attached;
    if (attached !== undefined && !this.#finder.isAlone) return;
    const found = await this.#timer.time(() =>
      attached === undefined ? this.#finder.find() : this.#finder.findNext(attached.path)
    );
    if (found === undefined) return;
    if (attached !== undefined) await this.#leave(attached);
    this.#attached = await FollowedTranscript.open(this.#finder.agent, found, this.#sink);
  }

  /** Tells what is left of a session that another has taken the place of. */
  async #leave(left: FollowedTranscript): Promise<void> {
    await left.read();
    left.end();
    const event = { type: "session_cleared", old_session_id: left.facts.sessionId, new_session_id: null } as const;
    this.#sink({ source: "provider_file", event, at: null });
    this.#leftLosses = sumLosses(this.#leftLosses, left.losses);
    this[Symbol.dispose]();
  }
}
