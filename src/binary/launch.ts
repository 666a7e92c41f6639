/**
 * The beginning of the binary. It is built with broad rights on one machine and runs on others, where nobody has named
 * the rights that it should have: it works out what a command needs, gives these rights and no more to a worker that does
 * all the rest, and gives its own away.
 *
 * @module
 */

import { agentsLine } from "../cli/agents_line.ts";
import { asksForHelp, commandPlace, valuesOf } from "../cli/command_line.ts";
import { type CommandEntry, COMMANDS } from "../cli/commands.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { resolve } from "../deps/path.ts";
import { UsageError } from "../errors.ts";
import { findGitRoot } from "../storage/layout.ts";
import { readEnv } from "../storage/permission.ts";
import { type Rights, rightsOf } from "./rights.ts";
import type { Task } from "./task.ts";

/**
 * Runs the program.
 *
 * @param args The arguments after the program's name.
 * @param worker The module that the worker runs: {@linkcode serve} of `worker.ts`.
 * @returns The exit code.
 */
export async function launch(args: readonly string[], worker: URL): Promise<number> {
  const at = commandPlace(args);
  const line = args[at] === "agents" ? agentsLine(args, at) ?? args : args;
  const name = line[at] ?? "";
  const rest = [...line.slice(0, at), ...line.slice(at + 1)];
  const entry = Object.hasOwn(COMMANDS, name) && !asksForHelp(rest) ? COMMANDS[name] : undefined;
  if (entry === undefined) return await runWithoutRights(args);
  return await runCommand(name, entry, rest, args, worker);
}

async function runCommand(
  name: string,
  entry: CommandEntry,
  rest: readonly string[],
  args: readonly string[],
  worker: URL,
): Promise<number> {
  const project = resolve(valuesOf(rest, "project").at(-1) ?? readEnv("ZIGLOG_PROJECT") ?? Deno.cwd());
  let rights: Rights;
  try {
    rights = await rightsOf({ name, entry, args: rest, project });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return await runWithoutRights(args); // what is wrong is wrong there as well, and is told
  }
  return await runInWorker({ project, gitRoot: findGitRoot(project) }, rights, worker);
}

/** Help and mistakes need no rights. */
async function runWithoutRights(args: readonly string[]): Promise<number> {
  giveAwayRights();
  const [{ main }, { denoHost }] = await Promise.all([import("../cli/main.ts"), import("../cli/host.ts")]);
  return await main(args, denoHost());
}

/**
 * The worker has the standard streams, the terminal and the signals itself; only its exit code has to be passed on. An
 * error that nobody caught is printed by the runtime.
 */
async function runInWorker(task: Task, permissions: Rights, module: URL): Promise<number> {
  const worker = new Worker(module, { type: "module", name: "ziglog", deno: { permissions } });
  giveAwayRights();
  return await new Promise<number>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<number>): void => resolve(data);
    worker.onerror = (event: ErrorEvent): void => {
      event.preventDefault();
      resolve(ExitCode.io);
    };
    worker.postMessage(task);
  });
}

/** All but the environment, which tells how to talk. */
function giveAwayRights(): void {
  for (const name of ["read", "write", "net", "run", "sys", "ffi", "import"] as const) {
    Deno.permissions.revokeSync({ name });
  }
}
