/** Recording what the agents of steps write down of their dialogues. */

import type { LiveLogAdapter } from "../agent/adapter.ts";
import { AgentLogCoordinator } from "../agent/coordinator.ts";
import type { AgentName } from "../agent/transcript.ts";

/** Where and how agent sessions are recorded. */
export interface AgentRecorderOptions {
  /** Directory of their store. */
  readonly root: string;
  /** Directory whose git repository names the project; that of the run itself. */
  readonly project?: string | undefined;
  /** Takes secrets out of what is recorded. */
  readonly redact?: ((text: string) => string) | undefined;
  /** Finds what an agent that is about to start will write down. */
  readonly adapterFor: (agent: AgentName, run: AgentRun) => LiveLogAdapter;
  /** Is told why a dialogue, or a part of it, is not recorded. The run goes on. */
  readonly onLoss: (agent: AgentName, error: unknown) => void;
}

/** An agent that is about to be started. */
export interface AgentRun {
  /** Directory that it works in. */
  readonly cwd: string;
  /** Reads a variable of its environment; `undefined` where it is not set. */
  readonly env: (name: string) => string | undefined;
  /** Model that it is asked to use. */
  readonly model: string | null;
  /** Whether its command says that it goes on with an earlier session. */
  readonly resumed: boolean;
}

/** A dialogue that is recorded. */
export interface RecordedAgent {
  /** The agent session: what `zag_session_id` of the step says. */
  readonly sessionId: string;
  /**
   * Records the rest of it and ends it.
   *
   * @param error What went wrong with the attempt; `undefined` when nothing did.
   */
  finish(error: string | undefined): Promise<void>;
}

/** Records the dialogues of agents as agent sessions, and never stops what is recorded. */
export class AgentRecorder {
  readonly #options: AgentRecorderOptions;

  /** @param options Where and how. */
  constructor(options: AgentRecorderOptions) {
    this.#options = options;
  }

  /**
   * Begins to record, before the agent starts.
   *
   * @param agent The agent.
   * @param run How it will be run.
   * @returns What is recorded; `undefined` when it cannot be.
   */
  start(agent: AgentName, run: AgentRun): RecordedAgent | undefined {
    const { root, project, redact, adapterFor, onLoss } = this.#options;
    const sessionId = crypto.randomUUID();
    try {
      const session = AgentLogCoordinator.start({
        provider: agent,
        wrapperSessionId: sessionId,
        command: "exec",
        model: run.model,
        resumed: run.resumed,
        workspacePath: run.cwd,
        root,
        project,
        redact,
        adapter: adapterFor(agent, run),
        watch: true,
      });
      return {
        sessionId,
        async finish(error: string | undefined): Promise<void> {
          try {
            await session.finish(error === undefined, error ?? null);
          } catch (thrown) {
            onLoss(agent, thrown);
            session[Symbol.dispose]();
          }
        },
      };
    } catch (error) {
      onLoss(agent, error);
      return undefined;
    }
  }
}
