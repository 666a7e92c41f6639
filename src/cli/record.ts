/** `ziglog record`: records standard input. */

import { recordInput } from "../runner/record_input.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { Recording } from "./recording.ts";

const OPTIONS = {
  workflow: { kind: "string", value: "NAME", help: "name of the workflow (default: record)" },
  step: { kind: "string", value: "NAME", help: "name of the step (default: stdin)" },
  tee: { kind: "boolean", help: "pass each line on to standard output once it is in the log" },
  quiet: { kind: "boolean", short: "q", help: "say nothing but what goes wrong" },
} as const;

type Options = typeof OPTIONS;

/** `ziglog record`. */
export const record: Command<Options> = defineCommand({
  usage: ["record [OPTIONS]"],
  description: [
    "Records standard input as a session of one step, line by line as it comes.",
    "With --tee every byte is passed on as it came, each line only once it is in the log. When the reader of that goes \
away, or the log cannot be written, the rest goes on; lost data is told, and the exit code is then 5. On SIGINT, SIGTERM \
and SIGHUP what is still on its way is recorded, and the session ends as a failure.",
  ].join("\n\n"),
  maxPositionals: 0,
  passesOn: true,
  options: OPTIONS,
  examples: [
    { command: "make 2>&1 | ziglog record --workflow build --tee", help: "record a build, and see it" },
    { command: "tail -f /var/log/syslog | ziglog record --step syslog", help: "record until Ctrl-C" },
  ],
  run: recordStdin,
});

async function recordStdin({ host, layout, options, redact }: CommandContext<Options>): Promise<number> {
  const step = options.step ?? "stdin";
  using recording = Recording.start(host, {
    ...layout,
    workflowName: options.workflow ?? "record",
    workflowPath: "",
    tierCount: 1,
    redact,
  });
  const { recorder, signals, stdout } = recording;
  if (host.stdin.isTerminal) recording.say("reading from the terminal: end with Ctrl-D on a line of its own");
  recorder.record((writer) => writer.tierStarted(0, [step]));
  recorder.record((writer) => writer.stepStarted(step, 0, { zagCommand: "exec", promptPreview: "standard input" }));

  let reason: string | undefined;
  try {
    const echo = options.tee ? (bytes: Uint8Array<ArrayBuffer>): void => stdout.write(bytes) : undefined;
    await recordInput({ step, input: host.stdin.readable, recorder, signals, echo });
  } catch (error) {
    reason = `cannot read standard input: ${(error as Error).message}`;
  }
  const error = signals.first === undefined ? reason : `interrupted by ${signals.first}`;
  if (error === undefined) {
    recorder.record((writer) => writer.stepCompleted(step, { exitCode: 0, durationMs: recording.elapsedMs }));
  } else {
    recorder.record((writer) => writer.stepFailed(step, { exitCode: null, attempt: 1, error }));
  }
  return recording.finish({
    status: error === undefined ? "success" : "failure",
    reason,
    exitCode: reason === undefined ? ExitCode.ok : ExitCode.io,
    quiet: options.quiet,
  });
}
