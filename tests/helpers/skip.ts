/** Tests that need something outside of the project. */

import { findDenort } from "./denort.ts";

/** Something that a test needs. */
interface Need {
  /** Tells whether it is there. */
  readonly found: () => boolean;
  /** What is the matter when it is not. */
  readonly otherwise: string;
  /** Whether a CI machine can be expected to have it. */
  readonly inCi: boolean;
}

const NEEDS = {
  zig: {
    found: () => isOnPath("zig") && hasCommand("zig", "listen"),
    otherwise: "the Rust program zig is not on the PATH",
    inCi: false,
  },
  zag: { found: () => isOnPath("zag"), otherwise: "the Rust program zag is not on the PATH", inCi: false },
  outrig: { found: () => isOnPath("outrig"), otherwise: "the Rust program outrig is not on the PATH", inCi: false },
  tmpfs: { found: mountsTmpfs, otherwise: "a file system of a few kB cannot be mounted here", inCi: false },
  denort: {
    found: () => findDenort() !== "none",
    otherwise: "denort, which deno compile starts from, is neither named by DENORT_BIN nor can it be loaded",
    inCi: true,
  },
  devFull: { found: () => exists("/dev/full"), otherwise: "there is no /dev/full", inCi: true },
  sh: { found: () => isOnPath("sh"), otherwise: "there is no POSIX shell on the PATH", inCi: true },
  script: {
    found: () => Deno.build.os === "linux" && isOnPath("script"),
    otherwise: "script of util-linux, which makes a terminal, is not on the PATH",
    inCi: true,
  },
  git: { found: () => isOnPath("git"), otherwise: "git is not on the PATH", inCi: true },
  bash: { found: () => isOnPath("bash"), otherwise: "bash is not on the PATH", inCi: true },
  zsh: { found: () => isOnPath("zsh"), otherwise: "zsh is not on the PATH", inCi: false },
  fish: { found: () => isOnPath("fish"), otherwise: "fish is not on the PATH", inCi: false },
  groff: { found: () => isOnPath("groff"), otherwise: "groff is not on the PATH", inCi: false },
} as const satisfies Record<string, Need>;

/** Names of what a test can need. */
export type NeedName = keyof typeof NEEDS;

const answers = new Map<NeedName, boolean>();

/**
 * Skips a test where something that it needs is missing, and says so in one line. On CI (`CI=true`) a test that CI could
 * run is not skipped in silence: a test that fails stands in for it.
 *
 * @param names What the test needs.
 * @returns Part of a test definition: `Deno.test({ name, ...needs("zig"), fn })`.
 */
export function needs(...names: readonly NeedName[]): { readonly ignore: boolean } {
  return { ignore: names.filter((name) => !has(name)).length > 0 };
}

function has(name: NeedName): boolean {
  const known = answers.get(name);
  if (known !== undefined) return known;
  const { found, otherwise, inCi }: Need = NEEDS[name];
  const answer = found();
  answers.set(name, answer);
  if (answer) return true;
  console.log(`skipped: tests that need ${name}, as ${otherwise}`);
  if (inCi && Deno.env.get("CI") === "true") {
    Deno.test(`needs() finds ${name} on CI`, () => {
      throw new Error(`Cannot run the tests that need "${name}": ${otherwise}`);
    });
  }
  return false;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function isOnPath(program: string): boolean {
  const windows = Deno.build.os === "windows";
  const folders = (Deno.env.get("PATH") ?? "").split(windows ? ";" : ":");
  return folders.some((folder) => folder !== "" && exists(`${folder}/${program}${windows ? ".exe" : ""}`));
}

/** Tells the program apart from another of its name: the compiler of a language is called zig as well. */
function hasCommand(program: string, command: string): boolean {
  const args = [command, "--help"];
  return new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).outputSync().success;
}

/** Mounts one for a moment, in name spaces of its own: needs no root where the system lets users have them. */
function mountsTmpfs(): boolean {
  if (Deno.build.os !== "linux" || !isOnPath("unshare") || !isOnPath("mount")) return false;
  const args = ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"];
  return new Deno.Command("unshare", { args, stdout: "null", stderr: "null" }).outputSync().success;
}
