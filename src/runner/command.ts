/** What a step runs, for the system and for people. */

/** A program with its arguments. */
export interface Program {
  /** The program: a path, or a name to be looked up. */
  readonly file: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Whether Windows is to leave the arguments as they are. */
  readonly raw: boolean;
}

/** Characters of a command that its preview shows. */
const PREVIEW_LENGTH = 200;

/**
 * Finds the program that runs a command.
 *
 * @param command A text for the shell, or a program with its arguments.
 * @returns The program: for a text, `sh`, or `cmd` on Windows.
 */
export function programOf(command: string | readonly string[]): Program {
  if (typeof command !== "string") return { file: command[0]!, args: command.slice(1), raw: false };
  if (Deno.build.os !== "windows") return { file: "sh", args: ["-c", command], raw: false };
  return { file: "cmd", args: ["/d", "/s", "/c", `"${command}"`], raw: true };
}

/**
 * Writes a command as one line, cut where it is long.
 *
 * @param command The command.
 * @param redact Takes secrets out of it, before it is cut.
 * @returns The beginning of it, quoted as a shell takes it.
 */
export function previewOf(command: string | readonly string[], redact: (text: string) => string = String): string {
  const text = redact(typeof command === "string" ? command : command.map(shellQuote).join(" "));
  const characters = [...text.slice(0, 2 * PREVIEW_LENGTH + 2).replaceAll("\n", " ")];
  return characters.length <= PREVIEW_LENGTH ? characters.join("") : `${characters.slice(0, PREVIEW_LENGTH).join("")}…`;
}

function shellQuote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
