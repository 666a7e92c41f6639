/** Blocks of lines to decoded lines. */

import type { Decoded, Decoding, LineDialect } from "./dialect.ts";
import { type Block, decodeUtf8, type Line, linesOf, NEWLINE, trimLikeRust } from "./lines.ts";

const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Decodes the lines of a block.
 *
 * @param dialect The wire format.
 * @param block Whole lines, or the unfinished last line of a file.
 * @returns One item a line that is not blank.
 */
export function decodeBlock<Event>(dialect: LineDialect<Event>, block: Block): Decoded<Event>[] {
  const text = decodeUtf8(block.bytes);
  if (text !== undefined) return decodeText(dialect, block, text);
  return Array.from(linesOf(block), (line) => decodeLine(dialect, block, line));
}

/** Decodes a block whose bytes were decoded at once, which takes much less time than line by line. */
function decodeText<Event>(dialect: LineDialect<Event>, block: Block, text: string): Decoded<Event>[] {
  const { bytes } = block;
  const isAscii = text.length === bytes.length;
  const lines: Decoded<Event>[] = [];
  let start = 0;
  let startByte = 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const next = newline === -1 ? end : end + 1;
    const nextByte = newline === -1 ? bytes.length : isAscii ? next : bytes.indexOf(NEWLINE, startByte) + 1;
    const offset = block.offset + startByte;
    const length = nextByte - startByte;
    const event = dialect.readPlain?.(text, start, end);
    if (event !== undefined) {
      lines.push({ kind: "event", event, offset, length, text: text.slice(start, end) });
    } else {
      const trimmed = trimLikeRust(text.slice(start, end));
      if (trimmed !== "") lines.push(decodeLine(dialect, block, { offset, length, text: trimmed }));
    }
    start = next;
    startByte = nextByte;
  }
  return lines;
}

function decodeLine<Event>(dialect: LineDialect<Event>, block: Block, line: Line): Decoded<Event> {
  const { offset, length, text = readable(block, line) } = line;
  const decoding: Decoding<Event> = line.text === undefined
    ? decodeBytes(dialect, block, line)
    : dialect.decode(line.text);
  if (decoding.kind !== "malformed") return { ...decoding, offset, length, text };
  const torn = block.bytes[offset - block.offset + length - 1] !== NEWLINE;
  return { kind: "malformed", reason: decoding.reason, torn, offset, length, text };
}

/** What people can read of bytes that are no text. */
function readable(block: Block, line: Line): string {
  return trimLikeRust(lenient.decode(bytesOf(block, line)));
}

function decodeBytes<Event>(dialect: LineDialect<Event>, block: Block, line: Line): Decoding<Event> {
  return dialect.decodeBytes?.(bytesOf(block, line)) ?? { kind: "malformed", reason: "bytes that are not UTF-8" };
}

function bytesOf(block: Block, { offset, length }: Line): Uint8Array {
  const start = offset - block.offset;
  return block.bytes.subarray(start, start + length);
}
