/** What all of its marks hold, so that other lines are passed fast. */
const MARK = "PRIVATE KEY";

/** A line that begins a key: what stands behind the mark may be its beginning, but no sentence. */
const BEGINNING = /-----BEGIN (?:[A-Z\d]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----\S*\s*$/;

/** What ends it. */
const END = /-----END [A-Z\d ]{1,80}-----/;

/** Lines after which a key without an end is no key: the largest in use have half as many. */
const MOST_LINES = 400;

/**
 * Makes a function that is given the lines of one stream in turn, and leaves none of those of a private key.
 *
 * @param redact Takes secrets out of a line.
 * @param redacted What stands in the place of a line of a key.
 * @returns The function; it remembers whether it is within a key.
 */
export function keyLines(redact: (text: string) => string, redacted: string): (line: string) => string {
  let left = 0;
  return (line) => {
    if (line.includes(MARK) && BEGINNING.test(line)) {
      const isWithin = left > 0;
      left = MOST_LINES;
      return isWithin ? redacted : redact(line);
    }
    if (left === 0) return redact(line);
    const end = END.exec(line);
    left = end === null ? left - 1 : 0;
    if (end !== null) return redacted + redact(line.slice(end.index + end[0].length));
    return line.trim() === "" ? line : redacted;
  };
}
