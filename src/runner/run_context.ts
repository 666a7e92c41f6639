import type { AgentRecorder } from "./agent_recorder.ts";
import type { SignalRelay } from "./signal_relay.ts";
import type { Recorder } from "./recorder.ts";
import type { RunObserver } from "./run_observer.ts";

/** What all steps of a run share. */
export interface RunContext {
  /** Where it is recorded. */
  readonly recorder: Recorder;
  /** Who is shown it. */
  readonly observer: RunObserver;
  /** The signals that it is given. */
  readonly signals: SignalRelay;
  /** Records the dialogues of agents; without it, only what they print is recorded. */
  readonly agents?: AgentRecorder | undefined;
  /** Directory that the plan lies in. */
  readonly directory: string;
  /** Environment variables for every step. */
  readonly env: Readonly<Record<string, string>>;
  /** What steps read: nothing, or what we would. */
  readonly stdin: "null" | "inherit";
  /** Whether each step gets a process group of its own, so that signals reach all that it starts, and each just once. */
  readonly ownGroups: boolean;
  /** Whether the terminal tells the steps of a SIGINT by itself. */
  readonly terminalInterrupts: boolean;
  /** Milliseconds between SIGTERM and SIGKILL. Default 5000. */
  readonly graceMs?: number;
  /** Takes secrets out of what is recorded. */
  readonly redact?: ((text: string) => string) | undefined;
}
