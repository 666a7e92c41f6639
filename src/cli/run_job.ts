/** What `ziglog run` is asked to run. */

import { basename, dirname, resolve } from "../deps/path.ts";
import { UsageError } from "../errors.ts";
import { programOf } from "../runner/command.ts";
import { parsePlan, type Plan, type Step } from "../runner/plan.ts";
import type { RunContext } from "../runner/run_context.ts";
import { isGranted, requirePath } from "../storage/permission.ts";
import type { Host } from "./host.ts";

/** What is to be run. */
export interface RunJob {
  /** The plan; a command is a plan of one step. */
  readonly plan: Plan;
  /** The plan's file; empty for a command. */
  readonly path: string;
  /** Directory that the steps run in. */
  readonly directory: string;
  /** Whether it is a single command, which is run as if we were not there. */
  readonly isCommand: boolean;
}

/**
 * Finds out what is to be run.
 *
 * @param path A plan, if one is named.
 * @param command What follows `--`, if that is given.
 * @param host The outside world.
 * @returns What is to be run.
 * @throws {UsageError} When neither or both are named, or the plan is wrong.
 */
export async function findJob(
  path: string | undefined,
  command: readonly string[] | undefined,
  host: Host,
): Promise<RunJob> {
  if (command === undefined && path === undefined) {
    throw new UsageError(`Cannot run: name a plan, or a command after -- (see "ziglog run --help")`);
  }
  if (command === undefined) {
    const file = resolve(path!);
    const plan = await parsePlan(await readPlan(path!), path!);
    return { plan, path: file, directory: dirname(file), isCommand: false };
  }
  if (path !== undefined) throw new UsageError(`Cannot run both plan "${path}" and a command: name one of them`);
  const program = command[0];
  if (!program) throw new UsageError(`Cannot run: a command is missing after --`);
  const name = basename(program) || program;
  const step: Step = {
    name,
    run: command,
    dependsOn: [],
    env: {},
    cwd: null,
    retries: 0,
    timeoutSecs: null,
    agent: null,
    model: null,
    when: null,
  };
  return { plan: { name, steps: [step], tiers: [[step]] }, path: "", directory: host.cwd(), isCommand: true };
}

async function readPlan(path: string): Promise<string> {
  requirePath("read", path);
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new Error(`Cannot read plan "${path}": ${whyUnreadable(path, cause)}`, { cause });
  }
}

function whyUnreadable(path: string, cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) return `there is no such file (a command goes after --: run -- ${path})`;
  if (cause instanceof Deno.errors.IsADirectory) return "it is a directory";
  if (cause instanceof Deno.errors.PermissionDenied) return "it may not be read";
  return cause instanceof Error ? cause.message : String(cause);
}

/**
 * Insists on the right to start what a plan runs.
 *
 * @param plan The plan.
 * @throws {Deno.errors.NotCapable} Without that right; the message names the flag.
 */
export function requireRun(plan: Plan): void {
  for (const { run } of plan.steps) {
    const { file } = programOf(run);
    if (isGranted({ name: "run", command: file })) continue;
    throw new Deno.errors.NotCapable(`Cannot run "${file}": permission is missing, run with --allow-run`);
  }
}

/**
 * Decides how the processes of a job stand to the terminal and to signals.
 *
 * Steps of a plan read nothing and get process groups of their own: a signal then reaches everything that they started,
 * and each just once. A command at a terminal must stay in the terminal's group, or it could not read from it; the
 * terminal then tells it of a Ctrl-C by itself.
 *
 * @param job What is run.
 * @param host The outside world.
 * @returns How its processes are started.
 */
export function processOptions(
  job: RunJob,
  host: Host,
): Pick<RunContext, "stdin" | "ownGroups" | "terminalInterrupts"> {
  const atTerminal = host.stdin.isTerminal || host.stdout.isTerminal || host.stderr.isTerminal;
  // Signals to a group need the right to run anything.
  const maySignalGroups = Deno.build.os !== "windows" && isGranted({ name: "run" });
  const ownGroups = maySignalGroups && !(job.isCommand && atTerminal);
  return { stdin: job.isCommand ? "inherit" : "null", ownGroups, terminalInterrupts: atTerminal && !ownGroups };
}
