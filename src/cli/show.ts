import { stringifyJson } from "../codec/json.ts";
import { ZIG } from "../codec/zig.ts";
import type { OutputStream } from "../codec/zig_events.ts";
import { UsageError } from "../errors.ts";
import { RunFold } from "../query/summary.ts";
import { visible, visibleJson } from "../query/visible.ts";
import { nearest } from "../nearest.ts";
import { openCatalog } from "../session/sessions.ts";
import type { SessionEntry } from "../storage/catalog.ts";
import { read } from "../storage/read.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { runJson } from "./run_json.ts";
import { runTree } from "./run_tree.ts";
import { LATEST, selectorOf } from "./selector.ts";
import { drawTree } from "./tree.ts";

const STREAMS: readonly OutputStream[] = ["stdout", "stderr"];

const OPTIONS = {
  latest: LATEST,
  step: { kind: "string", value: "STEP", help: "only what this step wrote, all attempts" },
  stream: { kind: "string", value: "STREAM", choices: STREAMS, help: "with --step: only this of its streams" },
  json: { kind: "boolean", help: "the run as one JSON object; with --step the stored lines (NDJSON)" },
  raw: { kind: "boolean", help: "send control characters of the output to the terminal as they are" },
} as const;

type Context = CommandContext<typeof OPTIONS>;
type Session = SessionEntry<unknown>;

/** `ziglog show`: shows a session. */
export const show: Command<typeof OPTIONS> = defineCommand({
  usage: ["show [ID | --latest] [--json]", "show [ID | --latest] --step STEP [--stream STREAM]"],
  description:
    "Shows a session as a tree of its tiers and steps: how each went, how long it took, its attempts, exit code and " +
    "saved variables, and the last lines of what failed. ID is a session id or the beginning of one. Lines that are " +
    "damaged or of an unknown type are counted.\n\n" +
    "With --step it prints what that step wrote, in the order it was recorded. The exit code does not depend on how " +
    "the session went.",
  maxPositionals: 1,
  options: OPTIONS,
  examples: [
    { command: "ziglog show", help: "how did the newest session go?" },
    { command: "ziglog show 289aa865 --step test --stream stderr", help: "what a step wrote to standard error" },
    { command: "ziglog show --json | jq '.tiers[].steps[] | {step_name, state}'", help: "the same for a program" },
  ],
  async run(context: Context): Promise<number> {
    const { options, host, layout } = context;
    if (options.stream !== undefined && options.step === undefined) {
      throw new UsageError(`Cannot use option "--stream": it needs --step`);
    }
    const selector = selectorOf(context.positionals, options);
    const session = openCatalog(layout).resolve(selector, host.now().getTime());
    return options.step === undefined
      ? await showRun(context, session)
      : await showStep(context, session, options.step);
  },
});

async function showRun({ options, host, style }: Context, session: Session): Promise<number> {
  const fold = new RunFold();
  for await (const lines of read(session.logPath, ZIG)) {
    for (const line of lines) fold.add(line);
  }
  const run = fold.summary();
  if (options.json) {
    const json = stringifyJson(runJson(session, run));
    host.stdout.write(`${host.stdout.isTerminal && !options.raw ? visibleJson(json) : json}\n`);
    return ExitCode.ok;
  }
  const look = { style, show: options.raw ? String : visible, now: host.now().getTime() };
  const { columns } = host.stdout;
  host.stdout.write(drawTree(runTree(session, run, look), columns, style.dim).join("\n") + "\n");
  return ExitCode.ok;
}

async function showStep({ options, host }: Context, session: Session, step: string): Promise<number> {
  const isShown = host.stdout.isTerminal && !options.raw;
  const showText: (text: string) => string = isShown ? visible : String;
  const showJson: (text: string) => string = isShown ? visibleJson : String;
  const steps = new Set<string>();
  for await (const lines of read(session.logPath, ZIG)) {
    let text = "";
    for (const line of lines) {
      if (line.kind !== "event") continue;
      const { event } = line;
      if (event.type === "tier_started") event.step_names.forEach((name) => steps.add(name));
      if (!("step_name" in event)) continue;
      steps.add(event.step_name);
      if (event.type !== "step_output" || event.step_name !== step) continue;
      if (options.stream !== undefined && event.stream !== options.stream) continue;
      text += `${options.json ? showJson(line.text) : showText(event.line)}\n`;
    }
    if (text !== "") host.stdout.write(text);
  }
  if (steps.has(step)) return ExitCode.ok;
  const meant = nearest(step, steps);
  const hint = meant === undefined ? "" : `, did you mean ${visible(meant)}?`;
  const names = steps.size === 0 ? "none" : Array.from(steps, visible).join(", ");
  host.stderr.write(
    `ziglog: Cannot find step "${visible(step)}" in session ${visible(session.id)}${hint} (its steps: ${names})\n`,
  );
  return ExitCode.notFound;
}
