/** The zig dialect: the session log that this project writes. Source: zig-core 0.11. */

import { eventDecoder } from "./decode_event.ts";
import type { Dialect, LogEvidence } from "./dialect.ts";
import { PlainOutput } from "./plain_output.ts";
import { Codec, type Field, I32, oneOf, optional, type Shape, STRING, STRINGS, U32, U64 } from "./shape.ts";
import type { EventEnvelope, OutputStream, SessionEventKind, SessionLogEvent, SessionStatus } from "./zig_events.ts";
import {
  type GlobalSessionEntry,
  type SessionLogIndexEntry,
  ZIG_GLOBAL_INDEX,
  ZIG_PROJECT_INDEX,
} from "./zig_index.ts";

/** Seconds between two heartbeats. */
export const HEARTBEAT_SECONDS = 10;

/** The type of an event. */
export type SessionEventType = SessionEventKind["type"];

type EventOf<Type extends SessionEventType> = EventEnvelope & Extract<SessionEventKind, { type: Type }>;
type FieldsOf<Type extends SessionEventType> = Omit<EventOf<Type>, keyof EventEnvelope | "type">;

function eventCodec<Type extends SessionEventType>(type: Type, fields: Shape<FieldsOf<Type>>): Codec<SessionLogEvent> {
  const shape = { ...ENVELOPE, type: oneOf(type), ...fields };
  return new Codec(shape as unknown as Shape<SessionLogEvent>);
}

const ENVELOPE = { seq: U64, ts: STRING, zig_session_id: STRING } satisfies Shape<EventEnvelope>;

const CODECS = {
  zig_session_started: eventCodec("zig_session_started", {
    workflow_name: STRING,
    workflow_path: STRING,
    workspace_path: optional(STRING),
    cwd: optional(STRING),
    prompt: optional(STRING),
    tier_count: U64,
  }),
  tier_started: eventCodec("tier_started", { tier_index: U64, step_names: STRINGS }),
  step_started: eventCodec("step_started", {
    step_name: STRING,
    tier_index: U64,
    zag_session_id: STRING,
    zag_command: STRING,
    model: optional(STRING),
    prompt_preview: STRING,
  }),
  step_output: eventCodec("step_output", {
    step_name: STRING,
    stream: oneOf<OutputStream>("stdout", "stderr"),
    line: STRING,
  }),
  step_completed: eventCodec("step_completed", {
    step_name: STRING,
    exit_code: I32,
    duration_ms: U64,
    saved_vars: STRINGS,
  }),
  step_failed: eventCodec("step_failed", { step_name: STRING, exit_code: optional(I32), attempt: U32, error: STRING }),
  step_skipped: eventCodec("step_skipped", { step_name: STRING, reason: STRING }),
  heartbeat: eventCodec("heartbeat", { interval_secs: U64 }),
  zig_session_ended: eventCodec("zig_session_ended", {
    status: oneOf<SessionStatus>("success", "failure"),
    duration_ms: U64,
  }),
} satisfies { [Type in SessionEventType]: Codec<SessionLogEvent> };

/** The types of events, in the order a run meets them. */
export const SESSION_EVENT_TYPES: readonly SessionEventType[] = Object.keys(CODECS) as SessionEventType[];

/**
 * The fields of a type of event, without those that every event carries.
 *
 * @param type The type.
 * @returns What each field may hold, in the order they are written.
 */
export function fieldsOf(type: SessionEventType): Readonly<Record<string, Field<unknown>>> {
  const fields = Object.entries(CODECS[type].shape as unknown as Record<string, Field<unknown>>);
  return Object.fromEntries(fields.filter(([key]) => key !== "type" && !Object.hasOwn(ENVELOPE, key)));
}

/** How many fields the events of a type have. */
const FIELD_COUNTS = new Map<string, number>(
  Object.entries(CODECS).map(([type, { shape }]) => [type, Object.keys(shape).length]),
);

/**
 * Finds the fields of an event that its type does not list: written by a newer program.
 *
 * @param event The event, as it was decoded.
 * @returns Their names, in the order of the line.
 */
export function unknownFields(event: SessionLogEvent): readonly string[] {
  const keys = Object.keys(event);
  if (keys.length === FIELD_COUNTS.get(event.type)) return [];
  const { shape } = CODECS[event.type];
  return keys.filter((key) => !Object.hasOwn(shape, key));
}

const UNKNOWN = new Codec<EventEnvelope & { readonly type: string }>({ ...ENVELOPE, type: STRING as Field<string> });

function isEventType(type: unknown): type is SessionEventType {
  return typeof type === "string" && Object.hasOwn(CODECS, type);
}

/**
 * Encodes an event byte for byte as the Rust writer does.
 *
 * @param event The event; fields that its type does not list are written after the others.
 * @returns One line, without a newline.
 * @throws {TypeError} When a field is missing or holds what it must not.
 */
export function encodeSessionEvent(event: SessionLogEvent): string {
  const { type } = event;
  if (!isEventType(type)) throw new TypeError(`Cannot write type: ${type} is not the type of an event`);
  return CODECS[type].encode(event);
}

function rebuild(
  evidence: LogEvidence<SessionLogEvent>,
): { project: SessionLogIndexEntry; global: GlobalSessionEntry } {
  const { id, logPath, projectDir, created } = evidence;
  const started = evidence.first?.type === "zig_session_started" ? evidence.first : undefined;
  const common = {
    zig_session_id: id,
    workflow_name: started?.workflow_name ?? "",
    log_path: logPath,
    started_at: evidence.first?.ts ?? created,
    ended_at: evidence.end?.endedAt ?? null,
    status: evidence.end?.status ?? null,
  };
  const workspace = started?.workspace_path ?? projectDir;
  return {
    project: { ...common, workflow_path: started?.workflow_path ?? "", workspace_path: workspace },
    global: { ...common, project: workspace },
  };
}

const plainOutput = new PlainOutput();

/** The zig dialect. */
export const ZIG: Dialect<SessionLogEvent, SessionLogIndexEntry, GlobalSessionEntry> = {
  name: "zig",
  decode: eventDecoder(CODECS, UNKNOWN),
  readPlain: (text, start, end) => plainOutput.read(text, start, end),
  encode: encodeSessionEvent,
  endMark: '"zig_session_ended"',
  endOf: (event) => event.type === "zig_session_ended" ? { endedAt: event.ts, status: event.status } : undefined,
  timeOf: (event) => event.ts,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  projectIndex: ZIG_PROJECT_INDEX,
  globalIndex: ZIG_GLOBAL_INDEX,
  rebuild,
};
