/** A log without fault, line by line. */

import { encodeSessionEvent } from "../../src/codec/zig.ts";
import type { SessionEventKind, SessionLogEvent } from "../../src/codec/zig_events.ts";

/** The session that it is of. */
export const SOUND_ID = "289aa865-eb73-48c9-a995-6b3245bfcc28";

const STARTED: SessionEventKind = {
  type: "zig_session_started",
  workflow_name: "nightly",
  workflow_path: "/wf/nightly.zwf",
  workspace_path: null,
  cwd: "/src",
  prompt: null,
  tier_count: 1,
};

function stepStarted(step_name: string): SessionEventKind {
  return {
    type: "step_started",
    step_name,
    tier_index: 0,
    zag_session_id: "",
    zag_command: "exec",
    model: null,
    prompt_preview: "",
  };
}

function output(step_name: string, line: string): SessionEventKind {
  return { type: "step_output", step_name, stream: "stdout", line };
}

function completed(step_name: string): SessionEventKind {
  return { type: "step_completed", step_name, exit_code: 0, duration_ms: 5, saved_vars: [] };
}

/** What happened: a step that succeeds, and one that does the second time. */
export const SOUND_KINDS: readonly SessionEventKind[] = [
  STARTED,
  { type: "tier_started", tier_index: 0, step_names: ["build", "test"] },
  stepStarted("build"),
  output("build", "ünïcödé and 😀"),
  output("build", 'looks like one: {"seq":9,"ts":"no"}\n'),
  completed("build"),
  stepStarted("test"),
  output("test", "1 of 2 failed"),
  { type: "step_failed", step_name: "test", exit_code: 1, attempt: 1, error: "exit 1" },
  stepStarted("test"),
  completed("test"),
  { type: "heartbeat", interval_secs: 10 },
  { type: "zig_session_ended", status: "success", duration_ms: 12 },
];

/** Makes the line of an event, without its newline. */
export function soundLine(seq: number, kind: SessionEventKind, id = SOUND_ID): string {
  const event: SessionLogEvent = { seq, ts: soundTime(seq), zig_session_id: id, ...kind };
  return encodeSessionEvent(event);
}

/** When the event of a number happens. */
export function soundTime(seq: number): string {
  return `2020-11-21T01:51:23.75877${String(seq).padStart(4, "0")}+00:00`;
}

/** The lines of the log, each without its newline. */
export function soundLines(id = SOUND_ID): string[] {
  return SOUND_KINDS.map((kind, at) => soundLine(at + 1, kind, id));
}
