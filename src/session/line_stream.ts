/** Bytes of a child process to lines of text. */

const NEWLINE = 0x0a;

/**
 * Bytes of a chunk that are made text at a time. All that is text at once may survive a collection of garbage, and the
 * young part of the heap grows with what did so; less of it than a batch of output takes would cost more writes.
 */
const PART_BYTES = 10 * 1024;

/** Characters after which a line without an end is recorded in pieces: no program's output may fill our memory. */
const LONGEST_LINE = 4 * 1024 * 1024;

/**
 * Makes a stream that cuts what is written to it into lines, at byte 0x0A only.
 *
 * @param take Gets the whole lines of each chunk, many at once, without their newlines; what it throws fails the stream.
 * @returns The stream.
 */
export function lineStream(take: (lines: readonly string[]) => void): WritableStream<Uint8Array> {
  // Decoding as a stream keeps characters together that are cut by a chunk.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const pending: string[] = [];
  let pendingLength = 0;

  function keep(text: string): void {
    pending.push(text);
    pendingLength += text.length;
  }

  function takePending(): string {
    const text = pending.join("");
    pending.length = 0;
    pendingLength = 0;
    return text;
  }

  return new WritableStream({
    write(chunk: Uint8Array): void {
      const last = chunk.lastIndexOf(NEWLINE);
      let start = 0;
      while (start <= last) {
        const end = endOfPart(chunk, start);
        // What a program ends a line with, CR and LF or LF alone, is not part of it, as for the Rust programs.
        // A newline never stands inside a character, so the text up to it is whole.
        keep(decoder.decode(chunk.subarray(start, end), { stream: true }));
        keep(decoder.decode());
        take(takePending().replace(/\r$/, "").split(/\r?\n/));
        start = end + 1;
      }
      keep(decoder.decode(chunk.subarray(start), { stream: true }));
      if (pendingLength > LONGEST_LINE) take([takePending()]);
    },
    close(): void {
      keep(decoder.decode());
      const rest = takePending();
      if (rest !== "") take([rest]);
    },
  });
}

/** Where the last newline stands that is not too far behind the start, or else the next one. */
function endOfPart(chunk: Uint8Array, start: number): number {
  const end = chunk.lastIndexOf(NEWLINE, start + PART_BYTES);
  return end >= start ? end : chunk.indexOf(NEWLINE, start);
}
