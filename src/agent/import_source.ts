/** Where sessions are imported from. */

import { isJsonObject, type JsonObject } from "../codec/json.ts";
import { requirePath } from "../storage/permission.ts";
import type { TranscriptAgent } from "./live_agent.ts";
import type { AgentName, LossReport, TranscriptFile, TranscriptFold } from "./transcript.ts";
import { sumLosses } from "./transcript_losses.ts";
import { TranscriptReader } from "./transcript_reader.ts";

/** A transcript that is being read. */
export interface OpenTranscript {
  /** Makes events of its records. */
  readonly fold: TranscriptFold;
  /** The records, some at a time. */
  readonly records: AsyncIterable<readonly JsonObject[]>;
  /** Tells how many bytes were read. */
  bytesRead(): number;
  /** Tells what was passed over so far, be it lines that cannot be read. */
  losses(): LossReport;
}

/** Where sessions are imported from. */
export interface ImportSource {
  /** The agent. */
  readonly name: AgentName;
  /** Lists the transcripts of a folder. */
  list(folder: string): readonly TranscriptFile[];
  /** Opens a transcript. */
  open(file: TranscriptFile): Promise<OpenTranscript>;
}

/**
 * Makes a source of an agent.
 *
 * @param agent The agent.
 * @returns The source of its sessions.
 */
export function importSourceOf(agent: TranscriptAgent): ImportSource {
  return {
    name: agent.name,
    list: (folder) => agent.list(folder),
    async open({ path, size }: TranscriptFile): Promise<OpenTranscript> {
      const fold = await agent.fold(path, "backfill");
      if (path.endsWith(".json")) {
        return { fold, records: wholeFile(path), bytesRead: () => size, losses: () => fold.losses };
      }
      const reader = new TranscriptReader(path);
      const losses = (): LossReport => sumLosses(reader.losses, fold.losses);
      return { fold, records: reader.batches(), bytesRead: () => reader.bytesRead, losses };
    },
  };
}

/** A file that is one record, on as many lines as it takes. */
async function* wholeFile(path: string): AsyncGenerator<JsonObject[], void, void> {
  requirePath("read", path);
  const text = await Deno.readTextFile(path);
  const value: unknown = JSON.parse(text.replace(/^\ufeff/, ""));
  if (isJsonObject(value)) yield [value];
}
