/** The zag dialect: the session log of agents. Source: zag-agent 0.18. */

import { basename } from "../deps/path.ts";
import { eventDecoder } from "./decode_event.ts";
import type { Dialect, LogEvidence } from "./dialect.ts";
import { isWrittenAsFloat, type JsonObject } from "./json.ts";
import {
  BOOLEAN,
  Codec,
  F64,
  type Field,
  JSON_VALUE,
  omissible,
  oneOf,
  optional,
  type Shape,
  STRING,
  U32,
  U64,
  withFallback,
} from "./shape.ts";
import type { AgentEventEnvelope, AgentEventKind, AgentLogEvent, LogSourceKind, ToolKind } from "./zag_events.ts";
import {
  type AgentGlobalEntry,
  type AgentIndexEntry,
  COMPLETENESS,
  ZAG_GLOBAL_INDEX,
  ZAG_PROJECT_INDEX,
} from "./zag_index.ts";
import { writeJson } from "./zag_json.ts";

/** Seconds between two heartbeats of an agent session. */
export const AGENT_HEARTBEAT_SECONDS = 10;

/** The type of an event of an agent session. */
export type AgentEventType = AgentEventKind["type"];

type FieldsOf<Type extends AgentEventType> = Omit<
  Extract<AgentEventKind, { type: Type }>,
  keyof AgentEventEnvelope | "type"
>;

/** Where the original writes the key twice, once for the envelope and once for the field. */
const REPEATED = ["provider"] as const;

function eventCodec<Type extends AgentEventType>(
  type: Type,
  fields: Shape<FieldsOf<Type>>,
  repeatable: typeof REPEATED | [] = [],
): Codec<AgentLogEvent> {
  const shape = { ...ENVELOPE, type: oneOf(type), ...fields };
  return new Codec(shape as unknown as Shape<AgentLogEvent>, repeatable);
}

const ENVELOPE = {
  seq: U64,
  ts: STRING,
  provider: STRING,
  wrapper_session_id: STRING,
  provider_session_id: optional(STRING),
  source_kind: oneOf<LogSourceKind>("wrapper", "provider_file", "provider_log", "stdout", "stderr", "backfill"),
  completeness: COMPLETENESS,
} satisfies Shape<AgentEventEnvelope>;

const TEXT_OR_NULL = optional(STRING);
const ANY_OR_NULL = optional(JSON_VALUE);
const MESSAGE = { content: STRING, message_id: TEXT_OR_NULL };
const TOOL_KIND = omissible(
  oneOf<ToolKind>(
    "shell",
    "file_read",
    "file_write",
    "file_edit",
    "search",
    "sub_agent",
    "web",
    "notebook",
    "other",
  ),
);
const ATTEMPT = withFallback(U32, 1);
const COST = omissible(F64);

const CODECS = {
  session_started: eventCodec("session_started", {
    command: STRING,
    model: TEXT_OR_NULL,
    cwd: TEXT_OR_NULL,
    resumed: BOOLEAN,
    backfilled: BOOLEAN,
  }),
  user_message: eventCodec("user_message", { role: STRING, ...MESSAGE }),
  assistant_message: eventCodec("assistant_message", MESSAGE),
  reasoning: eventCodec("reasoning", MESSAGE),
  tool_call: eventCodec("tool_call", {
    tool_name: STRING,
    tool_kind: TOOL_KIND,
    tool_id: TEXT_OR_NULL,
    input: ANY_OR_NULL,
  }),
  tool_result: eventCodec("tool_result", {
    tool_name: TEXT_OR_NULL,
    tool_kind: TOOL_KIND,
    tool_id: TEXT_OR_NULL,
    success: optional(BOOLEAN),
    output: TEXT_OR_NULL,
    error: TEXT_OR_NULL,
    data: ANY_OR_NULL,
  }),
  permission: eventCodec("permission", { tool_name: STRING, description: STRING, granted: BOOLEAN }),
  provider_status: eventCodec("provider_status", { message: STRING, data: ANY_OR_NULL }),
  stderr: eventCodec("stderr", { message: STRING }),
  parse_warning: eventCodec("parse_warning", { message: STRING, raw: TEXT_OR_NULL }),
  session_cleared: eventCodec("session_cleared", { old_session_id: TEXT_OR_NULL, new_session_id: TEXT_OR_NULL }),
  session_ended: eventCodec("session_ended", { success: BOOLEAN, error: TEXT_OR_NULL }),
  session_result: eventCodec("session_result", { result: STRING }),
  heartbeat: eventCodec("heartbeat", { interval_secs: optional(U64) }),
  usage: eventCodec("usage", {
    input_tokens: U64,
    output_tokens: U64,
    cache_read_tokens: omissible(U64),
    cache_creation_tokens: omissible(U64),
    total_cost_usd: COST,
  }),
  user_event: eventCodec("user_event", { level: STRING, message: STRING, data: omissible(JSON_VALUE) }),
  usage_limit_hit: eventCodec("usage_limit_hit", {
    scope: STRING,
    reset_at: omissible(STRING),
    scheduled_resume_at: omissible(STRING),
    fallback_used: withFallback(BOOLEAN, false),
    incident_id: STRING,
    raw: omissible(STRING),
  }, REPEATED),
  usage_limit_resumed: eventCodec("usage_limit_resumed", {
    incident_id: STRING,
    resume_message: STRING,
    attempt: ATTEMPT,
  }),
  usage_limit_resume_failed: eventCodec("usage_limit_resume_failed", {
    incident_id: STRING,
    error: STRING,
    attempt: ATTEMPT,
  }),
} satisfies { [Type in AgentEventType]: Codec<AgentLogEvent> };

/** The types of events of an agent session. */
export const AGENT_EVENT_TYPES: readonly AgentEventType[] = Object.keys(CODECS) as AgentEventType[];

/** The keys that every event of an agent session has, in the order they are written. */
export const AGENT_ENVELOPE: readonly string[] = [...Object.keys(ENVELOPE), "type"];

/**
 * Finds the fields of an event that its type does not list: written by a newer program.
 *
 * @param event The event, as it was decoded.
 * @returns Their names, in the order of the line.
 */
export function unknownAgentFields(event: AgentLogEvent): readonly string[] {
  const { shape } = CODECS[event.type];
  return Object.keys(event).filter((key) => !Object.hasOwn(shape, key));
}

const UNKNOWN = new Codec<AgentEventEnvelope & { readonly type: string }>({
  ...ENVELOPE,
  type: STRING as Field<string>,
});

function isEventType(type: unknown): type is AgentEventType {
  return typeof type === "string" && Object.hasOwn(CODECS, type);
}

/**
 * Encodes an event byte for byte as the Rust writer does, except that `usage_limit_hit` names its provider once: JSON knows
 * no key twice. The Rust reader passes over that event in either form.
 *
 * @param event The event; fields that its type does not list are written after the others.
 * @returns One line, without a newline.
 * @throws {TypeError} When a field is missing or holds what it must not.
 */
export function encodeAgentEvent(event: AgentLogEvent): string {
  const { type } = event;
  if (!isEventType(type)) throw new TypeError(`Cannot write type: ${type} is not the type of an event`);
  const { codec, fields } = WRITERS[type];
  codec.check(event);
  const values = event as unknown as JsonObject;
  let text = "";
  let count = 0;
  for (const { key, before, isOmissible, isFloat } of fields) {
    const value = values[key];
    if (value !== undefined) count++;
    else if (isOmissible) continue;
    text += before + writeJson(value ?? null, isFloat || isWrittenAsFloat(event, key));
  }
  const keys = Object.keys(values);
  if (keys.length > count) text += keys.filter((key) => !Object.hasOwn(codec.shape, key)).map(writeUnlisted).join("");
  return `{${text.slice(1)}}`;

  function writeUnlisted(key: string): string {
    return values[key] === undefined
      ? ""
      : `,${JSON.stringify(key.toWellFormed())}:${writeJson(values[key], isWrittenAsFloat(event, key))}`;
  }
}

/** How a field is written. */
interface FieldWriter {
  readonly key: string;
  /** What stands in front of the value. */
  readonly before: string;
  readonly isOmissible: boolean;
  /** Whether a whole number has a fraction all the same. */
  readonly isFloat: boolean;
}

/** What each type is written with, made once. */
const WRITERS = Object.fromEntries(
  Object.entries(CODECS).map(([type, codec]) => [type, { codec, fields: fieldWriters(codec) }]),
) as unknown as { readonly [Type in AgentEventType]: { codec: Codec<AgentLogEvent>; fields: readonly FieldWriter[] } };

function fieldWriters({ shape }: Codec<AgentLogEvent>): FieldWriter[] {
  return Object.entries(shape as unknown as Record<string, Field<unknown>>).map(([key, field]) => ({
    key,
    before: `,${JSON.stringify(key)}:`,
    isOmissible: field.omissible ?? false,
    isFloat: field === COST,
  }));
}

function rebuild(evidence: LogEvidence<AgentLogEvent>): { project: AgentIndexEntry; global: AgentGlobalEntry } {
  const { id, logPath, projectDir, first, created, end } = evidence;
  const last = evidence.last ?? first;
  const started = first?.type === "session_started" ? first : undefined;
  const provider = first?.provider ?? "";
  const started_at = first?.ts ?? created;
  return {
    project: {
      wrapper_session_id: id,
      provider,
      provider_session_id: last?.provider_session_id ?? first?.provider_session_id ?? null,
      log_path: logPath,
      completeness: last?.completeness ?? "full",
      started_at,
      ended_at: end?.endedAt ?? null,
      workspace_path: started?.cwd ?? null,
      command: started?.command ?? null,
      source_paths: [],
      backfilled: started?.backfilled ?? false,
    },
    global: { session_id: id, project: basename(projectDir), log_path: logPath, provider, started_at },
  };
}

/** The zag dialect. */
export const ZAG: Dialect<AgentLogEvent, AgentIndexEntry, AgentGlobalEntry> = {
  name: "zag",
  decode: eventDecoder(CODECS, UNKNOWN),
  encode: encodeAgentEvent,
  endOf: (event) =>
    event.type === "session_ended" ? { endedAt: event.ts, status: event.success ? "success" : "failure" } : undefined,
  begins: (event) => event.type === "session_started",
  timeOf: (event) => event.ts,
  heartbeatSeconds: AGENT_HEARTBEAT_SECONDS,
  projectIndex: ZAG_PROJECT_INDEX,
  globalIndex: ZAG_GLOBAL_INDEX,
  rebuild,
};
