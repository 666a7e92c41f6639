import type { HistoricalLogAdapter, HistoricalSession } from "./adapter.ts";
import type { JsonObject } from "../codec/json.ts";
import type { ImportSource, OpenTranscript } from "./import_source.ts";
import { sessionIdOf } from "./import_transcript.ts";
import type { TranscriptEvent, TranscriptFile } from "./transcript.ts";

/** Tells what an agent has on disk, session by session, in constant memory. */
export class HistoricalAdapter implements HistoricalLogAdapter {
  readonly #source: ImportSource;
  readonly #folder: string;

  /**
   * Lists and reads nothing yet.
   *
   * @param source The agent.
   * @param folder Its folder.
   */
  constructor(source: ImportSource, folder: string) {
    this.#source = source;
    this.#folder = folder;
  }

  /**
   * Lists the sessions, oldest first. The beginning of each is read, to know its id; one that tells nothing, or whose
   * beginning cannot be read, is left out.
   *
   * @returns The sessions, one by one.
   * @throws {Deno.errors.NotCapable} When the folder may not be read; the message names the flag.
   */
  async *sessions(): AsyncGenerator<HistoricalSession, void, void> {
    const files = this.#source.list(this.#folder).toSorted((a, b) => a.modified - b.modified);
    for (const file of files) {
      const begun = await this.#begin(file);
      if (begun === undefined) continue;
      const { held, batches, transcript: { fold, losses } } = begun;
      if (held.length > 0) {
        yield {
          provider: this.#source.name,
          wrapperSessionId: sessionIdOf(file, fold.facts.sessionId),
          providerSessionId: fold.facts.sessionId,
          sourcePaths: [file.path],
          get facts() {
            return fold.facts;
          },
          get losses() {
            return losses();
          },
          events: async function* (): AsyncGenerator<TranscriptEvent, void, void> {
            yield* held;
            for (let batch = await batches.next(); !batch.done; batch = await batches.next()) {
              for (const record of batch.value) yield* fold.add(record);
            }
            yield* fold.end();
          },
        };
      }
      await batches.return?.();
    }
  }

  /** Reads up to the first events. */
  async #begin(file: TranscriptFile): Promise<Begun | undefined> {
    try {
      const transcript = await this.#source.open(file);
      const batches = transcript.records[Symbol.asyncIterator]();
      const held: TranscriptEvent[] = [];
      for (let next = await batches.next(); !next.done; next = await batches.next()) {
        for (const record of next.value) held.push(...transcript.fold.add(record));
        if (held.length > 0) break;
      }
      return { transcript, batches, held };
    } catch {
      return undefined; // damaged, taken away in the meantime, or closed to us
    }
  }
}

/** A transcript whose first events were read. */
interface Begun {
  readonly transcript: OpenTranscript;
  readonly batches: AsyncIterator<readonly JsonObject[]>;
  readonly held: readonly TranscriptEvent[];
}
