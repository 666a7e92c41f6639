/** Faults of the system, staged in this process. */

/** What a file is asked to do, as seen from outside. */
export interface FileCalls {
  /** Instead of `Deno.FsFile.prototype.writeSync`; `write` is the real one. */
  readonly write?: (bytes: Uint8Array, write: (bytes: Uint8Array) => number) => number;
  /** Before `Deno.FsFile.prototype.syncDataSync`. */
  readonly sync?: () => void;
}

/**
 * Runs something while all files behave as told.
 *
 * @param calls How they behave.
 * @param body What to run.
 * @returns What it returns.
 */
export function withFiles<T>(calls: FileCalls, body: () => T): T {
  const { writeSync, syncDataSync } = Deno.FsFile.prototype;
  const { write, sync } = calls;
  try {
    if (write !== undefined) {
      Deno.FsFile.prototype.writeSync = function (bytes: Uint8Array): number {
        return write(bytes, (some) => writeSync.call(this, some));
      };
    }
    if (sync !== undefined) {
      Deno.FsFile.prototype.syncDataSync = function (): void {
        sync();
        syncDataSync.call(this);
      };
    }
    return body();
  } finally {
    Object.assign(Deno.FsFile.prototype, { writeSync, syncDataSync });
  }
}

/** What the system says when a disk is full. */
export function diskFull(): Error {
  return Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
}

/**
 * Runs something while the disk has no room for some texts.
 *
 * @param text What is in the writes that fail, after so many of their bytes.
 * @param taken Bytes that the disk takes first.
 * @param body What to run.
 * @returns What it returns.
 */
export function withoutRoomFor<T>(text: string, taken: number, body: () => T): T {
  let left = taken;
  let isFull = false;
  return withFiles({
    write: (bytes, write) => {
      isFull ||= new TextDecoder().decode(bytes).includes(text);
      if (!isFull) return write(bytes);
      if (left === 0) {
        isFull = false;
        left = taken;
        throw diskFull();
      }
      const count = write(bytes.subarray(0, left));
      left -= count;
      return count;
    },
  }, body);
}
