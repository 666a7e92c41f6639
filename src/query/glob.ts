/** Names with wildcards. */

/**
 * Escapes a text, so that a regular expression matches just it.
 *
 * @param text The text.
 * @returns The source of a regular expression.
 */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/**
 * Compiles a name in which `*` stands for any text.
 *
 * @param pattern The name.
 * @returns Tells whether another name fits it.
 */
export function compileGlob(pattern: string): (name: string) => boolean {
  if (!pattern.includes("*")) return (name) => name === pattern;
  const regExp = new RegExp(`^${pattern.split("*").map(escapeRegExp).join(".*")}$`, "su");
  return (name) => regExp.test(name);
}
