import { renameFile } from "./rename_file.ts";

/**
 * Keeps a damaged file under a name that is never taken, such as `index.json.broken-20261121T014000123Z-1f2e3d4c`. It also
 * keeps its own name until it is replaced: a program that knows no locks would take a missing index for an empty one, and
 * write that.
 *
 * @param path The file; the caller holds its lock and replaces it.
 * @returns The other name.
 */
export function setAside(path: string): string {
  const time = new Date().toISOString().replaceAll(/[-:]/g, "").replace(/\.(\d+)Z$/, "$1Z");
  const aside = `${path}.broken-${time}-${crypto.randomUUID().slice(0, 8)}`;
  try {
    Deno.linkSync(path, aside);
  } catch {
    renameFile(path, aside); // a directory, or a file system without hard links
  }
  return aside;
}
