/** The hot path of the readers: nearly all lines of a log are output without anything to escape. */

import type { EventEnvelope, StepOutput } from "./zig_events.ts";

const HEAD = '{"seq":';
/** Characters of a line of output besides its values; the strings bring their quotes. */
const FRAME = '{"seq":,"ts":"","zig_session_id":"","type":"step_output","step_name":"","stream":"","line":""}'.length;

/**
 * Tells of a parsed value that it is a `step_output` event, and that the text it came from is what a writer makes of it.
 * The text must then be exactly as long as the values make it, which leaves no room for anything that `JSON.parse`
 * hides: a repeated key, white space, an unknown field. Only a number could be written shorter, so its digits are read.
 *
 * @param value What JSON made of the text.
 * @param text The text, which holds no backslash between `start` and `end`.
 * @param start Where the line starts.
 * @param end Where it ends.
 * @returns `false` also of some lines that are such events: these are left to the full decoder.
 */
export function isPlainOutput(
  value: unknown,
  text: string,
  start: number,
  end: number,
): value is EventEnvelope & StepOutput {
  const event = value as EventEnvelope & StepOutput;
  if (event?.type !== "step_output" || (event.stream !== "stdout" && event.stream !== "stderr")) return false;
  const { seq, ts, zig_session_id, step_name, line } = event;
  if (
    typeof seq !== "number" || typeof ts !== "string" || typeof zig_session_id !== "string" ||
    typeof step_name !== "string" || typeof line !== "string" || !text.startsWith(HEAD, start)
  ) return false;
  let at = start + HEAD.length;
  let digits = 0;
  for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(++at)) {
    digits = digits * 10 + code - 0x30;
  }
  const strings = ts.length + zig_session_id.length + step_name.length + event.stream.length + line.length;
  return digits === seq && digits <= Number.MAX_SAFE_INTEGER &&
    end - start === FRAME + (at - start - HEAD.length) + strings;
}
