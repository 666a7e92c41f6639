/** `ziglog run`: runs a plan or a command, and records it. */

import { type RunEnd, runPlan } from "../runner/run_plan.ts";
import { openLayout } from "../storage/layout.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { Recording } from "./recording.ts";
import { displayOf } from "./run_display.ts";
import { findJob, processOptions, requireRun, type RunJob } from "./run_job.ts";

const OPTIONS = {
  workflow: { kind: "string", value: "NAME", help: "name of the workflow (default: the plan's, or the program's)" },
  prompt: { kind: "string", value: "TEXT", help: "what was asked for, recorded with the session" },
  quiet: { kind: "boolean", short: "q", help: "show nothing but what goes wrong" },
  json: { kind: "boolean", help: "print the session as a JSON object at the end, and all output on standard error" },
} as const;

type Options = typeof OPTIONS;

/** `ziglog run`. */
export const run: Command<Options> = defineCommand({
  usage: ["run [OPTIONS] PLAN.jsonc", "run [OPTIONS] -- COMMAND [ARGUMENT…]"],
  description: [
    "Runs a plan or a command and records it: every line of output, every attempt, and how it ended.",
    `A plan is JSON with comments. It has a "name" and "steps", each with a "name" and "run" (a text for the shell, or \
a list of strings), and where wanted with "depends_on", "env", "cwd" (relative to the plan), "retries", "timeout_secs" \
and "when". Steps that wait for nothing run first, side by side; then those that waited only for them, and so on. What \
depends on a failed step is skipped. A step with "when": {"step": "test", "is": "failed"} runs after that step, and \
only when it came out so ("succeeded", "failed" or "skipped").`,
    `A command is passed through: its input, output, signals and exit code; 127 tells that there is no such program, 126 \
that it could not be started. A plan exits with 1 when a step failed. When the log cannot be written the run goes on, \
this is told, and the exit code is 5 at least. On SIGINT, SIGTERM and SIGHUP everything that runs is told to end, and a \
second SIGINT kills it.`,
  ].join("\n\n"),
  maxPositionals: 1,
  takesRest: true,
  options: OPTIONS,
  examples: [
    { command: "ziglog run -- make test", help: "run a command and record it" },
    { command: "ziglog run release.jsonc", help: "run the steps of a plan" },
    { command: "ziglog run --quiet --workflow nightly -- ./backup.sh", help: "as a scheduled job" },
  ],
  async run(context: CommandContext<Options>): Promise<number> {
    const { positionals, rest, options, host } = context;
    const job = await findJob(positionals[0], rest, host);
    requireRun(job.plan);
    const workflow = options.workflow ?? job.plan.name;
    return await execute({ ...job, plan: { ...job.plan, name: workflow } }, context);
  },
});

async function execute(job: RunJob, { host, layout, options, style }: CommandContext<Options>): Promise<number> {
  const { plan } = job;
  using recording = Recording.start(host, {
    ...layout,
    workflowName: plan.name,
    workflowPath: job.path,
    prompt: options.prompt,
    tierCount: plan.tiers.length,
  });
  const { recorder, signals, stdout, stderr } = recording;
  const colored = { stdout: style.enabled, stderr: style.enabled && host.stderr.isTerminal };
  const display = displayOf(job, recording, {
    quiet: options.quiet,
    outputs: options.json ? { stdout: stderr, stderr } : { stdout, stderr },
    colored: options.json ? { ...colored, stdout: colored.stderr } : colored,
  });
  const end = await runPlan(plan, {
    recorder,
    observer: display,
    signals,
    directory: job.directory,
    env: { ZIGLOG_ROOT: openLayout(layout).root, ZIGLOG_SESSION_ID: recording.sessionId },
    ...processOptions(job, host),
  });
  const exitCode = recording.finish({
    status: end.status,
    reason: reasonOf(job, end),
    exitCode: exitCodeOf(job, end),
    quiet: options.quiet,
  });
  if (options.json) stdout.write(`${JSON.stringify(summaryOf(job, recording, end, exitCode))}\n`);
  return exitCode;
}

function exitCodeOf({ plan, isCommand }: RunJob, { status, steps }: RunEnd): number {
  if (isCommand) return steps.get(plan.steps[0]!.name)!.shellCode;
  return status === "success" ? ExitCode.ok : ExitCode.failed;
}

function reasonOf({ isCommand }: RunJob, { steps }: RunEnd): string | undefined {
  const failed = [...steps.values()].filter(({ outcome }) => outcome === "failed");
  if (failed.length === 0) return undefined;
  return isCommand ? failed[0]!.error : `${failed.length} of ${steps.size} steps failed`;
}

function summaryOf(job: RunJob, recording: Recording, end: RunEnd, exitCode: number): Record<string, unknown> {
  return {
    zig_session_id: recording.sessionId,
    workflow_name: job.plan.name,
    log_path: recording.logPath,
    status: end.status,
    exit_code: exitCode,
    duration_ms: recording.elapsedMs,
    complete: !recording.recorder.isIncomplete,
  };
}
