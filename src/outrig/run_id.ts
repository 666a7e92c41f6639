/** The ids of runs. */

import { isSessionId } from "../session_id.ts";

/** The id of a run that was checked: safe as a file name, never a path. Made by {@linkcode parseRunId}. */
export type RunId = string & { readonly __runId: true };

/**
 * Tells whether a text can be the id of a run.
 *
 * @param text The text to check.
 * @returns `true` when it is 1 to 128 characters of `A-Z a-z 0-9 . _ -`, starts with a letter or digit and has no `..`.
 */
export function isRunId(text: string): text is RunId {
  return isSessionId(text);
}

/**
 * Checks the id of a run, so that it can become a file name.
 *
 * @param text The id as somebody gave it.
 * @returns The same text, marked as checked.
 * @throws {SyntaxError} When it is empty, too long, or could leave its directory.
 *
 * @example
 * ```ts
 * import { parseRunId } from "@ziglog/ziglog/outrig";
 *
 * parseRunId("20260501T141907-ab12"); // fine
 * try {
 *   parseRunId("../20260501T141907-ab12");
 * } catch (error) {
 *   console.log((error as Error).name); // SyntaxError
 * }
 * ```
 */
export function parseRunId(text: string): RunId {
  if (isRunId(text)) return text;
  const shown = text.length > 40 ? `${text.slice(0, 40)}… (${text.length} characters)` : text;
  throw new SyntaxError(
    `Cannot use run id ${JSON.stringify(shown)}: it must be a name such as 20260501T141907-ab12, not a path`,
  );
}

/**
 * Draws a new id: the second in UTC and four random hexadecimal digits. The order of ids as texts is that of their times.
 *
 * @param now Milliseconds since the epoch.
 * @returns The id, such as `20260501T141907-ab12`.
 */
export function newRunId(now: number = Date.now()): RunId {
  const time = new Date(now).toISOString().slice(-24, -5).replaceAll(/[-:]/g, "");
  const [drawn = 0] = crypto.getRandomValues(new Uint16Array(1));
  return `${time}-${drawn.toString(16).padStart(4, "0")}` as RunId;
}
