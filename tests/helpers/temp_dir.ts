/** Folders that last as long as a test. */

/** An empty folder, removed with all that is in it when it is disposed. */
export class TempDir implements Disposable {
  /** Its path, without symbolic links. */
  readonly path: string = Deno.realPathSync(Deno.makeTempDirSync());

  /**
   * Gives the path of something in the folder.
   *
   * @param name Its name, with slashes between directories.
   * @returns The path.
   */
  at(name: string): string {
    return `${this.path}/${name}`;
  }

  /**
   * Writes a file, and the directories that it lies in.
   *
   * @param name Its name, with slashes between directories.
   * @param content What it shall hold.
   * @returns Its path.
   */
  write(name: string, content: string | Uint8Array): string {
    const path = this.at(name);
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
    return path;
  }

  /** Removes the folder. */
  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/**
 * Lists all that is below a directory.
 *
 * @param path The directory.
 * @returns Paths of files and of empty directories, relative to it, in order; those of directories end in a slash.
 */
export function tree(path: string): string[] {
  const found: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(path)) {
    const below = isDirectory ? tree(`${path}/${name}`) : [];
    if (below.length > 0) found.push(...below.map((entry) => `${name}/${entry}`));
    else found.push(isDirectory ? `${name}/` : name);
  }
  return found.sort();
}
