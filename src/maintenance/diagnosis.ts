/** What looking over a store comes to. */

import type { StoreSource } from "./stores.ts";

/** How something stands: well; so that it deserves a look; badly; or it could not be looked at. */
export type DiagnosisState = "ok" | "warn" | "bad" | "unknown";

/** What a check came to. */
export interface Diagnosis {
  /** What was checked: one or two words. */
  readonly check: string;
  /** How it stands. */
  readonly state: DiagnosisState;
  /** What was seen, for people. It may quote names of files. */
  readonly message: string;
  /** A command that helps; `null` where nothing has to be done. */
  readonly fix: string | null;
}

/** Writes a command line of this program that works on the same store. */
export type OwnCommand = (args: string) => string;

/**
 * Tells how to call this program for the same store.
 *
 * @param root The store, as it was asked for; `undefined` when it is the usual one.
 * @param source Whose sessions are meant.
 * @returns What makes a command line of arguments.
 */
export function ownCommand(root: string | undefined, source: StoreSource = "zig"): OwnCommand {
  const prefix = root === undefined ? "ziglog" : `ziglog --root ${quoted(root)}`;
  const suffix = source === "zig" ? "" : ` --source ${source}`;
  return (args) => `${prefix} ${args}${suffix}`;
}

/**
 * Quotes a path for a command line.
 *
 * @param path The path.
 * @returns It as a shell takes it for one word.
 */
export function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
