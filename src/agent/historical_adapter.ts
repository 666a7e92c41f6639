import type { HistoricalLogAdapter, HistoricalSession } from "./adapter.ts";
import type { ImportSource } from "./import_source.ts";
import { sessionIdOf } from "./import_transcript.ts";
import type { TranscriptEvent } from "./transcript.ts";

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
   * Lists the sessions, oldest first. The beginning of each is read, to know its id; one that tells nothing is left out.
   *
   * @returns The sessions, one by one.
   * @throws {Deno.errors.NotCapable} When the folder may not be read; the message names the flag.
   */
  async *sessions(): AsyncGenerator<HistoricalSession, void, void> {
    const files = this.#source.list(this.#folder).toSorted((a, b) => a.modified - b.modified);
    for (const file of files) {
      const { fold, records, losses } = await this.#source.open(file);
      const batches = records[Symbol.asyncIterator]();
      const held: TranscriptEvent[] = [];
      let next = await batches.next();
      for (; !next.done; next = await batches.next()) {
        for (const record of next.value) held.push(...fold.add(record));
        if (held.length > 0) break;
      }
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
}
