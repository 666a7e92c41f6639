/** A file system that is soon full. */

/** A small file system of its own. It is there as long as the process that mounted it, and nobody else sees it. */
export class SmallDisk implements AsyncDisposable {
  /** Its top folder. */
  readonly path: string;
  readonly #mountPoint: string;
  readonly #holder: Deno.ChildProcess;

  private constructor(path: string, mountPoint: string, holder: Deno.ChildProcess) {
    this.path = path;
    this.#mountPoint = mountPoint;
    this.#holder = holder;
  }

  /**
   * Mounts one; a test that does so says `needs("tmpfs")`.
   *
   * @param size Its size, as `mount` takes it.
   * @returns The disk.
   */
  static async mount(size: string): Promise<SmallDisk> {
    // A link on the way there would lead out of what the other process sees, and to a disk that is not small at all.
    const mountPoint = Deno.realPathSync(Deno.makeTempDirSync());
    const script = 'mount -t tmpfs -o "size=$1" tmpfs "$2" && echo mounted && exec cat';
    const holder = new Deno.Command("unshare", {
      args: ["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", size, mountPoint],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = holder.stdout.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    if (value === undefined) throw new Error(`Cannot mount a disk of "${size}": unshare failed`);
    const path = `/proc/${holder.pid}/root${mountPoint}`;
    if (Deno.statSync(path).dev !== Deno.statSync(mountPoint).dev) return new SmallDisk(path, mountPoint, holder);
    await holder.stdin.close();
    throw new Error(`Cannot mount a disk of "${size}": "${path}" is no disk of its own`);
  }

  /**
   * Fills it to the last byte.
   *
   * @returns Makes room again when it is disposed of.
   */
  fill(): Disposable {
    const ballast = `${this.path}/ballast`;
    using file = Deno.openSync(ballast, { append: true, create: true });
    for (let size = 64 * 1024; size > 0;) {
      try {
        if (file.writeSync(new Uint8Array(size)) === size) continue;
      } catch (error) {
        if ((error as { code?: string }).code !== "ENOSPC") throw error;
      }
      size = Math.floor(size / 2);
    }
    return { [Symbol.dispose]: (): void => Deno.removeSync(ballast) };
  }

  /** Unmounts it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#holder.stdin.close();
    await this.#holder.status;
    Deno.removeSync(this.#mountPoint);
  }
}
