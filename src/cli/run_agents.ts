/** What `ziglog run` records of the agents that its steps run. */

import type { AgentName } from "../agent/transcript.ts";
import { join } from "../deps/path.ts";
import type { AgentRecorder } from "../runner/agent_recorder.ts";
import type { Plan } from "../runner/plan.ts";
import { readEnv } from "../storage/permission.ts";
import type { Recording } from "./recording.ts";

/** Where the sessions of agents go, and what is taken out of them. */
export interface RunAgentOptions {
  /** Directory of the store of the run. */
  readonly root: string;
  /** What `--project` names. */
  readonly project?: string | undefined;
  /** Takes secrets out of what is recorded. */
  readonly redact?: ((text: string) => string) | undefined;
}

/**
 * Makes what records the dialogues of agents; its code is loaded only for plans that run some.
 *
 * @param plan What is run.
 * @param recording Its session, which says what is not recorded.
 * @param options Where they go.
 * @returns The recorder; `undefined` when no step runs an agent.
 */
export async function agentsOf(
  plan: Plan,
  recording: Recording,
  { root, project, redact }: RunAgentOptions,
): Promise<AgentRecorder | undefined> {
  if (plan.steps.every(({ agent }) => agent === null)) return undefined;
  const [{ AgentRecorder }, { AGENTS, liveAdapterFor }] = await Promise.all([
    import("../runner/agent_recorder.ts"),
    import("../agent/adapters/agents.ts"),
  ]);
  return new AgentRecorder({
    root: join(root, "agents"),
    project,
    redact,
    adapterFor: (agent, { cwd, env, resumed }) =>
      liveAdapterFor(agent, {
        cwd,
        startedAt: Date.now(),
        resumed,
        folder: AGENTS[agent].folder((name) => env(name) ?? readEnv(name)),
      }),
    onLoss: (agent: AgentName, error: unknown) =>
      recording.say(`the dialogue of ${agent} is not recorded: ${error instanceof Error ? error.message : error}`),
  });
}
