/** Bytes of a child process to lines of text. */

const NEWLINE = 0x0a;

/**
 * Makes a stream that cuts what is written to it into lines, at byte 0x0A only.
 *
 * @param take Gets the whole lines of each chunk, without their newlines; what it throws fails the stream.
 * @returns The stream.
 */
export function lineStream(take: (lines: readonly string[]) => void): WritableStream<Uint8Array> {
  // Decoding as a stream keeps characters together that are cut by a chunk.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const pending: string[] = [];

  return new WritableStream({
    write(chunk: Uint8Array): void {
      const last = chunk.lastIndexOf(NEWLINE);
      if (last === -1) {
        pending.push(decoder.decode(chunk, { stream: true }));
        return;
      }
      // What a program ends a line with, CR and LF or LF alone, is not part of it, as for the Rust programs.
      // A newline never stands inside a character, so the text up to it is whole.
      pending.push(decoder.decode(chunk.subarray(0, last), { stream: true }), decoder.decode());
      const lines = pending.join("").split(/\r?\n/);
      pending.length = 0;
      pending.push(decoder.decode(chunk.subarray(last + 1), { stream: true }));
      take(lines);
    },
    close(): void {
      pending.push(decoder.decode());
      const rest = pending.join("");
      if (rest !== "") take([rest]);
    },
  });
}
