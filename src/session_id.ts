/** A session id that was checked: safe as a file name, never a path. Made by {@linkcode parseSessionId}. */
export type SessionId = string & { readonly __sessionId: true };

/** Longest id accepted, in characters; with its suffixes it still fits a file name on every system. */
const MAX_LENGTH = 128;

const SAFE = /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.))*$/;

/**
 * Tells whether a text can be a session id (or the beginning of one).
 *
 * @param text The text to check.
 * @returns `true` when it is 1 to 128 characters of `A-Z a-z 0-9 . _ -`, starts with a letter or digit and has no `..`.
 */
export function isSessionId(text: string): text is SessionId {
  return text.length <= MAX_LENGTH && SAFE.test(text) && !text.endsWith(".");
}

/**
 * Checks a session id, so that it can become a file name.
 *
 * @param text The id, or the prefix of one, as somebody gave it.
 * @returns The same text, marked as checked.
 * @throws {SyntaxError} When it is empty, too long, or could leave its directory.
 *
 * @example
 * ```ts
 * import { parseSessionId } from "@ziglog/ziglog";
 *
 * parseSessionId("289aa865-eb73-48c9-a995-6b3245bfcc28"); // fine
 * try {
 *   parseSessionId("../../etc/passwd");
 * } catch (error) {
 *   console.log((error as Error).name); // SyntaxError
 * }
 * ```
 */
export function parseSessionId(text: string): SessionId {
  if (isSessionId(text)) return text;
  const shown = text.length > 40 ? `${text.slice(0, 40)}… (${text.length} characters)` : text;
  const reason = text === ""
    ? "it is empty"
    : text.length > MAX_LENGTH
    ? `it is longer than ${MAX_LENGTH} characters`
    : "it may only hold letters, digits, and single dots, dashes or underscores between them";
  throw new SyntaxError(`Cannot use session id ${JSON.stringify(shown)}: ${reason}`);
}

/**
 * Draws a new session id.
 *
 * @returns A lower-case UUID v4.
 */
export function newSessionId(): SessionId {
  return crypto.randomUUID() as string as SessionId;
}
