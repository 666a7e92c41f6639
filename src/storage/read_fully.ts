/** Part of a file, however many calls the system takes for it. */

/**
 * Reads part of a file.
 *
 * @param file The file.
 * @param from Where to start.
 * @param length How many bytes.
 * @returns The bytes; fewer when the file ends before.
 */
export function readFully(file: Deno.FsFile, from: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  file.seekSync(from, Deno.SeekMode.Start);
  let at = 0;
  while (at < length) {
    const count = file.readSync(bytes.subarray(at));
    if (count === null) break;
    at += count;
  }
  return bytes.subarray(0, at);
}
