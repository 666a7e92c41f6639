/** What a rename asks of the system; tests have one of their own. */
export interface RenameSystem {
  /** Whether an open file keeps others from renaming it, as on Windows. */
  readonly holdsOpenFiles: boolean;
  /** Renames a file over another. */
  rename(from: string, to: string): void;
  /** Waits for some milliseconds. */
  wait(milliseconds: number): void;
}

/** Attempts at a rename that another program keeps from happening: a reader, an indexer, a virus scanner. */
const ATTEMPTS = 20;
const WAIT_MS = 10;

const REAL: RenameSystem = {
  holdsOpenFiles: Deno.build.os === "windows",
  rename: (from, to) => Deno.renameSync(from, to),
  wait: (milliseconds) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds),
};

/**
 * Renames a file over another. Where somebody who has it open keeps that from happening, it is tried again, for a fifth
 * of a second at most.
 *
 * @param from The file.
 * @param to Its new path.
 * @param system The system.
 */
export function renameFile(from: string, to: string, system: RenameSystem = REAL): void {
  for (let attempt = 1;; attempt++) {
    try {
      return system.rename(from, to);
    } catch (error) {
      const isHeld = system.holdsOpenFiles && !(error instanceof Deno.errors.NotFound);
      if (!isHeld || attempt === ATTEMPTS) throw error;
      system.wait(WAIT_MS);
    }
  }
}
