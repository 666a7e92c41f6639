/** What the program says and how it exits when a command fails. */

import { AmbiguousSessionError, SessionEndedError, SessionNotFoundError, UsageError } from "../errors.ts";
import { ExitCode } from "./exit_code.ts";

/** How a failed command ends. */
export interface Failure {
  /** The exit code. */
  readonly exitCode: number;
  /** One line for people; several only where the program itself is at fault. */
  readonly message: string;
}

/**
 * Tells how the program ends after an error.
 *
 * @param error What was thrown.
 * @returns The exit code and what to say.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof SuppressedError) return failureOf(error.error);
  if (!(error instanceof Error)) return { exitCode: ExitCode.io, message: String(error) };
  return { exitCode: exitCodeOf(error), message: isDefect(error) ? `internal error: ${error.stack}` : reworded(error) };
}

/** What the runtime calls a step of its own, where people would say something else. */
const VERBS: Readonly<Record<string, string>> = {
  mkdir: "make directory",
  readdir: "list directory",
  readfile: "read",
  writefile: "write",
};

/** In one line; an error of the system that nobody wrapped gets the form of all other messages. */
function reworded({ message }: Error): string {
  const [, why, verb, paths] = /^(.+ \(os error \d+\)): (\w+) '(.+)'$/s.exec(message) ?? [];
  const told = why === undefined || verb === undefined || paths === undefined
    ? message
    : `Cannot ${VERBS[verb] ?? verb} "${paths.replace("' -> '", '" to "')}": ${why[0]!.toLowerCase()}${why.slice(1)}`;
  return told.replaceAll("\n", "␊");
}

function exitCodeOf(error: Error): number {
  if (error instanceof UsageError || error instanceof SyntaxError) return ExitCode.usage;
  if (error instanceof SessionNotFoundError || error instanceof AmbiguousSessionError) return ExitCode.notFound;
  if (error instanceof SessionEndedError) return ExitCode.notFound; // none that could be written to
  return ExitCode.io;
}

/** Whether the program itself is wrong, so that the place matters more than the message. */
function isDefect(error: Error): boolean {
  const isBuiltIn = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  return isBuiltIn && !("code" in error);
}
