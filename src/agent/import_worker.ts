/** The module of a thread that imports sessions for another one: `import_pool.ts` starts it. */

import type { AgentIndexEntry } from "../codec/zag_index.ts";
import type { Layout } from "../storage/layout.ts";
import { AGENTS } from "./adapters/agents.ts";
import { ImportIndexes } from "./import_indexes.ts";
import { importSourceOf } from "./import_source.ts";
import { type ImportResult, importTranscript } from "./import_transcript.ts";
import type { AgentName, TranscriptFile } from "./transcript.ts";

/** What the thread is told: to import a session, to begin to write it, or to leave it. */
export type ImportOrder =
  | {
    readonly kind: "import";
    readonly file: TranscriptFile;
    readonly agent: AgentName;
    readonly root: string;
    readonly dryRun: boolean;
    readonly place: string | undefined;
  }
  | { readonly kind: "begin" }
  | { readonly kind: "stop" };

/** What the thread tells: which log it wants to write, how much it has read, what became of the session, or nothing. */
export type ImportReport =
  | { readonly kind: "wait"; readonly logPath: string }
  | { readonly kind: "read"; readonly bytes: number }
  | ImportDone
  | { readonly kind: "failed" };

/** What became of a session. */
export interface ImportDone {
  readonly kind: "done";
  readonly result: ImportResult;
  /** What the indexes are to have of it. */
  readonly entered: { readonly layout: Layout; readonly entry: AgentIndexEntry } | undefined;
}

/** What is different about the global scope of a thread. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ImportOrder>) => void) | null;
  postMessage(report: ImportReport): void;
}

/** Bytes after which the thread tells how far it is. */
const STEP = 1024 * 1024;

const scope = globalThis as unknown as WorkerScope;
const indexes = new ImportIndexes();
const stop = Promise.withResolvers<never>();
let begin = (): void => {};
let isStopped = false;

stop.promise.catch(() => isStopped = true);

scope.onmessage = ({ data }): void => {
  switch (data.kind) {
    case "import":
      return void importFor(data);
    case "begin":
      return begin();
    case "stop":
      return stop.reject(new Error("stopped"));
  }
};

/** Imports a session. Whoever asked for it tries again where it fails, and learns by himself why. */
async function importFor({ file, agent, root, dryRun, place }: ImportOrder & { kind: "import" }): Promise<void> {
  let entered: ImportDone["entered"];
  let told = 0;
  const context = {
    source: importSourceOf(AGENTS[agent]),
    root,
    dryRun,
    placeOf: () => place,
    indexes: {
      isRecorded: (...which: Parameters<ImportIndexes["isRecorded"]>) => indexes.isRecorded(...which),
      add: (layout: Layout, entry: AgentIndexEntry) => void (entered = { layout, entry }),
    },
    turn: (logPath: string): Promise<void> => {
      scope.postMessage({ kind: "wait", logPath });
      return Promise.race([stop.promise, new Promise<void>((resolve) => begin = resolve)]);
    },
  };
  try {
    const result = await importTranscript(file, context, (bytes) => {
      if (isStopped) throw new Error("stopped");
      if (bytes - told >= STEP) scope.postMessage({ kind: "read", bytes: told = bytes });
    });
    scope.postMessage({ kind: "done", result, entered });
  } catch {
    scope.postMessage({ kind: "failed" });
  }
}
