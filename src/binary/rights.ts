/** The rights that a command gets. */

import { findAgentFolder } from "../agent/agent_folder.ts";
import { AGENT_FOLDERS, type AgentFolder } from "../agent/agent_folders.ts";
import type { PathAccess } from "../cli/access.ts";
import { optionsOf, valuesOf } from "../cli/command_line.ts";
import { join, resolve } from "../deps/path.ts";
import { storeRoot } from "../storage/layout.ts";
import { homeDirectory, readEnv } from "../storage/permission.ts";
import { type Call, Given } from "./given.ts";
import { trustedConfig } from "./trusted_config.ts";
import { whereItLeads } from "./where.ts";

/** The rights of a program, as a worker takes them. */
export type Rights = Required<Deno.PermissionOptionsObject>;

/** What a file that is replaced under a lock has beside it. */
const BESIDE = [".lock", ".tmp"];

/** Variables that every command reads: where things are, how to talk, and what options hold. */
const VARIABLES = ["HOME", "USERPROFILE", "NO_COLOR", "FORCE_COLOR", "TERM", "ZIGLOG_*"];

/** Variables that say where other programs keep their sessions. */
const SOURCE_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  zag: ["ZAG_USER_LOG_DIR"],
  outrig: ["XDG_CONFIG_HOME", "XDG_DATA_HOME"],
};

/**
 * Works out the rights that a command gets: those that its entry names, on the paths that it was given.
 *
 * @param call The command, and what it was given.
 * @returns The rights.
 * @throws {UsageError} When the store cannot be found, or the arguments are wrong.
 */
export async function rightsOf(call: Call): Promise<Rights> {
  const { store, run = false, sys = [], linksWith } = call.entry.access;
  const named = valuesOf(call.args, "root").at(-1);
  const root = storeRoot(named === undefined ? {} : { root: named });
  const config = await trustedConfig(root);
  const given = new Given(call, config);
  const agents = agentsOf(call);
  const sources = sourcesOf(call, given);
  const paths = new Paths();
  paths.add(store, root);
  paths.add("read", ...agents.map((agent) => findAgentFolder(agent, readEnv)).filter((place) => place !== undefined));
  await addNamed(call, given, paths);
  await addSources(sources, call, paths);
  const isEverywhere = linksWith !== undefined && given.valueOf(linksWith) !== undefined;
  return {
    read: isEverywhere || paths.of("read"),
    write: isEverywhere || paths.of("write"),
    env: run || variablesOf(agents, sources, config?.sections.redact.variables ?? []),
    run,
    sys: [...sys, ...sources.includes("outrig") ? ["uid" as const] : []], // whose a configuration is
    net: false,
    ffi: false,
    import: false,
  };
}

/** Who starts programs hands all variables on; others get those that they read. */
function variablesOf(
  agents: readonly AgentFolder[],
  sources: readonly string[],
  secret: readonly string[],
): string[] {
  return [
    ...VARIABLES,
    ...agents.map(({ movedBy }) => movedBy),
    ...sources.flatMap((source) => SOURCE_VARIABLES[source] ?? []),
    ...secret.filter((name) => !/[*=\0]/.test(name)), // a star would stand for all
  ];
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

async function addNamed(call: Call, given: Given, paths: Paths): Promise<void> {
  const { name, entry: { access, load }, args } = call;
  const { options = {}, positionals } = access;
  for (const [option, use] of Object.entries(options)) {
    const path = given.valueOf(option);
    if (path !== undefined) paths.addFile(use, path);
  }
  if (positionals === undefined) return;
  const { parseArguments } = await import("../cli/parse.ts");
  for (const path of parseArguments(name, await load(), args).positionals) paths.addFile(positionals, path);
}

/** Whose files are read. */
function agentsOf({ args, entry: { access: { agents } } }: Call): readonly AgentFolder[] {
  if (agents === undefined) return [];
  const all = Object.entries(AGENT_FOLDERS);
  const named = agents === "all" ? all : all.filter(([agent]) => optionsOf(args).includes(agent));
  return named.map(([, folder]) => folder);
}

/** Which programs' sessions are looked at besides those of the store. */
function sourcesOf({ args, entry: { access: { sources } } }: Call, given: Given): readonly string[] {
  if (sources === undefined) return [];
  if (sources === "argument") return optionsOf(args).filter((arg) => arg === "zag");
  const named = given.valueOf("source");
  const namesId = sources === "id" && optionsOf(args).some((arg) => !arg.startsWith("-"));
  if (named === undefined && !namesId) return [];
  return named === undefined || named === "all" ? ["zag", "outrig"] : [named];
}

async function addSources(sources: readonly string[], { project }: Call, paths: Paths): Promise<void> {
  if (sources.includes("zag")) {
    const home = homeDirectory();
    const places = [home === undefined ? undefined : join(home, ".zag"), readEnv("ZAG_USER_LOG_DIR")];
    paths.add("read", ...places.filter((place) => place !== undefined));
  }
  if (!sources.includes("outrig")) return;
  const { sessionRootPaths } = await import("./session_root_paths.ts");
  paths.add("read", ...sessionRootPaths(project));
}
