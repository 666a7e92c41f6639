/** Where files of the project are. */

/**
 * Gives the path of a file, in whatever folder the project lies: its name may hold blanks.
 *
 * @param name The file, relative to the module that asks.
 * @param module The module: its `import.meta.url`.
 * @returns The path.
 */
export function pathOf(name: string, module: string): string {
  return decodeURIComponent(new URL(name, module).pathname);
}
