import type { JsonObject } from "../codec/json.ts";
import type { AgentSummary } from "../query/agent_summary.ts";
import type { RunSummary, StepSummary } from "../query/summary.ts";
import type { SessionEntry } from "../storage/catalog.ts";
import { type StepAgents, usageJson } from "./agent_facts.ts";

/**
 * Makes the JSON object that `ziglog show --json` prints. Names are those of the log; what is not known is null.
 *
 * @param session What the catalogue knows of the run.
 * @param run What its log tells.
 * @param agents What the agent sessions of its steps came to.
 * @returns The object: the session, `tiers` with `steps`, and what could not be read.
 */
export function runJson(session: SessionEntry<unknown>, run: RunSummary, agents: StepAgents): JsonObject {
  return {
    zig_session_id: session.id,
    workflow_name: run.workflowName ?? session.name,
    workflow_path: run.workflowPath,
    cwd: run.cwd,
    prompt: run.prompt,
    state: session.state,
    status: run.status,
    started_at: session.startedAt,
    ended_at: run.endedAt,
    last_event_at: run.lastEventAt,
    duration_ms: run.durationMs ?? session.durationMs,
    log_path: session.logPath,
    pinned: session.pinned,
    tier_count: run.tierCount,
    tiers: run.tiers.map((tier) => ({
      tier_index: tier.index,
      started_at: tier.startedAt,
      steps: tier.steps.map((step) => stepJson(step, agents)),
    })),
    events: run.events,
    heartbeats: run.heartbeats,
    unknown: Object.fromEntries(run.unknown),
    malformed: run.malformed,
    damage: run.damage,
    torn: run.torn,
  };
}

function stepJson(step: StepSummary, agents: StepAgents): JsonObject {
  return {
    step_name: step.name,
    state: step.state,
    started_at: step.startedAt,
    ended_at: step.endedAt,
    duration_ms: step.durationMs,
    attempts: step.attempts,
    exit_code: step.exitCode,
    error: step.error,
    reason: step.reason,
    saved_vars: step.savedVars,
    failures: step.failures.map(({ attempt, exitCode, error, durationMs }) => ({
      attempt,
      exit_code: exitCode,
      error,
      duration_ms: durationMs,
    })),
    zag_session_id: step.zagSessionId,
    agent_sessions: step.agentSessions.map((id) => agentJson(id, agents.get(id))),
    zag_command: step.zagCommand,
    model: step.model,
    prompt_preview: step.promptPreview,
    stdout_lines: step.stdoutLines,
    stderr_lines: step.stderrLines,
    tail: step.tail,
  };
}

function agentJson(id: string, summary: AgentSummary | undefined): JsonObject {
  if (summary === undefined) return { wrapper_session_id: id };
  return {
    wrapper_session_id: id,
    provider: summary.provider,
    provider_session_id: summary.providerSessionId,
    model: summary.model,
    success: summary.success,
    turns: summary.turns,
    messages: summary.messages,
    tools: Object.fromEntries(summary.tools),
    usage: usageJson(summary.usage),
  };
}
