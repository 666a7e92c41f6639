/** Rights, asked for before they are used: the library never prompts. */

/**
 * Tells whether a right is granted already.
 *
 * @param descriptor The right.
 * @returns `true` when using it neither prompts nor fails.
 */
export function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

/**
 * Tells whether a file may be read that somebody else named, such as an index. A symbolic link is judged by where it
 * leads: the system would follow it out of an allowed directory.
 *
 * @param path The file.
 * @returns `true` when reading it neither prompts nor leaves what was allowed.
 */
export function mayRead(path: string): boolean {
  return isGranted({ name: "read", path }) && isGranted({ name: "read", path: realPath(path) });
}

/**
 * Insists on the right to read or write a path. Where a path leads through symbolic links to another, reading needs the
 * right to both: the system asks for the second one once a file is open.
 *
 * @param name What is to be done.
 * @param path The file or directory.
 * @throws {Deno.errors.NotCapable} Without that right; the message names the flag.
 */
export function requirePath(name: "read" | "write", path: string): void {
  requireGrant(name, path);
  if (name === "read") requireGrant(name, realPath(path));
}

function requireGrant(name: "read" | "write", path: string): void {
  if (isGranted({ name, path })) return;
  const why = Deno.build.standalone // a binary takes no such flags
    ? "it is outside of what this command may use"
    : `permission is missing, run with --allow-${name}=${path}`;
  throw new Deno.errors.NotCapable(`Cannot ${name} "${path}": ${why}`);
}

function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path; // nothing there
  }
}

/**
 * Reads an environment variable, if that is allowed.
 *
 * @param name The variable.
 * @returns Its value; `undefined` when it is not set, is empty, or may not be read.
 */
export function readEnv(name: string): string | undefined {
  if (!isGranted({ name: "env", variable: name })) return undefined;
  return Deno.env.get(name) || undefined;
}

/** Reads a variable of an environment; `undefined` where it is not set. */
export type ReadVariable = (name: string) => string | undefined;

/**
 * Finds the home directory.
 *
 * @param env Reads a variable of the environment; our own when it is left out.
 * @returns `$HOME`, else `$USERPROFILE`; `undefined` when neither is known.
 */
export function homeDirectory(env: ReadVariable = readEnv): string | undefined {
  return env("HOME") || env("USERPROFILE") || undefined;
}
