/** `ziglog stats` of agent sessions. */

import { agentStats } from "../agent/stats.ts";
import type { JsonObject } from "../codec/json.ts";
import { type AgentWork, type ProviderStats, sumTools } from "../query/agent_stats.ts";
import type { ToolCount } from "../query/agent_summary.ts";
import { sparkline } from "../query/outcomes.ts";
import { type Cell, table } from "../query/table.ts";
import { formatCount, parseTime } from "../query/units.ts";
import { visible } from "../query/visible.ts";
import type { SearchProgress } from "../session/search_logs.ts";
import { findAgentStore } from "../sources/agent_store.ts";
import type { AgentSourceName } from "../sources/source.ts";
import { costText, usageJson } from "./agent_facts.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";
import { durationCells, outcomesJson, successCell } from "./outcome_cells.ts";
import { ProgressLine } from "./progress_line.ts";
import type { StatsContext } from "./stats.ts";
import type { Style } from "./style.ts";

const OUTCOME_HEADINGS = ["AGENT / MODEL", "SESSIONS", "OK", "OPEN", "P50", "P95", "MAX", "RECENT"];
const WORK_HEADINGS = ["AGENT / MODEL", "TURNS", "TOOLS", "FAILED", "IN", "OUT", "CACHED", "COST", "LIMITS"];
const TOOL_HEADINGS = ["TOOL", "CALLS", "FAILED"];

/**
 * Shows how agents did over time.
 *
 * @param context What the command is given.
 * @param source Whose sessions.
 * @returns The exit code.
 */
export async function showAgentStats(context: StatsContext, source: AgentSourceName): Promise<number> {
  const { options, host, layout, style } = context;
  const now = host.now().getTime();
  const { all, workflow: provider } = options;
  const since = options.since === undefined ? undefined : parseTime(options.since, now);
  const store = findAgentStore(source, layout);
  let at: SearchProgress = { done: 0, sessions: 0 };
  using progress = new ProgressLine(host.stderr);
  progress.start(() => `reading: ${at.done} of ${at.sessions} sessions`);
  const agents = store === undefined ? [] : await agentStats({
    ...store,
    ...{ all, provider, since, now },
    onProgress: (now) => at = now,
    onUnreadable: ({ id }, { message }) => {
      progress.clear();
      host.stderr.write(`ziglog: Cannot read session "${visible(id)}": ${visible(message)}\n`);
    },
  });
  progress.clear();
  if (agents.length === 0) host.stderr.write("no session fits\n");
  else if (options.json) writeJsonLines(host, agents.map(toJson));
  else host.stdout.write(draw(agents, host.stdout.columns, style).join("\n") + "\n");
  return ExitCode.ok;
}

function toJson({ provider, models, ...work }: ProviderStats): JsonObject {
  return { provider, ...workJson(work), models: models.map(({ model, ...work }) => ({ model, ...workJson(work) })) };
}

function workJson({ sessions, unfinished, turns, messages, tools, usage, limits, ...outcomes }: AgentWork): JsonObject {
  const { calls, failures } = total(tools.values());
  return {
    sessions,
    unfinished,
    ...outcomesJson(outcomes),
    turns,
    messages,
    tool_calls: calls,
    tool_failures: failures,
    tool_failure_rate: calls === 0 ? null : failures / calls,
    tools: Object.fromEntries(tools),
    usage: usageJson(usage),
    usage_limits: limits,
  };
}

/** Three tables: one would be wider than most terminals. */
function draw(agents: readonly ProviderStats[], width: number | undefined, style: Style): string[] {
  const rows = agents.flatMap(({ provider, models, ...work }) => [
    { name: { text: visible(provider), paint: style.bold }, work },
    ...models.map(({ model, ...work }) => ({ name: { text: `  ${visible(model ?? "-")}` }, work })),
  ]);
  const heading = (texts: readonly string[]): Cell[] => texts.map((text) => ({ text, paint: style.dim }));
  const outcomes = rows.map(({ name, work }) => [name, ...outcomeCells(work, style)]);
  const works = rows.map(({ name, work }) => [name, ...workCells(work, style)]);
  const tools = Array.from(sumTools(agents.map(({ tools }) => tools)), ([kind, count]): Cell[] => {
    return [{ text: kind }, { text: String(count.calls) }, failedCell(count, style)];
  });
  return [
    ...table([heading(OUTCOME_HEADINGS), ...outcomes], { width, flexible: [0, OUTCOME_HEADINGS.length - 1] }),
    "",
    ...table([heading(WORK_HEADINGS), ...works], { width, flexible: [0] }),
    ...(tools.length === 0 ? [] : ["", ...table([heading(TOOL_HEADINGS), ...tools], { width })]),
  ];
}

function outcomeCells({ sessions, unfinished, successRate, durations, recent }: AgentWork, style: Style): Cell[] {
  return [
    { text: String(sessions) },
    successCell(successRate, style),
    { text: String(unfinished) },
    ...durationCells(durations),
    { text: sparkline(recent) },
  ];
}

function workCells({ turns, tools, usage, limits }: AgentWork, style: Style): Cell[] {
  const calls = total(tools.values());
  const tokens = usage === null ? ["-", "-", "-", "-"] : [
    ...[usage.tokens.input, usage.tokens.output, usage.tokens.cacheRead].map(formatCount),
    usage.costUsd === null ? "-" : costText(usage.costUsd),
  ];
  return [
    { text: String(turns) },
    { text: String(calls.calls) },
    failedCell(calls, style),
    ...tokens.map((text) => ({ text })),
    { text: String(limits), paint: limits > 0 ? style.yellow : undefined },
  ];
}

/** Rounded up: 0% means none of them. */
function failedCell({ calls, failures }: ToolCount, style: Style): Cell {
  if (failures === 0) return { text: "-" };
  const share = calls === 0 ? "" : ` (${Math.min(100, Math.ceil(failures / calls * 100))}%)`;
  return { text: `${failures}${share}`, paint: style.red };
}

function total(counts: Iterable<ToolCount>): ToolCount {
  let [calls, failures] = [0, 0];
  for (const count of counts) {
    calls += count.calls;
    failures += count.failures;
  }
  return { calls, failures };
}
