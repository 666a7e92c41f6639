/** `ziglog show` of an agent session. */

import { type JsonObject, stringifyJson } from "../codec/json.ts";
import { ZAG } from "../codec/zag.ts";
import { AgentFold, type AgentSummary } from "../query/agent_summary.ts";
import { formatDuration, formatTime } from "../query/duration.ts";
import { visible, visibleJson } from "../query/visible.ts";
import type { AnySession } from "../sources/source.ts";
import { read } from "../storage/read.ts";
import { costText, promptLine, tokensText, toolsText, usageJson } from "./agent_facts.ts";
import { ExitCode } from "./exit_code.ts";
import { type Fact, factLines } from "./facts.ts";
import type { ShowContext } from "./show.ts";
import { stateColor } from "./style.ts";

/**
 * Shows what an agent session did in short, and what it used.
 *
 * @param context What the command is given.
 * @param session The session.
 * @returns The exit code.
 */
export async function showAgent(
  { options, host, style, redact = String }: ShowContext,
  session: AnySession,
): Promise<number> {
  const fold = new AgentFold();
  for await (const lines of read(session.logPath, ZAG)) {
    for (const line of lines) fold.add(line);
  }
  const summary = fold.summary();
  const isShown = host.stdout.isTerminal && !options.raw;
  if (options.json) {
    const json = stringifyJson(agentJson(session, summary));
    host.stdout.write(`${isShown ? visibleJson(json) : json}\n`);
    return ExitCode.ok;
  }
  const color = stateColor(session.state, style);
  const title = `${style.bold(visible(summary.provider ?? session.name))}  ${color(stateText(session))}`;
  const facts = factsOf(session, summary).map(([name, text]): Fact => [name, text === null ? null : redact(text)]);
  host.stdout.write(`${[title, ...factLines(facts, host.stdout.columns, style)].join("\n")}\n`);
  return ExitCode.ok;
}

function stateText({ state, durationMs }: AnySession): string {
  if (durationMs === null) return state;
  return `${state} ${state === "running" ? "for" : "after"} ${formatDuration(durationMs)}`;
}

function factsOf(session: AnySession, summary: AgentSummary): Fact[] {
  const { turns, messages, limits, usage, unknown, malformed } = summary;
  return [
    ["session", session.id],
    [`${summary.provider ?? "agent"}'s own`, summary.providerSessionId],
    ["model", summary.model],
    ["prompt", summary.prompt === null ? null : promptLine(summary.prompt)],
    ["directory", summary.cwd],
    ["command", summary.command],
    ["started", formatTime(session.startedAt, 0)],
    ["turns", `${turns}, answered in ${messages} ${messages === 1 ? "message" : "messages"}`],
    ["tools", toolsText(summary)],
    ["tokens", usage && tokensText(usage)],
    ["cost", usage?.costUsd ? costText(usage.costUsd) : null],
    ["limits hit", limits === 0 ? null : String(limits)],
    ["error", summary.error],
    ["completeness", summary.completeness],
    ["damage", malformed === 0 ? null : `${malformed} ${malformed === 1 ? "line" : "lines"}`],
    ["unknown", unknown === 0 ? null : `${unknown} ${unknown === 1 ? "line" : "lines"} of types that are not known`],
  ];
}

/** The JSON object of `--json`. Names are those of the log; what is not known is null. */
function agentJson(session: AnySession, summary: AgentSummary): JsonObject {
  return {
    wrapper_session_id: session.id,
    provider: summary.provider,
    provider_session_id: summary.providerSessionId,
    model: summary.model,
    prompt: summary.prompt,
    cwd: summary.cwd,
    command: summary.command,
    state: session.state,
    started_at: session.startedAt,
    ended_at: summary.endedAt,
    last_event_at: summary.lastEventAt,
    duration_ms: session.durationMs,
    success: summary.success,
    error: summary.error,
    completeness: summary.completeness,
    log_path: session.logPath,
    turns: summary.turns,
    messages: summary.messages,
    tools: Object.fromEntries(summary.tools),
    usage: usageJson(summary.usage),
    usage_limits: summary.limits,
    events: summary.events,
    unknown: summary.unknown,
    malformed: summary.malformed,
  };
}
