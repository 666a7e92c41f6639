import type { JsonObject } from "../codec/json.ts";
import { basename } from "../deps/path.ts";
import { UsageError } from "../errors.ts";
import { formatAge, formatTime } from "../query/duration.ts";
import type { PruneReason } from "../query/prune_choice.ts";
import { type Cell, table } from "../query/table.ts";
import { formatSize, parseDuration, parseSize } from "../query/units.ts";
import { visible } from "../query/visible.ts";
import { type PlannedPrune, planPrune, type PruneOptions, type PrunePlan } from "../maintenance/prune_plan.ts";
import { pruneInBatches, type PruneResult } from "../maintenance/prune_sessions.ts";
import type { SessionState } from "../storage/liveness.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { canAsk, confirm } from "./confirm.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";
import { ProgressLine } from "./progress_line.ts";
import { jsonNames, STORE_SOURCE } from "./store_option.ts";
import { stateColor } from "./style.ts";

const STATES: readonly SessionState[] = ["success", "failure", "crashed", "stale"];

const OPTIONS = {
  "older-than": { kind: "string", value: "AGE", help: "those last heard of longer ago than this, such as 30d or 12h" },
  "max-size": {
    kind: "string",
    value: "SIZE",
    help: "the oldest, until the rest takes no more than this: 500MB, 2GiB",
  },
  "keep-last": { kind: "integer", value: "N", help: "never the newest N of each workflow" },
  state: { kind: "list", value: "STATE", choices: STATES, help: "only these; repeat for more" },
  workflow: { kind: "string", value: "NAME", help: "only runs of this workflow or agent; * stands for any text" },
  source: STORE_SOURCE,
  all: { kind: "boolean", short: "a", help: "in every project, not only in this one" },
  yes: { kind: "boolean", short: "y", help: "delete without asking" },
  "dry-run": { kind: "boolean", help: "only show what would be deleted" },
  json: { kind: "boolean", help: "one JSON object a session, with its bytes, why, and outcome" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** The columns that give way on a narrow terminal, the first one first. */
const FLEXIBLE = ["WORKFLOW", "AGENT", "NAME", "PROJECT"];

/** What the column of names is called. */
const NAMES: Readonly<Record<string, string>> = { zig: "WORKFLOW", agents: "AGENT", all: "NAME" };

/** Sessions that are shown one by one; of more, the newest and the oldest so many. */
const MOST_SHOWN = 40;
const EACH_END = 10;

/** `ziglog prune`: deletes sessions. */
export const prune = defineCommand({
  usage: ["prune [--older-than AGE] [--max-size SIZE] [--keep-last N] [OPTIONS]"],
  description:
    "Deletes sessions of this project: their logs, what belongs to them, and their index entries. Shows them first, and " +
    "asks.\n\n" +
    "--state and --workflow say which sessions are in question. Of these go the ones that are too old, and the oldest " +
    "while all together take too much space; with neither limit all of them go. The newest N of each workflow stay in " +
    "any case, if --keep-last says so. One of the five has to be given, or configured (see " +
    "ziglog config).\n\n" +
    "A session that runs is never deleted, nor one that is pinned (see ziglog pin). Both are looked at once more just " +
    "before. Where nobody can be asked, say --yes or --dry-run.\n\n" +
    "With --source agents the sessions of agents are meant, and an agent stands for a workflow; with --source all the " +
    "limits hold for both together. What ziglog import has taken over comes back only when the agent has gone on with " +
    "it; what it has not, such as a session recorded while a step ran, is new to it. A step whose agent's session is " +
    "gone is shown without it.\n\n" +
    "Exit code 5: something could not be deleted.",
  maxPositionals: 0,
  options: OPTIONS,
  examples: [
    { command: "ziglog prune --older-than 30d --keep-last 10", help: "a month of runs, and ten of each workflow" },
    { command: "ziglog prune --all --max-size 2GB --yes", help: "a store of 2 GB at most, for a scheduled job" },
    { command: 'ziglog prune --state failure --workflow "try-*"', help: "experiments that went wrong" },
    { command: "ziglog prune --older-than 1w --dry-run", help: "what would that delete?" },
    { command: "ziglog prune --all --source agents --older-than 90d", help: "what agents did long ago" },
  ],
  async run(context: Context): Promise<number> {
    const { options, host } = context;
    const plan = planOf(context);
    if (plan.sessions.length === 0) host.stderr.write(`nothing to prune${staying(plan)}\n`);
    else if (!options.json) host.stdout.write(preview(plan, context));
    if (options["dry-run"]) {
      if (options.json) writeJsonLines(host, plan.sessions.map((planned) => toJson(planned, "planned", null)));
      return ExitCode.ok;
    }
    if (!options.yes) {
      if (plan.sessions.length === 0) return ExitCode.ok;
      const question = `Delete ${counted(plan.sessions.length)} (${formatSize(plan.bytes)})?`;
      if (!await confirm(host, question)) {
        host.stderr.write("nothing was deleted\n");
        return ExitCode.ok;
      }
    }
    return report(await carryOut(plan, context), context);
  },
});

async function carryOut(plan: PrunePlan, { host }: Context): Promise<PruneResult[]> {
  const results: PruneResult[] = [];
  using progress = new ProgressLine(host.stderr);
  progress.start(() => `pruning: ${results.length} of ${plan.sessions.length} sessions`);
  for (const some of pruneInBatches(plan)) {
    results.push(...some);
    await new Promise((resolve) => setTimeout(resolve, 0)); // the line is drawn
  }
  return results;
}

function planOf({ options, host, layout }: Context): PrunePlan {
  const { "older-than": olderThan, "max-size": maxSize, "keep-last": keepLast, state, workflow } = options;
  if (state.length === 0 && [olderThan, maxSize, keepLast, workflow].every((given) => given === undefined)) {
    const flags = "--older-than, --max-size, --keep-last, --state or --workflow";
    throw new UsageError(`Cannot prune every session: say which with ${flags} (see "ziglog prune --help")`);
  }
  const limits = {
    olderThanMs: olderThan === undefined ? undefined : parseDuration(olderThan),
    maxBytes: maxSize === undefined ? undefined : parseSize(maxSize),
    keepLast,
  };
  if (!options.yes && !options["dry-run"] && !canAsk(host)) {
    throw new UsageError("Cannot ask before deleting: there is no terminal; say --yes, or --dry-run to look first");
  }
  const states = state as readonly SessionState[];
  const source = options.source as PruneOptions["source"];
  return planPrune({ ...layout, ...limits, source, states, workflow, all: options.all, now: host.now().getTime() });
}

function preview(plan: PrunePlan, context: Context): string {
  const { options, host, style } = context;
  const { source = "zig", all } = options;
  const names = [
    ...(source === "all" ? ["SOURCE"] : []),
    ...["STATE", "SIZE", "WHY", "LAST SIGN", NAMES[source]!],
    ...(all ? ["PROJECT"] : []),
    "ID",
  ];
  const between = plan.sessions.length > MOST_SHOWN ? plan.sessions.length - 2 * EACH_END : 0;
  const shown = between === 0 ? plan.sessions : plan.sessions.toSpliced(EACH_END, between);
  const lines = table(
    [names.map((text): Cell => ({ text, paint: style.dim })), ...shown.map((each) => cells(each, context))],
    {
      width: host.stdout.columns,
      flexible: FLEXIBLE.map((name) => names.indexOf(name)).filter((at) => at !== -1),
    },
  );
  const gap = style.dim(`… ${between} more between these (--json shows all)`);
  if (between > 0) lines.splice(1 + EACH_END, 0, gap);
  return `${lines.join("\n")}\n${counted(plan.sessions.length)}, ${formatSize(plan.bytes)}${staying(plan)}\n`;
}

function cells(planned: PlannedPrune, { options, host, style }: Context): Cell[] {
  const { source, session, reason, bytes } = planned;
  const heard = session.endedAt ?? session.startedAt;
  const time = host.stdout.isTerminal ? formatAge(heard, host.now().getTime()) : formatTime(heard, 0);
  return [
    ...(options.source === "all" ? [{ text: source }] : []),
    { text: session.state, paint: stateColor(session.state, style) },
    { text: formatSize(bytes) },
    { text: whyOf(reason, options) },
    { text: visible(time) },
    { text: visible(session.name), paint: style.bold },
    ...(options.all ? [{ text: projectOf(planned) }] : []),
    { text: session.id },
  ];
}

function projectOf({ projectDir, root }: PlannedPrune): string {
  return projectDir === root ? "-" : visible(basename(projectDir));
}

function whyOf(reason: PruneReason, options: Context["options"]): string {
  switch (reason) {
    case "older":
      return `older than ${options["older-than"]}`;
    case "size":
      return `over ${options["max-size"]}`;
    case "surplus":
      return `not of the last ${options["keep-last"]}`;
    case "selected":
      return options.state.length > 0 ? "its state" : `its ${options.source === "agents" ? "agent" : "workflow"}`;
  }
}

function staying({ counts }: PrunePlan): string {
  const parts = [
    ...(counts.running > 0 ? [`${counts.running} running`] : []),
    ...(counts.pinned > 0 ? [`${counts.pinned} pinned`] : []),
  ];
  if (parts.length === 0) return "";
  return ` (${parts.join(" and ")} ${counts.running + counts.pinned === 1 ? "stays" : "stay"})`;
}

function report(results: readonly PruneResult[], context: Context): number {
  const { options, host } = context;
  if (options.json) {
    writeJsonLines(host, results.map(({ planned, outcome, why }) => toJson(planned, outcome, why ?? null)));
  }
  const left = results.filter(({ outcome }) => outcome !== "deleted");
  for (const { planned, outcome, why } of left) host.stderr.write(`ziglog: ${outcome} ${planned.id}: ${why}\n`);
  if (results.length > 0) {
    const freed = results.reduce((sum, { bytesFreed }) => sum + bytesFreed, 0);
    host.stderr.write(`${counted(results.length - left.length)} deleted, ${formatSize(freed)} freed\n`);
  }
  return results.some(({ outcome }) => outcome === "failed") ? ExitCode.io : ExitCode.ok;
}

function toJson(planned: PlannedPrune, outcome: string, note: string | null): JsonObject {
  const { source, session, projectDir, logPath, reason, bytes } = planned;
  const names = jsonNames(source);
  return {
    [names.id]: session.id,
    [names.name]: session.name,
    project: projectDir,
    log_path: logPath,
    state: session.state,
    started_at: session.startedAt,
    ended_at: session.endedAt,
    bytes,
    reason,
    outcome,
    note,
  };
}

function counted(sessions: number): string {
  return sessions === 1 ? "1 session" : `${sessions} sessions`;
}
