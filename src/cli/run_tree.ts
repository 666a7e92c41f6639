/** A run as a tree of tiers and steps. */

import type { U64 } from "../codec/json.ts";
import { formatDuration, formatTime } from "../query/duration.ts";
import { placeOf } from "../query/render.ts";
import type { FailedAttempt, OutputLine, RunSummary, StepSummary, TierSummary } from "../query/summary.ts";
import { expandTabs, fit, pad, widthOf } from "../query/width.ts";
import type { SessionEntry } from "../storage/catalog.ts";
import type { SessionState } from "../storage/liveness.ts";
import { agentLine, type StepAgents } from "./agent_facts.ts";
import { stateColor, type Style } from "./style.ts";
import type { TreeNode } from "./tree.ts";

/** What the tree is drawn with. */
export interface TreeLook {
  /** How to colour. */
  readonly style: Style;
  /** Makes recorded text harmless. */
  readonly show: (text: string) => string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What the agent sessions of its steps came to. */
  readonly agents: StepAgents;
}

type Session = SessionEntry<unknown>;
type Detail = (width: number | undefined) => string;

/** The widest column of names. */
const WIDEST_NAME = 32;

/** What stands in front of a session, or of a step. */
const GLYPHS = {
  success: "✓",
  failure: "✗",
  running: "…",
  crashed: "✗",
  stale: "?",
  waiting: "·",
  skipped: "○",
  unfinished: "!",
} as const;

/**
 * Makes the tree of a run.
 *
 * @param session What the catalogue knows of it.
 * @param run What its log tells.
 * @param look What to draw it with.
 * @returns The tree.
 */
export function runTree(session: Session, run: RunSummary, look: TreeLook): TreeNode {
  const { style, show } = look;
  const color = stateColor(session.state, style);
  const title = style.bold(show(run.workflowName ?? session.name));
  const names = run.tiers.flatMap(({ steps }) => steps.map(({ name }) => widthOf(show(name))));
  const nameWidth = Math.min(WIDEST_NAME, Math.max(0, ...names));
  return {
    text: `${color(GLYPHS[session.state])} ${title}  ${color(stateText(session, run))}`,
    details: aboutRun(session, run, look),
    children: [
      ...run.tiers.map((tier) => tierNode(tier, session.state, nameWidth, look)),
      ...missingTiers(run, session.state, look),
      ...damageNodes(run, session.state, look),
    ],
  };
}

function stateText({ state, durationMs }: Session, run: RunSummary): string {
  const ms = run.durationMs ?? durationMs;
  const took = ms === null ? "" : formatDuration(ms);
  switch (state) {
    case "running":
      return `running for ${took}`;
    case "crashed":
      return `crashed after ${took}: its writer died`;
    case "stale":
      return `silent since ${run.lastEventAt === null ? "it began" : formatTime(run.lastEventAt, 0)}`;
    default:
      return `${state}${took === "" ? "" : ` after ${took}`}`;
  }
}

function aboutRun({ id, startedAt, pinned }: Session, run: RunSummary, { style, show }: TreeLook): Detail[] {
  const where = run.cwd === null ? "" : ` in ${run.cwd}`;
  const facts = [`session ${id}${pinned ? " (pinned)" : ""}`, `started ${formatTime(startedAt, 0)}${where}`];
  if (run.prompt !== null) facts.push(`prompt  ${run.prompt}`);
  return facts.map((fact) => fitted(show(fact), style.dim));
}

function tierNode(tier: TierSummary, state: SessionState, nameWidth: number, look: TreeLook): TreeNode {
  const title = tier.index === null ? "outside of any tier" : `tier ${placeOf(tier.index)}`;
  return {
    text: look.style.bold(title),
    children: tier.steps.map((step) => stepNode(step, state, nameWidth, look)),
  };
}

function stepNode(step: StepSummary, session: SessionState, nameWidth: number, look: TreeLook): TreeNode {
  const { style, show } = look;
  // A step of a session that is over can be neither running nor waiting.
  const isOver = session !== "running" && session !== "stale";
  const state = step.state === "running" && isOver ? "unfinished" : step.state;
  const color = {
    success: style.green,
    failure: style.red,
    running: style.cyan,
    unfinished: style.yellow,
    waiting: style.dim,
    skipped: style.dim,
  }[state];
  const notes = notesOf(step, state, look).join("  ");
  return {
    text: `${color(GLYPHS[state])} ${pad(show(step.name), nameWidth)}  ${state === "skipped" ? color(notes) : notes}`
      .trimEnd(),
    details: [
      ...attemptDetails(step, look),
      ...step.agentSessions.map((id) => fitted(show(agentLine(id, look.agents.get(id))), style.cyan)),
      ...(step.savedVars.length === 0 ? [] : [fitted(show(`saved ${step.savedVars.join(", ")}`), style.dim)]),
      ...(state === "failure" || state === "unfinished" ? tailDetails(step, look) : []),
    ],
  };
}

function notesOf(step: StepSummary, state: keyof typeof GLYPHS, { show, now }: TreeLook): string[] {
  switch (state) {
    case "waiting":
      return ["not started"];
    case "skipped":
      return [`skipped: ${show(step.reason ?? "")}`];
    case "running":
      return [runningNote(step, now), ...attemptNote(step)];
    case "unfinished":
      return ["did not end", ...attemptNote(step)];
    default:
      return [
        ...(step.durationMs === null ? [] : [formatDuration(step.durationMs)]),
        step.exitCode === null ? "no exit code" : `exit ${step.exitCode}`,
        ...attemptNote(step),
      ];
  }
}

function runningNote({ startedAt }: StepSummary, now: number): string {
  const ms = startedAt === null ? NaN : now - Date.parse(startedAt);
  return Number.isNaN(ms) ? "running" : `running for ${formatDuration(Math.max(0, ms))}`;
}

function attemptNote({ attempts }: StepSummary): string[] {
  return attempts > 1 ? [`${attempts} attempts`] : [];
}

function attemptDetails({ failures, attempts }: StepSummary, { style, show }: TreeLook): Detail[] {
  const numbered = attempts > 1;
  return failures.map((failure) => fitted(show(attemptText(failure, numbered)), style.red));
}

function attemptText({ attempt, error, exitCode, durationMs }: FailedAttempt, numbered: boolean): string {
  if (!numbered) return error;
  const facts = [
    ...(exitCode === null || error.endsWith(` ${exitCode}`) ? [] : [`exit ${exitCode}`]),
    ...(durationMs === null ? [] : [`after ${formatDuration(durationMs)}`]),
  ];
  return `attempt ${attempt}: ${error}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`;
}

function tailDetails({ tail, stdoutLines, stderrLines }: StepSummary, { style, show }: TreeLook): Detail[] {
  const all = stdoutLines + stderrLines;
  const heading = all > tail.length ? [fitted(`the last ${tail.length} of ${all} lines:`, style.dim)] : [];
  return [...heading, ...tail.map((line) => tailDetail(line, style, show))];
}

function tailDetail({ stream, line }: OutputLine, style: Style, show: (text: string) => string): Detail {
  const bar = stream === "stdout" ? style.dim("│") : style.yellow("│");
  return (width) => `${bar} ${fitText(show(line), width === undefined ? undefined : width - 2)}`.trimEnd();
}

/** Tiers that the run set out with, and never came to. */
function missingTiers({ tierCount, tiers }: RunSummary, state: SessionState, { style }: TreeLook): TreeNode[] {
  const seen = tiers.filter(({ index }) => index !== null).length;
  const missing: U64 = BigInt(tierCount ?? 0) - BigInt(seen);
  if (missing <= 0n) return [];
  const what = missing === 1n ? "1 more tier" : `${missing} more tiers`;
  return [{ text: style.dim(`${what} ${state === "running" ? "to come" : "not started"}`) }];
}

function damageNodes(
  { damage, malformed, torn, unknown }: RunSummary,
  state: SessionState,
  look: TreeLook,
): TreeNode[] {
  const { style, show } = look;
  const nodes: TreeNode[] = [];
  if (malformed > 0) {
    const more = malformed - damage.length;
    nodes.push({
      text: style.yellow(`! ${malformed} ${malformed === 1 ? "line is" : "lines are"} damaged`),
      details: [
        ...damage.map(({ offset, reason }) => fitted(show(`at byte ${offset}: ${reason}`), style.dim)),
        ...(more > 0 ? [fitted(`and ${more} more`, style.dim)] : []),
      ],
    });
  }
  for (const [type, count] of unknown) {
    nodes.push({ text: style.yellow(`? ${count} ${count === 1 ? "line" : "lines"} of unknown type ${show(type)}`) });
  }
  if (torn !== null && state !== "running") {
    nodes.push({ text: style.yellow(`! the last line is unfinished, at byte ${torn.offset}`) });
  }
  return nodes;
}

function fitted(text: string, paint: (text: string) => string): Detail {
  return (width) => paint(fitText(text, width).trimEnd());
}

function fitText(text: string, width: number | undefined): string {
  return width === undefined ? text : fit(expandTabs(text), Math.max(1, width));
}
