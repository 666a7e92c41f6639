/** Importing several sessions at the same time. */

import { importThreads } from "./import_threads.ts";
import { type ImportContext, type ImportResult, importTranscript } from "./import_transcript.ts";
import type { ImportDone, ImportOrder, ImportReport } from "./import_worker.ts";
import type { TranscriptFile } from "./transcript.ts";

/** How a pool works. */
export interface ImportPoolOptions {
  /** The sessions to come, in the order that they are asked for. */
  readonly files: readonly TranscriptFile[];
  /** How many threads. */
  readonly threads: number;
  /** What the import works with. */
  readonly context: ImportContext;
  /** Told how many bytes of a file were read. */
  readonly onRead: (file: TranscriptFile, bytes: number) => void;
}

/** Sessions that may be done before they are asked for. */
const MOST_AHEAD = 1000;

/** A session to import. */
interface Task {
  readonly file: TranscriptFile;
  /** What became of it; `undefined` when no thread could tell. */
  readonly done: PromiseWithResolvers<ImportDone | undefined>;
  /** Whose it is. */
  thread: Thread | undefined;
  /** The log that it is written to, once that is known. */
  logPath: string | undefined;
  state: "reading" | "writing" | "over";
}

/** A thread, and what it is doing. */
interface Thread {
  readonly worker: Worker;
  task: Task | undefined;
  /** Told when it does nothing any more. */
  onIdle: () => void;
}

/**
 * Threads that import sessions. All comes out as if one session were imported after the other: a thread writes nothing
 * before it is known of all earlier sessions which logs they write, and those that write the same one are done and asked
 * for. What a thread cannot do is done by whoever asks for it.
 */
export class ImportPool implements AsyncDisposable {
  readonly #context: ImportContext;
  readonly #onRead: ImportPoolOptions["onRead"];
  readonly #tasks: readonly Task[];
  readonly #threads = new Set<Thread>();
  /** Tasks that were given to threads, and tasks that were asked for. */
  #given = 0;
  #asked = 0;

  private constructor({ files, context, onRead }: ImportPoolOptions) {
    this.#context = context;
    this.#onRead = onRead;
    this.#tasks = files.map((file) => {
      return { file, done: Promise.withResolvers(), thread: undefined, logPath: undefined, state: "reading" };
    });
  }

  /**
   * Starts a pool.
   *
   * @param options How it works.
   * @returns The pool; `undefined` where there are no threads to be had, and everything is done by whoever wants it.
   */
  static start(options: ImportPoolOptions): ImportPool | undefined {
    const start = options.threads < 2 ? undefined : importThreads();
    if (start === undefined) return undefined;
    const pool = new ImportPool(options);
    for (let left = options.threads; left > 0; left--) pool.#add(start());
    pool.#give();
    return pool;
  }

  /**
   * Waits for the next session.
   *
   * @returns What became of it.
   * @throws {LogWriteError} When the store cannot be written.
   */
  async next(): Promise<ImportResult> {
    this.#giveTurns(); // the last one is noted by now
    const task = this.#tasks[this.#asked]!;
    const done = await task.done.promise;
    const result = done?.result ?? await this.#importHere(task.file);
    if (done?.entered !== undefined) this.#context.indexes.add(done.entered.layout, done.entered.entry);
    this.#asked++;
    this.#give();
    return result;
  }

  /** Stops the threads: what they are at is left as it is, and they hold no log any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#given = Infinity;
    const busy = [...this.#threads].filter(({ task }) => task !== undefined);
    await Promise.all(busy.map(async (thread) => {
      tell(thread, { kind: "stop" });
      await new Promise<void>((resolve) => thread.onIdle = resolve);
    }));
    for (const { worker } of this.#threads) worker.terminate();
    this.#threads.clear();
  }

  #importHere(file: TranscriptFile): Promise<ImportResult> {
    return importTranscript(file, this.#context, (bytes) => this.#onRead(file, bytes));
  }

  #add(worker: Worker): void {
    const thread: Thread = { worker, task: undefined, onIdle: () => {} };
    this.#threads.add(thread);
    worker.onmessage = ({ data }: MessageEvent<ImportReport>): void => this.#hear(thread, data);
    worker.onerror = (event: ErrorEvent): void => {
      event.preventDefault();
      this.#threads.delete(thread);
      this.#finish(thread, undefined);
    };
  }

  #hear(thread: Thread, report: ImportReport): void {
    switch (report.kind) {
      case "wait":
        thread.task!.logPath = report.logPath;
        return this.#giveTurns();
      case "read":
        return this.#onRead(thread.task!.file, report.bytes);
      case "done":
        return this.#finish(thread, report);
      case "failed":
        return this.#finish(thread, undefined);
    }
  }

  #finish(thread: Thread, done: ImportDone | undefined): void {
    const { task } = thread;
    thread.task = undefined;
    if (task !== undefined) {
      this.#onRead(task.file, done === undefined ? 0 : task.file.size);
      task.thread = undefined;
      task.state = done === undefined ? "reading" : "over";
      if (done === undefined) task.logPath = undefined;
      task.done.resolve(done);
    }
    thread.onIdle();
    this.#give();
    this.#giveTurns();
  }

  /** Gives the next sessions to threads that have none; where no thread is left, to whoever asks for them. */
  #give(): void {
    const { source: { name: agent }, root, dryRun, placeOf } = this.#context;
    for (const thread of this.#threads) {
      if (thread.task !== undefined) continue;
      if (this.#given >= Math.min(this.#tasks.length, this.#asked + MOST_AHEAD)) return;
      const task = this.#tasks[this.#given++]!;
      task.thread = thread;
      thread.task = task;
      tell(thread, { kind: "import", file: task.file, agent, root, dryRun, place: placeOf(task.file) });
    }
    if (this.#threads.size > 0) return;
    while (this.#given < this.#tasks.length) this.#tasks[this.#given++]!.done.resolve(undefined);
  }

  /** Lets the threads write that nobody before them stands in the way of. */
  #giveTurns(): void {
    const taken = new Set<string>();
    for (const task of this.#tasks.slice(this.#asked, this.#given)) {
      const { logPath, thread } = task;
      if (logPath === undefined) {
        if (task.state === "over") continue;
        return; // it may be any log
      }
      if (task.state === "reading" && thread !== undefined && !taken.has(logPath)) {
        task.state = "writing";
        tell(thread, { kind: "begin" });
      }
      taken.add(logPath);
    }
  }
}

function tell({ worker }: Thread, order: ImportOrder): void {
  worker.postMessage(order);
}
