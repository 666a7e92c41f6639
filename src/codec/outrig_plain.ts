/** A way to read records that are just as a writer would write them, many times as fast as by parsing JSON. */

import { parseRunTime } from "./outrig_time.ts";
import type { RunRecord } from "./outrig.ts";

/** A string without anything that JSON escapes. */
// deno-lint-ignore no-control-regex
const TEXT = /"([^"\\\x00-\x1f]*)"/.source;
/** A time in its shortest form; whether its month has that many days remains to be seen. */
const TIME = /"(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{0,8}[1-9])?Z)"/
  .source;
/** An integer that surely has no more than 32 bits. */
const INTEGER = /(0|-?[1-9]\d{0,8})/.source;

const PLAIN = new RegExp(
  `^\\{\\n  "id": ${TEXT},\\n  "started_at": ${TIME}(?:,\\n  "ended_at": ${TIME})?,\\n  "container_name": ${TEXT}` +
    `,\\n  "image_tag": ${TEXT}(?:,\\n  "image_config_name": ${TEXT})?(?:,\\n  "agent_name": ${TEXT})?` +
    `,\\n  "working_dir": ${TEXT},\\n  "session_dir": ${TEXT}(?:,\\n  "exit_code": ${INTEGER})?\\n\\}$`,
);

/**
 * Reads a record of the usual kind: canonical, without escapes, unlisted fields and containers beside the first.
 *
 * @param text The text.
 * @returns The record; `undefined` for any other text, which may be a record all the same.
 */
export function parsePlainRecord(text: string): RunRecord | undefined {
  const found = PLAIN.exec(text);
  if (found === null || !text.isWellFormed()) return undefined;
  const started = found[2]!; // to take the parts of the list by their places is faster than all at once
  const ended = found[3] ?? null;
  if (!isDay(started) || ended !== null && !isDay(ended)) return undefined;
  return {
    id: found[1]!,
    started_at: started,
    ended_at: ended,
    container_name: found[4]!,
    sidecar_container_names: null,
    image_tag: found[5]!,
    image_config_name: found[6] ?? null,
    agent_name: found[7] ?? null,
    working_dir: found[8]!,
    session_dir: found[9]!,
    exit_code: found[10] === undefined ? null : Number(found[10]),
  };
}

/** Every month has 28 days. */
function isDay(time: string): boolean {
  return time.slice(8, 10) <= "28" || parseRunTime(time) !== undefined;
}
