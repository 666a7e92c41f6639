/** The system under a store, looked over: its space, its locks, and whether it tells of changes. */

import { formatSize } from "../query/units.ts";
import { dirname } from "../deps/path.ts";
import { lockState } from "../storage/file_lock.ts";
import { isGranted } from "../storage/permission.ts";
import { lookAt } from "../storage/session_files.ts";
import { Waker } from "../storage/waker.ts";
import type { Diagnosis, OwnCommand } from "./diagnosis.ts";

/** Free bytes below which writers are about to fail, and below which it is time to look. */
const LITTLE = 64e6;
const SOME = 1e9;

/** The part of Node's `fs` that Deno's own interface lacks. */
interface FileSystems {
  statfsSync(path: string): { readonly bavail: number; readonly bsize: number };
}

/**
 * Checks how much space is left.
 *
 * @param root The store; it need not be there yet.
 * @param own How to call this program.
 * @returns What it came to.
 */
export async function checkDiskSpace(root: string, own: OwnCommand): Promise<Diagnosis> {
  const check = "disk space";
  const free = await freeBytes(nearestDirectory(root));
  if (free === undefined) {
    const message = "it may not be asked for: run with --allow-sys=statfs or --allow-run=df";
    return { check, state: "unknown", message, fix: null };
  }
  const message = `${formatSize(free)} are free`;
  if (free >= SOME) return { check, state: "ok", message, fix: null };
  return { check, state: free < LITTLE ? "bad" : "warn", message, fix: own("prune --all --older-than 30d") };
}

/**
 * Checks that it can be told whether a writer lives.
 *
 * @param globalIndexPath The index of all projects.
 * @returns What it came to.
 */
export function checkLocking(globalIndexPath: string): Diagnosis {
  const check = "locks";
  const version = `Deno ${Deno.version.deno}`;
  if (typeof Deno.FsFile.prototype.tryLockSync !== "function") {
    const message = `${version} cannot tell whether a lock is held, so crashed sessions seem to run (2.7 can)`;
    return { check, state: "warn", message, fix: "deno upgrade" };
  }
  if (lockState(`${globalIndexPath}.lock`) === "unknown") {
    const message = "the file system of the store has no locks: writers can lose each other's index entries";
    return { check, state: "bad", message, fix: "export ZIGLOG_ROOT=/a/directory/on/a/local/disk" };
  }
  return { check, state: "ok", message: `${version} can tell whether a writer lives`, fix: null };
}

/**
 * Checks that the system tells of changes, so that followers need not look again and again.
 *
 * @param root The store; it need not be there yet.
 * @returns What it came to.
 */
export function checkWatching(root: string): Diagnosis {
  const check = "notifications";
  using waker = new Waker(nearestDirectory(root), "");
  if (waker.isWatching) return { check, state: "ok", message: "followers are told of new lines", fix: null };
  return {
    check,
    state: "warn",
    message: "the system does not tell of changes: followers look ten times a second",
    fix: Deno.build.os === "linux" ? "sudo sysctl fs.inotify.max_user_instances=1024" : null,
  };
}

async function freeBytes(directory: string): Promise<number | undefined> {
  if (isGranted({ name: "sys", kind: "statfs" })) {
    const { process } = globalThis as unknown as { process?: { getBuiltinModule?(name: string): FileSystems } };
    const found = process?.getBuiltinModule?.("node:fs").statfsSync(directory);
    if (found !== undefined) return found.bavail * found.bsize;
  }
  if (Deno.build.os === "windows" || !isGranted({ name: "run", command: "df" })) return undefined;
  try {
    const { stdout } = await new Deno.Command("df", { args: ["-Pk", directory], stdin: "null", stderr: "null" })
      .output();
    const [, numbers] = new TextDecoder().decode(stdout).split("\n");
    const free = Number(/\s(\d+)\s+\d+%/.exec(numbers ?? "")?.[1] ?? NaN);
    return Number.isNaN(free) ? undefined : free * 1024;
  } catch {
    return undefined; // there is no such program
  }
}

/** The directory, or the nearest one above it that is there. */
function nearestDirectory(path: string): string {
  while (lookAt(path) === undefined && dirname(path) !== path) path = dirname(path);
  return path;
}
