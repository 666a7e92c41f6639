/** The record that `ziglog run --session-dir` keeps beside a run, as the program outrig does. */

import { basename, join, resolve } from "../deps/path.ts";
import { logsDirOf, type Run } from "../outrig/run.ts";
import { RunStore } from "../outrig/run_store.ts";
import { resolveSessionRoot } from "../outrig/session_root.ts";
import type { RunObserver } from "../runner/run_observer.ts";
import { CapturedOutput, type CaptureOptions } from "./captured_output.ts";
import { ExitCode } from "./exit_code.ts";
import type { Host } from "./host.ts";
import type { Recording } from "./recording.ts";

/** The record of a run of ours: its end is written whatever happens. */
export class RunRecorder implements Disposable {
  readonly #store: RunStore;
  readonly #run: Run;
  #state: "created" | "begun" | "ended" = "created";
  #captured: CapturedOutput | undefined;
  #say: (message: string) => void = () => {};

  private constructor(store: RunStore, run: Run) {
    this.#store = store;
    this.#run = run;
  }

  /**
   * Makes the record and the link to it. When any of this fails, nothing of it is left behind.
   *
   * @param host The outside world.
   * @param directory Directory for the record, relative to the working directory.
   * @param workflow Name of the workflow.
   * @returns The record.
   * @throws {UsageError} When a configuration of outrig is wrong.
   * @throws {Deno.errors.AlreadyExists} When the directory holds a record or logs already.
   * @throws {Deno.errors.NotCapable} Without the rights that it takes; the message names the flags.
   */
  static create(host: Host, directory: string, workflow: string): RunRecorder {
    const cwd = host.cwd();
    const store = new RunStore(resolveSessionRoot({ cwd }));
    const run = { containerName: "ziglog", imageTag: "ziglog", imageConfigName: workflow, workingDir: cwd };
    return new RunRecorder(store, store.create(run, { dir: resolve(cwd, directory) }));
  }

  /** Where it is, for programs. */
  get place(): { readonly session_dir: string; readonly run_id: string } {
    return { session_dir: this.#run.dir, run_id: this.#run.id };
  }

  /**
   * Puts the log of the session beside the record: the very same file, so that pruning the one does not take the other,
   * or a link to it where the directory is on another file system.
   *
   * @param recording The session.
   * @param steps Names of the steps.
   * @param redact Takes secrets out of what they write.
   */
  begin(
    recording: Pick<Recording, "logPath" | "say">,
    steps: readonly string[],
    redact: CaptureOptions["redact"],
  ): void {
    const { dir } = this.#run;
    const { logPath } = recording;
    const path = join(dir, basename(logPath));
    try {
      Deno.linkSync(logPath, path);
    } catch {
      Deno.symlinkSync(logPath, path, { type: "file" });
    }
    this.#state = "begun";
    this.#say = (message) => recording.say(message);
    const logs = logsDirOf(this.#run);
    this.#captured = new CapturedOutput(logs, steps, {
      redact,
      onLoss: (error) => this.#say(`the files in ${logs} are incomplete: ${messageOf(error)}; everything goes on`),
    });
  }

  /**
   * Takes what the steps write, too.
   *
   * @param observer Who is shown the run.
   * @returns Who is to be shown it instead.
   */
  around(observer: RunObserver): RunObserver {
    return this.#captured!.around(observer);
  }

  /**
   * Writes how the run ended.
   *
   * @param exitCode What it ended with.
   * @returns The same, unless that is 0 and the record lacks something.
   */
  finish(exitCode: number): number {
    let code = exitCode === ExitCode.ok && !this.#captured!.isComplete ? ExitCode.io : exitCode;
    this.#state = "ended";
    try {
      this.#store.finalize(this.#run.id, { exitCode: code });
    } catch (error) {
      this.#say(`the record in ${this.#run.dir} has no end: ${messageOf(error)}`);
      if (code === ExitCode.ok) code = ExitCode.io;
    }
    return code;
  }

  /** Takes the record back when the run has not begun, or ends it as a failure when nobody has said how it ended. */
  [Symbol.dispose](): void {
    this.#captured?.[Symbol.dispose]();
    if (this.#state === "created") this.#store.removeById(this.#run.id, { force: true });
    else if (this.#state === "begun") this.finish(ExitCode.io);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
