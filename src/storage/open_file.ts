/** Opening the files of a store. */

/** A pipe has the name of a file. */
export class NotAFileError extends Error {
  override readonly name = "NotAFileError";
}

/**
 * Opens a file, as `Deno.openSync` does, unless a pipe has its name: who opens one waits for somebody at its other end.
 *
 * @param path The file.
 * @param options How; to read it when left out.
 * @returns The open file.
 * @throws {Deno.errors.NotFound} When there is no such file, and it is not to be made.
 * @throws {NotAFileError} When it is a pipe.
 */
export function openFile(path: string, options: Deno.OpenOptions = { read: true }): Deno.FsFile {
  refusePipe(path);
  return Deno.openSync(path, options);
}

function refusePipe(path: string): void {
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch {
    return; // whoever opens it hears of it
  }
  if (info.isFifo) throw new NotAFileError(`Cannot open "${path}": it is a pipe and not a file`);
}
