/**
 * The record of a run: the `session.json` of the Rust program outrig, pretty-printed with two spaces, no newline at the
 * end. Source: outrig-cli 0.2.
 *
 * @module
 */

import { isJsonObject, type JsonObject, stringifyJson } from "./json.ts";
import { parsePlainRecord } from "./outrig_plain.ts";
import { formatRunTime, parseRunTime } from "./outrig_time.ts";
import { Codec, type Field, I32, optional, STRING, STRINGS } from "./shape.ts";

/** What is recorded of a run, with the fields of the wire format. Fields that are not listed here are kept. */
export interface RunRecord {
  /** The id. */
  readonly id: string;
  /** RFC 3339 in UTC, with `Z`. */
  readonly started_at: string;
  /** RFC 3339 in UTC, with `Z`; `null` until the end. */
  readonly ended_at: string | null;
  /** Name of the container it runs in. */
  readonly container_name: string;
  /** Names of the containers beside it; `null` when there are none. */
  readonly sidecar_container_names: readonly string[] | null;
  /** Tag of the image. */
  readonly image_tag: string;
  /** Name of the image's configuration. */
  readonly image_config_name: string | null;
  /** Name of the agent. */
  readonly agent_name: string | null;
  /** Directory that it works in. */
  readonly working_dir: string;
  /** Directory that holds the record. */
  readonly session_dir: string;
  /** What it ended with; `null` until the end. */
  readonly exit_code: number | null;
}

const TIME: Field<string> = {
  ...STRING,
  expected: "a time such as 2026-05-01T14:19:07Z",
  accepts: (value): value is string => typeof value === "string" && parseRunTime(value) !== undefined,
};

const RECORD: Codec<RunRecord> = new Codec({
  id: STRING,
  started_at: TIME,
  ended_at: optional(TIME),
  container_name: STRING,
  sidecar_container_names: optional(STRINGS),
  image_tag: STRING,
  image_config_name: optional(STRING),
  agent_name: optional(STRING),
  working_dir: STRING,
  session_dir: STRING,
  exit_code: optional(I32),
});

/** What older programs called `image_config_name`. */
const OLD_NAME = "container_config_name";

/**
 * Writes the record of a run as the Rust program does: what is `null` or empty is left out, times are in UTC with the
 * fewest digits, unlisted fields follow.
 *
 * @param record The record.
 * @returns The text.
 * @throws {TypeError} When a field is missing or holds something else.
 */
export function encodeRunRecord(record: RunRecord): string {
  RECORD.check(record);
  const shape: object = RECORD.shape;
  const fields = record as unknown as JsonObject;
  const listed = Object.keys(shape).map((key) => [key, canonical(key, fields[key])] as const);
  const unlisted = Object.keys(fields).filter((key) => !Object.hasOwn(shape, key));
  return stringifyJson(
    Object.fromEntries([
      ...listed.filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)),
      ...unlisted.map((key) => [key, fields[key]] as const),
    ]),
    2,
  );
}

/**
 * Reads the record of a run. Times come in UTC with the fewest digits, however they were written.
 *
 * @param text The text.
 * @returns The record; unlisted fields are in it too.
 * @throws {SyntaxError} When it is no record, or the Rust program would not take it.
 */
export function parseRunRecord(text: string): RunRecord {
  return parsePlainRecord(text) ?? parseAnyRecord(text);
}

function parseAnyRecord(text: string): RunRecord {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new SyntaxError("it is not a JSON object");
  const { [OLD_NAME]: oldName, ...record } = RECORD.decode(value, text) as RunRecord & JsonObject;
  if (oldName !== undefined && oldName !== null && typeof oldName !== "string") {
    throw new SyntaxError(`field ${OLD_NAME} is not a string`);
  }
  return {
    ...record,
    started_at: canonical("started_at", record.started_at) as string,
    ended_at: canonical("ended_at", record.ended_at) as string | null,
    image_config_name: record.image_config_name ?? oldName ?? null,
  };
}

/** A value as it is written: a time in its shortest form, a missing one as `null`. */
function canonical(key: string, value: unknown): unknown {
  if (key !== "started_at" && key !== "ended_at") return value ?? null;
  return typeof value === "string" ? formatRunTime(parseRunTime(value)!) : null;
}
