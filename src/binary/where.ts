/** Where paths lead, as the system would follow them. */

import { basename, dirname, join, resolve } from "../deps/path.ts";

/** Links that are followed one after the other, as most systems do. */
const MOST_LINKS = 40;

// Taken before anybody stands guard over them.
const { realPathSync, readLinkSync } = Deno;

/**
 * Follows a path through all symbolic links, also where the end of it, or what the last link names, is not there yet.
 *
 * @param path The path.
 * @returns Where a file made there would be.
 */
export function whereItLeads(path: string): string {
  return follow(resolve(path), MOST_LINKS);
}

/**
 * Follows the directories of a path, but not the last part of it: what is removed or renamed is the link itself.
 *
 * @param path The path.
 * @returns Where it is.
 */
export function whereItIs(path: string): string {
  const absolute = resolve(path);
  return inParent(absolute, MOST_LINKS);
}

function follow(path: string, left: number): string {
  const real = attempt(() => realPathSync(path));
  if (real !== undefined) return real;
  const link = left > 0 ? attempt(() => readLinkSync(path)) : undefined;
  if (link === undefined) return inParent(path, left);
  return follow(resolve(inParent(dirname(path), left), link), left - 1);
}

function inParent(path: string, left: number): string {
  const parent = dirname(path);
  return parent === path ? path : join(follow(parent, left), basename(path));
}

/** What is not there, or may not be seen, leads nowhere else: the system refuses it by its name. */
function attempt(look: () => string): string | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
