import type { OutputStream } from "../codec/zig_events.ts";
import type { Step } from "./plan.ts";

/** Is shown a run while it goes on: each thing after it was recorded. */
export interface RunObserver {
  /** A tier begins. */
  tierStarted(tierIndex: number): void;
  /** An attempt of a step begins. */
  stepStarted(step: Step): void;
  /** A step wrote something. */
  output(step: Step, stream: OutputStream, chunk: Uint8Array<ArrayBuffer>): void;
  /** An attempt of a step will write no more to a stream; `cut` when something else still holds the stream open. */
  outputEnded(step: Step, stream: OutputStream, cut: boolean): void;
  /** A step succeeded. */
  stepCompleted(step: Step): void;
  /** An attempt of a step failed; `retrying` when there is to be another. */
  stepFailed(step: Step, attempt: number, error: string, retrying: boolean): void;
  /** A step is not run. */
  stepSkipped(step: Step, reason: string): void;
}
