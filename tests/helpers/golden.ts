/** The files that the Rust programs wrote. */

const folder = new URL("../golden/", import.meta.url);

/** Bytes of a golden file. */
export function goldenBytes(path: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(path, folder));
}

/** Text of a golden file. */
export function goldenText(path: string): string {
  return Deno.readTextFileSync(new URL(path, folder));
}

/** A golden file parsed as JSON. */
export function goldenJson<T>(path: string): T {
  return JSON.parse(goldenText(path)) as T;
}

/** Paths of the golden files below `under` that match, relative to the folder. */
export function golden(under: string, pattern: RegExp): string[] {
  const found: string[] = [];
  for (const entry of Deno.readDirSync(new URL(`${under}/`, folder))) {
    const path = `${under}/${entry.name}`;
    if (entry.isDirectory) found.push(...golden(path, pattern));
    else if (pattern.test(path)) found.push(path);
  }
  return found.sort();
}
