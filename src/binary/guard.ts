/**
 * A guard over the files of a program that may not read and write everywhere. The runtime judges a path by its name and
 * then follows symbolic links, so that a link in an allowed directory leads out of it. The guard looks where a path
 * leads, and insists on the right to that place. It is there for what others have put into a store; between its look
 * and the use of the file somebody who may write there could still exchange a directory for a link.
 *
 * @module
 */

import { whereItIs, whereItLeads } from "./where.ts";

/** What is done to a path: `at` means the entry itself, even if it is a link. */
type Use = "read" | "write" | "read at" | "write at";

/** The uses of the first arguments of a function, or a function that tells them. */
type Uses = readonly Use[] | ((...args: readonly unknown[]) => readonly Use[]);

/** The functions of `Deno` that take paths. Each stands for its synchronous twin as well, where it has one. */
export const GUARDED = {
  open: (_path, options) => opening(options as Deno.OpenOptions | undefined),
  create: ["write"],
  readFile: ["read"],
  readTextFile: ["read"],
  readDir: ["read"],
  stat: ["read"],
  lstat: ["read at"],
  readLink: ["read at"],
  watchFs: ["read"],
  chdir: ["read"],
  writeFile: ["write"],
  writeTextFile: ["write"],
  mkdir: ["write at"],
  remove: ["write at"],
  rename: ["write at", "write at"],
  copyFile: ["read", "write"],
  link: ["write", "write at"],
  truncate: ["write"],
  chmod: ["write"],
  chown: ["write"],
  utime: ["write"],
} as const satisfies Readonly<Record<string, Uses>>;

/** Puts the guard in place, for as long as the program runs. */
export function guardFiles(): void {
  const functions = Deno as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const [base, uses] of Object.entries<Uses>(GUARDED)) {
    for (const name of [base, `${base}Sync`]) {
      const original = functions[name];
      if (original === undefined) continue;
      functions[name] = (...args: unknown[]): unknown => {
        const wanted = typeof uses === "function" ? uses(...args) : uses;
        wanted.forEach((use, at) => [args[at]].flat().forEach((path) => insist(use, path)));
        return original(...args);
      };
    }
  }
}

function opening({ read, write, append, truncate, create, createNew }: Deno.OpenOptions = {}): readonly Use[] {
  return write || append || truncate || create || createNew ? ["write"] : read === false ? [] : ["read"];
}

/** Passes what may be used, and what the runtime will refuse by its name. */
function insist(use: Use, named: unknown): void {
  if (typeof named !== "string") throw new TypeError(`Cannot use path ${String(named)}: only text can be looked after`);
  const right = use.startsWith("read") ? "read" : "write";
  const place = use.endsWith("at") ? whereItIs(named) : whereItLeads(named);
  if (!isGranted(right, named) || isGranted(right, place)) return;
  throw new Deno.errors.NotCapable(`Cannot ${right} "${named}": it leads to "${place}", where this command may not go`);
}

function isGranted(name: "read" | "write", path: string): boolean {
  return Deno.permissions.querySync({ name, path }).state === "granted";
}
