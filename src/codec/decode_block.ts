/** Blocks of lines to decoded lines. */

import type { Decoded, Decoding, LineDialect } from "./dialect.ts";
import { type Block, decodeUtf8, type Line, linesOf, NEWLINE, trimLikeRust } from "./lines.ts";

/**
 * Decodes the lines of a block.
 *
 * One `JSON.parse` of all lines as an array costs half of one a line, so that is tried first. Its values are used for
 * the lines that the dialect recognises in them; every other line, and every line of a block that is not as simple as
 * that, is decoded by itself.
 *
 * @param dialect The wire format.
 * @param block Whole lines, or the unfinished last line of a file.
 * @returns One item a line that is not blank.
 */
export function decodeBlock<Event>(dialect: LineDialect<Event>, block: Block): Decoded<Event>[] {
  return decodeAtOnce(dialect, block) ??
    Array.from(linesOf(block), (line) => decodeLine(dialect, block, line));
}

/** Decodes a block by parsing it once; `undefined` when its lines are not one JSON value each. */
function decodeAtOnce<Event>(dialect: LineDialect<Event>, block: Block): Decoded<Event>[] | undefined {
  if (dialect.isPlain === undefined) return undefined;
  const { bytes } = block;
  const text = decodeUtf8(bytes);
  const values = text === undefined ? undefined : parseLines(text);
  if (text === undefined || values === undefined) return undefined;

  const lines: Decoded<Event>[] = [];
  const isAscii = text.length === bytes.length;
  let backslash = text.indexOf("\\");
  let start = 0;
  let startByte = 0;
  for (const value of values) {
    const end = text.indexOf("\n", start);
    if (end === -1) return undefined; // more values than lines
    const length = (isAscii ? end : bytes.indexOf(NEWLINE, startByte)) + 1 - startByte;
    const offset = block.offset + startByte;
    if (backslash !== -1 && backslash < start) backslash = text.indexOf("\\", start);
    const hasEscape = backslash !== -1 && backslash < end;
    if (!hasEscape && dialect.isPlain(value, text, start, end)) {
      lines.push({ kind: "event", event: value, offset, length, text: text.slice(start, end) });
    } else {
      const line = decodeLine(dialect, block, { offset, length, text: trimLikeRust(text.slice(start, end)) });
      // A line may hold two values, or two lines one: then the values are not those of the lines that they stand for.
      if (line.kind === "malformed") return undefined;
      lines.push(line);
    }
    start = end + 1;
    startByte += length;
  }
  return start === text.length ? lines : undefined;
}

/** The values of whole lines, as one array; `undefined` when a line is blank or damaged. */
function parseLines(text: string): readonly unknown[] | undefined {
  if (!text.endsWith("}\n")) return undefined;
  try {
    return JSON.parse(`[${text.slice(0, -1).replaceAll("\n", ",")}]`);
  } catch {
    return undefined; // which line it is, is found line by line
  }
}

function decodeLine<Event>(dialect: LineDialect<Event>, block: Block, line: Line): Decoded<Event> {
  const { offset, length, text = "" } = line;
  const decoding: Decoding<Event> = line.text === undefined
    ? { kind: "malformed", reason: "bytes that are not UTF-8" }
    : dialect.decode(line.text);
  if (decoding.kind !== "malformed") return { ...decoding, offset, length, text };
  const torn = block.bytes[offset - block.offset + length - 1] !== NEWLINE;
  return { kind: "malformed", reason: decoding.reason, torn, offset, length, text };
}
