/**
 * Builds the binary and puts it into `~/.local/bin`.
 *
 * Usage: `deno task install`
 *
 * @module
 */

import { compile } from "./compile.ts";

const windows = Deno.build.os === "windows";

async function install(): Promise<number> {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
  if (!home) throw new Error("Cannot install: HOME is not set");
  const folder = `${home}/.local/bin`;
  const file = `${folder}/ziglog${windows ? ".exe" : ""}`;
  const fresh = `${folder}/.ziglog-${Deno.pid}${windows ? ".exe" : ""}`;
  await Deno.mkdir(folder, { recursive: true });
  const code = await compile({ output: fresh });
  if (code !== 0) return code;
  await Deno.rename(fresh, file); // who runs the old one keeps it
  console.error(`installed ${file}`);
  if (!isOnPath(folder)) console.error(`${folder} is not on the PATH: add it there, or start the program by its path`);
  return 0;
}

function isOnPath(folder: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(windows ? ";" : ":");
  return folders.some((each) => each.replaceAll("\\", "/").replace(/\/$/, "") === folder.replaceAll("\\", "/"));
}

try {
  Deno.exit(await install());
} catch (error) {
  console.error(`install: ${(error as Error).message}`);
  Deno.exit(2);
}
