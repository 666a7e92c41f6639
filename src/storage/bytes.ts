/** Bytes as a whole. */

/**
 * Tells whether bytes are the same.
 *
 * @param a Some bytes.
 * @param b Others.
 * @returns `true` when they are as many, and each equals its counterpart.
 */
export function areSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/**
 * Writes bytes, however many calls the system takes for them.
 *
 * @param file Where to.
 * @param bytes The bytes.
 */
export function writeFully(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}
