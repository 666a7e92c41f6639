/** What became of a line that cannot be read. */

/** How our events and those of the Rust programs begin. */
const BEGINNING = '{"seq":';

/**
 * Counts the events that a damaged line holds, or once held.
 *
 * @param text The line; empty when its bytes are not UTF-8.
 * @returns How many events begin in it, at least 1.
 */
export function eventsWithin(text: string): number {
  return Math.max(1, text.split(BEGINNING).length - 1); // inside of a string the quotes would be escaped
}

/**
 * Guesses what happened to a damaged line, for people.
 *
 * @param text The line; empty when its bytes are not UTF-8.
 * @returns What it looks like; `undefined` when it looks like nothing known.
 */
export function damageHint(text: string): string | undefined {
  if (text.includes("\0")) return "NUL bytes, as a power loss leaves them";
  if (text.startsWith("\ufeff")) return "a byte order mark, as an editor leaves it";
  const events = eventsWithin(text);
  if (events > 1) {
    return isWhole(text.slice(0, text.indexOf(BEGINNING, 1)))
      ? `${events} events in one line: a newline is lost`
      : "an unfinished event runs into the next one";
  }
  const beginning = text.indexOf(BEGINNING);
  if (beginning > 0 && isWhole(text.slice(beginning))) return "something stands in front of the event";
  if (beginning === 0 && !text.endsWith("}")) return "the end of the event is lost";
  return undefined;
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
