/** The texts of an event that a search looks at. */

import type { Decoded } from "../codec/dialect.ts";
import { isJsonObject } from "../codec/json.ts";
import type { SessionEventType } from "../codec/zig.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";

/** A text of an event. */
export interface TextField {
  /** The field that holds it. */
  readonly name: string;
  /** The text. */
  readonly text: string;
}

/**
 * What people look for: output, errors, reasons, prompts, commands, and names where they are introduced. The name of the
 * step is left out where it only says who speaks; otherwise a search for `build` would find every line of that step.
 */
const FIELDS = {
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

/** Fields of every event: of an unknown one, all others are texts. */
const ENVELOPE: readonly string[] = ["seq", "ts", "zig_session_id", "type"];

/**
 * Lists the texts of a line.
 *
 * @param line A line that could be decoded.
 * @returns Its texts; of a line of an unknown type, all strings in it.
 */
export function textFieldsOf(line: Exclude<Decoded<SessionLogEvent>, { kind: "malformed" }>): TextField[] {
  const event = line.event as Readonly<Record<string, unknown>>;
  const names = line.kind === "event"
    ? FIELDS[line.event.type]
    : Object.keys(event).filter((name) => !ENVELOPE.includes(name));
  return names.flatMap((name) => Array.from(stringsIn(event[name]), (text) => ({ name, text })));
}

function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (Array.isArray(value)) { for (const item of value) yield* stringsIn(item); }
  else if (isJsonObject(value)) { for (const item of Object.values(value)) yield* stringsIn(item); }
}
