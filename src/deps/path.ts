// Dependencies are named in full here, and only here, so that every entry point also runs from a plain URL, where no
// deno.json applies. The pins equal those of deno.json.
//
// The modules of each system are chosen from here: those of @std/path that choose by themselves look at `process`, and
// that alone makes the start of a program half as long again.
import { basename as posixBasename } from "jsr:@std/path@1.1.6/posix/basename";
import { dirname as posixDirname } from "jsr:@std/path@1.1.6/posix/dirname";
import { isAbsolute as isPosixAbsolute } from "jsr:@std/path@1.1.6/posix/is-absolute";
import { join as posixJoin } from "jsr:@std/path@1.1.6/posix/join";
import { resolve as posixResolve } from "jsr:@std/path@1.1.6/posix/resolve";
import { basename as windowsBasename } from "jsr:@std/path@1.1.6/windows/basename";
import { dirname as windowsDirname } from "jsr:@std/path@1.1.6/windows/dirname";
import { isAbsolute as isWindowsAbsolute } from "jsr:@std/path@1.1.6/windows/is-absolute";
import { join as windowsJoin } from "jsr:@std/path@1.1.6/windows/join";
import { resolve as windowsResolve } from "jsr:@std/path@1.1.6/windows/resolve";

const isWindows = Deno.build.os === "windows";

/** The last part of a path. */
export const basename: (path: string, suffix?: string) => string = isWindows ? windowsBasename : posixBasename;

/** The directory that a path lies in. */
export const dirname: (path: string) => string = isWindows ? windowsDirname : posixDirname;

/** Whether a path says where it is without the working directory. */
export const isAbsolute: (path: string) => boolean = isWindows ? isWindowsAbsolute : isPosixAbsolute;

/** Puts paths behind each other. */
export const join: (...paths: string[]) => string = isWindows ? windowsJoin : posixJoin;

/** Makes an absolute path of paths, from the right. */
export const resolve: (...paths: string[]) => string = isWindows ? windowsResolve : posixResolve;
