import { NotAFileError } from "./open_file.ts";

/**
 * Tells whether the system refused something about a file, so that the file is the matter and not this program.
 *
 * @param error What was thrown.
 * @returns `true` when it did.
 */
export function isFileError(error: unknown): error is Error {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.IsADirectory ||
    error instanceof NotAFileError || error instanceof Error && "code" in error;
}

/**
 * Looks at a file that somebody may just have removed.
 *
 * @param look Looks.
 * @returns What was seen; `undefined` when the file is gone.
 */
export function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
