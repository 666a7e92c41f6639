/** `ziglog show` of a session of a workflow. */

import { stringifyJson } from "../codec/json.ts";
import { ZIG } from "../codec/zig.ts";
import { nearest } from "../nearest.ts";
import { RunFold, type RunSummary } from "../query/summary.ts";
import { visible, visibleJson } from "../query/visible.ts";
import type { AnySession } from "../sources/source.ts";
import type { LayoutOptions } from "../storage/layout.ts";
import { read } from "../storage/read.ts";
import type { StepAgents } from "./agent_facts.ts";
import { ExitCode } from "./exit_code.ts";
import { runJson } from "./run_json.ts";
import { runTree } from "./run_tree.ts";
import type { ShowContext } from "./show.ts";
import { drawTree } from "./tree.ts";

/**
 * Shows a session, or what one of its steps wrote.
 *
 * @param context What the command is given.
 * @param session The session.
 * @returns The exit code.
 */
export function showWorkflow(context: ShowContext, session: AnySession): Promise<number> {
  const { step } = context.options;
  return step === undefined ? showRun(context, session) : showStep(context, session, step);
}

async function showRun(context: ShowContext, session: AnySession): Promise<number> {
  const { options, host, layout, style, redact = String } = context;
  const fold = new RunFold();
  for await (const lines of read(session.logPath, ZIG)) {
    for (const line of lines) fold.add(line);
  }
  const run = fold.summary();
  const agents = await agentsOf(run, layout);
  if (options.json) {
    const json = stringifyJson(runJson(session, run, agents));
    host.stdout.write(`${host.stdout.isTerminal && !options.raw ? visibleJson(json) : json}\n`);
    return ExitCode.ok;
  }
  const show = (text: string): string => (options.raw ? String : visible)(redact(text)); // before it is cut
  const look = { style, show, now: host.now().getTime(), agents };
  const { columns } = host.stdout;
  host.stdout.write(drawTree(runTree(session, run, look), columns, style.dim).join("\n") + "\n");
  return ExitCode.ok;
}

/** The agent sessions that the steps ran; what finds them is loaded only where there are some. */
async function agentsOf(run: RunSummary, layout: LayoutOptions): Promise<StepAgents> {
  const ids = new Set(run.tiers.flatMap(({ steps }) => steps.flatMap(({ agentSessions }) => agentSessions)));
  if (ids.size === 0) return new Map();
  const { AgentSessions } = await import("../sources/agent_sessions.ts");
  const sessions = new AgentSessions(layout);
  return new Map(Array.from(ids, (id) => [id, sessions.summaryOf(id)]));
}

async function showStep({ options, host }: ShowContext, session: AnySession, step: string): Promise<number> {
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
