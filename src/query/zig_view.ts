/** What the events of a zig session say. */

import { SESSION_EVENT_TYPES, type SessionEventType, ZIG } from "../codec/zig.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import type { EventView, LogFormat, Paint } from "./event_view.ts";
import { renderEvent } from "./render.ts";

/**
 * What people look for: output, errors, reasons, prompts, commands, and names where they are introduced. The name of the
 * step is left out where it only says who speaks; otherwise a search for `build` would find every line of that step.
 */
const TEXT_FIELDS = {
  zig_session_started: ["workflow_name", "workflow_path", "cwd", "prompt"],
  tier_started: ["step_names"],
  step_started: ["step_name", "zag_session_id", "zag_command", "model", "prompt_preview"],
  step_output: ["line"],
  step_completed: ["saved_vars"],
  step_failed: ["error"],
  step_skipped: ["reason"],
  heartbeat: [],
  zig_session_ended: [],
} as const satisfies { [Type in SessionEventType]: readonly string[] };

function paintOf(event: SessionLogEvent): Paint {
  switch (event.type) {
    case "zig_session_started":
    case "tier_started":
      return { tone: "title" };
    case "step_output":
      return { tone: event.stream === "stdout" ? "voice" : "notice", head: `[${event.step_name}]` };
    case "step_started":
      return { tone: "quiet" };
    case "step_skipped":
      return { tone: "notice" };
    case "step_completed":
      return { tone: "good" };
    case "step_failed":
      return { tone: "bad" };
    case "zig_session_ended":
      return { tone: event.status === "success" ? "good end" : "bad end" };
    case "heartbeat":
      return { tone: "plain" };
  }
}

/** The zig dialect as people see it. */
export const ZIG_VIEW: EventView<SessionLogEvent> = {
  types: SESSION_EVENT_TYPES,
  commonTypes: ["step_output"],
  hiddenTypes: [],
  envelope: ["seq", "ts", "zig_session_id", "type"],
  textFields: TEXT_FIELDS,
  hasSteps: true,
  isMultiline: false,
  isPlainText: false,
  render: renderEvent,
  paintOf,
  titleOf: (event) => event.type === "zig_session_started" ? event.workflow_name : undefined,
  labelOf: (_type, field) => field === "line" ? "" : field,
};

/** The logs of zig sessions. */
export const ZIG_LOG: LogFormat<SessionLogEvent> = { dialect: ZIG, view: ZIG_VIEW };
