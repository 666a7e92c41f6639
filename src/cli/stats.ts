import type { JsonObject } from "../codec/json.ts";
import { type Outcomes, sparkline } from "../query/outcomes.ts";
import type { WorkflowStats } from "../query/stats.ts";
import { type Cell, table } from "../query/table.ts";
import { formatCount, parseTime } from "../query/units.ts";
import type { ModelUsage } from "../query/usage.ts";
import { visible } from "../query/visible.ts";
import type { SearchProgress } from "../session/search_logs.ts";
import { sessionStats } from "../session/stats.ts";
import type { AgentSessions } from "../sources/agent_sessions.ts";
import type { LayoutOptions } from "../storage/layout.ts";
import { AGENT_SOURCES, type AgentSourceName } from "../sources/source.ts";
import { costText, usageJson } from "./agent_facts.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";
import { durationCells, outcomesJson, successCell } from "./outcome_cells.ts";
import { ProgressLine } from "./progress_line.ts";
import type { Style } from "./style.ts";

const OPTIONS = {
  source: {
    kind: "string",
    value: "SOURCE",
    choices: ["zig", ...AGENT_SOURCES],
    help: "whose sessions (default: zig)",
  },
  all: { kind: "boolean", short: "a", help: "the sessions of every project, not only of this one" },
  workflow: { kind: "string", value: "NAME", help: "only runs of this workflow or agent; * stands for any text" },
  since: { kind: "string", value: "TIME", help: "only runs started then or later: 2h, 7d (ago), or RFC 3339" },
  json: { kind: "boolean", help: "one JSON object a workflow or agent (NDJSON)" },
} as const;

/** What the command is given. */
export type StatsContext = CommandContext<typeof OPTIONS>;

const NAME_HEADING = "WORKFLOW / STEP";

/** Only with `--all`. */
const PROJECT_HEADING = "PROJECT";

const HEADINGS = ["RUNS", "OK", "P50", "P95", "MAX", "RETRIES", "FLAKY"];

/** Only where an agent has run. */
const USAGE_HEADINGS = ["TOKENS IN", "OUT", "COST"];

const CHART_HEADING = "RECENT";

/** `ziglog stats`: shows how runs and steps did over time. */
export const stats: Command<typeof OPTIONS> = defineCommand({
  usage: ["stats [--source SOURCE] [--workflow NAME] [--since TIME] [OPTIONS]"],
  description:
    "Shows how often each workflow was run, how often it went well, and how long it took; below it the same of its " +
    "steps, the slowest first. With --all, workflows of one name in several projects stand apart. A step that was " +
    "skipped was not run. Crashes count as failures; what has not ended does not count for OK. Durations are of what " +
    "went well; RECENT shows the last 20 of them. FLAKY is how often a step passed right after it had failed with the " +
    "same definition, in one run or from one to the next. Where steps ran agents, TOKENS IN, OUT and COST are what all " +
    "of these used, as far as their sessions tell.\n\n" +
    "An object of --json has workflow_name, with --all project (null outside of any), runs (of a step: those that " +
    "skipped it, too), unfinished, successes, failures, success_rate (0 to 1), duration_ms (p50, p95, max), recent_ms, " +
    "retries, usage and steps: objects of the same with step_name, skipped and flaky.\n\n" +
    "Of source agents or zag it shows how agents did: see ziglog agents stats --help.",
  maxPositionals: 0,
  options: OPTIONS,
  examples: [
    { command: "ziglog stats --since 7d", help: "how was the week?" },
    { command: "ziglog stats --json | jq -r '.steps[] | select(.flaky > 0).step_name'", help: "flaky steps" },
  ],
  async run(context: StatsContext): Promise<number> {
    const { options, host, layout, style } = context;
    const { source = "zig" } = options;
    if (source !== "zig") {
      return (await import("./agent_stats.ts")).showAgentStats(context, source as AgentSourceName);
    }
    const now = host.now().getTime();
    const { all, workflow, since } = options;
    let at: SearchProgress = { done: 0, sessions: 0 };
    using progress = new ProgressLine(host.stderr);
    progress.start(() => `reading: ${at.done} of ${at.sessions} sessions`);
    const { workflows } = await sessionStats({
      ...layout,
      ...{ all, workflow, now },
      since: since === undefined ? undefined : parseTime(since, now),
      usageOf: usageFrom(layout),
      onProgress: (now) => at = now,
      onUnreadable: ({ id }, { message }) => {
        progress.clear();
        host.stderr.write(`ziglog: Cannot read session "${visible(id)}": ${visible(message)}\n`);
      },
    });
    progress.clear();
    if (workflows.length === 0) host.stderr.write("no session fits\n");
    else if (options.json) writeJsonLines(host, workflows.map((each) => toJson(each, all)));
    else host.stdout.write(draw(workflows, { all, width: host.stdout.columns, style }).join("\n") + "\n");
    return ExitCode.ok;
  },
});

/** The agent sessions; what finds them is loaded only where there are some. */
function usageFrom(layout: LayoutOptions): (id: string) => Promise<ModelUsage | null> {
  let sessions: AgentSessions | undefined;
  return async (id) => {
    sessions ??= new (await import("../sources/agent_sessions.ts")).AgentSessions(layout);
    return sessions.summaryOf(id)?.usage ?? null;
  };
}

function toJson(
  { name, project, runs, unfinished, retries, usage, steps, ...outcomes }: WorkflowStats,
  all: boolean,
): JsonObject {
  return {
    workflow_name: name,
    ...(all ? { project } : {}),
    runs,
    unfinished,
    ...outcomesJson(outcomes),
    retries,
    usage: usageJson(usage),
    steps: steps.map(({ name, runs, skipped, retries, flaky, usage, ...outcomes }) => {
      return { step_name: name, runs, skipped, ...outcomesJson(outcomes), retries, flaky, usage: usageJson(usage) };
    }),
  };
}

/** How the table is drawn. */
interface TableLook {
  /** Whether the workflows are of several projects. */
  readonly all: boolean;
  readonly width: number | undefined;
  readonly style: Style;
}

function draw(workflows: readonly WorkflowStats[], { all, width, style }: TableLook): string[] {
  const hasUsage = workflows.some(({ usage }) => usage !== null);
  const names = [NAME_HEADING, ...(all ? [PROJECT_HEADING] : [])];
  const headings = [...names, ...HEADINGS, ...(hasUsage ? USAGE_HEADINGS : []), CHART_HEADING];
  const look = { style, hasUsage };
  const namesOf = (name: Cell, project: string): Cell[] => [name, ...(all ? [{ text: visible(project) }] : [])];
  const rows = [headings.map((text): Cell => ({ text, paint: style.dim }))];
  for (const workflow of workflows) {
    const name = { text: visible(workflow.name), paint: style.bold };
    rows.push([...namesOf(name, workflow.project ?? "-"), ...cells({ ...workflow, flaky: flakyOf(workflow) }, look)]);
    for (const step of workflow.steps) {
      const runs = step.runs - step.skipped;
      rows.push([...namesOf({ text: `  ${visible(step.name)}` }, ""), ...cells({ ...step, runs }, look)]);
    }
  }
  return table(rows, { width, flexible: [...names.keys(), headings.length - 1] });
}

function flakyOf({ steps }: WorkflowStats): number {
  return steps.reduce((sum, { flaky }) => sum + flaky, 0);
}

/** What a row tells. */
interface Row extends Outcomes {
  readonly runs: number;
  readonly retries: number;
  readonly flaky: number;
  readonly usage: ModelUsage | null;
}

function cells(
  { runs, successRate, durations, retries, flaky, usage, recent }: Row,
  { style, hasUsage }: { readonly style: Style; readonly hasUsage: boolean },
): Cell[] {
  return [
    { text: String(runs) },
    successCell(successRate, style),
    ...durationCells(durations),
    { text: String(retries) },
    { text: String(flaky), paint: flaky > 0 ? style.yellow : undefined },
    ...(hasUsage ? usageCells(usage) : []),
    { text: sparkline(recent) },
  ];
}

function usageCells(usage: ModelUsage | null): Cell[] {
  if (usage === null) return USAGE_HEADINGS.map(() => ({ text: "-" }));
  const { tokens, costUsd } = usage;
  return [formatCount(tokens.input), formatCount(tokens.output), costUsd === null ? "-" : costText(costUsd)]
    .map((text) => ({ text }));
}
