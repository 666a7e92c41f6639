/**
 * Reads a text that may be missing, or be something else.
 *
 * @param value What stands there.
 * @param otherwise What is to be taken where that is no text.
 * @returns One of both.
 */
export function textOr<Else>(value: unknown, otherwise: Else): string | Else {
  return typeof value === "string" ? value : otherwise;
}
