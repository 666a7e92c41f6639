import type { OutputStream } from "../codec/zig_events.ts";
import { UsageError } from "../errors.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { LATEST, selectorOf } from "./selector.ts";
import { chooseSession, ID_SOURCE } from "./source_option.ts";

const STREAMS: readonly OutputStream[] = ["stdout", "stderr"];

const OPTIONS = {
  source: ID_SOURCE,
  latest: LATEST,
  step: { kind: "string", value: "STEP", help: "only what this step wrote, all attempts" },
  stream: { kind: "string", value: "STREAM", choices: STREAMS, help: "with --step: only this of its streams" },
  json: { kind: "boolean", help: "what is shown as one JSON object; with --step the stored lines (NDJSON)" },
  raw: { kind: "boolean", help: "send control characters of the output to the terminal as they are" },
} as const;

/** What the command is given. */
export type ShowContext = CommandContext<typeof OPTIONS>;

/** `ziglog show`: shows a session. */
export const show: Command<typeof OPTIONS> = defineCommand({
  usage: ["show [ID | --latest] [--json]", "show [ID | --latest] --step STEP [--stream STREAM]"],
  description:
    "Shows a session as a tree of its tiers and steps: how each went, how long it took, its attempts, exit code and " +
    "saved variables, and the last lines of what failed. ID is a session id or the beginning of one. Lines that are " +
    "damaged or of an unknown type are counted. Of an agent session it shows what it did in short, and what it used; of a " +
    "run of outrig its record, and its logs.\n\n" +
    "With --step it prints what that step wrote, in the order it was recorded. The exit code does not depend on how " +
    "the session went.",
  maxPositionals: 1,
  options: OPTIONS,
  examples: [
    { command: "ziglog show", help: "how did the newest session go?" },
    { command: "ziglog show 289aa865 --step test --stream stderr", help: "what a step wrote to standard error" },
    { command: "ziglog show --json | jq '.tiers[].steps[] | {step_name, state}'", help: "the same for a program" },
  ],
  async run(context: ShowContext): Promise<number> {
    const { positionals, options } = context;
    if (options.stream !== undefined && options.step === undefined) {
      throw new UsageError(`Cannot use option "--stream": it needs --step`);
    }
    const { source, session } = await chooseSession(context, selectorOf(positionals, options), options.source);
    if (source.name === "zig") return (await import("./show_workflow.ts")).showWorkflow(context, session);
    if (options.step !== undefined) {
      throw new UsageError(`Cannot use option "--step": a session of ${source.name} has no steps`);
    }
    if (source.name === "outrig") return (await import("./show_record.ts")).showRecord(context, session);
    return await (await import("./show_agent.ts")).showAgent(context, session);
  },
});
