/** The rights that a command gets. */

import type { Access, PathAccess } from "../cli/access.ts";
import { optionsOf, valuesOf } from "../cli/command_line.ts";
import type { CommandEntry } from "../cli/commands.ts";
import { join, resolve } from "../deps/path.ts";
import { storeRoot } from "../storage/layout.ts";
import { homeDirectory, readEnv } from "../storage/permission.ts";
import { whereItLeads } from "./where.ts";

/** A command, and what it was given. */
export interface Call {
  /** The command's name. */
  readonly name: string;
  /** Its entry in the table. */
  readonly entry: CommandEntry;
  /** All arguments but the name. */
  readonly args: readonly string[];
  /** The directory whose project is meant. */
  readonly project: string;
}

/** The rights of a program, as a worker takes them. */
export type Rights = Required<Deno.PermissionOptionsObject>;

/** What a file that is replaced under a lock has beside it. */
const BESIDE = [".lock", ".tmp"];

/**
 * Works out the rights that a command gets: those that its entry names, on the paths that it was given.
 *
 * @param call The command, and what it was given.
 * @returns The rights.
 * @throws {UsageError} When the store cannot be found, or the arguments are wrong.
 */
export async function rightsOf(call: Call): Promise<Rights> {
  const { store, run = false, sys = [], linksWith } = call.entry.access;
  const paths = new Paths();
  const root = valuesOf(call.args, "root").at(-1);
  paths.add(store, storeRoot(root === undefined ? {} : { root }));
  await addNamed(call, paths);
  await addOthers(call, paths);
  const isEverywhere = linksWith !== undefined && await isGiven(linksWith, call);
  return {
    read: isEverywhere || paths.of("read"),
    write: isEverywhere || paths.of("write"),
    env: true, // it says where things are, and which secrets are to be taken out of what is printed
    run,
    sys: [...sys],
    net: false,
    ffi: false,
    import: false,
  };
}

/** Paths and how they are used, each also by the name of the place that it leads to. */
class Paths {
  readonly #paths: Record<PathAccess, Set<string>> = { read: new Set(), write: new Set() };

  add(access: PathAccess, ...paths: readonly string[]): void {
    for (const path of paths.flatMap((path) => [resolve(path), whereItLeads(path)])) {
      this.#paths.read.add(path);
      if (access === "write") this.#paths.write.add(path);
    }
  }

  addFile(access: PathAccess, path: string): void {
    this.add(access, path);
    if (access === "write") this.add(access, ...BESIDE.map((ending) => path + ending));
  }

  of(access: PathAccess): string[] {
    return [...this.#paths[access]];
  }
}

async function addNamed(call: Call, paths: Paths): Promise<void> {
  const { name, entry: { access, load }, args } = call;
  const { options = {}, positionals } = access;
  for (const [option, use] of Object.entries(options)) {
    for (const path of await givenTo(option, call)) paths.addFile(use, path);
  }
  if (positionals === undefined) return;
  const { parseArguments } = await import("../cli/parse.ts");
  for (const path of parseArguments(name, await load(), args).positionals) paths.addFile(positionals, path);
}

/** What an option is told, on the command line and in the environment. */
async function givenTo(option: string, { name, args }: Call): Promise<string[]> {
  const inEnvironment = readEnv((await import("../cli/environment.ts")).variableOf(name, option));
  return [...valuesOf(args, option), ...inEnvironment === undefined ? [] : [inEnvironment]];
}

async function isGiven(option: string, call: Call): Promise<boolean> {
  return (await givenTo(option, call)).length > 0;
}

async function addOthers({ entry: { access }, args, project }: Call, paths: Paths): Promise<void> {
  const home = homeDirectory();
  if (home !== undefined) paths.add("read", ...(access.home ?? []).map((directory) => join(home, directory)));
  const wanted = sourcesOf(access, args);
  if (wanted.includes("zag")) {
    const places = [home === undefined ? undefined : join(home, ".zag"), readEnv("ZAG_USER_LOG_DIR")];
    paths.add("read", ...places.filter((place) => place !== undefined));
  }
  if (!wanted.includes("outrig")) return;
  const { sessionRootPaths } = await import("./session_root_paths.ts");
  paths.add("read", ...sessionRootPaths(project));
}

/** Which programs' sessions are looked at. */
function sourcesOf({ sources }: Access, args: readonly string[]): readonly string[] {
  if (sources === undefined) return [];
  const named = valuesOf(args, "source").at(-1);
  const namesId = sources === "id" && optionsOf(args).some((arg) => !arg.startsWith("-"));
  if (named === undefined && !namesId) return [];
  return named === undefined || named === "all" ? ["zag", "outrig"] : [named];
}
