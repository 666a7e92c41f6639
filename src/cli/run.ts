/** `ziglog run`: runs a plan or a command, and records it. */

import { type RunEnd, runPlan } from "../runner/run_plan.ts";
import { openLayout } from "../storage/layout.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import type { Host } from "./host.ts";
import { Recording } from "./recording.ts";
import { agentsOf } from "./run_agents.ts";
import { displayOf } from "./run_display.ts";
import { findJob, processOptions, requireRun, type RunJob } from "./run_job.ts";
import type { RunRecorder } from "./run_record.ts";

const OPTIONS = {
  workflow: { kind: "string", value: "NAME", help: "name of the workflow (default: the plan's, or the program's)" },
  prompt: { kind: "string", value: "TEXT", help: "what was asked for, recorded with the session" },
  "session-dir": { kind: "string", value: "DIR", help: "keep a record of outrig in DIR, with what each step writes" },
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
depends on a failed step is skipped. A step that runs an agent may say so with "agent" (claude, codex, gemini or copilot) \
and "model": what the agent itself writes down of its dialogue is then recorded as an agent session, which ziglog show \
shows under the step; that needs --allow-read of the agent's folder. A step with "when": {"step": "test", "is": "failed"} runs after that step, and \
only when it came out so ("succeeded", "failed" or "skipped").`,
    `A command is passed through: its input, output, signals and exit code; 127 tells that there is no such program, 126 \
that it could not be started. A plan exits with 1 when a step failed. When the reader of the output goes away, what \
runs goes on, and is recorded. When the log cannot be written the run goes on, \
this is told, and the exit code is 5 at least. On SIGINT, SIGTERM and SIGHUP everything that runs is told to end, and a \
second SIGINT kills it.`,
    `With --session-dir the run is also a run of the program outrig: DIR gets session.json, what each step writes in \
logs/STEP.stdout and logs/STEP.stderr, and the session's log. DIR must hold neither a record nor logs. The link to it in \
outrig's folder needs --allow-read and --allow-write for everything.`,
  ].join("\n\n"),
  maxPositionals: 1,
  takesRest: true,
  passesOn: true,
  options: OPTIONS,
  examples: [
    { command: "ziglog run -- make test", help: "run a command and record it" },
    { command: "ziglog run release.jsonc", help: "run the steps of a plan" },
    { command: "ziglog run --session-dir out -- make", help: "keep what it writes in files, too" },
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

async function execute(job: RunJob, context: CommandContext<Options>): Promise<number> {
  const { host, layout, options, style, redact } = context;
  const { plan } = job;
  using record = await openRecord(options["session-dir"], plan.name, host);
  using recording = Recording.start(host, {
    ...layout,
    workflowName: plan.name,
    workflowPath: job.path,
    prompt: options.prompt,
    tierCount: plan.tiers.length,
    redact,
  });
  const { recorder, signals, stdout, stderr } = recording;
  const colored = { stdout: style.enabled, stderr: style.enabled && host.stderr.isTerminal };
  record?.begin(recording, plan.steps.map(({ name }) => name), redact);
  const display = displayOf(job, recording, {
    quiet: options.quiet,
    outputs: options.json ? { stdout: stderr, stderr } : { stdout, stderr },
    colored: options.json ? { ...colored, stdout: colored.stderr } : colored,
  });
  const { root } = openLayout(layout);
  const end = await runPlan(plan, {
    recorder,
    agents: await agentsOf(plan, recording, { root, project: layout.project, redact }),
    observer: record?.around(display) ?? display,
    signals,
    directory: job.directory,
    redact,
    env: { ZIGLOG_ROOT: root, ZIGLOG_SESSION_ID: recording.sessionId },
    ...processOptions(job, host),
  });
  const exitCode = recording.finish({
    status: end.status,
    reason: reasonOf(job, end),
    exitCode: exitCodeOf(job, end),
    quiet: options.quiet,
  });
  const finalCode = record?.finish(exitCode) ?? exitCode;
  if (options.json) {
    stdout.write(`${JSON.stringify({ ...summaryOf(job, recording, end, finalCode), ...record?.place })}\n`);
  }
  return finalCode;
}

async function openRecord(
  directory: string | undefined,
  workflow: string,
  host: Host,
): Promise<RunRecorder | undefined> {
  if (directory === undefined) return undefined;
  return (await import("./run_record.ts")).RunRecorder.create(host, directory, workflow);
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
